"""What moderators are shown: who is kept out, and what can be taken back."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Page, Route

PEOPLE = """
async () => {
  const { Features } = await import("/web/lib/features.js");
  const { RoomPage } = await import("/web/lib/room.js");
  const { learnClock } = await import("/web/lib/time.js");
  const { html } = await import("/web/vendor/lit.js");
  await import("/web/features/moderation/ls-mod-people.js");
  learnClock(10_000);
  class Page extends RoomPage {
    constructor() { super(new Features([])); }
    render() { return html`<ls-mod-people></ls-mod-people>`; }
  }
  customElements.define("x-page", Page);
  const page = document.createElement("x-page");
  document.body.replaceChildren(page);
  page.room.state = { show: {}, sanctions: [] };
  page.room.dispatchEvent(new Event("change"));
  const list = () => page.renderRoot?.querySelector("ls-mod-people")?.renderRoot;
  while (!list()?.querySelector("[data-testid=person]"))
    await new Promise((done) => setTimeout(done, 10));
  return Object.fromEntries([...list().querySelectorAll("[data-testid=person]")].map((person) =>
    [person.dataset.user, [...person.querySelectorAll(".bad, .warn")].map((b) => b.textContent)]));
}
"""


def person(handle: str, **sanctions: int | bool | None) -> dict[str, object]:
    plain = {"muted": False, "muted_until": None, "banned": False, "banned_until": None}
    user = {"id": handle, "handle": handle, "name": handle}
    return {
        "user": user,
        "roles": [],
        "connected": True,
        "last_said_at": None,
        **plain,
        **sanctions,
    }


async def test_a_mute_or_ban_for_the_whole_show_has_its_badge(page: Page) -> None:
    """faults.md 52: without an end it was read as none."""
    people = [
        person("muted", muted=True),
        person("banned", banned=True),
        person("later", muted=True, muted_until=10**12),
        person("over", muted=True, muted_until=9_000),
        person("free"),
    ]

    async def answer(route: Route) -> None:
        await route.fulfill(content_type="application/json", body=json.dumps({"people": people}))

    await page.route("**/people", answer)
    assert await page.evaluate(PEOPLE) == {
        "muted": ["muted"],
        "banned": ["banned"],
        "later": ["muted"],
        "over": [],
        "free": [],
    }


ACT = """
async ([type, order]) => {
  const { features } = await import("/web/features/index.js");
  const { act } = await import("/web/features/moderation/moderate.js");
  await import("/web/components/ls-toast.js");
  const room = new EventTarget();
  const happened = () =>
    room.dispatchEvent(new CustomEvent("log", { detail: [{ seq: 7, type }] }));
  room.features = features;
  room.command = async () => {
    if (order === "before") happened();
    else setTimeout(happened, 20);
    return { seq: 7 };
  };
  await act(room, "any", {}, "Done.");
  return document.querySelector("ls-toast").toasts.at(-1).action;
}
"""


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize(
    ("type_", "offered"),
    [
        ("user.muted", "Undo"),
        ("chat.deleted", "Undo"),
        ("user.unmuted", ""),
        ("user.unbanned", ""),
        ("chat.restored", ""),
    ],
)
async def test_undo_is_offered_for_what_the_server_can_undo(
    page: Page, type_: str, offered: str, order: str
) -> None:
    """faults.md 51: the page offered to undo an unmute, an unban and a restoration."""
    assert await page.evaluate(ACT, [type_, order]) == offered


MUTED = """
async (muted) => {
  const { features } = await import("/web/features/index.js");
  const { learnClock, timeText } = await import("/web/lib/time.js");
  await import("/web/components/ls-toast.js");
  learnClock(1_000_000);
  const notice = { id: 7, at: 1_000_000, kind: "muted", item: null, text: "Spam" };
  features.notify({ notice, mine: { muted }, name: "", item: null, room: null });
  const { text } = document.querySelector("ls-toast").toasts.at(-1);
  return text.replace(timeText(1_300_000), "TIME");
}
"""


@pytest.mark.parametrize(
    ("muted", "said"),
    [
        (
            {"until": 1_300_000, "reason": "Spam"},
            "You are muted until TIME (5 minutes): Spam. You can still claim and buy.",
        ),
        (
            {"until": None, "reason": "Spam"},
            "You are muted until the show ends: Spam. You can still claim and buy.",
        ),
        (None, "You were muted in the chat: Spam. You can chat again."),
    ],
)
async def test_who_is_muted_is_told_until_when(
    page: Page, muted: dict[str, object] | None, said: str
) -> None:
    """Whoever was away until it was over is not told that they are muted."""
    assert await page.evaluate(MUTED, muted) == said
