"""The team holds a piece for a buyer: a hold like any other, within the buyer's own rights."""

from __future__ import annotations

import pytest

from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.claims.for_buyer import MAX_GIVEN
from liveshow.domain.show.notices import Notices
from tests.domain import asks as c
from tests.domain.world import (
    ANNA,
    BENO,
    CARL,
    COHOST,
    HANNA,
    MODERATOR,
    SELLER,
    PlainRoom,
    World,
)


def hold(room: PlainRoom, listing: str, user: str = "anna", **more: object) -> c.HoldFor:
    return c.HoldFor(user=user, item=room.item(listing).id, **more)


def test_what_the_host_holds_is_the_buyers_with_the_usual_clock(
    world: World, salon: PlainRoom
) -> None:
    """The buyer is told, everybody sees for whom, and nothing is charged: it may be given back."""
    answer = salon.ask(HANNA, hold(salon, "mug", quantity=2))
    assert answer["until"] == world.now + salon.state.show.hold_seconds * 1000
    [own] = salon.held_by("anna")
    assert (own.id, own.quantity, own.via, own.payment) == (answer["claim"], 2, "staff", None)
    assert [notice.kind for notice in salon.state[Notices].boxes["anna"]] == ["given"]
    assert [event.via for event in salon.happened(ItemClaimed)] == ["staff"]
    salon.ask(ANNA, c.Release(claim=answer["claim"]))
    assert not salon.holds()


def test_only_those_who_sell_hold_for_others(salon: PlainRoom) -> None:
    for who in (ANNA, MODERATOR, SELLER):
        assert salon.refuses(who, hold(salon, "mug", "beno")) == "forbidden"
    salon.ask(COHOST, hold(salon, "mug", "beno"))


def test_never_more_is_held_than_there_is(salon: PlainRoom) -> None:
    assert salon.refuses(HANNA, hold(salon, "mug", quantity=6)) == "quantity_too_large"
    salon.claim(BENO, "scarf")
    assert salon.refuses(HANNA, hold(salon, "scarf")) == "none_free"
    assert salon.refuses(HANNA, hold(salon, "dress")) == "variant_required"
    assert salon.refuses(HANNA, hold(salon, "mug", "nobody")) == "unknown_user"
    salon.settle(salon.pay(BENO))
    assert salon.refuses(HANNA, hold(salon, "scarf")) == "sold_out"


def test_nobody_in_line_is_passed(salon: PlainRoom) -> None:
    """Two are free, and the first in line wants three: the team cannot give them away."""
    salon.ask(HANNA, c.Configure(claims_per_buyer=3))
    salon.claim(BENO, "mug", quantity=3)
    salon.claim(CARL, "mug", quantity=3)
    assert salon.refuses(HANNA, hold(salon, "mug")) == "none_free"
    assert salon.refuses(HANNA, hold(salon, "mug", "carl")) == "already_waiting"


def test_a_buyer_gets_no_more_than_they_could_claim(world: World, salon: PlainRoom) -> None:
    limit = salon.state.show.claims_per_buyer
    assert salon.refuses(HANNA, hold(salon, "mug", quantity=limit + 1)) == "claim_limit"
    for _ in range(limit):
        salon.claim(ANNA, "mug")
    assert salon.refuses(HANNA, hold(salon, "mug")) == "claim_limit"
    assert salon.refuses(HANNA, hold(salon, "dress", SELLER.id, variant="dress-m")) == "own_item"
    salon.ask(HANNA, c.Ban(user="beno", reason="spam"))
    assert salon.refuses(HANNA, hold(salon, "mug", "beno")) == "buyer_banned"
    salon.ask(HANNA, c.Mute(user="carl", reason="loud"))
    salon.ask(HANNA, hold(salon, "mug", "carl"))


def test_nobody_is_buried_in_what_they_did_not_ask_for(world: World, salon: PlainRoom) -> None:
    for number in range(MAX_GIVEN + 1):
        world.listing(f"hat-{number}", HANNA, {"": 1})
        salon.put(f"hat-{number}")
    for number in range(MAX_GIVEN):
        salon.ask(HANNA, hold(salon, f"hat-{number}"))
    assert salon.refuses(HANNA, hold(salon, f"hat-{MAX_GIVEN}")) == "claim_limit"
    salon.ask(HANNA, hold(salon, f"hat-{MAX_GIVEN}", "beno"))


@pytest.mark.parametrize("ended", [False, True])
def test_nothing_is_held_in_a_show_that_is_not_on(world: World, ended: bool) -> None:
    world.listing("coat", HANNA, {"": 1})
    room = world.show("later", HANNA)
    room.put("coat")
    if ended:
        room.ask(HANNA, c.Start())
        room.ask(HANNA, c.End())
    wanted = "show_ended" if ended else "not_live"
    assert room.refuses(HANNA, hold(room, "coat")) == wanted
