"""What was taken away is in nothing that anybody outside of the team can get."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.security.test_secrets import Ear
from tests.security.world import World
from tests.stage import Json
from tests.support import seconds

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Each stands in one kind of text, and nowhere else.
CANARIES = {
    name: f"zzcanary{number}"
    for number, name in enumerate(
        [
            "said",
            "mentioned",
            "own",
            "again",
            "purged",
            "announced",
            "note",
            "promise",
            "whispered",
            "taken back",
        ]
    )
}


async def plant(world: World) -> None:
    """Say all of it, and take it away again by each of the ways there are."""
    stage, rude = world.stage, await world.server.account("rude")
    said = await stage.command(
        "chat", by=rude, text=f"{CANARIES['said']} @{CANARIES['mentioned']} sold 99"
    )
    await stage.command("delete", message=said["seq"], reason="rude")
    own = await stage.command("chat", by=rude, text=CANARIES["own"])
    await stage.command("delete", by=rude, message=own["seq"])
    again = await stage.command("chat", by=rude, text=CANARIES["again"])
    deleted = await stage.command("delete", message=again["seq"])
    await stage.command("undo", seq=deleted["seq"])
    await stage.command("delete", message=again["seq"])
    await stage.command("chat", by=rude, text=CANARIES["purged"])
    await stage.command("ban", user=rude.id, reason="rude", purge=True)
    await stage.command("unban", user=rude.id)
    announced = await stage.command("announce", text=CANARIES["announced"])
    await stage.command("delete", message=announced["seq"])
    await stage.command("whisper", text=CANARIES["whispered"])
    taken = await stage.command("whisper", text=CANARIES["taken back"])
    await stage.command("unwhisper", whisper=taken["seq"])
    await stage.command("note", text=CANARIES["note"])
    await stage.command("note", text="")
    promise = {"item": world.ids["item"], "text": CANARIES["promise"]}
    made = await stage.command("promise", **promise)
    await stage.command("promise", **{**promise, "text": "", "promise": made["promise"]})


def documented_paths(document: Json, world: World) -> list[str]:
    """Every GET of the documented ones, asked of what there is."""
    known = {"show": world.show, "handle": "rude", "item": world.ids["item"]}
    known |= {"listing": world.ids["listing"], "order": world.ids["order"]}
    known |= {"payment": world.ids["payment"]}

    def filled(path: str) -> str:
        before = path.split("{")[0].rstrip("/").rsplit("/", 1)[-1].removesuffix("s")
        return re.sub(r"\{(\w+)\}", lambda m: known.get(m[1]) or known.get(before) or "none", path)

    gets = [path for path, methods in document["paths"].items() if "get" in methods]
    return [filled(path) for path in gets]


async def heard_by(world: World, who: str, since: dict[str, int] | None, first: Any) -> list[Any]:
    """What a connection is told that comes now, with or without having been there before."""
    ear = Ear(world.server.url, world.show, await world.who(who))
    if since is None:
        await ear.sit()
    else:
        ear.replica = first.of({**since, "state": first.state})
        ear.replica.seq = since["seq"]
        await ear.sit(since=since)
        assert ear.snapshots == 0
        assert ear.events
    await ear.until(lambda: ear.heads, within=seconds(10))
    await ear.leave()
    return ear.heard


async def test_what_was_taken_away_is_in_no_copy(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """faults.md 49: a deleted line was told with its `mentions` to who came back with `since`."""
    before = Ear(world.server.url, world.show, await world.who("viewer"))
    await before.sit()
    first = before.replica
    assert first is not None
    since = dict(first.since)
    await before.leave()
    await plant(world)

    outputs: dict[str, Any] = {}
    for who in ("guest", "viewer", "rude"):
        outputs[f"{who} comes"] = await heard_by(world, who, None, None)
        outputs[f"{who} comes back"] = await heard_by(world, who, since, first)
    document = await world.server.get("/api/openapi.json")
    answered = 0
    for path in (*documented_paths(document, world), f"/shows/{world.show}"):
        for who in ("guest", "viewer", "rude"):
            status, answer = await world.ask(who, "GET", path)
            answered += status == 200
            text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
            outputs[f"{who} gets {path}"] = text
    assert answered > 30
    outputs["the log of the server"] = capsys.readouterr().out
    leaks = [
        f"{name} in: {where}"
        for where, output in outputs.items()
        for name, canary in CANARIES.items()
        if canary in (output if isinstance(output, str) else json.dumps(output))
    ]
    assert not leaks

    # The team still knows what it was that it took away: the search finds what there is.
    staff = json.dumps(await heard_by(world, "moderator", None, None))
    _, audit = await world.ask("moderator", "GET", f"/api/shows/{world.show}/audit")
    for name in ("said", "own", "again", "purged", "announced", "whispered"):
        assert CANARIES[name] in staff + json.dumps(audit)


async def test_a_whisper_that_was_taken_back_is_gone_for_the_team_too(world: World) -> None:
    """A line to everybody stays with those who moderate it; of this one the team is everybody."""
    stage, text = world.stage, "zzcanary of the team"
    before = Ear(world.server.url, world.show, await world.who("moderator"))
    await before.sit()
    first = before.replica
    assert first is not None
    since = dict(first.since)
    await before.leave()
    whisper = await stage.command("whisper", text=text)
    paths = [
        f"/api/shows/{world.show}/log?after={since['seq']}",
        f"/api/shows/{world.show}/lines",
        f"/api/shows/{world.show}/state",
    ]
    for path in paths:
        assert text in json.dumps((await world.ask("moderator", "GET", path))[1])
    await stage.command("unwhisper", whisper=whisper["seq"])
    for path in (*paths, f"/api/shows/{world.show}/audit"):
        status, answer = await world.ask("moderator", "GET", path)
        assert status == 200
        assert text not in json.dumps(answer)
    _, found = await world.ask("moderator", "GET", f"/api/shows/{world.show}/lines?q=zzcanary%20of")
    assert found["items"] == []
    told = await heard_by(world, "moderator", None, None)
    told += await heard_by(world, "moderator", since, first)
    assert text not in json.dumps(told)
