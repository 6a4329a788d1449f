"""Charges at Stripe, from checkout to refund; answers get lost and processes die in between."""

from __future__ import annotations

import pytest

from liveshow.errors import LiveshowError
from liveshow.ids import new_id
from liveshow.payments.provider import ProviderUnavailable
from tests.payments.stripe.conftest import DECLINED, PAYS, WANTS_SECOND_STEP, Till
from tests.payments.stripe.edge import PUBLISHABLE_KEY
from tests.payments.world import ANA, BEN, HOLD_SECONDS, SELLER

CREATE = "POST /v1/payment_intents"


async def test_a_card_in_stripes_form_pays_and_is_found_by_asking(till_on_each: Till) -> None:
    till = till_on_each
    payment, intent, piece = await till.checkout()
    client = await till.server.payments.client(payment)
    assert client is not None
    assert (client.form, client.parameters["publishable_key"]) == ("stripe", PUBLISHABLE_KEY)
    assert client.parameters["client_secret"].startswith(f"{intent}_secret_")
    await till.edge.pay(intent, PAYS)
    assert await till.server.payments.reconcile(thorough=True) == 0
    assert await till.status(payment.id) == "succeeded"
    assert await till.world.stock(piece) == (0, 1)
    (made,) = await till.edge.intents()
    assert (made["amount"], made["currency"]) == (2_500, "usd")
    assert made["metadata"] == {"payment": payment.id}


async def test_a_bank_that_says_no_is_said_in_words_and_leaves_the_payment_open(
    till: Till,
) -> None:
    payment, intent, piece = await till.checkout()
    await till.edge.pay(intent, DECLINED)
    shown = await till.server.payments.get(payment.id, ANA.id)
    assert (shown.status, shown.error and shown.error.code) == ("open", "card_declined")
    assert await till.world.stock(piece) == (1, 0)
    assert (await till.server.payments.cancel(payment.id, ANA.id)).status == "cancelled"
    (made,) = await till.edge.intents()
    assert made["status"] == "canceled"


@pytest.mark.parametrize("passed", [True, False])
async def test_a_second_step_is_taken_on_the_buyers_screen(till: Till, passed: bool) -> None:
    payment, intent, _ = await till.checkout()
    await till.edge.pay(intent, WANTS_SECOND_STEP)
    shown = await till.server.payments.get(payment.id, ANA.id)
    assert shown.status == "challenge"
    client = await till.server.payments.client(shown)
    assert client is not None
    await till.edge.second_step(client.parameters["client_secret"], passed)
    till.world.clock.advance(1)
    shown = await till.server.payments.get(payment.id, ANA.id)
    if passed:
        assert (shown.status, shown.error) == ("succeeded", None)
    else:
        assert (shown.status, shown.error and shown.error.code) == ("open", "challenge_failed")


@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize("lost", ["cut", "answers_lost"])
async def test_a_charge_whose_answer_was_lost_is_made_once_and_pays_once(
    till: Till, lost: str, remembered: bool
) -> None:
    """Killed before Stripe heard of it, or before its answer came; also when its keys are gone."""
    piece = await till.world.piece()
    await till.server.claim(ANA, piece)
    getattr(till.edge, lost).add(CREATE)
    payment = await till.server.checkout()
    assert (payment.status, await till.intent(payment.id)) == ("open", "")
    assert await till.server.payments.client(payment) is None
    getattr(till.edge, lost).clear()
    till.edge.forgets_keys = not remembered
    server = till.restarted()
    await server.payments.reconcile(thorough=True)
    intent = await till.intent(payment.id)
    made = await till.edge.intents()
    assert intent in {each["id"] for each in made}
    if remembered:
        assert len(made) == 1
    await till.edge.pay(intent, PAYS)
    await server.payments.reconcile(thorough=True)
    assert await till.status(payment.id) == "succeeded"
    paid = [each["id"] for each in await till.edge.intents() if each["status"] == "succeeded"]
    assert paid == [intent]


async def test_an_error_that_stripe_would_repeat_for_ever_is_asked_under_another_key(
    till: Till,
) -> None:
    """Keys keep the first answer, a 500 of Stripe's own included."""
    piece = await till.world.piece()
    await till.server.claim(ANA, piece)
    till.edge.canned[CREATE] = (500, {"error": {"type": "api_error", "message": "Sorry"}})
    payment = await till.server.checkout()
    assert await till.intent(payment.id) == ""
    till.edge.canned.clear()
    till.world.clock.advance(60)
    await till.server.payments.reconcile(thorough=True)
    assert len(await till.edge.intents()) == 1
    assert await till.intent(payment.id) != ""


async def test_money_that_comes_while_the_hold_runs_out_buys_the_piece_or_goes_back(
    till: Till,
) -> None:
    payment, intent, piece = await till.checkout()
    till.edge.cut.add("POST /v1/payment_intents/")
    till.world.clock.advance(HOLD_SECONDS + 3)
    await till.server.payments.reconcile(thorough=True)
    assert await till.status(payment.id) == "expiring"
    # Somebody else takes it, before the buyer's bank answers.
    await till.server.claim(BEN, piece)
    await till.edge.pay(intent, PAYS)
    till.edge.cut.clear()
    await till.server.payments.reconcile(thorough=True)
    assert await till.status(payment.id) == "refunded"
    (back,) = await till.edge.refunds()
    assert (back["amount"], back["payment_intent"]) == (2_500, intent)
    assert await till.world.stock(piece) == (1, 0)


async def test_what_ran_out_is_given_up_at_stripe_before_it_is_let_go(till: Till) -> None:
    payment, _, piece = await till.checkout()
    till.world.clock.advance(HOLD_SECONDS + 3)
    await till.server.payments.reconcile(thorough=True)
    await till.server.payments.reconcile(thorough=True)
    assert await till.status(payment.id) == "expired"
    (made,) = await till.edge.intents()
    assert made["status"] == "canceled"
    assert await till.world.stock(piece) == (0, 0)


async def test_refunds_in_parts_and_whole_are_sent_once_each_whatever_is_lost(till: Till) -> None:
    payment, intent, _ = await till.checkout(owner=SELLER)
    await till.edge.pay(intent, PAYS)
    paid = await till.server.payments.get(payment.id, ANA.id)
    (order,) = paid.orders
    till.edge.answers_lost.add("POST /v1/refunds")
    await till.server.orders.refund(order, SELLER, new_id(), "a part", 700)
    till.edge.answers_lost.clear()
    # Days later: Stripe has forgotten the key, and this server was restarted.
    till.edge.forgets_keys = True
    server = till.restarted()
    assert await server.orders.reconcile() == 0
    assert [each["amount"] for each in await till.edge.refunds()] == [700]
    assert (await till.provider.status(payment.id)).status == "succeeded"  # type: ignore[union-attr]
    await server.orders.refund(order, SELLER, new_id(), "the rest")
    assert sorted(each["amount"] for each in await till.edge.refunds()) == [700, 1_800]
    assert (await till.provider.status(payment.id)).status == "refunded"  # type: ignore[union-attr]
    assert {row.sent for row in (await server.orders.get(order, ANA.id)).refunds} == {True}


async def test_a_refund_that_failed_at_the_bank_is_sent_again(till: Till) -> None:
    payment, intent, _ = await till.checkout()
    await till.edge.pay(intent, PAYS)
    await till.server.payments.reconcile(thorough=True)
    failed = {"id": "re_1", "object": "refund", "status": "failed", "metadata": {"refund": "key"}}
    page = {"object": "list", "data": [failed], "has_more": False, "url": "/v1/refunds"}
    till.edge.canned["GET /v1/refunds"] = (200, page)
    await till.provider.refund(payment.id, 500, "key")
    assert [each["amount"] for each in await till.edge.refunds()] == [500]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, {"type": "invalid_request_error", "code": "rate_limit"}),
        (409, {"type": "invalid_request_error", "code": "lock_timeout"}),
        (500, {"type": "api_error"}),
        (401, {"type": "invalid_request_error"}),
        (403, {"type": "invalid_request_error"}),
        (404, {"type": "invalid_request_error", "code": "resource_missing"}),
    ],
)
async def test_whatever_stripe_cannot_say_now_is_asked_again(
    till: Till, status: int, error: dict[str, str]
) -> None:
    payment, intent, piece = await till.checkout()
    look = f"GET /v1/payment_intents/{intent}"
    till.edge.canned[look] = (status, {"error": {"message": "sk_test_of_the_tests", **error}})
    with pytest.raises(ProviderUnavailable) as refused:
        await till.provider.status(payment.id)
    assert "sk_test" not in refused.value.message
    assert await till.server.payments.reconcile(thorough=True) == 1
    till.edge.canned.clear()
    await till.edge.pay(intent, PAYS)
    assert await till.server.payments.reconcile(thorough=True) == 0
    assert await till.world.stock(piece) == (0, 1)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("amount_too_small", "amount_refused"),
        ("amount_too_large", "amount_refused"),
        ("parameter_invalid", "provider_refused"),
    ],
)
async def test_what_stripe_never_takes_fails_at_once_and_the_piece_is_held_as_before(
    till: Till, code: str, said: str
) -> None:
    piece = await till.world.piece()
    await till.server.claim(ANA, piece)
    error = {"type": "invalid_request_error", "code": code, "message": "No"}
    till.edge.canned[CREATE] = (400, {"error": error})
    payment = await till.server.checkout()
    assert (payment.status, payment.error and payment.error.code) == ("failed", said)
    assert await till.world.stock(piece) == (1, 0)
    # Nothing remains to be asked, and the next try is a payment of its own.
    assert await till.server.payments.reconcile(thorough=True) == 0
    till.edge.canned.clear()
    again = await till.server.checkout()
    assert (again.status, await till.intent(again.id) != "") == ("open", True)


async def test_a_charge_is_never_made_with_another_amount(till: Till) -> None:
    payment, _, _ = await till.checkout()
    with pytest.raises(LiveshowError, match="another amount"):
        await till.provider.create(payment.id, 2_501, "USD", 0)
