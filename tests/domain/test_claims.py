"""Claiming, waiting, and how holds end."""

from __future__ import annotations

from typing import Any

import pytest

from liveshow.domain.claims import decide as claims
from liveshow.domain.claims.events import ItemClaimed, ItemWaitlisted
from liveshow.domain.claims.state import Claims
from liveshow.domain.claims.waitlist import Waitlist, Waitlists
from liveshow.domain.features import MACHINE
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.feature import Look
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.views import mine
from liveshow.domain.values import Person
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import (
    ANNA,
    BENO,
    BORIS,
    CARL,
    COHOST,
    DORA,
    HANNA,
    MODERATOR,
    SELLER,
    PlainRoom,
    World,
)


def claim(room: PlainRoom, listing: str, **fields: Any) -> c.ClaimItem:
    return c.ClaimItem(item=room.item(listing).id, **fields)


# --- the first come, first served ----------------------------------------------------------


def test_the_first_holds_and_the_losers_know_their_places(salon: PlainRoom) -> None:
    assert salon.claim(ANNA, "scarf")["status"] == "held"
    assert salon.claim(BENO, "scarf")["place"] == 1
    assert salon.claim(CARL, "scarf")["place"] == 2


def test_a_piece_held_in_one_show_cannot_be_had_in_the_other(
    salon: PlainRoom, market: PlainRoom
) -> None:
    salon.claim(ANNA, "dress", variant="dress-m")
    assert market.claim(BENO, "dress", variant="dress-m")["status"] == "waitlisted"


def test_a_piece_freed_in_one_show_is_given_to_who_waits_in_the_other(
    salon: PlainRoom, market: PlainRoom
) -> None:
    held = salon.claim(ANNA, "dress", variant="dress-m")
    market.claim(BENO, "dress", variant="dress-m")
    salon.ask(ANNA, c.Release(claim=held["claim"]))
    market.tick()
    assert [own.variant for own in market.state[Claims].held_by("beno")] == ["dress-m"]


def test_what_a_buyer_may_have_is_counted_in_pieces(salon: PlainRoom) -> None:
    """faults.md 14: with one claim of a hundred pieces one account had all there were."""
    salon.ask(HANNA, c.Configure(claims_per_buyer=1))
    for many in (2, 5):
        command = c.ClaimItem(item=salon.item("mug").id, quantity=many)
        assert salon.refuses(ANNA, command) == "claim_limit"
    salon.ask(HANNA, c.Configure(claims_per_buyer=3))
    salon.claim(ANNA, "mug", quantity=2)
    item = salon.item("mug").id
    assert salon.refuses(ANNA, c.ClaimItem(item=item, quantity=2)) == "claim_limit"
    salon.claim(ANNA, "mug", quantity=1)
    assert salon.refuses(ANNA, c.ClaimItem(item=item)) == "claim_limit"
    # Places in line are pieces, too.
    salon.claim(CARL, "dress", variant="dress-s", quantity=2)
    salon.claim(BENO, "dress", variant="dress-s", quantity=2)
    dress = c.ClaimItem(item=salon.item("dress").id, variant="dress-m", quantity=1)
    salon.ask(BENO, dress)
    assert salon.refuses(BENO, dress) == "claim_limit"


def test_a_freed_piece_goes_to_the_first_whose_variant_and_quantity_fit(
    salon: PlainRoom,
) -> None:
    salon.ask(HANNA, c.Configure(claims_per_buyer=3))
    held = salon.claim(ANNA, "mug", quantity=2)
    salon.claim(BENO, "mug", quantity=3)
    big = salon.claim(CARL, "mug", quantity=3)
    small = salon.claim(DORA, "mug", quantity=2)
    salon.ask(ANNA, c.Release(claim=held["claim"]))
    assert [own.quantity for own in salon.state[Claims].held_by("dora")] == [2]
    line = salon.state[Claims].waitlists[salon.item("mug").id]
    assert [entry.id for entry in line] == [big["entry"]]
    assert small["place"] == 2


def test_places_are_counted_among_those_who_want_the_same_variant(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Configure(claims_per_buyer=3))
    salon.claim(ANNA, "dress", variant="dress-s", quantity=2)
    salon.claim(ANNA, "dress", variant="dress-m")
    assert salon.claim(BENO, "dress", variant="dress-s")["place"] == 1
    assert salon.claim(CARL, "dress", variant="dress-m")["place"] == 1
    assert salon.claim(DORA, "dress", variant="dress-s")["place"] == 2


def test_restocking_promotes_as_many_as_fit_in_their_order(salon: PlainRoom) -> None:
    for who in (ANNA, BENO, CARL, DORA):
        salon.claim(who, "scarf")
    salon.ask(HANNA, c.Restock(item=salon.item("scarf").id, quantity=3))
    promoted = [
        event.hold.user.id for event in salon.happened(ItemClaimed) if event.via == "waitlist"
    ]
    assert promoted == ["beno", "carl"]


def test_a_promotion_starts_a_full_hold_at_the_present_price(
    world: World, salon: PlainRoom
) -> None:
    held = salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    world.wait(100_000)
    salon.ask(HANNA, c.Reprice(item=salon.item("scarf").id, price=1234))
    salon.ask(ANNA, c.Release(claim=held["claim"]))
    own = salon.state[Claims].held_by("beno")[0]
    assert (own.until, own.price) == (world.now + 300_000, 1234)


# --- refusals ------------------------------------------------------------------------------


def test_a_guest_cannot_claim(salon: PlainRoom) -> None:
    assert salon.refuses(None, claim(salon, "mug")) == "unauthenticated"


def test_nothing_can_be_claimed_before_the_show() -> None:
    world = World()
    world.listing("hat", HANNA, {"": 1})
    room = world.show("early", HANNA)
    room.put("hat")
    assert room.refuses(ANNA, claim(room, "hat")) == "not_live"


def test_nothing_can_be_claimed_after_the_show(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.End())
    assert salon.refuses(ANNA, claim(salon, "mug")) == "show_ended"


def test_an_unknown_item_cannot_be_claimed(salon: PlainRoom) -> None:
    assert salon.refuses(ANNA, c.ClaimItem(item="nothing")) == "unknown_item"


def test_a_removed_item_cannot_be_claimed(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Remove(item=salon.item("mug").id))
    assert salon.refuses(ANNA, claim(salon, "mug")) == "unknown_item"


def test_owners_cannot_claim_their_own(salon: PlainRoom) -> None:
    assert salon.refuses(HANNA, claim(salon, "mug")) == "own_item"
    assert salon.refuses(SELLER, claim(salon, "dress", variant="dress-s")) == "own_item"


def test_a_host_can_claim_what_was_lent_to_them(salon: PlainRoom) -> None:
    assert salon.claim(HANNA, "dress", variant="dress-s")["status"] == "held"


def test_a_variant_must_be_chosen_when_there_are_several(salon: PlainRoom) -> None:
    assert salon.refuses(ANNA, claim(salon, "dress")) == "variant_required"


def test_an_unknown_variant_cannot_be_claimed(salon: PlainRoom) -> None:
    assert salon.refuses(ANNA, claim(salon, "dress", variant="dress-xl")) == "unknown_variant"


def test_more_than_there_ever_was_cannot_be_claimed(salon: PlainRoom) -> None:
    assert salon.refuses(ANNA, claim(salon, "mug", quantity=6)) == "quantity_too_large"


def test_nobody_waits_for_what_is_sold(world: World, salon: PlainRoom) -> None:
    """Four of five mugs are sold: two can never be had, one can."""
    salon.ask(HANNA, c.Configure(claims_per_buyer=4))
    salon.claim(ANNA, "mug", quantity=4)
    salon.settle(salon.pay(ANNA))
    salon.claim(BENO, "mug")
    assert salon.refuses(CARL, claim(salon, "mug", quantity=2)) == "quantity_too_large"
    assert salon.claim(CARL, "mug")["status"] == "waitlisted"


def test_what_is_sold_out_cannot_be_claimed(salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    salon.settle(salon.pay(ANNA))
    assert salon.refuses(BENO, claim(salon, "scarf")) == "sold_out"


def test_what_has_no_stock_at_all_is_sold_out(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Restock(item=salon.item("mug").id, quantity=0))
    assert salon.refuses(BENO, claim(salon, "mug")) == "sold_out"


def test_nobody_waits_twice_for_the_same(salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    assert salon.refuses(BENO, claim(salon, "scarf")) == "already_waiting"


def test_holds_and_places_together_stay_below_the_limit(salon: PlainRoom) -> None:
    """Two per buyer: one held, one waited for, and no more."""
    salon.claim(ANNA, "dress", variant="dress-m")
    salon.claim(BENO, "dress", variant="dress-s")
    salon.claim(BENO, "dress", variant="dress-m")
    assert salon.refuses(BENO, claim(salon, "dress", variant="dress-s")) == "claim_limit"


def test_the_claim_limit_is_per_item(salon: PlainRoom, market: PlainRoom) -> None:
    market.claim(ANNA, "mug")
    assert market.refuses(ANNA, claim(market, "mug")) == "claim_limit"
    assert market.claim(ANNA, "dress", variant="dress-s")["status"] == "held"


def test_a_full_waitlist_takes_nobody(salon: PlainRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "MAX_WAITING", 1)
    salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    assert salon.refuses(CARL, claim(salon, "scarf")) == "waitlist_full"


def test_an_item_whose_mandate_has_lapsed_is_not_sold(world: World, salon: PlainRoom) -> None:
    item = salon.item("dress")
    mandate = world.mandate_of("dress", "hanna")
    assert mandate
    mandate.expires_at = world.now + 1000
    world.tell("dress")
    world.wait(1000)
    salon.tick()
    assert item.id not in salon.state[RunOfShow].order
    assert salon.happened(ItemRemoved)[-1].reason == "mandate_expired"


# --- letting go ----------------------------------------------------------------------------


def test_a_hold_is_released_by_its_buyer_alone(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "mug")["claim"]
    assert salon.refuses(BENO, c.Release(claim=held)) == "unknown_claim"
    assert salon.refuses(ANNA, c.Release(claim="nothing")) == "unknown_claim"
    assert salon.ask(ANNA, c.Release(claim=held)) == {}


def test_a_hold_in_checkout_is_neither_released_nor_cancelled(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "mug")["claim"]
    salon.pay(ANNA)
    assert salon.refuses(ANNA, c.Release(claim=held)) == "claim_in_checkout"
    assert salon.refuses(HANNA, c.CancelClaim(claim=held)) == "claim_in_checkout"


def test_a_cancelled_buyer_hears_why_and_nobody_else_does(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "mug")["claim"]
    assert salon.refuses(MODERATOR, c.CancelClaim(claim=held)) == "forbidden"
    assert salon.refuses(COHOST, c.CancelClaim(claim="nothing")) == "unknown_claim"
    salon.ask(COHOST, c.CancelClaim(claim=held, reason="It broke"))
    notice = salon.state[Notices].boxes["anna"][-1]
    assert (notice.kind, notice.text) == ("cancelled", "It broke")
    assert "It broke" in salon.sent[True][-1]
    assert "It broke" not in salon.sent[False][-1]


def test_a_place_in_line_is_left_by_whoever_has_it(salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    entry = salon.claim(BENO, "scarf")["entry"]
    assert salon.refuses(CARL, c.LeaveWaitlist(entry=entry)) == "unknown_entry"
    salon.ask(BENO, c.LeaveWaitlist(entry=entry))
    assert salon.refuses(BENO, c.LeaveWaitlist(entry=entry)) == "unknown_entry"
    assert salon.state[Claims].waitlists == {}
    assert salon.state[Claims]._entries_of == {}


def test_those_who_wait_for_a_removed_item_are_told(salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    salon.ask(HANNA, c.Remove(item=salon.item("scarf").id))
    assert [notice.kind for notice in salon.state[Notices].boxes["beno"]] == ["cancelled"]
    assert salon.state[Claims]._entries_of == {}


def test_those_who_wait_for_a_size_that_is_withdrawn_are_told(
    world: World, salon: PlainRoom, market: PlainRoom
) -> None:
    market.claim(ANNA, "dress", variant="dress-m")
    salon.claim(BENO, "dress", variant="dress-m")
    market.ask(ANNA, c.Release(claim=market.state[Claims].held_by("anna")[0].id))
    small = world.listings["dress"].variants[:1]
    world.edit("dress", variants=small)
    assert [notice.kind for notice in salon.state[Notices].boxes["beno"]] == ["cancelled"]
    assert [v.id for v in salon.item("dress").variants] == ["dress-s"]


def test_a_size_that_is_gone_from_the_closet_cannot_be_claimed_any_more(
    world: World, salon: PlainRoom
) -> None:
    """The stock is read before the room has heard of the edit."""
    world.listings["dress"].variants[1:] = []
    assert salon.refuses(ANNA, claim(salon, "dress", variant="dress-m")) in (
        "sold_out",
        "unknown_variant",
    )


def test_a_held_size_stays_until_its_holder_lets_go(world: World, salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "dress", variant="dress-m")["claim"]
    world.edit("dress", variants=world.listings["dress"].variants[:1])
    assert [v.id for v in salon.item("dress").variants] == ["dress-s", "dress-m"]
    salon.ask(ANNA, c.Release(claim=held))


def test_a_hold_on_a_removed_item_is_honoured(salon: PlainRoom) -> None:
    salon.claim(ANNA, "scarf")
    salon.ask(HANNA, c.Remove(item=salon.item("scarf").id))
    assert salon.settle(salon.pay(ANNA)) == "succeeded"


def test_an_item_that_comes_back_keeps_its_number_and_knows_its_stock(
    salon: PlainRoom, market: PlainRoom
) -> None:
    number = salon.item("mug").number
    salon.claim(ANNA, "mug", quantity=2)
    salon.ask(HANNA, c.Remove(item=salon.item("mug").id))
    market.ask(BORIS, c.Configure(claims_per_buyer=2))
    market.claim(BENO, "mug", quantity=2)
    salon.put("mug")
    item = salon.item("mug")
    assert (item.number, item.variants[0].available) == (number, 1)


# --- time ----------------------------------------------------------------------------------


def test_a_hold_expires_at_its_time_and_not_before(world: World, salon: PlainRoom) -> None:
    until = salon.claim(ANNA, "mug")["until"]
    assert MACHINE.next_deadline(salon.state) == until
    world.wait(299_999)
    salon.tick()
    assert salon.state[Claims].holds
    world.wait(1)
    salon.tick()
    assert not salon.state[Claims].holds
    assert [notice.kind for notice in salon.state[Notices].boxes["anna"]] == ["expired"]


def of(room: PlainRoom, who: str) -> list[int]:
    return [own.quantity for own in room.state[Claims].held_by(who)]


def test_who_let_a_hold_run_out_does_not_have_it_again_while_others_wait(
    world: World, salon: PlainRoom
) -> None:
    """faults.md 14: one account had everything again after each lapse."""
    salon.ask(HANNA, c.Configure(claims_per_buyer=2))
    salon.claim(ANNA, "scarf")
    salon.claim(ANNA, "scarf")  # in line before the others
    salon.claim(BENO, "scarf")
    world.wait(300_000)
    salon.tick()
    assert (of(salon, "anna"), of(salon, "beno")) == ([], [1])
    # Nobody else waits: there is nobody to whom it could be unfair.
    salon.ask(BENO, c.Release(claim=salon.state[Claims].held_by("beno")[0].id))
    assert of(salon, "anna") == [1]


@pytest.fixture
def lapsed(world: World, salon: PlainRoom) -> PlainRoom:
    """Anna let one of five mugs run out; three are free. Beno waits for all, then Anna."""
    salon.ask(HANNA, c.Configure(claims_per_buyer=5))
    held = [salon.claim(CARL, "mug", quantity=2) for _ in range(2)]
    salon.ask(HANNA, c.Configure(hold_seconds=60))
    salon.claim(ANNA, "mug")
    salon.claim(BENO, "mug", quantity=5)
    world.wait(60_000)
    salon.tick()
    assert salon.claim(ANNA, "mug")["place"] == 2
    salon.ask(CARL, c.Release(claim=held[0]["claim"]))
    assert of(salon, "anna") == []
    return salon


def test_a_hold_that_ran_out_is_forgiven_after_its_length(world: World, lapsed: PlainRoom) -> None:
    """faults.md 14: who let it run out is passed for as long as the hold was."""
    assert MACHINE.next_deadline(lapsed.state) == world.now + 60_000
    world.wait(59_999)
    lapsed.tick()
    assert of(lapsed, "anna") == []
    world.wait(1)
    lapsed.tick()
    assert of(lapsed, "anna") == [1]
    assert (MACHINE.next_deadline(lapsed.state) or 0) > world.now


def test_a_hold_that_ran_out_is_forgiven_when_nobody_else_waits(lapsed: PlainRoom) -> None:
    """faults.md 14."""
    (place,) = lapsed.state[Claims].entries_of("beno")
    lapsed.ask(BENO, c.LeaveWaitlist(entry=place.id))
    lapsed.tick()
    assert of(lapsed, "anna") == [1]


def test_who_let_a_hold_run_out_does_not_take_a_part_while_others_wait(
    world: World, salon: PlainRoom
) -> None:
    """faults.md 14: nor by being the first in line."""
    salon.ask(HANNA, c.Configure(claims_per_buyer=5))
    salon.claim(CARL, "mug", quantity=4)
    salon.ask(HANNA, c.Configure(hold_seconds=60))
    salon.claim(ANNA, "mug")
    salon.claim(ANNA, "mug", quantity=3)
    place = salon.claim(BENO, "mug", quantity=5)
    world.wait(60_000)
    salon.tick()
    assert salon.refuses(ANNA, claim(salon, "mug")) == "already_waiting"
    salon.ask(BENO, c.LeaveWaitlist(entry=place["entry"]))
    assert salon.claim(ANNA, "mug")["status"] == "held"


def waits(room: PlainRoom, who: Person) -> list[tuple[int, int | None]]:
    """The places of somebody, and until when others in line come first."""
    view = mine(Look(room.state, room.world.rules, room.world.now), who)
    return [(entry.place, entry.passed_until) for entry in view.waitlist]


def test_who_is_passed_knows_until_when(world: World, salon: PlainRoom) -> None:
    """They read "1st in line", and others were served. faults.md 14."""
    salon.ask(HANNA, c.Configure(claims_per_buyer=2, hold_seconds=60))
    salon.claim(ANNA, "scarf")
    salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    salon.claim(CARL, "scarf")
    assert waits(salon, ANNA) == [(1, None)]
    world.wait(60_000)
    salon.tick()
    until = world.now + 60_000
    assert of(salon, "beno") == [1]
    assert waits(salon, ANNA) == [(1, until)]
    assert waits(salon, CARL) == [(2, None)]

    # Alone, it is their turn; whoever comes then is served before them, and they are told.
    (place,) = salon.state[Claims].entries_of("carl")
    salon.ask(CARL, c.LeaveWaitlist(entry=place.id))
    assert waits(salon, ANNA) == [(1, None)]
    salon.claim(DORA, "scarf")
    assert waits(salon, ANNA) == [(1, until)]
    assert "anna" in salon.happened(ItemWaitlisted)[-1].concerns(salon.state)

    # The time stands still with the show's clocks, and then it is over.
    world.wait(59_999)
    salon.ask(HANNA, c.Pause())
    world.wait(10)
    assert waits(salon, ANNA) == [(1, until)]
    salon.ask(HANNA, c.Resume())
    assert waits(salon, ANNA) == [(1, None)]


def test_who_leaves_the_front_of_a_line_lets_those_behind_have_what_is_free(
    salon: PlainRoom,
) -> None:
    salon.ask(HANNA, c.Configure(claims_per_buyer=5))
    salon.claim(CARL, "mug", quantity=4)
    front = salon.claim(BENO, "mug", quantity=5)
    assert salon.claim(DORA, "mug")["status"] == "waitlisted"
    salon.ask(BENO, c.LeaveWaitlist(entry=front["entry"]))
    salon.tick()
    assert of(salon, "dora") == [1]


@pytest.mark.parametrize(("stop", "go"), [(c.StreamDown(), c.StreamUp()), (c.Pause(), c.Resume())])
def test_timers_stand_still_while_the_show_is_interrupted(
    world: World, salon: PlainRoom, stop: Any, go: Any
) -> None:
    salon.claim(ANNA, "mug")
    world.wait(100_000)
    salon.ask(HANNA, stop)
    world.wait(10_000_000)
    salon.claim(BENO, "mug")
    # All that has a deadline is the interruption itself.
    assert (
        MACHINE.next_deadline(salon.state)
        == (salon.state.show.interrupted_at or 0) + Rules().max_interrupted_ms
    )
    world.wait(10_000_000)
    salon.ask(HANNA, go)
    left = [claim.until - world.now for claim in salon.state[Claims].holds.values()]
    assert left == [200_000, 300_000]


def test_what_is_left_of_a_hold_made_during_an_interruption_is_as_documented(
    world: World, salon: PlainRoom
) -> None:
    """PROTOCOL.md 3.2: what is left is ``until - interrupted_at``."""
    salon.ask(HANNA, c.Pause())
    world.wait(60_000)
    until = salon.claim(ANNA, "mug")["until"]
    assert until - (salon.state.show.interrupted_at or 0) == 300_000


def test_holds_run_on_from_where_they_stood_when_an_interrupted_show_ends(
    world: World, salon: PlainRoom
) -> None:
    salon.claim(ANNA, "mug")
    salon.ask(HANNA, c.Pause())
    world.wait(1_000_000)
    salon.ask(HANNA, c.End())
    assert [own.until - world.now for own in salon.state[Claims].holds.values()] == [300_000]


def test_a_show_that_nobody_takes_up_again_ends_by_itself(world: World, salon: PlainRoom) -> None:
    salon.claim(ANNA, "mug")
    salon.ask(HANNA, c.Pause())
    world.wait(Rules().max_interrupted_ms - 1)
    salon.tick()
    assert salon.state.show.on_air
    world.wait(1)
    salon.tick()
    assert not salon.state.show.on_air
    assert [own.until - world.now for own in salon.state[Claims].holds.values()] == [300_000]


def test_a_clock_that_is_set_back_takes_no_time_away(world: World, salon: PlainRoom) -> None:
    until = salon.claim(ANNA, "mug")["until"]
    salon.ask(HANNA, c.Pause())
    world.wait(-3_600_000)
    salon.ask(HANNA, c.Resume())
    assert [own.until for own in salon.state[Claims].holds.values()] == [until]


def test_an_outage_cannot_have_begun_before_the_show(world: World, salon: PlainRoom) -> None:
    salon.ask(None, c.StreamDown("restart", at=world.now - 86_400_000))
    assert salon.state.show.interrupted_at == salon.state.show.started_at


# --- waitlists of any length ---------------------------------------------------------------


def test_claiming_waiting_and_promoting_never_walk_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """5,000 claims on one item in one batch, then everybody ahead lets go."""
    world, salon, _ = two_shows(check=False)
    world.listing("ring", HANNA, {"": 1})
    item = salon.put("ring")
    walked = 0
    plain = Waitlist.__iter__

    def counted(line: Waitlist) -> Any:
        nonlocal walked
        for entry in plain(line):
            walked += 1
            yield entry

    monkeypatch.setattr(Waitlist, "__iter__", counted)
    crowd = [Person(f"u{n}", f"u{n}", f"U {n}") for n in range(5_000)]
    answers = salon.batch(*[c.Envelope(c.ClaimItem(item=item), who) for who in crowd])
    assert [a["place"] for a in answers[1:]] == list(range(1, 5_000))  # type: ignore[index]
    leaving = [
        c.Envelope(c.LeaveWaitlist(entry=answers[n]["entry"]), crowd[n])  # type: ignore[index]
        for n in range(2, 5_000, 2)
    ]
    salon.batch(*leaving)
    for _ in range(100):
        (held,) = salon.state[Claims].holds.values()
        salon.ask(held.buyer, c.Release(claim=held.id))
    assert walked == 0
    assert len(salon.state[Claims].waitlists[item]) == 5_000 - 1 - len(leaving) - 100


def test_a_line_can_be_filled_from_rows() -> None:
    _, salon, _ = two_shows()
    salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    salon.claim(CARL, "scarf")
    waitlists = Waitlists()
    for entry in salon.state[Claims].waitlists[salon.item("scarf").id]:
        waitlists.setdefault(entry.item, []).append(entry)
    assert waitlists == salon.state[Claims].waitlists


def test_a_muted_moderator_of_another_show_buys_like_everybody(
    salon: PlainRoom, market: PlainRoom
) -> None:
    market.ask(BORIS, c.Mute(user="momo", reason="loud"))
    assert market.claim(MODERATOR, "mug")["status"] == "held"
    assert market.ask(MODERATOR, market.checkout(MODERATOR))["amount"] > 0


# --- what the buyer was shown --------------------------------------------------------------


def test_nobody_claims_at_more_than_they_were_shown(salon: PlainRoom) -> None:
    """Between a new price and the page that shows it somebody may press the button."""
    scarf = salon.item("scarf")
    shown = scarf.price
    salon.ask(HANNA, c.Reprice(item=scarf.id, price=shown + 300))
    before = salon.state.seq
    assert salon.refuses(ANNA, claim(salon, "scarf", price=shown)) == "price_changed"
    assert salon.state.seq == before
    held = salon.claim(ANNA, "scarf", price=shown + 300)
    assert salon.state[Claims].holds[held["claim"]].price == shown + 300


def test_who_was_shown_a_higher_price_pays_the_lower_one(market: PlainRoom) -> None:
    price = market.item("mug").price
    held = market.claim(ANNA, "mug", price=price + 1)
    assert market.state[Claims].holds[held["claim"]].price == price


def test_nobody_joins_a_line_at_more_than_they_were_shown(salon: PlainRoom) -> None:
    price = salon.item("scarf").price
    salon.claim(ANNA, "scarf")
    assert salon.refuses(BENO, claim(salon, "scarf", price=price - 1)) == "price_changed"
    assert salon.claim(BENO, "scarf", price=price)["status"] == "waitlisted"
