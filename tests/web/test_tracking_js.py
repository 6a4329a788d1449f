"""Tracking numbers that are pasted: typed lists, and the files of carriers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

READ = """
async ([text, orders]) => {
  const { readTracking } = await import("/web/features/orders/tracking.js");
  return readTracking(text, orders);
}
"""
ORDERS = [
    {"id": "o1", "buyer": {"id": "a", "handle": "ann", "name": "Ann"}},
    {"id": "o2", "buyer": {"id": "b", "handle": "ben", "name": "Ben"}},
    {"id": "o3", "buyer": {"id": "a", "handle": "ann", "name": "Ann"}},
]


@pytest.mark.parametrize(
    ("text", "sent", "unknown"),
    [
        ("T1\nT2\r\nT3\n", {"o1": ("T1", ""), "o2": ("T2", ""), "o3": ("T3", "")}, []),
        ("T1\n\nT2", {"o1": ("T1", ""), "o2": ("T2", "")}, []),
        ("T1,DHL\nT2,DHL\nT3,\nT4", {"o1": ("T1", "DHL"), "o2": ("T2", "DHL"), "o3": ("T3", "")},
         ["T4"]),
        ("o2\tT2\nnobody\tT9\no1\tT1\tPost", {"o2": ("T2", ""), "o1": ("T1", "Post")},
         ["nobody\tT9"]),
        ("@Ann;T1\n@ann;T3\n@ben;T2", {"o1": ("T1", ""), "o3": ("T3", ""), "o2": ("T2", "")}, []),
        ('\ufeffOrder,Number,By\n"o1","T ""1""","La, Poste"',
         {"o1": ('T "1"', "La, Poste")}, []),
        ("o1,\no2,T2", {"o2": ("T2", "")}, ["o1,"]),
        ("", {}, []),
    ],
)  # fmt: skip
async def test_each_number_finds_its_order(
    page: Page, text: str, sent: dict[str, tuple[str, str]], unknown: list[str]
) -> None:
    found: Any = await page.evaluate(READ, [text, ORDERS])
    assert {s["order"]: (s["tracking"], s["carrier"]) for s in found["sent"]} == sent
    assert found["unknown"] == unknown
