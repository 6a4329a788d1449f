"""Who waits: a line ends when it cannot be served, and nobody passes the first in it."""

from __future__ import annotations

from liveshow.domain.claims.events import ItemLineOver
from liveshow.domain.claims.state import Claims
from liveshow.domain.show.notices import Notices
from tests.domain import asks as c
from tests.domain.world import ANNA, BENO, BORIS, CARL, DORA, HANNA, SELLER, PlainRoom, World


def notices(room: PlainRoom, who: str) -> list[tuple[str, str]]:
    return [(notice.kind, notice.text) for notice in room.state[Notices].of(who)]


def waiting(room: PlainRoom, listing: str) -> list[tuple[str, int]]:
    line = room.state[Claims].waitlist(room.item(listing).id)
    return [(entry.buyer.id, entry.quantity) for entry in line]


# --- lines that are in vain ----------------------------------------------------------------


def test_the_line_ends_with_the_last_piece(salon: PlainRoom) -> None:
    """faults.md 5: whoever waits for what is sold for good is told."""
    salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    salon.claim(CARL, "scarf")
    salon.settle(salon.pay(ANNA))
    for who in ("beno", "carl"):
        assert notices(salon, who) == [("cancelled", "All of these are sold.")]
    assert waiting(salon, "scarf") == []
    assert salon.state[Claims]._entries_of == {}
    assert salon.refuses(BENO, c.ClaimItem(item=salon.item("scarf").id)) == "sold_out"


def test_the_line_ends_when_the_last_piece_is_sold_elsewhere(
    salon: PlainRoom, market: PlainRoom
) -> None:
    """faults.md 5: the other show of a lent piece hears of it."""
    market.claim(ANNA, "dress", variant="dress-m")
    salon.claim(BENO, "dress", variant="dress-m")
    salon.claim(CARL, "dress", variant="dress-s", quantity=2)
    salon.claim(DORA, "dress", variant="dress-s")
    market.settle(market.pay(ANNA))
    salon.tick()
    assert notices(salon, "beno") == [("cancelled", "All of these are sold.")]
    # The line for the other size goes on.
    assert waiting(salon, "dress") == [("dora", 1)]
    (over,) = salon.happened(ItemLineOver)
    assert (over.waiting, over.reason) == (1, "sold")


def test_the_line_ends_when_the_seller_has_no_more(world: World, salon: PlainRoom) -> None:
    """faults.md 5: stock that is corrected downwards."""
    world.listing("vase", HANNA, {"": 3})
    salon.put("vase")
    vase = salon.item("vase").id
    salon.claim(ANNA, "vase", quantity=2)
    salon.settle(salon.pay(ANNA))
    salon.claim(BENO, "vase")
    salon.claim(CARL, "vase")
    salon.ask(BENO, c.Release(claim=salon.held_by("beno")[0].id))
    salon.ask(CARL, c.Release(claim=salon.held_by("carl")[0].id))
    salon.claim(BENO, "vase")
    salon.claim(CARL, "vase")
    salon.settle(salon.pay(BENO))
    assert notices(salon, "carl")[-1] == ("cancelled", "All of these are sold.")
    assert salon.refuses(HANNA, c.Restock(item=vase, quantity=2)) == "stock_in_use"


def test_whoever_wants_more_than_are_left_gets_those(salon: PlainRoom) -> None:
    """faults.md 5: the place of somebody who can never have three is not kept for ever."""
    salon.ask(HANNA, c.Configure(claims_per_buyer=5))
    salon.claim(ANNA, "mug", quantity=3)
    salon.claim(BENO, "mug", quantity=1)
    salon.claim(CARL, "mug", quantity=5)
    salon.settle(salon.pay(ANNA))
    assert waiting(salon, "mug") == [("carl", 5)]
    salon.ask(BENO, c.Release(claim=salon.held_by("beno")[0].id))
    assert [held.quantity for held in salon.held_by("carl")] == [2]
    assert waiting(salon, "mug") == []


def test_the_line_of_a_size_that_is_withdrawn_ends_with_a_reason(
    world: World, salon: PlainRoom, market: PlainRoom
) -> None:
    """faults.md 5."""
    market.claim(ANNA, "dress", variant="dress-m")
    salon.claim(BENO, "dress", variant="dress-m")
    market.ask(ANNA, c.Release(claim=market.held_by("anna")[0].id))
    world.edit("dress", variants=world.listings["dress"].variants[:1])
    assert notices(salon, "beno") == [("cancelled", "The seller does not offer this one any more.")]


# --- the first in line ---------------------------------------------------------------------


def two_of_three(world: World, room: PlainRoom) -> str:
    """Anna holds all three vases, Beno waits for three; one comes back."""
    room.ask(HANNA, c.Configure(claims_per_buyer=3))
    world.listing("vase", HANNA, {"": 3}, price=1000)
    room.put("vase")
    held = [room.claim(who, "vase")["claim"] for who in (ANNA, CARL, DORA)]
    room.claim(BENO, "vase", quantity=3)
    room.ask(ANNA, c.Release(claim=held[0]))
    assert room.item("vase").variants[0].available == 1
    return held[1]


def test_the_first_in_line_takes_what_is_there_and_keeps_their_place(
    world: World, salon: PlainRoom
) -> None:
    """faults.md 7: one now, and the place for two."""
    two_of_three(world, salon)
    salon.claim(ANNA, "vase")  # behind Beno
    answer = salon.claim(BENO, "vase", quantity=1)
    assert (answer["status"], answer["place"]) == ("held", 1)
    assert [held.quantity for held in salon.held_by("beno")] == [1]
    assert waiting(salon, "vase") == [("beno", 2), ("anna", 1)]
    for who in (CARL, DORA):
        salon.ask(who, c.Release(claim=salon.held_by(who.id)[0].id))
    assert waiting(salon, "vase") in ([("beno", 2)], [])


def test_a_newcomer_never_passes_the_first_in_line(world: World, salon: PlainRoom) -> None:
    """faults.md 7: by button and by comment."""
    two_of_three(world, salon)
    assert salon.claim(ANNA, "vase")["status"] == "waitlisted"
    number = salon.item("vase").number
    salon.ask(SELLER, c.Chat(text=f"sold {number}"))
    assert salon.held_by("sela") == []
    assert waiting(salon, "vase") == [("beno", 3), ("anna", 1), ("sela", 1)]


def test_a_part_costs_no_more_than_the_place_did(world: World, salon: PlainRoom) -> None:
    """faults.md 6, 7."""
    two_of_three(world, salon)
    salon.ask(HANNA, c.Reprice(item=salon.item("vase").id, price=9000))
    salon.claim(BENO, "vase", quantity=1)
    assert salon.held_by("beno")[0].price == 1000


def test_only_the_first_and_only_what_is_there_is_taken(world: World, salon: PlainRoom) -> None:
    """faults.md 7."""
    two_of_three(world, salon)
    salon.claim(ANNA, "vase")
    vase = salon.item("vase").id
    assert salon.refuses(BENO, c.ClaimItem(item=vase, quantity=2)) == "already_waiting"
    assert salon.refuses(BENO, c.ClaimItem(item=vase, quantity=3)) == "already_waiting"
    assert salon.refuses(ANNA, c.ClaimItem(item=vase)) == "already_waiting"


def test_an_ended_show_leaves_no_line(market: PlainRoom) -> None:
    """faults.md 5: the show is over."""
    market.claim(ANNA, "dress", variant="dress-m")
    market.claim(BENO, "dress", variant="dress-m")
    market.ask(BORIS, c.End())
    assert notices(market, "beno") == [
        ("cancelled", "The show is over, and every place in line with it.")
    ]
