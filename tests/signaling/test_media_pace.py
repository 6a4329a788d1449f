"""How often media sessions may be asked for, changed and ended (RFC 9725 §5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from liveshow.budgets import MEDIA_SESSIONS, Rate
from liveshow.http.media import MediaAccess
from liveshow.http.problems import problems_middleware
from liveshow.pace import Pace
from signaling.media import whip
from signaling.media.whip import FRAGMENT, SDP
from tests.relay.peers import serve
from tests.signaling.test_sdp import OFFER
from tests.signaling.test_whip_conformance import RESTART, TRICKLE
from tests.support import seconds

LIMIT = 20  # a second, the default of the settings


class Clock:
    now = 0

    def __call__(self) -> int:
        return self.now


class Paced:
    """WHIP behind the pace of a server, at one moment of its clock."""

    def __init__(self, http: aiohttp.ClientSession, url: str, clock: Clock) -> None:
        self.http, self.url, self.clock = http, url, clock

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> aiohttp.ClientResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self.http.request(method, self.url + path, data=body, headers=given)
        await response.read()
        return response

    async def post(self, body: Any = OFFER) -> aiohttp.ClientResponse:
        return await self.ask("POST", "/whip/demo?takeover=1", body, Content_Type=SDP)

    async def patch(self, location: str, body: Any, tag: str = "*") -> aiohttp.ClientResponse:
        return await self.ask("PATCH", location, body, Content_Type=FRAGMENT, If_Match=tag)


@pytest.fixture
async def paced() -> AsyncIterator[Paced]:
    clock = Clock()
    pace = Pace(MEDIA_SESSIONS, clock, Rate(LIMIT, 1))
    access = MediaAccess(cast(Any, None), cast(Any, None), clock, pace)

    async def anybody(_request: web.Request, _show: str) -> None:
        pass

    async with serve() as running, aiohttp.ClientSession() as http:
        app = web.Application(middlewares=[problems_middleware()])
        app.on_response_prepare.append(whip.add_headers)
        app.add_routes(whip.routes(running.relay, anybody, admit=access.admit))
        server = TestServer(app)
        await server.start_server()
        yield Paced(http, str(server.make_url("")).rstrip("/"), clock)
        await server.close()


async def never() -> AsyncIterator[bytes]:
    """A body that does not come to its end."""
    yield b"v=0\r\n"
    await asyncio.Event().wait()


def assert_too_fast(response: aiohttp.ClientResponse) -> None:
    assert response.status == 429
    assert int(response.headers["Retry-After"]) == 1


async def test_candidates_and_restarts_of_a_client_are_not_too_many(paced: Paced) -> None:
    """One PATCH for each candidate, and a restart with as many: in less than a second."""
    created = await paced.post()
    location, tag = created.headers["Location"], created.headers["ETag"]
    for _ in range(8):
        assert (await paced.patch(location, TRICKLE, tag)).status == 204
    tag = (await paced.patch(location, RESTART)).headers["ETag"]
    for _ in range(8):
        assert (await paced.patch(location, RESTART, tag)).status == 204
    assert (await paced.ask("DELETE", location)).status == 200


async def test_session_is_not_changed_without_end_and_others_are_not_held_up(paced: Paced) -> None:
    """429 with Retry-After before the body is read; a second later it goes on."""
    created = await paced.post()
    location, tag = created.headers["Location"], created.headers["ETag"]
    for _ in range(LIMIT):
        assert (await paced.patch(location, TRICKLE, tag)).status == 204
    async with asyncio.timeout(seconds(5)):
        assert_too_fast(await paced.patch(location, never(), tag))
    assert_too_fast(await paced.ask("DELETE", location))
    other = await paced.post()  # from the same address
    assert other.status == 201
    assert (await paced.ask("DELETE", other.headers["Location"])).status == 200
    paced.clock.now += 1000
    assert (await paced.ask("DELETE", location)).status == 404  # it was taken over


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_sessions_are_not_guessed_in_masses(paced: Paced, method: str) -> None:
    """Those that are not there are counted together, whatever they are called."""
    headers = {"Content_Type": FRAGMENT, "If_Match": "*"}
    for number in range(LIMIT):
        guess = await paced.ask(method, f"/whip/demo/guess{number}", TRICKLE, **headers)
        assert guess.status == 404
    assert_too_fast(await paced.ask(method, "/whip/demo/another", TRICKLE, **headers))
    assert (await paced.post()).status == 201


async def test_offers_are_counted_before_they_are_read(paced: Paced) -> None:
    """And once each: those that are malformed, too."""
    for _ in range(LIMIT):
        assert (await paced.post("v=0")).status == 400
    async with asyncio.timeout(seconds(5)):
        assert_too_fast(await paced.post(never()))
