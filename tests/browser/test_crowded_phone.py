"""A phone with all that a show can put over the video at once: nothing lies on anything else."""

from __future__ import annotations

import pytest
from playwright.async_api import FloatRect, Locator, Page, expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import seconds

QUESTION = f"Which of all these pieces, {'each nicer than the one before, ' * 3}comes next?"[:140]
OPTIONS = [
    "The camel coat with horn buttons",
    "Boots",
    "The blue scarf from Porto, hand woven",
    "A hat",
    "Gloves",
    "Something else, surprise us",
]
NOTE = "Everything ships from Lisbon on Mondays. Ask me for the measures of what you like."

HEADER = ["live-badge", "viewers"]
TOOLS = ["follow", "sound"]
LOW = ["my-holds", "poll", "show-note", "pinned-item", "chat-input", "items-open"]

# Whether a finger at the middle or an end of the element hits it, or something that covers it.
HIT = """(e) => {
  const { left, right, top, bottom } = e.getBoundingClientRect();
  const y = (top + bottom) / 2;
  return [left + 12, (left + right) / 2, right - 12].every((x) => {
    let hit = document.elementFromPoint(x, y);
    while (hit?.shadowRoot?.elementFromPoint(x, y) && hit.shadowRoot.elementFromPoint(x, y) !== hit)
      hit = hit.shadowRoot.elementFromPoint(x, y);
    for (let at = hit; at; at = at.assignedSlot ?? at.parentNode ?? at.host)
      if (at === e) return true;
    return false;
  });
}"""


async def box(found: Locator) -> FloatRect:
    rect = await found.bounding_box()
    assert rect, found
    return rect


def apart(a: FloatRect, b: FloatRect) -> bool:
    return (
        a["x"] + a["width"] <= b["x"] + 1
        or b["x"] + b["width"] <= a["x"] + 1
        or a["y"] + a["height"] <= b["y"] + 1
        or b["y"] + b["height"] <= a["y"] + 1
    )


async def crowd(stage: Stage, options: int) -> str:
    """A hold, a note, a pinned piece with promises, lines of chat; returns the poll."""
    buyer = await stage.server.account("buyer")
    coat = await stage.item(title="Camel coat with a belt", price=2000, shipping={"flat": 895})
    await stage.command("start")
    await stage.command("pin", item=coat)
    await stage.command("note", text=NOTE)
    for promise in ("gift-wrapped in tissue, with a handwritten card", "ships Monday"):
        await stage.command("promise", item=coat, text=promise)
    for text in ("is it wool?", "how long is it?", "and the belt?"):
        await stage.command("chat", by=buyer, text=text)
    await stage.command("claim", by=buyer, item=coat)
    asked = await stage.command("poll", question=QUESTION, options=OPTIONS[:options], seconds=300)
    return str(asked["poll"])


async def nothing_overlaps(page: Page) -> None:
    over = [await box(page.get_by_test_id(name)) for name in HEADER + TOOLS]
    over += [await box(page.get_by_role("link", name="All shows"))]
    host = page.get_by_role("link", name="Host: ")
    over += [await box(host)]
    low = {name: await box(page.get_by_test_id(name)) for name in LOW}
    low["chat"] = await box(page.locator("ls-chat-lines"))
    for name, rect in low.items():
        assert all(apart(rect, other) for other in over), name
    names = list(low)
    for index, name in enumerate(names):
        for other in names[index + 1 :]:
            assert apart(low[name], low[other]), (name, other)
    for name in ("sound", "poll-fold", "pay-now"):
        for control in await page.get_by_test_id(name).all():
            assert await control.evaluate(HIT), name


@pytest.mark.parametrize(("height", "options"), [(844, 4), (664, 6)])
async def test_what_stands_over_the_video_stays_below_the_header_and_the_tools(
    stage: Stage, enter: Enter, height: int, options: int
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    await crowd(stage, options)
    page = await enter("buyer", f"/shows/{stage.show}")
    await page.set_viewport_size({"width": 390, "height": height})
    for name in LOW + TOOLS:
        await expect(page.get_by_test_id(name)).to_be_visible()
    await expect(page.get_by_test_id("poll-option")).to_have_count(options)
    await nothing_overlaps(page)

    # More options than there is room for are below, and the card says so.
    more = page.get_by_test_id("poll-more")
    await expect(more).to_be_visible()
    last = page.get_by_test_id("poll-option").last
    await last.scroll_into_view_if_needed()
    await page.get_by_test_id("poll").evaluate("(card) => card.scrollTo(0, card.scrollHeight)")
    await expect(more).to_be_hidden()
    assert await last.evaluate(HIT)
    await last.click()
    await expect(page.get_by_test_id("poll-bar")).to_have_count(options)
    await nothing_overlaps(page)
