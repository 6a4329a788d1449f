"""What a running server answers about shows is what its document says, with nothing beside it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image
from pydantic import BaseModel

from liveshow.fields import View
from liveshow.http import show_views as sv
from liveshow.http.bodies import Page
from liveshow.relay.stats import PublisherStats, ShowStats
from tests.relay import peers
from tests.stage import Stage
from tests.support import Account, RunningServer, eventually

SHOW = "/api/shows/{show}"
DOCUMENTED: dict[tuple[str, str], type[View]] = {
    ("get", "/api/shows"): Page[sv.ShowCardView],
    ("post", "/api/shows"): sv.ShowView,
    ("get", SHOW): sv.ShowForCallerView,
    ("post", f"{SHOW}/commands"): sv.CommandAnswerView,
    ("get", f"{SHOW}/state"): sv.SnapshotView,
    ("get", f"{SHOW}/mine"): sv.MineView,
    ("get", f"{SHOW}/log"): sv.LogView,
    ("get", f"{SHOW}/audit"): sv.AuditView,
    ("get", f"{SHOW}/people"): sv.PeopleView,
    ("get", f"{SHOW}/items/{{item}}/quote"): sv.QuoteView,
    ("post", f"{SHOW}/stream-key"): sv.StreamKeyView,
    ("get", f"{SHOW}/stats"): sv.StatsView,
}


def fits(model: type[BaseModel], answer: Any) -> None:
    model.model_validate(answer, extra="forbid", strict=True)


async def photo(server: RunningServer, by: Account) -> str:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    async with server.http.post(
        f"{server.url}/api/photos",
        data=picture.getvalue(),
        headers={"Authorization": f"Bearer {by.token}", "Content-Type": "image/png"},
    ) as response:
        assert response.status == 201
        return str((await response.json())["id"])


@pytest.fixture
async def stage(running_server: RunningServer) -> AsyncIterator[Stage]:
    """A live show in which everything has happened that an answer can tell."""
    host = await running_server.account("host")
    cover = await photo(running_server, host)
    stage = await Stage.set(running_server, cover=cover, shipping_cap=900)
    coat = await stage.item(photos=[cover], shipping={"weight": 800}, quantity=2)
    bag = await stage.item(title="Bag")
    await stage.command("pin", item=coat)
    ann, bob = await stage.seat("ann"), await stage.seat("bob")
    mod = await stage.seat("mod")
    await stage.command("staff", user="mod", role="moderator")
    assert ann.account
    lender = await running_server.account("lender")
    lent = await stage.listing(by=lender, title="Lent scarf")
    mandate = await running_server.post(
        "/api/mandates", {"listing": lent["id"], "show": stage.show}, by=lender
    )
    await running_server.post(f"/api/mandates/{mandate['id']}/accept", by=host)
    await stage.command("add", listing=lent["id"])

    said = await ann.do("chat", text="is it wool?")
    await mod.do("announce", text="Welcome")
    for buyer in (ann, bob):
        await buyer.do("claim", item=coat)
        await buyer.do("claim", item=bag)
    await mod.do("delete", message=said["seq"], reason="off topic")
    await mod.do("slow", seconds=5)
    await mod.do("block_words", words=["junk"])
    await mod.do("restrict", mode="followers")
    muted = await mod.do("mute", user=ann.account.id, seconds=300, reason="again")
    await mod.do("undo", seq=muted["seq"])
    await mod.do("mute", user=ann.account.id, reason="and again")
    stranger = await running_server.account("stranger")
    await mod.do("ban", user=stranger.id, seconds=60, reason="rude")
    yield stage
    await stage.clear()


async def test_the_document_refers_to_the_models(running_server: RunningServer) -> None:
    document = await running_server.get("/api/openapi.json")
    for (method, path), model in DOCUMENTED.items():
        responses = document["paths"][path][method]["responses"]
        answer = next(answer for status, answer in responses.items() if status != "default")
        name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert document["components"]["schemas"][name]["title"] == model.__name__, path


@pytest.mark.parametrize("who", ["host", "mod", "ann", None])
async def test_what_everybody_may_ask_fits(
    stage: Stage, running_server: RunningServer, who: str | None
) -> None:
    by = await running_server.account(who) if who else None
    get, show = running_server.get, f"/api/shows/{stage.show}"
    cards = await get("/api/shows", by=by)
    assert cards["items"][0]["cover"]
    fits(Page[sv.ShowCardView], cards)
    fits(sv.ShowForCallerView, await get(show, by=by))
    snapshot = await get(f"{show}/state", by=by)
    fits(sv.SnapshotView, snapshot)
    assert ("waitlist" in snapshot["state"]) == (who in ("host", "mod"))
    if by is None:
        return
    mine = await get(f"{show}/mine", by=by)
    fits(sv.MineView, mine)
    if who == "ann":
        assert all(mine[part] for part in ("claims", "muted", "notices"))
    item = snapshot["state"]["items"][0]["id"]
    fits(sv.QuoteView, await get(f"{show}/items/{item}/quote?quantity=2", by=by))


async def test_what_is_for_the_team_fits(stage: Stage, running_server: RunningServer) -> None:
    mod = await running_server.account("mod")
    show = f"/api/shows/{stage.show}"
    for part, model in {
        "log": sv.LogView,
        "audit": sv.AuditView,
        "people": sv.PeopleView,
        "stats": sv.StatsView,
    }.items():
        fits(model, await running_server.get(f"{show}/{part}", by=mod))
    audit = await running_server.get(f"{show}/audit", by=mod)
    assert len({entry["type"] for entry in audit["items"]}) >= 8
    fits(sv.StreamKeyView, await running_server.post(f"{show}/stream-key", by=stage.host))
    fits(sv.ShowView, await running_server.post("/api/shows", {"title": "Next"}, by=mod))


async def test_answers_to_commands_fit(stage: Stage, running_server: RunningServer) -> None:
    late = await running_server.account("late")
    _, bag, _ = [item["id"] for item in (await stage.fresh())["state"]["items"]]
    scarf = (await stage.listing(title="Scarf"))["id"]
    await stage.command("restrict", mode="everyone")
    answers = [
        await stage.command("claim", by=late, item=bag),
        await stage.command("add", listing=scarf),
        await stage.command("announce", text="Hello"),
        await stage.command("unpin"),
        await stage.command("chat", by=late, text="sold 4"),
        await stage.command("chat", by=await running_server.account("later"), text="sold 1"),
    ]
    assert answers[0]["status"] == "waitlisted"
    assert (answers[4]["claim"]["ok"], answers[5]["claim"]["status"]) == (True, "waitlisted")
    for answer in answers:
        fits(sv.CommandAnswerView, answer)


async def test_the_numbers_of_a_broadcast_fit(
    stage: Stage, running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "TOKEN", stage.host.token)
    at = peers.Server(stage.parts.relay, running_server.url, running_server.http)
    path = f"/api/shows/{stage.show}/stats"

    async def numbers(query: str = "") -> Any:
        answer = await running_server.get(path + query, by=stage.host)
        fits(sv.StatsView, answer)
        return answer

    nothing = await numbers()
    assert (nothing["summary"], nothing["publisher"]) == ("Nothing is being broadcast.", None)

    async def watched() -> Any:
        answer = await numbers()
        return answer["viewers"] == 1 and answer["audio"] and answer

    async with (
        peers.publishing(at, "VP8", show=stage.show),
        peers.watching(at, show=stage.show) as viewer,
    ):
        await viewer.more("video", 5)
        seen = await eventually(watched, within=20, what="a viewer, and sound")
        assert (seen["live"], seen["publishing"]) == (True, True)
        assert seen["publisher"]["bitrate_limit"] > 0
        assert [layer["codec"] for layer in seen["layers"]] == ["VP8"]
        assert seen["sent_packets"] > 0
        assert len(seen["weakest"]) == sum(seen["connections"].values()) == 1
        # Who can end a session knows its id: the figures must not say it.
        sessions = stage.parts.relay._shows[stage.show].viewers
        assert not any(session in str(seen) for session in sessions)
        assert (await numbers("?viewers=0"))["weakest"] == []


async def test_the_team_asks_for_as_many_viewers_as_there_are_rows(
    stage: Stage, running_server: RunningServer
) -> None:
    for wrong in ("-1", "201", "many"):
        url = f"{running_server.url}/api/shows/{stage.show}/stats?viewers={wrong}"
        async with running_server.http.get(url, headers=stage.host.headers) as answer:
            assert answer.status == 400


async def test_whose_connection_it_is_depends_on_who_asks(
    stage: Stage, running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moderator is not told that their own connection is bad when it is the host's."""
    lossy = ShowStats(live=True, publisher=PublisherStats(0.06, None, 0))
    monkeypatch.setattr(stage.parts.relay, "show_stats", lambda _: lossy)
    mod = await running_server.account("mod")
    path = f"/api/shows/{stage.show}/stats"
    for by, start in ((stage.host, "Your own"), (mod, "The host's")):
        summary = (await running_server.get(path, by=by))["summary"]
        assert summary.startswith(f"{start} connection loses 6 % of the picture.")
