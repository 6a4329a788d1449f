"""``/healthz``, ``/readyz``, ``/metrics`` and the middleware that watches every request."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from aiohttp.typedefs import Middleware

from liveshow import logs
from liveshow.errors import Unavailable
from liveshow.http.operator import add_operator_routes, add_request_id, observe
from liveshow.metrics import Metrics
from liveshow.metrics_table import table
from liveshow.relay.stats import Connections, Distribution, RelayTotals, ViewerSummary
from liveshow.settings import Settings

Client = TestClient[web.Request, web.Application]
Start = Callable[..., Awaitable[Client]]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(process=False)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server logs during the test, as JSON lines."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(Settings(log_format="json", log_level="info"), stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(log: io.StringIO, event: str = "request") -> list[dict[str, Any]]:
    return [line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == event]


@pytest.fixture
async def start(aiohttp_client: Any, metrics: Metrics) -> Start:
    """Starts an application with the operator's routes and a few others."""

    async def show(request: web.Request) -> web.Response:
        return web.json_response({"show": request.match_info["show"]})

    async def user(_request: web.Request) -> web.Response:
        raise web.HTTPForbidden

    async def broken(_request: web.Request) -> web.Response:
        raise ZeroDivisionError

    async def socket(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        async for _ in response:
            pass
        return response

    async def make(trust_request_id: bool = False, **checks: Any) -> Client:
        watch = observe(metrics, trust_request_id=trust_request_id)
        app = web.Application(middlewares=[cast(Middleware, watch)])
        app.on_response_prepare.append(add_request_id)
        add_operator_routes(app, metrics, checks, timeout=0.05)
        app.router.add_get("/api/shows/{show}", show)
        app.router.add_get("/api/users/{handle}", user)
        app.router.add_get("/broken", broken)
        app.router.add_get("/socket", socket)
        client: Client = await aiohttp_client(app)
        return client

    return make


async def fine() -> None:
    pass


async def refused() -> None:
    raise ConnectionRefusedError("10.1.2.3:5432 user=liveshow password=x")


async def test_a_live_server_says_so_without_asking_its_parts(start: Start) -> None:
    client = await start(database=refused)
    async with client.get("/healthz") as response:
        assert response.status == 200
        assert (await response.json())["status"] == "ok"


async def test_a_server_whose_parts_are_ready_is_ready(start: Start) -> None:
    client = await start(database=fine, media=fine)
    async with client.get("/readyz") as response:
        assert response.status == 200
        assert await response.json() == {
            "ready": True,
            "parts": {"database": {"ready": True}, "media": {"ready": True}},
        }


async def test_a_server_names_the_parts_that_are_not_ready(start: Start) -> None:
    async def busy() -> None:
        raise Unavailable("unavailable", "The media port is closed.")

    client = await start(database=refused, bus=fine, media=busy)
    async with client.get("/readyz") as response:
        assert response.status == 503
        text = await response.text()
    assert json.loads(text) == {
        "ready": False,
        "parts": {
            "database": {"ready": False, "reason": "ConnectionRefusedError"},
            "bus": {"ready": True},
            "media": {"ready": False, "reason": "The media port is closed."},
        },
    }
    # Anybody can ask: where the database is and who we are there is not their business.
    assert "10.1.2.3" not in text


async def test_parts_that_hang_are_asked_together_and_given_up_on(start: Start) -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    client = await start(**{f"part{n}": hangs for n in range(20)})
    async with asyncio.timeout(0.9):
        async with client.get("/readyz") as response:
            assert response.status == 503
            parts = (await response.json())["parts"]
    assert {part["reason"] for part in parts.values()} == {"no answer within 0.05 s"}


async def test_the_log_tells_when_readiness_changes_and_not_every_time(
    start: Start, log: io.StringIO
) -> None:
    state = {"check": refused}

    async def check() -> None:
        await state["check"]()

    client = await start(database=check)
    for _ in range(3):
        await client.get("/readyz")
    state["check"] = fine
    for _ in range(3):
        await client.get("/readyz")
    assert len(lines(log, "not ready")) == 1
    assert len(lines(log, "ready again")) == 1


async def test_requests_are_counted_by_route_and_status(start: Start, metrics: Metrics) -> None:
    client = await start()
    for show in ("one", "two"):
        await client.get(f"/api/shows/{show}")
    await client.get("/nowhere/1")
    await client.get("/nowhere/2")
    await client.get("/broken")
    await client.request("PROPFIND", "/nowhere")
    text = await (await client.get("/metrics")).text()
    total = "liveshow_http_requests_total"
    assert f'{total}{{method="GET",route="/api/shows/{{show}}",status="200"}} 2.0' in text
    assert f'{total}{{method="GET",route="(none)",status="404"}} 2.0' in text
    assert f'{total}{{method="GET",route="/broken",status="500"}} 1.0' in text
    assert f'{total}{{method="OTHER",route="(none)",status="404"}} 1.0' in text
    assert "nowhere" not in text


async def test_how_long_a_websocket_stayed_is_not_a_response_time(
    start: Start, metrics: Metrics
) -> None:
    client = await start()
    socket = await client.ws_connect("/socket")
    await socket.close()
    text = await (await client.get("/metrics")).text()
    assert 'route="/socket",status="101"' in text
    assert 'liveshow_http_request_seconds_count{method="GET",route="/socket"}' not in text


async def test_the_access_log_has_routes_and_no_names_or_tokens(
    start: Start, log: io.StringIO
) -> None:
    client = await start()
    await client.get("/api/users/annika?token=abcdef")
    await client.get("/api/shows/demo?token=abcdef", headers={"Authorization": "Bearer abcdef"})
    await client.get("/annika?token=abcdef")
    first, second, third = lines(log)
    assert first["route"] == "/api/users/{handle}"
    assert first["status"] == 403
    assert first["ms"] >= 0
    assert second["show"] == "demo"
    assert third["route"] == "(none)"
    assert "annika" not in log.getvalue()
    assert "abcdef" not in log.getvalue()


async def test_what_machines_ask_every_second_is_not_in_the_log(
    start: Start, log: io.StringIO
) -> None:
    client = await start(database=fine)
    for path in ("/healthz", "/readyz", "/metrics"):
        await client.get(path)
    assert lines(log) == []


async def test_a_request_id_is_in_the_answer_and_in_the_log(start: Start, log: io.StringIO) -> None:
    client = await start()
    async with client.get("/api/shows/a", headers={"X-Request-Id": "from-a-stranger"}) as response:
        given = response.headers["X-Request-Id"]
    assert given != "from-a-stranger"
    assert lines(log)[0]["request_id"] == given


async def test_the_request_id_of_a_trusted_proxy_is_kept(start: Start, log: io.StringIO) -> None:
    client = await start(trust_request_id=True)
    async with client.get("/api/shows/a", headers={"X-Request-Id": "from-our-proxy"}) as response:
        assert response.headers["X-Request-Id"] == "from-our-proxy"
    async with client.get("/api/shows/a", headers={"X-Request-Id": "bad id;"}) as response:
        assert response.headers["X-Request-Id"] != "bad id;"


def test_two_servers_in_one_process_do_not_share_metrics() -> None:
    one, two = Metrics(), Metrics()
    one.sockets.inc()
    assert b"liveshow_sockets 1.0" in one.render()
    assert b"liveshow_sockets 0.0" in two.render()


def test_every_instrument_renders(metrics: Metrics) -> None:
    metrics.room_batch_seconds.observe(0.002)
    metrics.room_batch_commands.observe(12)
    metrics.room_commands_total.labels("claim", "sold_out").inc()
    metrics.room_events_total.labels("item.claimed").inc()
    metrics.socket_slow_disconnects_total.inc()
    metrics.fanout_frames_total.inc(500)
    metrics.rooms_open.set(1)
    metrics.follow(RelayTotals)
    metrics.database_errors_total.inc()
    text = metrics.render().decode()
    assert 'liveshow_room_commands_total{outcome="sold_out",type="claim"} 1.0' in text
    assert "liveshow_fanout_frames_total 500.0" in text


def test_the_media_of_the_moment_is_asked_for_once_a_scrape(metrics: Metrics) -> None:
    asked = []

    def totals() -> RelayTotals:
        asked.append(True)
        return RelayTotals(
            viewers=ViewerSummary(
                Connections(good=40, fair=3, weak=12),
                round_trips=Distribution((0.05, 0.1), (30, 50), 54, 6.5),
                losses=Distribution((0.01, 0.1), (43, 50), 55, 2.0),
            ),
            publishers=2,
            bitrate=1.5e6,
            limited=3,
            handshakes_waiting=7,
            joins=60,
            failed_joins=5,
            sent_packets=9000,
            resent_packets=80,
            lost_packets=90,
            freezes=4,
            keyframe_requests=11,
            datagrams={"in": 100, "out": 9080, "dropped": 1},
            kernel={
                "datagrams": 9080,
                "bytes": 10_000_000,
                "calls": 300,
                "blocked": 2,
                "errors": 0,
                "segmentation": 1,
            },
        )

    metrics.follow(totals)
    text = metrics.render().decode()
    assert len(asked) == 1
    for line in (
        'liveshow_media_viewers{connection="good"} 40.0',
        'liveshow_media_viewers{connection="weak"} 12.0',
        "liveshow_media_publishers 2.0",
        "liveshow_media_bits_per_second 1.5e+06",
        "liveshow_media_viewers_limited 3.0",
        'liveshow_media_viewer_round_trip_seconds_bucket{le="0.1"} 50.0',
        'liveshow_media_viewer_round_trip_seconds_bucket{le="+Inf"} 54.0',
        "liveshow_media_viewer_round_trip_seconds_gsum 6.5",
        'liveshow_media_viewer_loss_ratio_bucket{le="0.01"} 43.0',
        'liveshow_media_joins_total{outcome="connected"} 60.0',
        'liveshow_media_joins_total{outcome="failed"} 5.0',
        'liveshow_media_packets_total{fate="sent"} 9000.0',
        'liveshow_media_packets_total{fate="resent"} 80.0',
        'liveshow_media_packets_total{fate="lost"} 90.0',
        "liveshow_media_freezes_total 4.0",
        "liveshow_media_keyframe_requests_total 11.0",
        "liveshow_media_handshakes_waiting 7.0",
        'liveshow_media_datagrams_total{direction="out"} 9080.0',
        "liveshow_media_kernel_calls_total 300.0",
        "liveshow_media_kernel_segmentation 1.0",
    ):
        assert line in text.splitlines()


def test_a_relay_in_which_nothing_happened_is_zeros_and_no_gaps(metrics: Metrics) -> None:
    metrics.follow(RelayTotals)
    lines = metrics.render().decode().splitlines()
    for kind in ("good", "fair", "weak"):
        assert f'liveshow_media_viewers{{connection="{kind}"}} 0.0' in lines
    assert 'liveshow_media_viewer_loss_ratio_bucket{le="+Inf"} 0.0' in lines


def test_the_page_of_metrics_is_up_to_date() -> None:
    """If this fails: ``python -m liveshow.metrics_table > config/metrics.md``."""
    assert (Path(__file__).parents[2] / "config/metrics.md").read_text() == table()
