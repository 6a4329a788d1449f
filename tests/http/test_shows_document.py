"""What a running server answers about shows is what its document says, with nothing beside it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator
from PIL import Image
from pydantic import BaseModel

from liveshow.domain.checkout.parcels import Quote
from liveshow.domain.features import MACHINE
from liveshow.domain.running.views import ShowView
from liveshow.http import show_views as sv
from liveshow.http.commands import command_answer
from liveshow.http.dossiers import Dossier, WrittenLines
from liveshow.relay.stats import PublisherStats, ShowStats
from tests.relay import peers
from tests.stage import Stage
from tests.support import Account, RunningServer, eventually

SHOW = "/api/shows/{show}"
DOCUMENTED: dict[tuple[str, str], type[BaseModel] | type[msgspec.Struct]] = {
    ("get", "/api/shows"): sv.ShowCards,
    ("post", "/api/shows"): ShowView,
    ("get", SHOW): sv.ShowForCaller,
    ("post", f"{SHOW}/commands"): command_answer(),
    ("get", f"{SHOW}/state"): sv.SnapshotView,
    ("get", f"{SHOW}/mine"): MACHINE.mine_view,
    ("get", f"{SHOW}/log"): sv.LogView,
    ("get", f"{SHOW}/audit"): sv.AuditView,
    ("post", f"{SHOW}/words/try"): sv.TriedView,
    ("get", f"{SHOW}/people"): sv.PeopleView,
    ("get", f"{SHOW}/people/{{user}}"): Dossier,
    ("get", f"{SHOW}/lines"): WrittenLines,
    ("get", f"{SHOW}/items/{{item}}/quote"): Quote,
    ("post", f"{SHOW}/stream-key"): sv.StreamKeyView,
    ("get", f"{SHOW}/stats"): sv.StatsView,
}


class Document:
    """What the server says of its answers, read strictly: an object has no field beside these."""

    def __init__(self, document: Any) -> None:
        self._paths = document["paths"]
        self.components = _closed(document["components"])

    @classmethod
    async def of(cls, server: RunningServer) -> Document:
        return cls(await server.get("/api/openapi.json"))

    def answer(self, method: str, path: str) -> Any:
        """The schema of what a route answers when nothing is refused."""
        responses = self._paths[path][method]["responses"]
        (answer,) = (responses[status] for status in ("200", "201") if status in responses)
        return answer["content"]["application/json"]["schema"]

    def fits(self, method: str, path: str, answer: Any) -> None:
        schema = {**self.answer(method, path), "components": self.components}
        problems = [
            f"{error.json_path}: {error.message}"
            for error in OAS31Validator(schema).iter_errors(answer)
        ]
        assert problems == [], f"{method} {path}"


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


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
    await mod.do("block_word", word="junk")
    await mod.do("restrict", mode="followers")
    muted = await mod.do("mute", user=ann.account.id, seconds=300, reason="again")
    await mod.do("undo", seq=muted["seq"])
    await mod.do("mute", user=ann.account.id, reason="and again")
    stranger = await running_server.account("stranger")
    await mod.do("ban", user=stranger.id, seconds=60, reason="rude")
    yield stage
    await stage.clear()


async def test_the_document_refers_to_the_models(running_server: RunningServer) -> None:
    document = await Document.of(running_server)
    for (method, path), model in DOCUMENTED.items():
        name = document.answer(method, path)["$ref"].rpartition("/")[2]
        assert document.components["schemas"][name]["title"] == model.__name__, path


async def test_the_document_says_which_fields_are_always_there(
    running_server: RunningServer,
) -> None:
    schemas = (await Document.of(running_server)).components["schemas"]
    for name in ("ChatLine", "Notice", "ShowCard", "Variant"):
        assert schemas[name]["required"] == list(schemas[name]["properties"])
    # Only one of the two is there; and what only staff are told.
    assert schemas["Shipping"]["required"] == []
    assert set(schemas["ItemView"]["properties"]) - set(schemas["ItemView"]["required"]) == {
        "lending"
    }


async def test_a_field_that_the_document_does_not_name_is_noticed(
    running_server: RunningServer,
) -> None:
    document = await Document.of(running_server)
    stage = await Stage.set(running_server)
    await stage.item()
    snapshot = await running_server.get(f"/api/shows/{stage.show}/state", by=stage.host)
    document.fits("get", f"{SHOW}/state", snapshot)
    for place in (snapshot, snapshot["state"], snapshot["state"]["items"][0]["owner"]):
        place["beside"] = 1
        with pytest.raises(AssertionError, match="beside"):
            document.fits("get", f"{SHOW}/state", snapshot)
        del place["beside"]
    await stage.clear()


@pytest.mark.parametrize("who", ["host", "mod", "ann", None])
async def test_what_everybody_may_ask_fits(
    stage: Stage, running_server: RunningServer, who: str | None
) -> None:
    by = await running_server.account(who) if who else None
    get, show = running_server.get, f"/api/shows/{stage.show}"
    document = await Document.of(running_server)
    cards = await get("/api/shows", by=by)
    assert cards["items"][0]["cover"]
    document.fits("get", "/api/shows", cards)
    document.fits("get", SHOW, await get(show, by=by))
    snapshot = await get(f"{show}/state", by=by)
    document.fits("get", f"{SHOW}/state", snapshot)
    assert ("waitlist" in snapshot["state"]) == (who in ("host", "mod"))
    if by is None:
        return
    mine = await get(f"{show}/mine", by=by)
    document.fits("get", f"{SHOW}/mine", mine)
    if who == "ann":
        assert all(mine[part] for part in ("claims", "muted", "notices"))
    item = snapshot["state"]["items"][0]["id"]
    quote = await get(f"{show}/items/{item}/quote?quantity=2", by=by)
    document.fits("get", f"{SHOW}/items/{{item}}/quote", quote)


async def test_what_is_for_the_team_fits(stage: Stage, running_server: RunningServer) -> None:
    mod = await running_server.account("mod")
    show = f"/api/shows/{stage.show}"
    document = await Document.of(running_server)
    for part in ("log", "audit", "people", "stats", "lines"):
        answer = await running_server.get(f"{show}/{part}", by=mod)
        document.fits("get", f"{SHOW}/{part}", answer)
    ann = await running_server.account("ann")
    answer = await running_server.get(f"{show}/people/{ann.id}", by=mod)
    document.fits("get", f"{SHOW}/people/{{user}}", answer)
    assert answer["sanctions"]
    audit = await running_server.get(f"{show}/audit", by=mod)
    assert len({entry["type"] for entry in audit["items"]}) >= 8
    tried = await running_server.post(f"{show}/words/try", {"text": "junk?"}, by=mod)
    document.fits("post", f"{SHOW}/words/try", tried)
    key = await running_server.post(f"{show}/stream-key", by=stage.host)
    document.fits("post", f"{SHOW}/stream-key", key)
    planned = await running_server.post("/api/shows", {"title": "Next"}, by=mod)
    document.fits("post", "/api/shows", planned)


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
    document = await Document.of(running_server)
    for answer in answers:
        document.fits("post", f"{SHOW}/commands", answer)


async def test_the_numbers_of_a_broadcast_fit(
    stage: Stage, running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "TOKEN", stage.host.token)
    at = peers.Server(stage.parts.relay, running_server.url, running_server.http)
    path = f"/api/shows/{stage.show}/stats"
    document = await Document.of(running_server)

    async def numbers(query: str = "") -> Any:
        answer = await running_server.get(path + query, by=stage.host)
        document.fits("get", f"{SHOW}/stats", answer)
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
