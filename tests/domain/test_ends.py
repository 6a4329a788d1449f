"""Every promise has declared ends, and whom it was made to is told of each of them.

The ends come from the declarations of the features. An end without a way to it in the tables below,
or one that is told to nobody, fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from liveshow.domain.checkout.ends import PAYMENT_ENDS, PaymentEnd
from liveshow.domain.checkout.events import PaymentError
from liveshow.domain.claims.ends import HOLD_ENDS, PLACE_ENDS, HoldEnd, PlaceEnd
from liveshow.domain.claims.state import Claims
from liveshow.domain.orders.ends import ORDER_ENDS
from liveshow.domain.orders.events import OrderEnd
from liveshow.domain.polls.state import Polls
from liveshow.domain.running.events import EndedReason
from liveshow.domain.running.show import SHOW_ENDS
from liveshow.domain.show.notices import Notices, Told
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import ANNA, BENO, BORIS, HANNA, PlainRoom, World

HOUR = 3_600_000
WEB = Path(__file__).parents[2] / "web"


@dataclass
class Scene:
    """Two live shows. The market is Boris's, and sells Sela's dress and Hanna's mug."""

    world: World
    salon: PlainRoom
    market: PlainRoom

    @property
    def payment(self) -> str:
        """The only payment."""
        (found,) = self.world.payments
        return found

    @property
    def order(self) -> str:
        (found,) = self.world.orders
        return found

    def told(self, room: PlainRoom, who: str) -> list[tuple[str, str]]:
        return [(notice.kind, notice.text) for notice in room.state[Notices].of(who)]


Way = Callable[[Scene], object]


@pytest.fixture
def scene() -> Scene:
    return Scene(*two_shows())


def _later(scene: Scene, ms: int = HOUR) -> None:
    scene.world.wait(ms)
    for room in (scene.salon, scene.market):
        room.tick()


# --- places in line ------------------------------------------------------------------------


def _wait_in_line(scene: Scene) -> None:
    """Anna holds the only dress of size M in the other show, Beno waits for it."""
    scene.salon.claim(ANNA, "dress", variant="dress-m")
    scene.market.claim(BENO, "dress", variant="dress-m")


def _come_back(scene: Scene) -> None:
    """What Anna held in the other show is free, which the market has not heard of yet."""
    scene.salon.ask(ANNA, c.Release(claim=scene.salon.held_by("anna")[0].id))


def _promote(scene: Scene) -> None:
    _come_back(scene)
    scene.market.tick()


def _sell_out(scene: Scene) -> None:
    scene.salon.settle(scene.salon.pay(ANNA))
    scene.market.tick()


def _leave(scene: Scene) -> None:
    (entry,) = scene.market.state[Claims].entries_of("beno")
    scene.market.ask(BENO, c.LeaveWaitlist(entry=entry.id))


def _dearer(scene: Scene) -> None:
    lent = scene.world.mandate_of("dress", "boris")
    assert lent is not None
    lent.floor = 9500
    scene.world.tell("dress")


def _withdraw(scene: Scene) -> None:
    _come_back(scene)
    scene.world.edit("dress", variants=scene.world.listings["dress"].variants[:1])


def _revoke(scene: Scene) -> None:
    lent = scene.world.mandate_of("dress", "boris")
    assert lent is not None
    scene.world.revoke(lent)


def _expire(scene: Scene) -> None:
    lent = scene.world.mandate_of("dress", "boris")
    assert lent is not None
    lent.expires_at = scene.world.now + 1000
    scene.world.tell("dress")
    # Of what is over, the mandate is first.
    _later(scene, 2000)


PLACES: Mapping[PlaceEnd, Way] = {
    "promoted": _promote,
    "left": _leave,
    "banned": lambda scene: scene.market.ask(BORIS, c.Ban(user="beno", reason="Spam")),
    "dearer": _dearer,
    "sold": _sell_out,
    "withdrawn": _withdraw,
    "removed": lambda scene: scene.market.ask(BORIS, c.Remove(item=scene.market.item("dress").id)),
    "mandate_revoked": _revoke,
    "mandate_expired": _expire,
    "archived": lambda scene: scene.world.edit("dress", archived=True),
    "show_over": lambda scene: scene.market.ask(BORIS, c.End()),
}


@pytest.mark.parametrize("end", get_args(PlaceEnd))
def test_every_end_of_a_place_in_line_is_told(scene: Scene, end: PlaceEnd) -> None:
    """faults.md 5: and every other end than being served."""
    _wait_in_line(scene)
    PLACES[end](scene)
    room = scene.market
    assert room.state[Claims].entries_of("beno") == []
    told = PLACE_ENDS[end]
    assert scene.told(room, "beno") == ([(told.kind, told.text)] if told else [])


# --- holds ---------------------------------------------------------------------------------


def _buy(scene: Scene) -> None:
    scene.market.settle(scene.market.pay(ANNA))


def _release(scene: Scene) -> None:
    scene.market.ask(ANNA, c.Release(claim=scene.market.held_by("anna")[0].id))


def _cancel_hold(scene: Scene) -> None:
    held = scene.market.held_by("anna")[0].id
    scene.market.ask(BORIS, c.CancelClaim(claim=held, reason="It is torn"))


HOLDS: Mapping[HoldEnd, Way] = {
    "sold": _buy,
    "released": _release,
    "expired": _later,
    "cancelled": _cancel_hold,
}


@pytest.mark.parametrize("end", get_args(HoldEnd))
def test_every_end_of_a_hold_is_told(scene: Scene, end: HoldEnd) -> None:
    """faults.md 5: the kind, promises that end."""
    scene.market.claim(ANNA, "dress", variant="dress-m")
    HOLDS[end](scene)
    assert scene.market.held_by("anna") == []
    text = "It is torn" if end == "cancelled" else ""
    told = HOLD_ENDS[end]
    assert scene.told(scene.market, "anna") == ([(told.kind, text or told.text)] if told else [])


# --- payments and orders -------------------------------------------------------------------


def _close(scene: Scene, status: Any) -> None:
    error = PaymentError("declined", "Your card was declined.") if status == "failed" else None
    scene.market.ask(None, c.ClosePayment(scene.payment, status, error))


PAYMENTS: Mapping[PaymentEnd, Way] = {
    "succeeded": lambda scene: scene.market.settle(scene.payment),
    "cancelled": lambda scene: _close(scene, "cancelled"),
    "failed": lambda scene: _close(scene, "failed"),
    "expired": _later,
    "refunded": lambda scene: scene.market.ask(
        None, c.SettlePayment(scene.payment, give_back=True)
    ),
}


@pytest.mark.parametrize("end", get_args(PaymentEnd))
def test_every_end_of_a_payment_is_told(scene: Scene, end: PaymentEnd) -> None:
    """faults.md 5: the kind, promises that end."""
    scene.market.claim(ANNA, "dress", variant="dress-m")
    scene.market.pay(ANNA)
    PAYMENTS[end](scene)
    kept = "refunding" if end == "refunded" else end
    assert scene.world.payments[scene.payment].status == kept
    told = PAYMENT_ENDS[end]
    assert scene.told(scene.market, "anna") == ([(told.kind, told.text)] if told else [])


ORDERS: Mapping[OrderEnd, Way] = {
    "refunded": lambda scene: scene.salon.ask(HANNA, c.RefundOrder(scene.order, "Torn", None)),
    "cancelled": lambda scene: scene.salon.ask(ANNA, c.CancelOrder(scene.order, "Torn")),
}


@pytest.mark.parametrize("end", get_args(OrderEnd))
def test_whoever_did_not_take_an_order_back_is_told(scene: Scene, end: OrderEnd) -> None:
    """faults.md 5: the kind, promises that end."""
    salon = scene.salon
    salon.claim(ANNA, "scarf")
    salon.settle(salon.pay(ANNA))
    before = len(scene.told(salon, "anna"))
    ORDERS[end](scene)
    assert scene.world.orders[scene.order].status == end
    sides = ORDER_ENDS[end]
    for who, told, known in (("anna", sides.buyer, before), ("hanna", sides.seller, 0)):
        assert scene.told(salon, who)[known:] == ([(told.kind, "Torn")] if told else [])


# --- polls and shows -----------------------------------------------------------------------


def _end_poll(scene: Scene) -> None:
    poll = scene.market.state[Polls].open
    assert poll is not None
    scene.market.ask(BORIS, c.EndPoll(poll=poll.id))


# Whatever ends a poll, it is one event, whose line in the chat is for everybody.
POLLS: Mapping[str, Way] = {
    "ended": _end_poll,
    "time_over": lambda scene: _later(scene, 61_000),
    "show_over": lambda scene: scene.market.ask(BORIS, c.End()),
}


@pytest.mark.parametrize("end", POLLS)
def test_every_end_of_a_poll_is_told_with_its_result(scene: Scene, end: str) -> None:
    """faults.md 5: the kind, promises that end."""
    market = scene.market
    market.ask(BORIS, c.OpenPoll(question="Blue?", options=["Yes", "No"], seconds=60))
    since = market.state.seq
    POLLS[end](scene)
    assert market.state[Polls].open is None
    lines = [
        line
        for record in market.log
        if record.seq > since
        and (line := record.event.chat_line(record.seq, record.at))
        and line.kind == "poll"
    ]
    assert [line.text.startswith("Blue?") for line in lines] == [True]


def _go_blind(scene: Scene) -> None:
    scene.market.ask(None, c.StreamDown())
    scene.market.ask(BORIS, c.Resume())
    _later(scene, HOUR)


def _stay_away(scene: Scene) -> None:
    scene.market.ask(None, c.StreamDown())
    _later(scene, 7 * HOUR)


SHOWS: Mapping[EndedReason, Way] = {
    "ended": lambda scene: scene.market.ask(BORIS, c.End()),
    "no_picture": _go_blind,
    "outage": _stay_away,
}


@pytest.mark.parametrize("end", get_args(EndedReason))
def test_every_end_of_a_show_is_told(scene: Scene, end: EndedReason) -> None:
    """faults.md 8: whoever did not end it."""
    SHOWS[end](scene)
    assert scene.market.state.show.status == "ended"
    assert "show.ended" in scene.market.types()  # everybody who looks on
    told = SHOW_ENDS[end]
    assert scene.told(scene.market, "boris") == ([(told.kind, told.text)] if told else [])


# --- the declarations ----------------------------------------------------------------------


def _declared() -> Iterator[tuple[Any, Mapping[Any, Any], Mapping[Any, Way]]]:
    yield PlaceEnd, PLACE_ENDS, PLACES
    yield HoldEnd, HOLD_ENDS, HOLDS
    yield PaymentEnd, PAYMENT_ENDS, PAYMENTS
    yield OrderEnd, ORDER_ENDS, ORDERS
    yield EndedReason, SHOW_ENDS, SHOWS


# Ends that somebody asked for themselves: the answer to their command tells them.
ASKED_FOR = {"left", "released", "cancelled", "ended"}


@pytest.mark.parametrize(("ends", "told", "ways"), list(_declared()))
def test_no_end_is_without_a_notice(
    ends: Any, told: Mapping[Any, Any], ways: Mapping[Any, Way]
) -> None:
    """faults.md 5: the tables are whole, and only what was asked for is told to nobody."""
    assert set(told) == set(ways) == set(get_args(ends))
    silent = {end for end, what in told.items() if what is None}
    assert silent <= ASKED_FOR
    assert all(what.kind for what in told.values() if isinstance(what, Told))


def test_every_notice_of_an_end_has_words_on_every_page() -> None:
    """faults.md 5: whoever left the page of the show is told too."""
    words = (WEB / "features/inbox/words.js").read_text()
    sides = [told for order in ORDER_ENDS.values() for told in (order.buyer, order.seller)]
    tables = (PLACE_ENDS, HOLD_ENDS, PAYMENT_ENDS, SHOW_ENDS)
    ends = [told for table in tables for told in table.values()] + sides
    kinds = {told.kind for told in ends if told}
    assert kinds == {kind for kind in kinds if f"\n  {kind}: (" in words}
