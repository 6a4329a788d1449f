"""The whole server while another program holds its database (faults.md 71)."""

from __future__ import annotations

import asyncio

import pytest

from liveshow.app import PARTS
from liveshow.errors import StoreUnavailable
from liveshow.payments import reconciler
from signaling.socket import namespace
from tests.outages import hurry, locked, told, until_over
from tests.stage import Seat, Stage
from tests.support import RunningServer, eventually, seconds


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr(namespace, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(namespace, "LOOK_UP_EVERY", 2)
    monkeypatch.setattr(reconciler, "IDLE_SECONDS", 0.1)


async def test_a_show_goes_on_being_seen_while_the_database_is_locked(
    running_server: RunningServer,
) -> None:
    stage = await Stage.set(running_server)
    item = await stage.item(quantity=3)
    buyer = await running_server.account("buyer")
    seat = await stage.seat(buyer)
    database = running_server.app[PARTS].database
    claim = {"type": "claim", "key": "once", "item": item}
    path = f"/api/shows/{stage.show}"
    with told() as log:
        async with locked(database):
            asked = [
                asyncio.create_task(
                    running_server.request("POST", f"{path}/commands", claim, by=buyer, status=503)
                )
                for _ in range(5)
            ]
            heads = len(seat.heads)
            async with asyncio.timeout(seconds(3)):
                state = await running_server.get(f"{path}/state")
                await running_server.get(path)
                await running_server.get(f"{path}/mine", by=buyer)
                newcomer = await Seat(running_server.url, stage.show).sit()
                await seat.until(lambda: len(seat.heads) > heads + 10)
            assert state["seq"] == seat.replica.seq if seat.replica else False
            for problem in await asyncio.gather(*asked):
                assert problem["code"] == "unavailable"
                assert problem["retry_after"] > 0
            over_socket = await seat.say("chat", key="said", text="hello")
            assert over_socket["error"]["code"] == "unavailable"
            # What else writes is refused in time as well, and says when to come back.
            url = f"{running_server.url}/api/shows"
            body = {"title": "Another"}
            async with (
                asyncio.timeout(seconds(5)),
                running_server.http.post(url, json=body, headers=buyer.headers) as response,
            ):
                assert response.status == 503
                assert int(response.headers["Retry-After"]) > 0

        async def decided() -> bool:
            answer = await seat.say("claim", key="once", item=item)
            return bool(answer["ok"])

        await eventually(decided, within=10)
        again = await running_server.post(f"{path}/commands", claim, by=buyer)
        await until_over(database)
    assert again["status"] == "held"
    [mine] = (await running_server.get(f"{path}/mine", by=buyer))["claims"]
    assert mine["claim"] == again["claim"]
    assert [entry["kind"] for entry in log] == ["locked", "locked"], log
    await newcomer.leave()
    await stage.clear()


async def test_who_comes_back_while_the_log_cannot_be_read_gets_a_snapshot(
    running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await Stage.set(running_server)
    seat = await stage.seat(stage.host)
    await seat.leave()
    await stage.command("announce", text="missed")
    before = seat.snapshots

    async def away(*_: object) -> list[object]:
        raise StoreUnavailable(message="Away.")

    monkeypatch.setattr(running_server.app[PARTS].registry._store, "events_after", away)
    await seat.sit(resume=True)
    assert seat.snapshots == before + 1
    assert seat.replica is not None
    assert seat.replica.state["chat"]["lines"][-1]["text"] == "missed"
    await stage.command("announce", text="more")
    await seat.until(lambda: seat.events)
    await stage.clear()


async def test_heads_go_on_while_sign_ins_cannot_be_looked_up(
    running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await Stage.set(running_server)
    seat = await stage.seat(stage.host)
    asked = asyncio.Event()

    async def hangs(token_ids: object) -> set[str]:
        asked.set()
        await asyncio.Event().wait()
        return set()

    monkeypatch.setattr(stage.parts.channel, "_standing", hangs)
    async with asyncio.timeout(seconds(5)):
        await asked.wait()
    heads = len(seat.heads)
    await seat.until(lambda: len(seat.heads) > heads + 5)
    await stage.clear()
