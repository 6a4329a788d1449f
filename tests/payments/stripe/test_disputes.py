"""A payment that is disputed at a bank: told once to whom it concerns, and withheld.

localstripe has no disputes: the answers here are of the shape in docs.stripe.com/api/disputes.
"""

from __future__ import annotations

from typing import Any

from liveshow.domain.show.notices import Notices
from liveshow.domain.values import Person
from liveshow.store.tables.chargebacks import ChargebackRow
from tests.payments.stripe.conftest import PAYS, Till
from tests.payments.world import ANA, BEN, HOST, SELLER, SHOW, START

DUE = START // 1000 + 600_000


def dispute(intent: str, status: str = "needs_response", id_: str = "dp_1") -> dict[str, Any]:
    return {
        "id": id_,
        "object": "dispute",
        "amount": 2_500,
        "balance_transactions": [],
        "charge": "ch_1",
        "created": START // 1000,
        "currency": "usd",
        "evidence": {},
        "evidence_details": {"due_by": DUE, "has_evidence": False, "past_due": False},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": intent,
        "reason": "product_not_received",
        "status": status,
    }


async def sold(till: Till) -> tuple[str, str]:
    """A lent piece, paid; return the intent and the order."""
    payment, intent, _ = await till.checkout(owner=SELLER, commission=10)
    await till.edge.pay(intent, PAYS)
    paid = await till.server.payments.get(payment.id, ANA.id)
    (order,) = paid.orders
    return intent, order


async def told(till: Till, who: Person) -> list[str]:
    notices = (await till.server.rooms.get(SHOW)).state[Notices].of(who.id)
    return [notice.kind for notice in notices if notice.kind.startswith("chargeback")]


async def withheld(till: Till, who: Person) -> tuple[int, int]:
    balance = await till.server.orders.balance(SHOW, who.id)
    return balance.withheld, balance.balance


async def test_a_dispute_withholds_what_its_order_brought_until_the_bank_has_decided(
    till_on_each: Till,
) -> None:
    till = till_on_each
    intent, order = await sold(till)
    at = "GET /v1/disputes/dp_1"
    till.edge.canned[at] = (200, dispute(intent))
    for number in range(2):
        # The same news twice, as two events.
        await till.hook("charge.dispute.created", dispute(intent), f"evt_{number}")
    owner, host = await withheld(till, SELLER), await withheld(till, HOST)
    assert owner[0] == owner[1] > 0
    assert host[0] == host[1] == 200
    assert await told(till, SELLER) == await told(till, HOST) == ["chargeback"]
    assert await told(till, ANA) == []
    (row,) = await till.world.rows(ChargebackRow)
    assert (row.id, row.order_id, row.amount, row.status) == ("dp_1", order, 2_500, "open")
    assert row.respond_by == DUE * 1000
    # What the webhook says of it is not believed.
    await till.hook("charge.dispute.closed", dispute(intent, "won"), "evt_2")
    assert (await withheld(till, SELLER))[0] > 0
    till.edge.canned[at] = (200, dispute(intent, "won"))
    await till.hook("charge.dispute.closed", dispute(intent, "won"), "evt_3")
    assert (await withheld(till, SELLER))[0] == (await withheld(till, HOST))[0] == 0
    assert await told(till, SELLER) == ["chargeback", "chargeback_won"]


async def test_a_dispute_is_found_and_followed_without_any_webhook(till: Till) -> None:
    intent, _ = await sold(till)
    page = {"object": "list", "url": "/v1/disputes", "has_more": False}
    others = dispute("pi_of_another_shop", id_="dp_2")
    till.edge.canned["GET /v1/disputes"] = (200, {**page, "data": [dispute(intent), others]})
    till.edge.canned["GET /v1/disputes/dp_1"] = (200, dispute(intent, "under_review"))
    await till.server.reconciler.look(thorough=True)
    assert (await withheld(till, SELLER))[0] > 0
    # Weeks later it is not among the new ones any more.
    till.edge.canned["GET /v1/disputes"] = (200, {**page, "data": []})
    till.edge.canned["GET /v1/disputes/dp_1"] = (200, dispute(intent, "lost"))
    asked = len(till.edge.asked)
    await till.server.reconciler.look(thorough=True)
    assert len(till.edge.asked) == asked
    till.world.clock.advance(601)
    await till.restarted().reconciler.look(thorough=True)
    assert await told(till, SELLER) == ["chargeback", "chargeback_lost"]
    # What is lost stays withheld.
    assert (await withheld(till, SELLER))[0] > 0
    assert [row.status for row in await till.world.rows(ChargebackRow)] == ["lost"]


async def test_a_dispute_of_a_payment_that_is_not_ours_is_left_alone(till: Till) -> None:
    await sold(till)
    till.edge.canned["GET /v1/disputes/dp_1"] = (200, dispute("pi_of_another_shop"))
    missing = {"error": {"type": "invalid_request_error", "code": "resource_missing"}}
    till.edge.canned["GET /v1/disputes/dp_unknown"] = (404, missing)
    await till.hook("charge.dispute.created", dispute("pi_of_another_shop"))
    await till.server.chargebacks.look("dp_1", "stripe")
    await till.server.chargebacks.look("dp_unknown", "stripe")
    assert await till.world.rows(ChargebackRow) == []
    assert await told(till, BEN) == []
