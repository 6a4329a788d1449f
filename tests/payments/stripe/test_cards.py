"""A card on file: saved at Stripe, known here by its last four digits, used at checkout."""

from __future__ import annotations

from typing import Any

import pytest

from liveshow.domain.values import Person
from liveshow.errors import LiveshowError
from liveshow.payments.provider import ProviderUnavailable
from liveshow.store.tables.accounts import AccountMarkRow
from liveshow.store.tables.cards import CardRow
from tests.payments.api import serve
from tests.payments.stripe.conftest import DECLINED, PAYS, WANTS_SECOND_STEP, Till
from tests.payments.stripe.edge import PUBLISHABLE_KEY
from tests.payments.world import ANA, BEN

ATTACH_DECLINED = "4000000000000002"


async def type_in(till: Till, number: str, who: Person = ANA) -> Any:
    """Begin to save a card, and do in Stripe's form what its owner does."""
    client = await till.server.cards.begin(who.id)
    secret = client.parameters["client_secret"]
    attempt = secret.split("_secret_")[0]
    data = {"key": PUBLISHABLE_KEY, "client_secret": secret, "payment_method_data[type]": "card"}
    data |= {
        f"payment_method_data[card][{field}]": value
        for field, value in (
            ("number", number),
            ("exp_month", "12"),
            ("exp_year", "2040"),
            ("cvc", "123"),
        )
    }
    return await till.edge.call("POST", f"/v1/setup_intents/{attempt}/confirm", data)


async def save(till: Till, number: str, who: Person = ANA) -> None:
    await type_in(till, number, who)
    await till.server.cards.finish(who.id)


async def test_a_card_is_saved_and_nothing_but_names_and_four_digits_is_kept(
    till_on_each: Till,
) -> None:
    till = till_on_each
    assert (await till.server.cards.state(ANA.id)).available
    await save(till, PAYS)
    card = (await till.server.cards.state(ANA.id)).card
    assert card is not None
    assert (card.provider, card.brand, card.last4, card.expires) == (
        "stripe",
        "visa",
        "4242",
        204012,
    )
    (row,) = await till.world.rows(CardRow)
    assert PAYS not in str(row)
    assert row.fingerprint
    # Whoever shares it with a seller is known by a mark that says nothing else.
    (mark,) = await till.world.rows(AccountMarkRow)
    assert (mark.user_id, mark.kind) == (ANA.id, "card")
    assert row.fingerprint not in mark.mark
    await save(till, PAYS, BEN)
    assert {each.fingerprint for each in await till.world.rows(CardRow)} == {row.fingerprint}
    # Removed here and there; the customer stays for the next card.
    await till.server.cards.remove(ANA.id)
    assert (await till.server.cards.state(ANA.id)).card is None
    assert f"POST /v1/payment_methods/{row.method}/detach" in till.edge.asked
    await save(till, PAYS)
    assert till.edge.asked.count("POST /v1/customers") == 2


async def test_a_card_that_is_refused_is_not_saved_and_the_former_stays(till: Till) -> None:
    await save(till, PAYS)
    await type_in(till, ATTACH_DECLINED)
    with pytest.raises(LiveshowError) as refused:
        await till.server.cards.finish(ANA.id)
    assert refused.value.code == "card_not_saved"
    card = (await till.server.cards.state(ANA.id)).card
    assert card is not None
    assert card.last4 == "4242"


async def test_a_card_that_was_saved_before_the_server_died_is_found(till: Till) -> None:
    await type_in(till, PAYS)
    till.edge.cut.add("GET /v1/setup_intents/")
    with pytest.raises(ProviderUnavailable):
        await till.server.cards.finish(ANA.id)
    assert (await till.restarted().cards.state(ANA.id)).card is None
    till.edge.cut.clear()
    assert (await till.server.cards.state(ANA.id)).card is not None


async def test_a_card_is_replaced_and_the_former_is_forgotten_at_stripe(till: Till) -> None:
    await save(till, PAYS)
    (before,) = await till.world.rows(CardRow)
    await save(till, DECLINED)
    (now,) = await till.world.rows(CardRow)
    assert (now.last4, now.customer) == ("0341", before.customer)
    assert f"POST /v1/payment_methods/{before.method}/detach" in till.edge.asked


async def test_a_saved_card_pays_at_checkout_once(till: Till) -> None:
    await save(till, PAYS)
    payment, intent, piece = await till.checkout()
    paid = await till.server.payments.pay_with_card(payment.id, ANA.id)
    assert paid.status == "succeeded"
    again = await till.server.payments.pay_with_card(payment.id, ANA.id)
    assert again.status == "succeeded"
    assert await till.world.stock(piece) == (0, 1)
    assert till.edge.asked.count(f"POST /v1/payment_intents/{intent}/confirm") == 1


@pytest.mark.parametrize("lost", ["cut", "answers_lost"])
async def test_a_saved_card_whose_answer_is_lost_pays_once_or_not_at_all(
    till: Till, lost: str
) -> None:
    await save(till, PAYS)
    payment, intent, piece = await till.checkout()
    confirm = f"POST /v1/payment_intents/{intent}/confirm"
    getattr(till.edge, lost).add(confirm)
    waiting = await till.server.payments.pay_with_card(payment.id, ANA.id)
    assert (waiting.status, waiting.error and waiting.error.code) == (
        "processing",
        "provider_timeout",
    )
    getattr(till.edge, lost).clear()
    server = till.restarted()
    await server.payments.reconcile(thorough=True)
    expected = "open" if lost == "cut" else "succeeded"
    assert await till.status(payment.id) == expected
    if lost == "cut":
        await server.payments.pay_with_card(payment.id, ANA.id)
    assert await till.world.stock(piece) == (0, 1)
    assert [each["status"] for each in await till.edge.intents()] == ["succeeded"]


async def test_a_saved_card_that_is_declined_leaves_the_payment_open(till: Till) -> None:
    await save(till, DECLINED)
    payment, _, _ = await till.checkout()
    shown = await till.server.payments.pay_with_card(payment.id, ANA.id)
    assert (shown.status, shown.error and shown.error.code) == ("open", "card_declined")


async def test_a_saved_card_may_want_the_second_step_on_the_buyers_screen(till: Till) -> None:
    attempt = await type_in(till, WANTS_SECOND_STEP)
    assert attempt["status"] == "requires_action"
    # The bank wants one when it is saved, and again for this payment.
    await till.edge.call("POST", f"/v1/setup_intents/{attempt['id']}/confirm")
    await till.server.cards.finish(ANA.id)
    payment, _, _ = await till.checkout()
    shown = await till.server.payments.pay_with_card(payment.id, ANA.id)
    assert shown.status == "challenge"
    client = await till.server.payments.client(shown)
    assert client is not None
    await till.edge.second_step(client.parameters["client_secret"], True)
    till.world.clock.advance(1)
    assert (await till.server.payments.get(payment.id, ANA.id)).status == "succeeded"


async def test_everybody_has_only_their_own_card(till: Till) -> None:
    await save(till, PAYS)
    payment, _, _ = await till.checkout(BEN)
    async with serve(till.world, till.server) as api:
        assert (await api.get("/api/me/card", BEN)).body["card"] is None
        assert (await api.get("/api/me/card", ANA)).body["card"]["last4"] == "4242"
        assert (await api.get("/api/me/card", None)).status == 401
        assert (await api.post(f"/api/payments/{payment.id}/card", BEN)).code == "not_found"
        assert (await api.post(f"/api/payments/{payment.id}/card", ANA)).code == "not_found"
        answer = await api.post("/api/me/card", BEN)
        assert (answer.status, answer.body["client"]["form"]) == (201, "stripe")
        assert (await api.post("/api/me/card/finish", BEN)).code == "card_not_saved"
        assert (await api.send("DELETE", "/api/me/card", ANA)).status == 204
        assert (await api.get("/api/me/card", ANA)).body["card"] is None
