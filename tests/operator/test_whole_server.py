"""The operator's view of the whole product, as it really runs."""

from __future__ import annotations

import asyncio
import json
import time

import socketio
from aiohttp import WSCloseCode
from playwright.async_api import Page

from liveshow.server import Server
from tests.support import RunningServer, eventually, seconds


async def test_everything_is_ready(running_server: RunningServer) -> None:
    assert (await running_server.get("/healthz"))["status"] == "ok"
    answer = await running_server.get("/readyz")
    assert answer["ready"] is True
    assert {"database", "media"} <= answer["parts"].keys()


async def test_metrics_count_what_was_asked(running_server: RunningServer) -> None:
    await running_server.account("anna", password="long enough")
    async with running_server.http.get(f"{running_server.url}/metrics") as response:
        text = await response.text()
        assert response.content_type == "text/plain"
    assert 'liveshow_http_requests_total{method="POST",route="/api/users",status="201"} 1.0' in text
    assert "process_open_fds" in text
    assert "anna" not in text


async def test_every_answer_carries_a_request_id(running_server: RunningServer) -> None:
    for path in ("/", "/healthz", "/api/session", "/nowhere"):
        async with running_server.http.get(running_server.url + path) as response:
            assert response.headers["X-Request-Id"], path


async def test_a_phone_opens_the_first_page(running_server: RunningServer, phone: Page) -> None:
    response = await phone.goto("/")
    assert response is not None
    assert response.status == 200
    await phone.wait_for_load_state("networkidle")


async def test_a_stop_takes_less_than_five_seconds_with_somebody_connected(
    running_server: RunningServer,
) -> None:
    anna = await running_server.account("anna")
    show = (await running_server.post("/api/shows", {"title": "Shoes"}, by=anna))["id"]
    client = socketio.AsyncClient(reconnection=False)
    told: list[dict[str, object]] = []
    client.on("bye", told.append, namespace="/show")
    await client.connect(
        running_server.url,
        namespaces=["/show"],
        transports=["websocket"],
        auth={"show": show, "token": anna.token},
        wait_timeout=seconds(5),
    )
    started = time.monotonic()
    await asyncio.wait_for(running_server.stop(), seconds(10))
    assert time.monotonic() - started < seconds(5)
    await eventually(lambda: told and not client.connected)
    assert told[0]["retry"] is True
    await client.disconnect()


async def test_whoever_closes_after_the_goodbye_is_answered(
    running_server: RunningServer,
) -> None:
    """faults.md 76: a stop reads what clients still say, and does not wait for the silent ones.

    One in a show closes as it was told to; one in a show and one in none do not react at all.
    """
    anna = await running_server.account("anna")
    show = (await running_server.post("/api/shows", {"title": "Shoes"}, by=anna))["id"]
    join = f"40/show,{json.dumps({'show': show, 'token': anna.token})}"
    address = f"{running_server.url}/socket.io/?EIO=4&transport=websocket"
    connections = [await running_server.http.ws_connect(address) for _ in range(3)]
    polite, deaf, _stranger = connections
    for connection in connections:
        await connection.receive()
    for connection in (polite, deaf):
        await connection.send_str(join)
        answer = await connection.receive()
        assert answer.data.startswith("40/show")
    stopping = asyncio.create_task(running_server.stop())
    async with asyncio.timeout(seconds(10)):
        async for message in polite:
            if message.data == "1":  # Engine.IO's close
                await polite.close()
        assert polite.close_code == WSCloseCode.OK
        await stopping


async def test_a_server_can_be_started_again_on_its_data(running_server: RunningServer) -> None:
    anna = await running_server.account("anna")
    await running_server.stop()
    from liveshow.app import create_app

    async with Server(running_server.settings, create_app):
        assert (await running_server.get("/api/session", by=anna))["user"]["handle"] == "anna"
