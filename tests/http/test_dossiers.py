"""What the team looks up: lines of long ago, and what is known of one person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from liveshow.store import dossiers
from tests.stage import Stage
from tests.support import RunningServer

Json = dict[str, Any]


@pytest.fixture
async def stage(running_server: RunningServer) -> AsyncIterator[Stage]:
    stage = await Stage.set(running_server, title="The fitting room")
    yield stage
    await stage.clear()


async def pages(stage: Stage, query: str) -> list[Json]:
    """All lines of a search, page by page."""
    found: list[Json] = []
    after = ""
    while True:
        path = f"/api/shows/{stage.show}/lines?{query}{after}"
        page = await stage.server.get(path, by=stage.host)
        found += page["items"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


async def test_what_was_said_long_ago_is_found_by_text_and_by_person(stage: Stage) -> None:
    """What moderators missed in faults.md: more than 100 lines back."""
    ann, ben = await stage.seat("ann"), await stage.seat("ben")
    assert ann.account
    assert ben.account
    await ann.do("chat", text="Straße 5, it is WOOL")
    for number in range(110):
        await stage.command("announce", text=f"number {number}")
    await ben.do("chat", text="no wool")
    whisper = await stage.command("whisper", text="wool again")
    assert len((await stage.fresh())["state"]["chat"]["lines"]) == 100
    found = await pages(stage, "q=wool&limit=2")
    assert [(line["kind"], line["text"]) for line in found] == [
        ("whisper", "wool again"),
        ("message", "no wool"),
        ("message", "Straße 5, it is WOOL"),
    ]
    assert [line["text"] for line in await pages(stage, "q=STRASSE")] == ["Straße 5, it is WOOL"]
    assert [line["text"] for line in await pages(stage, f"q=wool&user={ben.account.id}")] == [
        "no wool"
    ]
    # What was taken back is in its place without its text, which no search tells either.
    assert found[0]["deleted"] is False
    await stage.command("unwhisper", whisper=whisper["seq"])
    assert await pages(stage, "q=again") == []
    everything = await pages(stage, "limit=50")
    again = everything[0]
    assert (again["text"], again["deleted_by"]["handle"]) == ("", "host")
    assert len(everything) == 113
    assert [line["id"] for line in everything] == sorted(
        (line["id"] for line in everything), reverse=True
    )


async def test_a_search_looks_at_so_many_lines_at_once_and_goes_on_from_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await stage.seat("ann")
    await ann.do("chat", text="needle")
    for number in range(12):
        await stage.command("announce", text=f"hay {number}")
    monkeypatch.setattr(dossiers, "MOST_SEARCHED", 5)
    path = f"/api/shows/{stage.show}/lines?q=needle"
    page = await stage.server.get(path, by=stage.host)
    assert page["items"] == []
    assert page["next"]
    assert [line["text"] for line in await pages(stage, "q=needle")] == ["needle"]
    assert [line["text"] for line in await pages(stage, "q=hay&limit=3")] == [
        f"hay {number}" for number in reversed(range(12))
    ]
    await stage.server.request("GET", f"{path}&after=x", by=stage.host, status=400)
    await stage.server.request("GET", f"{path}&limit=101", by=stage.host, status=400)


async def test_a_line_that_was_taken_away_says_by_whom(stage: Stage) -> None:
    ann, ben = await stage.seat("ann"), await stage.seat("ben")
    assert ben.account
    own = await ann.do("chat", text="mine")
    await ann.do("delete", message=own["seq"])
    await ben.do("chat", text="rubbish")
    await stage.command("purge", user=ben.account.id, reason="spam")
    await ann.do("chat", text="still there")
    found = await pages(stage, "")
    by = {line["text"]: line["deleted_by"] and line["deleted_by"]["handle"] for line in found}
    assert by == {"mine": "ann", "rubbish": "host", "still there": None}
    assert [line["deleted"] for line in found] == [False, True, True]


async def test_a_person_has_an_age_claims_and_what_this_host_has_done_to_them(
    stage: Stage,
) -> None:
    """What moderators missed in faults.md: earlier messages, account age, former sanctions."""
    server = stage.server
    item = await stage.item(quantity=3)
    rude = await stage.seat("rude")
    assert rude.account
    user = rude.account.id
    other = await Stage.set(server, title="Last week")
    stranger = await server.account("stranger")
    show = await server.post("/api/shows", {"title": "Elsewhere"}, by=stranger)
    elsewhere = Stage(server, show["id"], stranger)
    await other.command("mute", user=user, seconds=60, reason="spam")
    await other.command("unmute", user=user)
    await elsewhere.command("ban", user=user, reason="not your business")
    await rude.do("chat", text="hello")
    await rude.do("claim", item=item)
    await stage.command("mute", user=user, reason="first")
    await stage.command("mute", user=user, seconds=3600, reason="second")
    await stage.command("ban", user=user, reason="third")

    seen = await server.get(f"/api/shows/{stage.show}/people/{user}", by=stage.host)
    assert seen["person"]["user"]["handle"] == "rude"
    assert (seen["person"]["muted"], seen["person"]["banned"]) == (True, True)
    assert seen["created_at"] > 0
    assert (seen["said"], seen["claims"]) == (1, {"held": 1, "paid": 0, "lapsed": 0})
    told = [(s["kind"], s["show"]["title"], s["reason"]) for s in seen["sanctions"]]
    assert told == [
        ("ban", "The fitting room", "third"),
        ("mute", "The fitting room", "second"),
        ("mute", "The fitting room", "first"),
        ("mute", "Last week", "spam"),
    ]
    assert [s["ended_at"] is None for s in seen["sanctions"]] == [True, True, False, False]
    await server.request("GET", f"/api/shows/{stage.show}/people/nobody", by=stage.host, status=404)
    await other.clear()
    await elsewhere.clear()
