"""Flash prices: who has them, how many go, what ends them, and what stays when they are over."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from liveshow.domain.checkout.parcels import quote
from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.claims.state import Claims
from liveshow.domain.features import MACHINE
from liveshow.domain.flash.events import FlashCounted, FlashEnded, FlashStarted
from liveshow.domain.flash.state import Flash, Flashes
from liveshow.domain.flash.views import counts, my_flashes
from liveshow.domain.show.feature import Look
from liveshow.domain.values import Person
from liveshow.errors import Conflict
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import (
    ANNA,
    BENO,
    CARL,
    COHOST,
    DORA,
    HANNA,
    MODERATOR,
    SELLER,
    World,
)


class Sale:
    """A show with a scarf, a lent dress (floor 50.00) and five mugs for 7.00."""

    def __init__(self) -> None:
        self.world: World
        self.world, self.room, self.market = two_shows()
        self.room.ask(HANNA, c.Configure(claims_per_buyer=3))

    def start(self, listing: str = "mug", **fields: Any) -> str:
        plain: dict[str, Any] = {"price": 500, "seconds": 60}
        item = self.room.item(listing).id
        flash: str = self.room.ask(HANNA, c.StartFlash(item=item, **(plain | fields)))["flash"]
        return flash

    def refused(self, who: Person | None, listing: str = "mug", **fields: Any) -> str:
        plain: dict[str, Any] = {"price": 500, "seconds": 60}
        item = self.room.item(listing).id
        return self.room.refuses(who, c.StartFlash(item=item, **(plain | fields)))

    def end(self, listing: str = "mug") -> None:
        self.room.ask(HANNA, c.EndFlash(item=self.room.item(listing).id))

    def claim(self, who: Person, listing: str = "mug", **fields: Any) -> Any:
        return self.room.claim(who, listing, **fields)

    def price(self, who: Person) -> int:
        """What the newest claim of somebody costs them."""
        return self.room.held_by(who.id)[-1].price

    def known(self, listing: str = "mug") -> Flash:
        return self.room.state[Flashes].known[self.room.item(listing).id]

    @property
    def over(self) -> list[tuple[str, int]]:
        return [(event.reason, event.went) for event in self.room.happened(FlashEnded)]

    def wait(self, ms: int) -> None:
        self.world.wait(ms)
        self.room.tick()


@pytest.fixture
def sale() -> Sale:
    return Sale()


# --- who may, and at which price ------------------------------------------------------------


def test_only_who_sells_here_starts_and_ends_one(sale: Sale) -> None:
    assert sale.refused(None) == "unauthenticated"
    assert sale.refused(ANNA) == "forbidden"
    assert sale.refused(MODERATOR) == "forbidden"
    sale.room.ask(COHOST, c.StartFlash(item=sale.room.item("mug").id, price=600, seconds=10))
    ended = c.EndFlash(item=sale.room.item("mug").id)
    assert sale.room.refuses(MODERATOR, ended) == "forbidden"
    sale.room.ask(COHOST, ended)
    assert sale.room.refuses(HANNA, ended) == "unknown_flash"
    assert sale.over == [("host", 0)]


def test_the_price_is_below_the_one_in_the_show_and_not_below_the_floor(sale: Sale) -> None:
    assert sale.refused(HANNA, price=700) == "not_reduced"
    assert sale.refused(HANNA, price=701) == "not_reduced"
    assert sale.refused(HANNA, "dress", price=4999) == "below_floor"
    sale.start("dress", price=5000)
    sale.start(price=699)


def test_what_makes_no_sense_is_refused(sale: Sale) -> None:
    assert sale.refused(HANNA, quantity=6) == "quantity_too_large"
    sale.start()
    assert sale.refused(HANNA, price=400) == "flash_on"
    sale.room.ask(HANNA, c.Pause())
    assert sale.refused(HANNA, "scarf", price=1) == "not_live"
    sale.room.ask(HANNA, c.Resume())
    sale.claim(ANNA, "scarf")
    sale.room.settle(sale.room.pay(ANNA))
    assert sale.refused(HANNA, "scarf", price=1) == "sold_out"
    sale.room.ask(HANNA, c.End())
    assert sale.refused(HANNA) == "show_ended"


def test_a_claim_costs_the_flash_price_and_says_so(sale: Sale) -> None:
    sale.start()
    sale.claim(ANNA, price=500)
    (claimed,) = sale.room.happened(ItemClaimed)
    assert (claimed.hold.price, claimed.source) == (500, "flash")
    assert sale.room.held_by(ANNA.id)[0].offer.source == "flash"
    sale.end()
    sale.claim(BENO)
    assert (sale.price(ANNA), sale.price(BENO)) == (500, 700)


def test_who_was_shown_a_flash_price_that_is_over_claims_nothing(sale: Sale) -> None:
    sale.start(seconds=10)
    sale.world.wait(10_000)
    with pytest.raises(Conflict) as refused:
        sale.claim(ANNA, price=500)
    assert (refused.value.code, refused.value.details["price"]) == ("price_changed", 700)
    assert not sale.room.holds()
    assert sale.over == [("time", 0)]


def test_a_quote_and_a_piece_that_the_team_holds_have_it(sale: Sale) -> None:
    sale.start(per_buyer=1)
    item = sale.room.item("mug")

    def quoted(who: Person, quantity: int = 1) -> int:
        room, world = sale.room, sale.world
        asked = (room.state, who.id, item.id, None, quantity)
        return quote(*asked, world.rules, world.now).price

    assert quoted(ANNA) == 500
    assert quoted(ANNA, 2) == 1400
    sale.room.ask(HANNA, c.HoldFor(user=ANNA.id, item=item.id))
    assert sale.price(ANNA) == 500
    assert quoted(ANNA) == 700
    assert quoted(BENO) == 500


def test_a_comment_claims_at_the_flash_price(sale: Sale) -> None:
    sale.start()
    sale.room.ask(ANNA, c.Chat(text=f"sold {sale.room.item('mug').number}"))
    assert sale.price(ANNA) == 500


# --- pieces ---------------------------------------------------------------------------------


def test_so_many_pieces_go_and_the_others_cost_what_they_did(sale: Sale) -> None:
    sale.start(quantity=3)
    sale.claim(ANNA, quantity=2)
    sale.claim(BENO, quantity=2)
    sale.claim(CARL)
    sale.claim(CARL)
    assert [held.price for held in sale.room.holds()] == [500, 700, 500]
    assert sale.room.state[Claims].entries_of(CARL.id)[0].offer.price == 700
    assert sale.known().counts == (3, 3)
    assert not sale.over


def test_a_hold_that_runs_out_gives_its_piece_back_while_it_lasts(sale: Sale) -> None:
    sale.room.ask(HANNA, c.Configure(hold_seconds=30))
    sale.start(quantity=1, seconds=120)
    sale.claim(ANNA)
    sale.claim(BENO)
    assert (sale.price(ANNA), sale.price(BENO)) == (500, 700)
    sale.wait(30_000)
    assert sale.known().counts == (0, 0)
    sale.claim(CARL, price=500)
    given = sale.room.ask(CARL, c.Release(claim=sale.room.held_by(CARL.id)[0].id))
    assert given == {}
    sale.claim(DORA, price=500)
    sale.room.ask(HANNA, c.CancelClaim(claim=sale.room.held_by(DORA.id)[0].id))
    sale.claim(ANNA, price=500)


def test_it_is_over_when_its_pieces_are_paid(sale: Sale) -> None:
    sale.start(quantity=2)
    sale.claim(ANNA)
    sale.claim(BENO)
    sale.room.settle(sale.room.pay(ANNA))
    assert not sale.over
    assert sale.known().counts == (2, 2)
    sale.room.settle(sale.room.pay(BENO))
    assert sale.over == [("pieces", 2)]
    sale.claim(CARL)
    assert sale.price(CARL) == 700


def test_it_is_over_when_nothing_is_left_to_sell(sale: Sale) -> None:
    sale.start("scarf")
    sale.claim(ANNA, "scarf")
    sale.room.settle(sale.room.pay(ANNA))
    assert sale.over == [("pieces", 1)]


def test_one_buyer_has_so_many_of_them(sale: Sale) -> None:
    sale.start(per_buyer=1)
    sale.claim(ANNA)
    sale.claim(ANNA)
    assert [held.price for held in sale.room.held_by(ANNA.id)] == [500, 700]
    sale.claim(BENO, quantity=2)
    assert sale.price(BENO) == 700
    command = c.ClaimItem(item=_id(sale, "mug"), price=500, quantity=2)
    assert sale.room.refuses(CARL, command) == "price_changed"
    sale.claim(CARL, price=500)


def test_the_cap_of_a_buyer_counts_what_they_have_paid(sale: Sale) -> None:
    sale.start(per_buyer=1)
    sale.claim(ANNA)
    sale.room.settle(sale.room.pay(ANNA))
    sale.claim(ANNA)
    assert sale.price(ANNA) == 700


# --- the line -------------------------------------------------------------------------------


def test_who_waits_when_it_is_over_keeps_the_price_they_joined_at(sale: Sale) -> None:
    sale.start("scarf", price=800)
    held = sale.claim(ANNA, "scarf")
    sale.claim(BENO, "scarf", price=800)
    sale.wait(60_000)
    assert sale.over == [("time", 1)]
    sale.claim(CARL, "scarf")
    sale.room.ask(ANNA, c.Release(claim=held["claim"]))
    assert sale.price(BENO) == 800
    assert sale.room.held_by(BENO.id)[0].offer.source == "flash"
    sale.room.ask(BENO, c.Release(claim=sale.room.held_by(BENO.id)[0].id))
    assert sale.price(CARL) == 2500


def test_places_in_line_count_as_pieces(sale: Sale) -> None:
    sale.room.ask(HANNA, c.Configure(claims_per_buyer=1))
    sale.world.listing("pin", HANNA, {"": 2}, price=1000)
    sale.room.put("pin")
    sale.claim(ANNA, "pin")
    sale.claim(BENO, "pin")
    sale.start("pin", quantity=1)
    sale.claim(CARL, "pin", price=500)
    assert sale.known("pin").counts == (1, 0)
    entry = sale.claim(DORA, "pin")["entry"]
    places = {e.buyer.id: e.offer.price for e in sale.room.state[Claims].waitlist(_id(sale, "pin"))}
    assert places == {CARL.id: 500, DORA.id: 1000}
    # Who leaves the line gives the piece back, and the next one has it.
    carl = sale.room.state[Claims].entries_of(CARL.id)[0]
    sale.room.ask(CARL, c.LeaveWaitlist(entry=carl.id))
    assert sale.known("pin").counts == (0, 0)
    sale.room.ask(ANNA, c.Release(claim=sale.room.held_by(ANNA.id)[0].id))
    assert sale.price(DORA) == 500
    assert sale.known("pin").counts == (1, 1)
    assert entry


def test_the_first_in_line_takes_a_part_at_the_price_they_joined_at(sale: Sale) -> None:
    for who in (ANNA, BENO):
        sale.claim(who, quantity=2)
    sale.start(quantity=3, seconds=20)
    sale.claim(CARL, quantity=2, price=500)
    assert sale.known().counts == (2, 0)
    sale.claim(CARL, price=500)
    assert sale.known().counts == (2, 1)
    sale.wait(20_000)
    sale.room.ask(ANNA, c.Release(claim=sale.room.held_by(ANNA.id)[0].id))
    assert [held.price for held in sale.room.held_by(CARL.id)] == [500, 500]


def test_the_floor_holds_for_who_joined_below_a_new_one(sale: Sale) -> None:
    sale.start("dress", price=5000)
    for who in (ANNA, BENO):
        sale.claim(who, "dress", variant="dress-m")
    sale.claim(CARL, "dress", variant="dress-m", price=5000)
    mandate = sale.world.mandate_of("dress", HANNA.id)
    assert mandate
    mandate.floor = 5500
    sale.world.tell("dress")
    assert sale.over == [("price", 1)]
    assert not sale.room.state[Claims].entries_of(CARL.id)
    assert sale.price(ANNA) == 5000


# --- how it ends ----------------------------------------------------------------------------


def test_its_clock_stands_still_while_the_show_does(sale: Sale) -> None:
    sale.start(seconds=30)
    sale.world.wait(10_000)
    sale.room.ask(None, c.StreamDown())
    sale.wait(100_000)
    sale.claim(ANNA, price=500)
    sale.room.ask(None, c.StreamUp())
    assert sale.known().until == sale.world.now + 20_000
    sale.wait(19_999)
    sale.claim(BENO, price=500)
    sale.wait(1)
    assert sale.over == [("time", 2)]


def test_a_room_looks_when_the_first_one_is_over(sale: Sale) -> None:
    sale.start(seconds=30)
    flash = sale.start("scarf", seconds=20)
    state, now = sale.room.state, sale.world.now
    assert MACHINE.next_deadline(state) == now + 20_000
    assert MACHINE.next_deadline(state, frozenset({f"flash:{flash}"})) == now + 30_000


def test_it_ends_when_the_price_in_the_show_is_no_higher(sale: Sale) -> None:
    sale.start()
    item = sale.room.item("mug").id
    sale.room.ask(HANNA, c.Reprice(item=item, price=600))
    assert not sale.over
    sale.room.ask(HANNA, c.Reprice(item=item, price=500))
    assert sale.over == [("price", 0)]


def test_it_ends_with_its_item_and_with_the_show(sale: Sale) -> None:
    sale.start()
    sale.start("scarf")
    sale.claim(ANNA)
    sale.room.ask(HANNA, c.Remove(item=sale.room.item("mug").id))
    sale.room.ask(HANNA, c.End())
    assert sale.over == [("gone", 1), ("show_over", 0)]
    assert sale.price(ANNA) == 500
    assert not sale.room.state[Flashes].known


def test_a_second_one_counts_from_nothing(sale: Sale) -> None:
    sale.start(quantity=1)
    sale.claim(ANNA)
    sale.end()
    sale.start(quantity=1)
    sale.claim(BENO, price=500)
    assert sale.known().counts == (1, 1)
    # What the first one let go is nothing to the second.
    sale.room.ask(ANNA, c.Release(claim=sale.room.held_by(ANNA.id)[0].id))
    assert sale.known().counts == (1, 1)


def test_whoever_sells_here_can_undo_one_that_is_on(sale: Sale) -> None:
    sale.start()
    (started,) = [r.seq for r in sale.room.log if isinstance(r.event, FlashStarted)]
    assert sale.room.refuses(MODERATOR, c.Undo(seq=started)) == "cannot_undo"
    (entry,) = [e for e in sale.room.audit(COHOST) if e.type == "flash.started"]
    assert (entry.message, entry.can_undo) == ("Mug", True)
    sale.claim(ANNA)
    sale.room.ask(COHOST, c.Undo(seq=started))
    assert sale.over == [("host", 1)]
    assert sale.price(ANNA) == 500
    assert sale.room.refuses(HANNA, c.Undo(seq=started)) == "cannot_undo"
    undone = {e.seq: e.undone_by for e in sale.room.audit(HANNA)}
    assert undone[started] is not None


# --- what is told ---------------------------------------------------------------------------


def test_how_many_went_is_told_beside_the_log(sale: Sale) -> None:
    told: list[Any] = []
    sale.room.listeners.append(
        lambda record: (
            told.append(record.event.news(sale.room.state))
            if isinstance(record.event, FlashCounted)
            else None
        )
    )
    sale.start(quantity=3)
    held = sale.claim(ANNA, quantity=2)
    sale.room.ask(ANNA, c.Release(claim=held["claim"]))
    item = sale.room.item("mug").id
    assert [msgspec.to_builtins(each.payload) for each in told] == [
        {"item": item, "taken": 2, "went": 2},
        {"item": item, "taken": 0, "went": 0},
    ]
    assert [each.about for each in counts(sale.room.state)] == [item]


def test_each_buyer_sees_how_many_they_have(sale: Sale) -> None:
    sale.start(quantity=3)
    sale.claim(ANNA, quantity=2)
    look = Look(sale.room.state, sale.world.rules, sale.world.now)
    assert [(mine.item, mine.pieces) for mine in my_flashes(look, ANNA)] == [(_id(sale, "mug"), 2)]
    assert my_flashes(look, BENO) == []
    assert my_flashes(look, SELLER) == []


def _id(sale: Sale, listing: str) -> str:
    return sale.room.item(listing).id
