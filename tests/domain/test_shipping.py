"""What parcels cost in each currency."""

from __future__ import annotations

import pytest

from liveshow.codes import CURRENCIES, DECIMALS
from liveshow.domain.checkout.parcels import cart
from liveshow.domain.shipping import DEFAULT_RATES, PER_DOLLAR, example_rates, parcel_shipping
from liveshow.domain.show.facts import Rules
from liveshow.domain.values import Shipping
from liveshow.settings import Settings
from tests.domain import asks as c
from tests.domain.world import ANNA, HANNA, World


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_every_currency_has_rates_of_its_own(currency: str) -> None:
    """faults.md 29: 400 g cost 495 minor units in every currency."""
    rates = example_rates(currency)
    assert [grams for grams, _ in rates] == [grams for grams, _ in DEFAULT_RATES]
    prices = [price for _, price in rates]
    assert prices == sorted(prices)
    for price, (_, cents) in zip(prices, DEFAULT_RATES, strict=True):
        dollars = price / 10 ** DECIMALS[currency] / PER_DOLLAR[currency]
        assert dollars == pytest.approx(cents / 100, rel=0.1)


def test_the_rates_are_those_of_the_shows_currency(world: World) -> None:
    """faults.md 29: SEK 47.00, not 4.95."""
    world.listing("mitten", HANNA, {"": 1}, currency="SEK", shipping=Shipping(weight=400))
    room = world.show("stockholm", HANNA, currency="SEK")
    room.put("mitten")
    assert room.item("mitten").shipping == Shipping(weight=400)
    room.ask(HANNA, c.Start())
    room.claim(ANNA, "mitten")
    held = cart(room.state, "anna", world.rules)
    assert held
    assert held.shipping == 4_700


def test_an_operator_has_their_own_rates() -> None:
    """faults.md 29."""
    settings = Settings(shipping_rates={"SEK": {2000: 9900, 250: 4500}})
    rates = {code: tuple(sorted(of.items())) for code, of in settings.shipping_rates.items()}
    rules = Rules(shipping_rates=rates)
    for grams, price in ((100, 4500), (251, 9900), (9000, 9900)):
        pieces = [(Shipping(weight=grams), 1)]
        assert parcel_shipping(pieces, None, rules.rates("SEK")) == price
    assert rules.rates("USD") == DEFAULT_RATES
