"""The course of a case: who may do what, and what silence means. No database."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.cases import course
from liveshow.cases.course import (
    ANSWER_MS,
    SEND_BACK_MS,
    TRANSIT_MS,
    Action,
    Case,
    Decision,
    Entry,
    Said,
)
from liveshow.domain.values import Person
from liveshow.errors import Conflict, Forbidden, LiveshowError

BUYER, OWNER, HOST = (Person(name, name, name.title()) for name in ("ana", "sol", "hana"))
RULER, OTHER = Person("rut", "rut", "Rut"), Person("ole", "ole", "Ole")
NOW = 1_800_000_000_000
MOST = 5_000


def opened() -> Case:
    return Case(
        id="case",
        order="order",
        lines=(0,),
        buyer=BUYER,
        owner=OWNER,
        host=HOST,
        status="opened",
        due_at=NOW + ANSWER_MS,
        most=MOST,
        before="delivered",
        entries=(Entry(NOW, "opened", BUYER, "torn"),),
        opened_at=NOW,
    )


def act(case: Case, action: Action, by: Person, amount: int | None = None, now: int = NOW) -> Case:
    return course.act(case, action, by, Said("because", amount), now)


def lapsed(case: Case) -> Case:
    assert case.due_at is not None
    return course.lapse(case, case.due_at)


def rule(case: Case, decision: Decision, by: Person = RULER, amount: int | None = None) -> Case:
    return course.rule(case, decision, by, Said("because", amount), NOW)


def what(case: Case) -> tuple[str, str | None, int]:
    return case.status, case.outcome, case.amount


# --- silence -------------------------------------------------------------------------------


def test_an_owner_who_does_not_answer_gives_the_money_back() -> None:
    assert what(lapsed(opened())) == ("refunding", "refunded", MOST)


def test_a_buyer_who_does_not_answer_an_offer_has_taken_it() -> None:
    offered = act(opened(), "offer", OWNER, 1_200)
    assert offered.due_at == NOW + ANSWER_MS
    assert what(lapsed(offered)) == ("refunding", "partial", 1_200)


def test_a_buyer_who_sends_nothing_back_keeps_the_piece() -> None:
    returning = act(opened(), "return", OWNER)
    assert returning.due_at == NOW + SEND_BACK_MS
    assert what(lapsed(returning)) == ("closed", "kept", 0)


def test_an_owner_who_says_nothing_of_what_was_sent_back_has_it() -> None:
    sent = act(act(opened(), "return", OWNER), "sent", BUYER)
    assert sent.due_at == NOW + TRANSIT_MS
    assert what(lapsed(sent)) == ("refunding", "returned", MOST)


def test_that_it_has_arrived_makes_the_owner_answer_sooner_and_never_later() -> None:
    sent = act(act(opened(), "return", OWNER), "sent", BUYER)
    arrived = act(sent, "arrived", BUYER)
    assert arrived.due_at == NOW + ANSWER_MS
    late = act(arrived, "arrived", BUYER, now=NOW + ANSWER_MS - 1)
    assert late.due_at == arrived.due_at


def test_an_operator_has_the_time_that_it_takes() -> None:
    assert act(opened(), "contest", OWNER).due_at is None


# --- the two sides -------------------------------------------------------------------------


def test_an_offer_that_is_refused_goes_to_an_operator() -> None:
    case = act(act(opened(), "offer", OWNER, 1_200), "refuse", BUYER)
    assert case.status == "escalated"


@pytest.mark.parametrize("amount", [None, 0, MOST + 1])
def test_an_offer_is_an_amount_of_what_was_paid(amount: int | None) -> None:
    with pytest.raises(Conflict) as refused:
        act(opened(), "offer", OWNER, amount)
    assert refused.value.code in ("amount_required", "amount_too_large")


def test_the_buyer_takes_it_back_before_a_ruling_only() -> None:
    assert what(act(opened(), "withdraw", BUYER)) == ("closed", "withdrawn", 0)
    ruled = rule(act(opened(), "contest", OWNER), "refund")
    with pytest.raises(Conflict):
        act(ruled, "withdraw", BUYER)


def test_what_came_back_broken_is_contested_once() -> None:
    sent = act(act(opened(), "return", OWNER), "sent", BUYER)
    again = act(act(rule_return(act(sent, "contest", OWNER)), "sent", BUYER), "comment", OWNER)
    with pytest.raises(Conflict):
        act(again, "contest", OWNER)


def rule_return(case: Case) -> Case:
    return lapsed(rule(case, "return"))


def test_the_host_of_a_lent_piece_looks_on() -> None:
    for action in get_args(Action):
        with pytest.raises(Forbidden):
            act(opened(), action, HOST, 1)


# --- rulings -------------------------------------------------------------------------------


def test_a_ruling_stands_when_nobody_appeals() -> None:
    contested = act(opened(), "contest", OWNER)
    assert what(lapsed(rule(contested, "refund"))) == ("refunding", "refunded", MOST)
    assert what(lapsed(rule(contested, "partial", amount=700))) == ("refunding", "partial", 700)
    assert what(lapsed(rule(contested, "nothing"))) == ("closed", "kept", 0)
    returning = lapsed(rule(contested, "return"))
    assert returning.status == "returning"
    back = act(act(returning, "sent", BUYER), "received", OWNER)
    assert what(back) == ("refunding", "returned", MOST)


def test_an_appeal_goes_to_somebody_else_and_there_is_one() -> None:
    ruled = rule(act(opened(), "contest", OWNER), "nothing")
    appealed = act(ruled, "appeal", BUYER)
    assert appealed.due_at is None
    with pytest.raises(Forbidden) as refused:
        rule(appealed, "refund", RULER)
    assert refused.value.code == "not_impartial"
    final = rule(appealed, "refund", OTHER)
    assert what(final) == ("refunding", "refunded", MOST)
    with pytest.raises(Conflict):
        act(final, "appeal", OWNER)


def test_nobody_rules_on_a_case_that_they_are_in() -> None:
    for party in (BUYER, OWNER, HOST):
        with pytest.raises(Forbidden) as refused:
            rule(act(opened(), "contest", OWNER), "nothing", party)
        assert refused.value.code == "not_impartial"


def test_a_case_has_room_for_so_many_words() -> None:
    case = opened()
    for _ in range(course.MAX_ENTRIES - 1):
        case = act(case, "comment", BUYER)
    with pytest.raises(Conflict) as refused:
        act(case, "comment", BUYER)
    assert refused.value.code == "case_full"
    # It still comes to its end.
    assert lapsed(case).status == "refunding"


# --- whatever anybody does -----------------------------------------------------------------

_people = st.sampled_from([BUYER, OWNER, HOST, RULER, OTHER])
_moves = st.one_of(
    st.tuples(
        st.just("act"),
        st.sampled_from(get_args(Action)),
        _people,
        st.none() | st.integers(0, MOST + 10),
    ),
    st.tuples(
        st.just("rule"),
        st.sampled_from(get_args(Decision)),
        _people,
        st.none() | st.integers(0, MOST + 10),
    ),
    st.tuples(st.just("wait"), st.none(), _people, st.none()),
)


@given(moves=st.lists(_moves, max_size=25))
def test_every_case_ends_once_and_pays_back_no_more_than_was_paid(
    moves: list[tuple[str, str | None, Person, int | None]],
) -> None:
    case, seen = opened(), [opened()]
    for kind, name, who, amount in moves:
        try:
            case = _moved(case, kind, name, who, amount)
        except LiveshowError:
            continue
        seen.append(case)
    for before, after in pairwise(seen):
        # Nothing that was said is lost, and what is decided stays decided.
        assert after.entries[: len(before.entries)] == before.entries
        assert before.open
        if before.status == "refunding":
            assert (after.status, after.outcome) == ("closed", before.outcome)
    assert 0 <= case.amount <= MOST
    assert (case.status in ("refunding", "closed")) is (case.outcome is not None)
    assert len([entry for entry in case.entries if entry.kind == "appeal"]) <= 1


def _moved(case: Case, kind: str, name: str | None, who: Person, amount: int | None) -> Case:
    if kind == "act":
        return act(case, name, who, amount)  # type: ignore[arg-type]
    if kind == "rule":
        return rule(case, name, who, amount)  # type: ignore[arg-type]
    if case.status == "refunding":
        return course.paid_back(case, case.amount, NOW)
    if case.due_at is None:
        raise Conflict("wrong_status", "Nothing ends it.")
    return lapsed(case)
