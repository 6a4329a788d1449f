"""Whoever reads about a show over the wire changes nothing (faults.md 22)."""

from __future__ import annotations

import pytest

from liveshow.app import PARTS
from liveshow.clock import wall_clock
from tests.rooms.test_reading import statements, writes
from tests.stage import Seat, Stage
from tests.support import RunningServer


@pytest.mark.parametrize("status", ["draft", "scheduled", "ended"])
async def test_guests_and_buyers_read_without_a_write(
    running_server: RunningServer, status: str
) -> None:
    planned = {"scheduled_at": wall_clock() + 3_600_000} if status == "scheduled" else {}
    stage = await Stage.set(running_server, start=status == "ended", **planned)
    item = await stage.item()
    if status == "ended":
        await stage.command("end")
    show, parts = stage.show, running_server.app[PARTS]
    # As after a restart: no room is open.
    await (await parts.registry.get(show)).close()
    parts.registry._rooms.clear()
    buyer = stage.host if status == "draft" else await running_server.account("buyer")
    # The sign-in is noted as used, once a minute.
    await running_server.get("/api/session", by=buyer)
    await running_server.get("/api/session", by=stage.host)
    # Nor is what followers still do about the end of the show anything that a reader does.
    await parts.followers.stop()
    room_store = parts.registry._store
    before = await room_store.head(show)
    guest = None if status != "draft" else stage.host
    with statements(parts.database) as seen:
        for _ in range(10):
            await running_server.get(f"/api/shows/{show}", by=guest)
            await running_server.get(f"/api/shows/{show}/state", by=guest)
        await running_server.request("GET", f"/api/shows/{show}", status=404 if guest else 200)
        await running_server.get(f"/api/shows/{show}/mine", by=buyer)
        await running_server.get(f"/api/shows/{show}/items/{item}/quote", by=buyer)
        await running_server.get("/api/cart", by=buyer)
        await running_server.get(f"/api/shows/{show}/log", by=stage.host)
        await running_server.get(f"/api/shows/{show}/people", by=stage.host)
        await running_server.get(f"/api/shows/{show}/people/{buyer.id}", by=stage.host)
        await running_server.get(f"/api/shows/{show}/lines?q=x", by=stage.host)
        headers = {"Content-Type": "application/sdp"}
        path = f"{running_server.url}/whep/{show}"
        async with running_server.http.post(path, data="v=0", headers=headers) as response:
            assert response.status in (400, 404, 409)
        seat = await Seat(running_server.url, show, guest).sit()
        assert seat.snapshots == 1
    assert writes(seen) == []
    assert await room_store.head(show) == before
    assert len(parts.registry) == 0
    await seat.leave()


async def test_a_seat_in_a_draft_follows_what_its_host_does_later(
    running_server: RunningServer,
) -> None:
    stage = await Stage.set(running_server, start=False)
    seat = await stage.seat(stage.host)
    assert seat.replica is not None
    epoch = seat.replica.epoch
    assert len(stage.parts.registry) == 0
    answer = await seat.do("configure", title="New title")
    await seat.until(lambda: seat.events)
    assert [event["type"] for event in seat.events] == ["show.configured"]
    assert seat.replica.epoch == epoch + 1
    assert answer["ok"]
    assert seat.replica.state["show"]["title"] == "New title"
    assert seat.snapshots == 2
