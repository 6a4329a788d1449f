"""What an item is to the person who looks at it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

OFFER = """
async (of) => (await import("/web/features/claims/offer.js")).offer(of)
"""

SHOW = {"status": "live", "claims_per_buyer": 3, "interrupted_at": None}
NOBODY = {"user": {"id": "ann"}, "claims": [], "waitlist": []}
PASSED = {"entry": "e", "item": "coat", "variant": "one", "quantity": 2, "place": 1}


def coat(quantity: int = 1, held: int = 0, sold: int = 0, waiting: int = 0) -> dict[str, Any]:
    variant = {"id": "one", "quantity": quantity, "held": held, "sold": sold}
    return {"id": "coat", "owner": {"id": "host"}, "variants": [variant], "waiting": waiting}


def holds(quantity: int) -> dict[str, Any]:
    claim = {"claim": "c", "item": "coat", "variant": "one", "quantity": quantity, "paying": False}
    return {**NOBODY, "claims": [claim]}


@pytest.mark.parametrize(
    ("item", "mine", "kind"),
    [
        (coat(), NOBODY, "claim"),
        (coat(held=1), NOBODY, "waitlist"),
        # All that there is of it is theirs: nothing to wait for.
        (coat(held=1), holds(1), "held"),
        (coat(quantity=2, held=1, sold=1), holds(1), "held"),
        (coat(quantity=2, held=2), holds(1), "waitlist"),
        (coat(quantity=2, held=1), holds(1), "claim"),
    ],
)
async def test_nobody_waits_for_what_is_theirs(
    page: Page, item: dict[str, Any], mine: dict[str, Any], kind: str
) -> None:
    """Whoever held the only piece was offered the waitlist for it, in place of paying."""
    found = await page.evaluate(OFFER, {"item": item, "show": SHOW, "mine": mine, "guest": False})
    assert found["kind"] == kind


@pytest.mark.parametrize(("item", "free"), [(coat(), True), (coat(held=1), False)])
async def test_a_guest_reads_whether_there_is_something_to_claim(
    page: Page, item: dict[str, Any], free: bool
) -> None:
    """ "Sign in to claim" stood on a piece that could only be waited for."""
    found = await page.evaluate(OFFER, {"item": item, "show": SHOW, "mine": None, "guest": True})
    assert (found["kind"], found["free"]) == ("guest", free)


@pytest.mark.parametrize(("passed_until", "part"), [(None, 1), (32_503_680_000_000, 0)])
async def test_who_is_passed_takes_no_part(page: Page, passed_until: int | None, part: int) -> None:
    """The server refuses it to whoever let a hold run out, as long as others come first."""
    mine = {**NOBODY, "waitlist": [{**PASSED, "passed_until": passed_until}]}
    found = await page.evaluate(
        OFFER, {"item": coat(waiting=2), "show": SHOW, "mine": mine, "guest": False}
    )
    assert (found["kind"], found["part"]) == ("waiting", part)


STOCK = """
async ([item, variant]) =>
  (await import("/web/features/claims/offer.js")).stockText(item, variant)
"""


async def test_the_last_one_of_a_size_is_not_one_of_a_kind(page: Page) -> None:
    sizes = [
        {"id": "l", "quantity": 1, "held": 0, "sold": 0},
        {"id": "m", "quantity": 5, "held": 0, "sold": 0},
    ]
    assert await page.evaluate(STOCK, [{"variants": sizes}, "l"]) == "Last one"
    assert await page.evaluate(STOCK, [{"variants": sizes[:1]}, "l"]) == "One of a kind"


RELEASED = """
async (items) => {
  const { lines } = await import("/web/features/claims/words.js");
  const line = { kind: "released", item: { id: "coat", number: 1, title: "Coat" } };
  return lines.released(line, [], { items }).text;
}
"""


async def test_what_is_not_in_the_show_any_more_is_not_free(page: Page) -> None:
    """Its owner had taken it back while it was held."""
    assert await page.evaluate(RELEASED, [{"id": "coat"}]) == "#1 Coat is free again"
    assert await page.evaluate(RELEASED, []) == "#1 Coat was given back"
