"""A hold that the team puts right: what it may become, and who is told."""

from __future__ import annotations

import pytest

from liveshow.domain.checkout.parcels import cart
from liveshow.domain.claims.events import ItemExchanged
from liveshow.domain.claims.state import Claim
from liveshow.domain.show.notices import Notices
from liveshow.domain.values import Person
from tests.domain import asks as c
from tests.domain.world import (
    ANNA,
    BENO,
    CARL,
    COHOST,
    HANNA,
    MODERATOR,
    SECRET,
    PlainRoom,
    World,
)


def only(room: PlainRoom, who: Person) -> Claim:
    (claim,) = room.held_by(who.id)
    return claim


def test_another_size_is_the_same_hold_at_the_same_price(world: World, salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "dress", variant="dress-s")
    salon.ask(HANNA, c.Reprice(item=salon.item("dress").id, price=9500))
    salon.ask(COHOST, c.ChangeClaim(claim=held["claim"], variant="dress-m", reason=SECRET))
    claim = only(salon, ANNA)
    assert (claim.variant, claim.quantity, claim.offer.variant) == ("dress-m", 1, "M")
    assert (claim.price, claim.until) == (9000, held["until"])
    assert (world.stock["dress-s"], world.stock["dress-m"]) == ((2, 0, 0), (1, 1, 0))
    found = cart(salon.state, ANNA.id, world.rules)
    assert found
    (line,) = found.parcels[0].lines
    assert (line.variant, line.variant_id, line.amount) == ("M", "dress-m", 9000)


def test_the_buyer_is_told_with_the_words_of_the_team(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "dress", variant="dress-s")["claim"]
    salon.ask(HANNA, c.ChangeClaim(claim=held, variant="dress-m", reason="You wrote M"))
    notice = salon.state[Notices].of(ANNA.id)[-1]
    assert notice.item
    assert (notice.kind, notice.text, notice.item.title) == ("changed", "You wrote M", "Dress")


def test_what_is_given_back_goes_to_who_waits(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "mug", quantity=2)["claim"]
    salon.claim(CARL, "mug", quantity=2)
    salon.claim(BENO, "mug")
    salon.claim(MODERATOR, "mug")  # waits
    assert salon.held_by(MODERATOR.id) == []
    salon.ask(HANNA, c.ChangeClaim(claim=held, quantity=1))
    assert only(salon, ANNA).quantity == 1
    assert only(salon, MODERATOR).quantity == 1


def test_a_size_that_is_given_back_goes_to_who_waits_for_it(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "dress", variant="dress-s")["claim"]
    salon.claim(BENO, "dress", variant="dress-s")
    salon.claim(CARL, "dress", variant="dress-s")
    salon.ask(HANNA, c.ChangeClaim(claim=held, variant="dress-m"))
    assert only(salon, CARL).variant == "dress-s"


def test_nothing_is_taken_that_others_wait_for_or_hold(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "dress", variant="dress-s")["claim"]
    salon.claim(BENO, "dress", variant="dress-m")
    change = c.ChangeClaim(claim=held, variant="dress-m")
    assert salon.refuses(HANNA, change) == "none_free"
    salon.claim(CARL, "dress", variant="dress-m")  # waits
    assert salon.refuses(HANNA, change) == "none_free"


def test_a_buyer_gets_no_more_than_they_could_claim(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "mug")["claim"]
    assert salon.refuses(HANNA, c.ChangeClaim(claim=held, quantity=3)) == "claim_limit"
    assert salon.refuses(HANNA, c.ChangeClaim(claim=held, quantity=100)) == "quantity_too_large"
    salon.ask(HANNA, c.ChangeClaim(claim=held, quantity=2))
    assert only(salon, ANNA).quantity == 2


def test_without_a_difference_nothing_happens(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "mug")["claim"]
    assert salon.ask(HANNA, c.ChangeClaim(claim=held, quantity=1, variant="mug-one")) == {}
    assert salon.happened(ItemExchanged) == []


def test_what_is_being_paid_stays_as_it_is(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "mug", quantity=2)["claim"]
    salon.pay(ANNA)
    assert salon.refuses(HANNA, c.ChangeClaim(claim=held, quantity=1)) == "claim_in_checkout"


def test_what_was_won_stays_as_it_was_won(world: World, salon: PlainRoom) -> None:
    item = salon.item("dress").id
    sale = c.PutUp(item=item, variant="dress-s", start_price=5000, seconds=15)
    auction = salon.ask(HANNA, sale)
    salon.ask(ANNA, c.PlaceBid(auction=auction["auction"], amount=5000))
    world.wait(20_000)
    salon.tick()
    won = only(salon, ANNA)
    assert salon.refuses(HANNA, c.ChangeClaim(claim=won.id, variant="dress-m")) == "claim_fixed"


def test_a_flash_price_is_for_so_many_pieces_of_any_size(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.StartFlash(item=salon.item("dress").id, price=5000, seconds=60))
    held = salon.claim(ANNA, "dress", variant="dress-s")["claim"]
    assert salon.refuses(HANNA, c.ChangeClaim(claim=held, quantity=2)) == "claim_fixed"
    salon.ask(HANNA, c.ChangeClaim(claim=held, variant="dress-m"))
    assert (only(salon, ANNA).variant, only(salon, ANNA).price) == ("dress-m", 5000)


@pytest.mark.parametrize(
    ("who", "code"), [(MODERATOR, "forbidden"), (ANNA, "forbidden"), (BENO, "forbidden")]
)
def test_only_who_sells_may(salon: PlainRoom, who: Person, code: str) -> None:
    held = salon.claim(ANNA, "mug", quantity=2)["claim"]
    assert salon.refuses(who, c.ChangeClaim(claim=held, quantity=1)) == code


def test_what_is_not_there_is_not_changed(salon: PlainRoom) -> None:
    assert salon.refuses(HANNA, c.ChangeClaim(claim="none", quantity=1)) == "unknown_claim"
    held = salon.claim(ANNA, "mug")["claim"]
    change = c.ChangeClaim(claim=held, variant="dress-m")
    assert salon.refuses(HANNA, change) == "unknown_variant"


def test_after_the_show_less_can_be_taken_and_no_more(salon: PlainRoom) -> None:
    held = salon.claim(ANNA, "mug", quantity=2)["claim"]
    salon.ask(HANNA, c.End())
    salon.ask(HANNA, c.ChangeClaim(claim=held, quantity=1))
    assert salon.refuses(HANNA, c.ChangeClaim(claim=held, quantity=2)) == "show_ended"


def test_an_exchange_in_the_same_batch_is_counted(world: World, salon: PlainRoom) -> None:
    """Claimed, changed twice and given back at once: the stock is as before."""
    held = salon.claim(ANNA, "mug")["claim"]
    commands = [
        c.Envelope(c.ChangeClaim(claim=held, quantity=2), HANNA),
        c.Envelope(c.ChangeClaim(claim=held, quantity=1), HANNA),
        c.Envelope(c.Release(claim=held), ANNA),
    ]
    assert salon.batch(*commands) == [{}, {}, {}]
    assert world.stock["mug-one"] == (5, 0, 0)
