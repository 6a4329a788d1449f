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
