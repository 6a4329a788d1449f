"""Who may do what with a mandate, decided without a database."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.catalog.mandates import (
    LockedMandate,
    Mandate,
    decide_answer,
    decide_revoke,
)
from liveshow.domain.values import Person
from liveshow.errors import Conflict, Forbidden, LiveshowError, NotFound

OWNER = Person("owner", "owner", "O")
HOST = Person("host", "host", "H")
NOW = 1000


def mandate(status: str, expires_at: int | None = None) -> LockedMandate:
    return LockedMandate(
        Mandate("m", "l", OWNER, HOST, None, 100, "USD", 0, expires_at, status, 0), False
    )


def act(locked: LockedMandate, who: str, what: str, now: int = NOW) -> str:
    if what == "revoke":
        return decide_revoke(locked, who, now)
    return decide_answer(locked, who, "active" if what == "accept" else "declined", now)


# (status, who, what) → status, or the error. What is not here is a conflict.
TABLE: dict[tuple[str, str, str], Any] = {
    ("offered", "host", "accept"): "active",
    ("offered", "host", "decline"): "declined",
    ("offered", "owner", "accept"): Forbidden,
    ("offered", "owner", "decline"): Forbidden,
    ("requested", "owner", "accept"): "active",
    ("requested", "owner", "decline"): "declined",
    ("requested", "host", "accept"): Forbidden,
    ("requested", "host", "decline"): Forbidden,
    **{
        (status, who, "revoke"): "revoked"
        for status in ("offered", "requested", "active", "revoked")
        for who in ("owner", "host")
    },
    **{("active", who, "accept"): "active" for who in ("owner", "host")},
    **{("declined", who, "decline"): "declined" for who in ("owner", "host")},
}


@pytest.mark.parametrize(
    ("status", "who", "what"),
    list(
        itertools.product(
            ("offered", "requested", "active", "declined", "revoked"),
            ("owner", "host"),
            ("accept", "decline", "revoke"),
        )
    ),
)
def test_each_side_does_what_the_table_says(status: str, who: str, what: str) -> None:
    expected = TABLE.get((status, who, what), Conflict)
    if isinstance(expected, str):
        assert act(mandate(status), who, what) == expected
    else:
        with pytest.raises(expected):
            act(mandate(status), who, what)


@pytest.mark.parametrize("what", ["accept", "decline", "revoke"])
def test_a_stranger_finds_nothing(what: str) -> None:
    with pytest.raises(NotFound):
        act(mandate("offered"), "eve", what)


@pytest.mark.parametrize("what", ["accept", "decline", "revoke"])
def test_what_is_expired_is_over_to_the_millisecond(what: str) -> None:
    with pytest.raises(Conflict, match="expired"):
        act(mandate("offered", NOW), "host", what)
    assert act(mandate("offered", NOW + 1), "host", what) in ("active", "declined", "revoked")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("owner", "host", "eve")),
            st.sampled_from(("accept", "decline", "revoke")),
        ),
        max_size=8,
    ),
    st.sampled_from(("offered", "requested")),
)
def test_a_mandate_is_active_only_if_the_other_side_said_yes(
    acts: list[tuple[str, str]], status: str
) -> None:
    other = "host" if status == "offered" else "owner"
    agreed = False
    current = status
    for who, what in acts:
        try:
            current = act(mandate(current), who, what)
        except LiveshowError:
            continue
        agreed = agreed or (who == other and what == "accept")
        assert current != "active" or agreed
        if current in ("declined", "revoked"):
            # Nothing brings it back.
            for again in itertools.product(("owner", "host"), ("accept",)):
                with pytest.raises(LiveshowError):
                    act(mandate(current), *again)
