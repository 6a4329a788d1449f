"""What is said of an order is what has become of its money."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

SAY = """
async ([order, role]) => (await import("/web/features/orders/orders.js")).nextText(order, role)
"""

ORDER = {
    "status": "cancelled",
    "owner": {"handle": "host"},
    "currency": "EUR",
    "restocked": False,
    "items": 2000,
    "total": 2895,
    "refunded": 2895,
    "refunds": [{"sent": True}],
}


@pytest.mark.parametrize(
    ("role", "order", "said"),
    [
        ("owner", {}, "All of the money went back to the buyer."),
        (
            "buyer",
            {"refunds": [{"sent": False}]},
            "All of the money is on its way back to your card.",
        ),
        (
            "owner",
            {"refunded": 2000},
            "€20.00 went back to the buyer."
            " €8.95 for shipping stays paid: their other pieces come in the same parcel.",
        ),
        (
            "buyer",
            {"refunded": 2000},
            "€20.00 went back to your card."
            " €8.95 for shipping stays paid: your other pieces come in the same parcel.",
        ),
        (
            "buyer",
            {"refunded": 0, "total": 895, "refunds": []},
            "€8.95 for shipping stays paid: your other pieces come in the same parcel.",
        ),
        (
            "buyer",
            {"items": 0, "total": 0, "refunded": 0, "refunds": []},
            "It was a prize: no money goes back.",
        ),
        (
            "owner",
            {"status": "refunded", "restocked": None},
            "All of the money went back to the buyer. Can the pieces be sold again?",
        ),
    ],
)
async def test_what_went_back_of_an_order_is_told_and_what_did_not(
    page: Page, role: str, order: dict[str, Any], said: str
) -> None:
    """The seller read that the buyer has their money back, though shipping was kept."""
    assert await page.evaluate(SAY, [ORDER | order, role]) == said


LEDGER = """
async (ledger) =>
  (await import("/web/features/orders/orders.js"))
    .ledgerText(ledger)
    .map(({ text, amount }) => [text, amount])
"""


async def test_what_went_back_stands_above_what_came_of_it(page: Page) -> None:
    """Lines of two refunds ran into each other, the host's above the sum that was paid back."""
    sale = [("provider", 1000), ("owner", -800), ("host", -150), ("operator", -50)]
    back = [("host", 15), ("operator", 5), ("provider", -100), ("owner", 80)]
    lines = [{"account": account, "amount": amount} for account, amount in sale + back]
    said = await page.evaluate(LEDGER, lines)
    assert [amount for _, amount in said] == [1000, 800, 150, 50, 100, -15, -5, -80]
    assert said[4][0] == "Paid back to the buyer"


LATE = """
async ([status, days, role]) => {
  const { isLate, nextText } = await import("/web/features/orders/orders.js");
  const ship_by = Date.now() + days * 24 * 3_600_000;
  const [owner, buyer] = [{ handle: "host" }, { handle: "ann" }];
  const order = { status, ship_by, owner, buyer };
  return [isLate(order), nextText(order, role)];
}
"""


@pytest.mark.parametrize(
    ("status", "days", "role", "late", "said"),
    [
        ("paid", 3, "owner", False, "Pack it, then mark it as packed."),
        ("packed", 1, "owner", False, "Then @ann can cancel it."),
        ("packed", 1, "buyer", False, "you can cancel it."),
        ("packed", -1, "buyer", True, "You can cancel it, and get your money back."),
        ("packed", -1, "owner", True, "@ann can cancel it now"),
        ("shipped", -1, "buyer", False, "Tell us when it has arrived."),
    ],
)
async def test_what_is_not_sent_is_said_two_days_before_it_can_be_cancelled(
    page: Page, status: str, days: int, role: str, late: bool, said: str
) -> None:
    found = await page.evaluate(LATE, [status, days, role])
    assert found[0] is late
    assert said in found[1]
