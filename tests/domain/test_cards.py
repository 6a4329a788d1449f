"""A show may want a card on file before the first claim or bid."""

from __future__ import annotations

import json

from liveshow.domain.cards.events import CardRequired
from liveshow.domain.show.facts import Rules
from tests.domain import asks as c
from tests.domain.world import ANNA, COHOST, HANNA, MODERATOR, PlainRoom, World


def required(room: PlainRoom) -> bool:
    return bool(json.loads(room.snapshot(staff=False))["cards"]["required"])


def claim(room: PlainRoom) -> c.ClaimItem:
    return c.ClaimItem(item=room.item("mug").id)


def test_without_the_rule_nobody_needs_a_card(salon: PlainRoom) -> None:
    assert not required(salon)
    assert salon.ask(ANNA, claim(salon))["status"] == "held"


def test_a_claim_waits_for_the_card_and_then_goes_through(world: World, salon: PlainRoom) -> None:
    salon.ask(HANNA, c.RequireCard(required=True))
    assert required(salon)
    assert salon.refuses(ANNA, claim(salon)) == "card_required"
    world.cards.add(ANNA.id)
    assert salon.ask(ANNA, claim(salon))["status"] == "held"


def test_a_claim_in_a_comment_needs_the_card_too(world: World, salon: PlainRoom) -> None:
    salon.ask(HANNA, c.RequireCard(required=True))
    number = salon.item("mug").number
    said = salon.ask(ANNA, c.Chat(text=f"sold {number}"))
    assert said["claim"]["error"]["code"] == "card_required"


def test_a_bid_needs_the_card(world: World, salon: PlainRoom) -> None:
    put_up = c.PutUp(item=salon.item("scarf").id, start_price=100, seconds=30)
    auction = salon.ask(HANNA, put_up)["auction"]
    salon.ask(HANNA, c.RequireCard(required=True))
    bid = c.PlaceBid(auction=auction, amount=200)
    assert salon.refuses(ANNA, bid) == "card_required"
    world.cards.add(ANNA.id)
    assert salon.ask(ANNA, bid)["status"] == "leading"


def test_what_the_team_holds_for_somebody_needs_none(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.RequireCard(required=True))
    held = salon.ask(COHOST, c.HoldFor(user=ANNA.id, item=salon.item("mug").id))
    assert held["claim"]


def test_the_rule_of_the_operator_is_that_of_every_show(world: World, salon: PlainRoom) -> None:
    world.rules = Rules(cards=True, require_card=True)
    assert salon.refuses(ANNA, claim(salon)) == "card_required"


def test_where_no_provider_keeps_cards_none_is_wanted(world: World, salon: PlainRoom) -> None:
    salon.ask(HANNA, c.RequireCard(required=True))
    world.rules = Rules(cards=False, require_card=True)
    assert salon.ask(ANNA, claim(salon))["status"] == "held"
    salon.ask(HANNA, c.RequireCard(required=False))
    assert salon.refuses(HANNA, c.RequireCard(required=True)) == "no_cards"


def test_whoever_sells_in_the_show_says_it_once(salon: PlainRoom) -> None:
    for nobody in (ANNA, MODERATOR):
        assert salon.refuses(nobody, c.RequireCard(required=True)) == "forbidden"
    for _ in range(2):
        salon.ask(COHOST, c.RequireCard(required=True))
    assert len(salon.happened(CardRequired)) == 1


def test_the_rule_counts_for_a_claim_of_the_same_batch(world: World, salon: PlainRoom) -> None:
    said, claimed = salon.batch(
        c.Envelope(c.RequireCard(required=True), HANNA, "a"), c.Envelope(claim(salon), ANNA, "b")
    )
    assert said == {}
    assert getattr(claimed, "code", None) == "card_required"
