"""Every end of an offer is told to both sides, as the tables declare it, with words on any page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import pytest

from liveshow.domain.offers.decide import SHOW_CLOCK_MS
from liveshow.domain.offers.ends import TO_BUYER, TO_SELLER
from liveshow.domain.offers.events import OfferEnd, OfferEnded
from liveshow.domain.show.notices import Notices
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import ANNA, BENO, COHOST, HANNA, MODERATOR, SELLER

WEB = Path(__file__).parents[3] / "web"
# Asked for by whom it would be told; the answer to their command says it.
ASKED_FOR = {"counter_declined", "withdrawn"}
# The owner did that to the listing or the mandate, or hears of the sale.
OWNERS = {"taken", "sold", "gone", "dearer"}


class Scene:
    """Anna offers for the only dress of size M, which Sela has lent with a floor of 5000."""

    def __init__(self) -> None:
        self.world, self.room, _ = two_shows()
        self.offer = self.room.ask(ANNA, self.asked(6000))["offer"]

    def asked(self, amount: int) -> c.MakeOffer:
        item = self.room.item("dress").id
        return c.MakeOffer(item=item, variant="dress-m", amount=amount)

    def counter(self) -> None:
        self.room.ask(COHOST, c.AnswerOffer(offer=self.offer, counter=8000))

    def pass_time(self) -> None:
        self.world.wait(SHOW_CLOCK_MS)
        self.room.tick()

    def raise_floor(self) -> None:
        self.world.mandates[0].floor = 7000
        self.world.tell("dress")

    def take(self) -> None:
        other = self.room.ask(BENO, self.asked(7000))["offer"]
        self.room.ask(HANNA, c.AnswerOffer(offer=other, accept=True))

    def sell(self) -> None:
        self.room.claim(BENO, "dress", variant="dress-m")
        self.room.settle(self.room.pay(BENO))

    def claim(self) -> None:
        self.room.ask(HANNA, c.Configure(claims_per_buyer=1))
        self.room.claim(ANNA, "dress", variant="dress-s")

    def counter_and_decline(self) -> None:
        self.counter()
        self.room.ask(ANNA, c.AnswerOffer(offer=self.offer))

    def counter_and_wait(self) -> None:
        self.counter()
        self.pass_time()

    def cut_price(self) -> None:
        self.room.ask(HANNA, c.Reprice(item=self.room.item("dress").id, price=6000))


WAYS: Mapping[OfferEnd, Callable[[Scene], object]] = {
    "declined": lambda scene: scene.room.ask(HANNA, c.AnswerOffer(offer=scene.offer)),
    "counter_declined": Scene.counter_and_decline,
    "withdrawn": lambda scene: scene.room.ask(ANNA, c.WithdrawOffer(offer=scene.offer)),
    "expired": Scene.pass_time,
    "counter_expired": Scene.counter_and_wait,
    "taken": Scene.take,
    "sold": Scene.sell,
    "gone": lambda scene: scene.room.ask(HANNA, c.Remove(item=scene.room.item("dress").id)),
    "dearer": Scene.raise_floor,
    "cheaper": Scene.cut_price,
    "banned": lambda scene: scene.room.ask(MODERATOR, c.Ban(user="anna", reason="x")),
    "on_team": lambda scene: scene.room.ask(HANNA, c.AppointStaff(user="anna", role="cohost")),
    "claimed": Scene.claim,
    "show_over": lambda scene: scene.room.ask(HANNA, c.End()),
}


@pytest.mark.parametrize("end", get_args(OfferEnd))
def test_every_end_of_an_offer_is_told_to_both_sides(end: OfferEnd) -> None:
    scene = Scene()
    WAYS[end](scene)
    ended = [record for record in scene.room.log if isinstance(record.event, OfferEnded)]
    (record,) = [record for record in ended if record.event.offer == scene.offer]
    assert record.event.reason == end
    for who, table in ((ANNA, TO_BUYER), (SELLER, TO_SELLER)):
        told = [
            (notice.kind, notice.text)
            for notice in scene.room.state[Notices].of(who.id)
            if notice.id == record.seq
        ]
        declared = table[end]
        assert told == ([(declared.kind, declared.text)] if declared else [])


def test_whoever_ends_it_themselves_is_not_told() -> None:
    scene = Scene()
    scene.room.ask(SELLER, c.AnswerOffer(offer=scene.offer))
    assert [n.kind for n in scene.room.state[Notices].of(SELLER.id)] == ["offer_made"]


def test_no_end_is_without_a_notice_but_those_that_were_asked_for() -> None:
    assert set(WAYS) == set(TO_BUYER) == set(TO_SELLER) == set(get_args(OfferEnd))
    assert {end for end, told in TO_BUYER.items() if told is None} == ASKED_FOR
    assert {end for end, told in TO_SELLER.items() if told is None} == OWNERS


def test_every_notice_of_an_offer_has_words_in_the_show_and_everywhere_else() -> None:
    kinds = ("offer_made", "offer_countered", "offer_accepted", "offer_taken", "offer_over")
    for words in ("features/inbox/words.js", "features/offers/notices.js"):
        text = (WEB / words).read_text()
        assert [kind for kind in kinds if f"\n  {kind}: (" not in text] == []
