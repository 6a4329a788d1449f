"""A webhook of Stripe is news, never a fact: forged, late, twice, in any order."""

from __future__ import annotations

import pytest

from liveshow.clock import wall_clock
from liveshow.errors import Invalid, NotFound
from liveshow.payments.stripe.provider import StripeProvider
from tests.payments.stripe.conftest import PAYS, WEBHOOK_SECRET, Till, signed
from tests.payments.stripe.edge import PUBLISHABLE_KEY
from tests.payments.world import ANA, START
from tests.support import eventually

AT = START // 1000
PAID = "payment_intent.succeeded"


async def test_a_webhook_before_the_answer_and_after_it_settles_the_payment_once(
    till: Till,
) -> None:
    payment, intent, piece = await till.checkout()
    await till.edge.pay(intent, PAYS)
    # Before this server has asked, and twice; then by asking; then late, as another event.
    await till.hook(PAID, {"id": intent})
    assert await till.status(payment.id) == "succeeded"
    asked = len(till.edge.asked)
    await till.hook(PAID, {"id": intent})
    assert len(till.edge.asked) == asked
    assert (await till.server.payments.get(payment.id, ANA.id)).status == "succeeded"
    await till.hook("charge.succeeded", {"id": "ch_1", "payment_intent": intent}, "evt_2")
    await till.hook("payment_intent.canceled", {"id": intent}, "evt_3")
    assert await till.status(payment.id) == "succeeded"
    assert await till.world.stock(piece) == (0, 1)
    await till.restarted().webhooks.take("stripe", *signed(PAID, {"id": intent}, AT))
    assert await till.world.stock(piece) == (0, 1)


async def test_a_signed_webhook_that_lies_about_money_moves_none(till: Till) -> None:
    payment, intent, piece = await till.checkout()
    await till.hook(PAID, {"id": intent, "status": "succeeded", "amount_received": 2_500})
    assert await till.status(payment.id) == "open"
    assert await till.world.stock(piece) == (1, 0)


async def test_webhooks_that_stripe_did_not_sign_are_refused_and_nothing_is_asked(
    till: Till,
) -> None:
    _, intent, _ = await till.checkout()
    await till.edge.pay(intent, PAYS)
    asked = len(till.edge.asked)
    headers, body = signed(PAID, {"id": intent}, AT)
    good = headers["Stripe-Signature"]
    other = signed(PAID, {"id": intent}, AT, secret="whsec_another")[0]["Stripe-Signature"]
    for signature, sent in (
        ("", body),
        (good, body + b" "),
        (good, body.replace(b"evt_1", b"evt_2")),
        (good, b"\xff" + body),
        (good.replace("v1=", "v0="), body),
        (good.replace(f"t={AT}", f"t={AT + 1}"), body),
        (f"t={AT},v1={'0' * 64}", body),
        ("t=,v1=", body),
        ("t=²,v1=0", body),
        (other, body),
    ):
        with pytest.raises(Invalid):
            await till.server.webhooks.take("stripe", {"Stripe-Signature": signature}, sent)
    for old in (AT - 301, AT + 301):
        with pytest.raises(Invalid, match="too long ago"):
            await till.server.webhooks.take("stripe", *signed(PAID, {"id": intent}, old))
    assert len(till.edge.asked) == asked
    # The secret was changed at Stripe: for a day it signs with both.
    both = {"Stripe-Signature": f"{other},{good.split(',')[1]}"}
    await till.server.webhooks.take("stripe", both, body)
    assert len(till.edge.asked) > asked


async def test_news_of_what_is_not_ours_is_taken_and_left_alone(till: Till) -> None:
    asked = len(till.edge.asked)
    for number, (type_, about) in enumerate(
        (
            (PAID, {"id": "pi_of_another_shop"}),
            ("charge.refunded", {"id": "ch_1", "payment_intent": None}),
            ("customer.created", {"id": "cus_1"}),
            ("balance.available", {}),
        )
    ):
        await till.hook(type_, about, f"evt_{number}")
    assert len(till.edge.asked) == asked


async def test_without_a_secret_for_webhooks_there_is_no_address_for_them(till: Till) -> None:
    provider = StripeProvider(
        till.provider._api,
        till.provider._kept,
        till.world.clock,
        publishable_key=PUBLISHABLE_KEY,
    )
    with pytest.raises(NotFound):
        await provider.notification(*signed(PAID, {"id": "pi_1"}, AT, secret=""))


async def test_localstripes_own_webhook_is_verified_and_followed(till: Till) -> None:
    """Signed by a server that nobody here wrote, on its own time."""
    from tests.payments.api import serve

    till.world.clock.now = wall_clock()
    payment, intent, _ = await till.checkout()
    async with serve(till.world, till.server) as api:
        url = api.client.make_url("/api/payments/webhooks/stripe")
        hook = {"url": str(url), "secret": WEBHOOK_SECRET}
        await till.edge.call("POST", "/_config/webhooks/here", hook)
        await till.edge.pay(intent, PAYS)

        async def settled() -> bool:
            return await till.status(payment.id) == "succeeded"

        await eventually(settled, within=10)
