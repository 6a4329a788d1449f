"""The test provider keeps the promises of the port, whatever is asked, however often."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.errors import Invalid, LiveshowError
from liveshow.payments.provider import Charge
from liveshow.payments.simulated import (
    ANSWERS_LATE,
    CHALLENGE_CODE,
    DECLINED,
    NEVER_ANSWERS,
    SUCCEEDS,
    WANTS_CHALLENGE,
    SimulatedProvider,
    check_card,
    luhn,
)
from liveshow.store.database import Database
from tests.payments.world import START, Clock, card


def at(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(database: Database, clock: Clock) -> SimulatedProvider:
    return SimulatedProvider(database, clock)


@pytest.mark.parametrize(
    "number", [SUCCEEDS, DECLINED, WANTS_CHALLENGE, ANSWERS_LATE, NEVER_ANSWERS]
)
def test_every_test_card_has_a_number_that_can_be_one(number: str) -> None:
    assert luhn(number)
    assert check_card(card(number), START) == number


@given(st.from_regex(r"[0-9]{11,18}", fullmatch=True), st.integers(1, 9), st.data())
def test_one_wrong_digit_is_noticed(start: str, off_by: int, data: st.DataObject) -> None:
    number = next(start + str(digit) for digit in range(10) if luhn(start + str(digit)))
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = str((int(number[place]) + off_by) % 10)
    assert not luhn(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    ("number", "expiry", "cvc", "fields"),
    [
        ("4242 4242-4242 4242", " 01 / 2040 ", "1234", []),
        ("", "01/40", "123", ["card.number"]),
        ("4242424242424241", "01/40", "123", ["card.number"]),
        ("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "01/40", "123", ["card.number"]),
        ("0" * 20, "01/40", "123", ["card.number"]),
        (SUCCEEDS, "00/40", "123", ["card.expiry"]),
        (SUCCEEDS, "13/40", "123", ["card.expiry"]),
        (SUCCEEDS, "1/40", "123", ["card.expiry"]),
        (SUCCEEDS, "01/1940", "123", ["card.expiry"]),
        (SUCCEEDS, "12/26", "123", ["card.expiry"]),
        (SUCCEEDS, "01/40", "12", ["card.cvc"]),
        (SUCCEEDS, "01/40", "12345", ["card.cvc"]),
        ("", "", "", ["card.number", "card.expiry", "card.cvc"]),
    ],
)
def test_a_card_is_checked_field_by_field(
    number: str, expiry: str, cvc: str, fields: list[str]
) -> None:
    typed = card(number, expiry=expiry, cvc=cvc)
    if not fields:
        assert check_card(typed, START) == SUCCEEDS
        return
    with pytest.raises(Invalid) as refused:
        check_card(typed, START)
    assert [problem["field"] for problem in refused.value.details["errors"]] == fields
    assert number == "" or number not in str(refused.value.details)


def test_a_card_is_good_until_its_month_is_over_everywhere() -> None:
    check_card(card(SUCCEEDS, expiry="01/27"), at(2027, 1, 31, 23))
    check_card(card(SUCCEEDS, expiry="01/27"), at(2027, 2, 1, 11))
    with pytest.raises(Invalid):
        check_card(card(SUCCEEDS, expiry="01/27"), at(2027, 2, 1, 13))


def test_a_card_does_not_show_its_number() -> None:
    assert SUCCEEDS not in repr(card(SUCCEEDS))


async def test_a_charge_is_made_once(provider: SimulatedProvider) -> None:
    assert await provider.status("p") is None
    charges = await asyncio.gather(*(provider.create("p", 100, "USD", 0) for _ in range(4)))
    assert charges == [Charge("open")] * 4
    await provider.confirm("p", card(SUCCEEDS))
    assert await provider.create("p", 100, "USD", 0) == Charge("succeeded")
    with pytest.raises(LiveshowError):
        await provider.create("p", 101, "USD", 0)


async def test_a_charge_survives_the_process(database: Database, clock: Clock) -> None:
    await SimulatedProvider(database, clock).create("p", 100, "USD", 0)
    await SimulatedProvider(database, clock).confirm("p", card(ANSWERS_LATE))
    clock.advance(3)
    assert await SimulatedProvider(database, clock).status("p") == Charge("succeeded")


async def test_a_charge_that_is_cancelled_takes_no_card(provider: SimulatedProvider) -> None:
    await provider.create("p", 100, "USD", 0)
    assert await provider.cancel("p") == Charge("cancelled")
    assert await provider.cancel("p") == Charge("cancelled")
    assert await provider.confirm("p", card(SUCCEEDS)) == Charge("cancelled")
    assert await provider.challenge("p", CHALLENGE_CODE) == Charge("cancelled")
    assert await provider.create("p", 100, "USD", 0) == Charge("cancelled")


async def test_a_charge_that_succeeded_cannot_be_cancelled(provider: SimulatedProvider) -> None:
    await provider.create("p", 100, "USD", 0)
    await provider.confirm("p", card(SUCCEEDS))
    assert await provider.cancel("p") == Charge("succeeded")


async def test_a_late_answer_counts_from_its_time_on(
    provider: SimulatedProvider, clock: Clock
) -> None:
    await provider.create("p", 100, "USD", 0)
    assert await provider.confirm("p", card(ANSWERS_LATE)) == Charge("processing")
    assert await provider.cancel("p") == Charge("processing")
    clock.advance(3)
    assert await provider.cancel("p") == Charge("succeeded")


async def test_what_is_sent_back_is_sent_once_per_key_and_never_more_than_came(
    provider: SimulatedProvider,
) -> None:
    await provider.create("p", 100, "USD", 0)
    await provider.create("p2", 100, "USD", 0)
    with pytest.raises(LiveshowError):
        await provider.refund("p", 10, "a")
    await provider.confirm("p", card(SUCCEEDS))
    await asyncio.gather(*(provider.refund("p", 60, "a") for _ in range(4)))
    assert await provider.refunded("p") == 60
    assert await provider.status("p") == Charge("succeeded")
    with pytest.raises(LiveshowError):
        await provider.refund("p", 41, "b")
    await provider.refund("p", 40, "b")
    await provider.refund("p", 40, "b")
    assert await provider.status("p") == Charge("refunded")
    assert (await provider.refunded("p"), await provider.refunded("p2")) == (100, 0)
