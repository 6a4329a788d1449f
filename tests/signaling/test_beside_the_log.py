"""Hearts have no place in the log; claims by comment are answered with their message."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.stage import NAMESPACE, Seat, Stage


def listen(seat: Seat) -> list[int]:
    """Collect how many hearts a seat is told of, message by message."""
    counts: list[int] = []
    assert seat._client is not None

    def heard(payload: Any) -> None:
        assert set(payload) == {"count"}
        counts.append(payload["count"])
        seat._changed.set()

    seat._client.on("cheers", heard, namespace=NAMESPACE)
    return counts


async def reach(seat: Seat, counts: list[int], hearts: int) -> None:
    """Wait until a seat was told of so many hearts, and of no more."""
    await seat.until(lambda: sum(counts) >= hearts)
    assert sum(counts) == hearts


async def test_hearts_of_everybody_are_shown_to_everybody_and_kept_nowhere(stage: Stage) -> None:
    guest, viewer = await stage.seat(), await stage.seat("viewer")
    before = (await stage.fresh())["seq"]
    told = [(seat, listen(seat)) for seat in (guest, viewer)]
    for seat in (guest, guest, viewer):
        assert await seat.call("cheer") == {"ok": True}
    for seat, counts in told:
        await reach(seat, counts, 3)
        assert seat.events == []
    assert (await stage.fresh())["seq"] == before


async def test_hearts_are_shown_only_while_the_show_is_on_air(stage: Stage) -> None:
    await stage.command("end")
    viewer = await stage.seat("viewer")
    counts = listen(viewer)
    assert await viewer.call("cheer") == {"ok": True}
    # What is said later is heard later.
    told = await stage.command("slow", seconds=7)
    await viewer.reach(told["seq"])
    assert counts == []


async def test_too_many_hearts_are_refused_and_end_no_connection(stage: Stage) -> None:
    viewer = await stage.seat("viewer")
    acks = await asyncio.gather(*(viewer.call("cheer") for _ in range(150)))
    refused = [ack for ack in acks if not ack["ok"]]
    assert {ack["error"]["code"] for ack in refused} == {"rate_limited"}
    assert all(ack["error"]["retry_after"] > 0 for ack in refused)
    assert viewer.connected
    assert (await viewer.do("chat", text="still here"))["seq"]


async def test_a_comment_that_is_a_claim_is_answered_with_the_claim(stage: Stage) -> None:
    item = await stage.item(quantity=1)
    viewer, late = await stage.seat("viewer"), await stage.seat("late")
    held = await viewer.do("chat", text="Sold #1")
    assert held["claim"].keys() == {"ok", "item", "quantity", "status", "claim", "until"}
    assert "hint" not in held
    replica = await viewer.reach((await stage.fresh())["seq"])
    shown = replica.item(item)
    assert shown
    assert shown["holds"][0]["claim"] == held["claim"]["claim"]
    waiting = await late.do("chat", text="sold 1")
    assert waiting["claim"].keys() == {"ok", "item", "quantity", "status", "entry", "place"}
    again = await viewer.do("chat", text="sold 1")
    assert again["claim"]["ok"] is False
    assert {"code", "message"} <= again["claim"]["error"].keys()


async def test_the_hosts_own_word_claims(stage: Stage) -> None:
    await stage.item(quantity=5)
    viewer = await stage.seat("viewer")
    assert "claim" not in await viewer.do("chat", text="dibs 1")
    configured = await stage.command("configure", claim_word="Dibs")
    assert configured == {"ok": True}
    assert (await viewer.do("chat", text="dibs 1"))["claim"]["status"] == "held"
    replica = await viewer.reach((await stage.fresh())["seq"])
    assert replica.state["show"]["claim_word"] == "Dibs"


async def test_who_claims_what_is_not_there_is_told_how_to_write_it(stage: Stage) -> None:
    await stage.item(variants=[{"size": "S", "quantity": 1}, {"size": "M", "quantity": 1}])
    viewer = await stage.seat("viewer")
    for text, told in (("sold 7", "7"), ("sold 1 XXL", "S, M")):
        ack = await viewer.do("chat", text=text)
        assert ack.keys() == {"ok", "seq", "hint"}
        assert told in ack["hint"]
    assert "hint" not in await viewer.do("chat", text="I sold 7 of these once")


async def test_the_log_of_the_team_begins_with_how_the_show_was_planned(stage: Stage) -> None:
    log = await stage.server.get(f"/api/shows/{stage.show}/log", by=stage.host)
    first = log["items"][0]
    assert (first["seq"], first["type"]) == (1, "show.created")
    assert first["data"]["host"]["handle"] == "host"
    assert first["data"]["claim_word"] == ""
