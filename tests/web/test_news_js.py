"""Which notices are news on a device, by the rules of the pages themselves."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

NEWS = """
async ([notices, seen, now, held]) => {
  const { news } = await import("/web/lib/news.js");
  const holds = ({ kind, item }) => kind === "promoted" && held.includes(item?.id);
  return news(notices, seen, now, holds).map(({ id }) => id);
}
"""
NOW = 1_800_000_000_000


def notice(id_: int, kind: str, item: str | None = None, ago: int = 0) -> dict[str, Any]:
    about = {"id": item, "number": 1, "title": item} if item else None
    return {"id": id_, "at": NOW - ago * 1000, "kind": kind, "item": about, "text": ""}


@pytest.mark.parametrize(
    ("notices", "seen", "held", "told"),
    [
        # A fresh browser: ten minutes ago is no news, unless it is still so.
        ([notice(1, "promoted", "coat", 600), notice(2, "expired", "coat", 300)], None, [], []),
        ([notice(1, "promoted", "coat", 600)], None, ["coat"], [1]),
        ([notice(1, "expired", "coat", 5)], None, [], [1]),
        # One that has been here: what it has not told yet, however old.
        ([notice(1, "expired", "coat", 600), notice(2, "sold", "bag", 600)], 1, [], [2]),
        ([notice(1, "expired", "coat", 600)], 1, [], []),
        # Of what contradicts itself the newest alone, about each thing by itself.
        ([notice(1, "promoted", "coat"), notice(2, "expired", "coat")], 0, [], [2]),
        ([notice(2, "promoted", "coat"), notice(1, "expired", "coat")], 0, ["coat"], [2]),
        ([notice(1, "muted"), notice(2, "promoted", "bag"), notice(3, "unmuted")], 0, [], [2, 3]),
        # A later one that was told already takes back what was not.
        ([notice(1, "promoted", "coat", 600), notice(2, "expired", "coat", 1)], 2, [], []),
    ],
)
async def test_a_device_tells_what_is_new_to_it_and_still_true(
    page: Page, notices: list[Any], seen: int | None, held: list[str], told: list[int]
) -> None:
    """faults.md 69: old notices are not told as new, and none contradicts another."""
    assert await page.evaluate(NEWS, [notices, seen, NOW, held]) == told


UNTOLD = """
async ([lists, now]) => {
  const { untold } = await import("/web/lib/news.js");
  localStorage.clear();
  const tell = (list) => untold("orders.anna", list, now, ({ order }) => order);
  return lists.map((list) => tell(list).map(({ order, at }) => [order, at - now]));
}
"""


def step(order: str, ago: int) -> dict[str, Any]:
    return {"order": order, "at": NOW - ago * 1000}


async def test_a_device_tells_each_step_once_whatever_came_first(page: Page) -> None:
    """faults.md 69: one that was committed late, and one that was away from the list, too."""
    coat, hat, late = step("coat", 20), step("hat", 10), step("bag", 15)
    lists = [
        # What was there before the device saw any.
        [step("scarf", 600)],
        [hat, coat, step("scarf", 600)],
        [hat, coat],
        [hat, late, coat],
        [hat],
        [hat, late, coat],
        # The same order has come further.
        [step("coat", 0), hat, late],
    ]
    told = await page.evaluate(UNTOLD, [lists, NOW])
    assert told == [
        [],
        [["coat", -20_000], ["hat", -10_000]],
        [],
        [["bag", -15_000]],
        [],
        [],
        [["coat", 0]],
    ]


async def test_what_a_device_forgets_is_not_told_again(page: Page) -> None:
    many = [step(f"order-{n}", 50 - n // 4) for n in range(150)]
    told = await page.evaluate(UNTOLD, [[many[:80], many[80:], many], NOW])
    assert [len(news) for news in told] == [80, 70, 0]
