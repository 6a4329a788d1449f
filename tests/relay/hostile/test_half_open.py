"""Sessions and connections that are begun and left lying: few, not for long, without a trace."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from dataclasses import dataclass, replace

import pytest

from liveshow.budgets import PENDING_VIEWERS
from liveshow.relay import Timeouts
from liveshow.relay.transport import tcp
from signaling.media.whip import SDP
from tests.relay.hostile.attack import (
    CLIENT_HELLO,
    Stranger,
    attacked,
    check,
    client_hello,
    handled,
)
from tests.relay.peers import Server, watching
from tests.relay.transport.test_tcp import serve_tcp
from tests.support import eventually, seconds
from tests.vectors import offers

SETUP = seconds(1.5)
QUICK = Timeouts(setup=SETUP)


@dataclass
class Trace:
    """What sessions occupy."""

    sessions: int
    viewers: int
    counted: int
    ufrags: int
    addresses: int
    handshakes: int
    tasks: int
    files: int

    @classmethod
    def of(cls, server: Server) -> Trace:
        relay = server.relay
        return cls(
            sessions=len(relay._sessions),
            viewers=sum(len(show.viewers) for show in relay._shows.values()),
            counted=relay._viewers,
            ufrags=len(relay._endpoint.mux._by_ufrag),
            addresses=len(relay._endpoint.mux._by_address),
            handshakes=relay._endpoint.mux.handshakes.open + relay._endpoint.mux.handshakes.waiting,
            tasks=sum("dtls" in task.get_name() for task in asyncio.all_tasks()),
            files=len(os.listdir("/proc/self/fd")),
        )


def offer() -> str:
    return offers()["chromium-viewer"]


async def post(server: Server, body: str, path: str = "/whep/demo") -> tuple[int, str]:
    async with server.http.post(
        server.url + path, data=body, headers={"Content-Type": SDP}
    ) as response:
        return response.status, await response.text()


def check_for(answer: str) -> bytes:
    """Build the check that a client would send after that answer."""
    theirs = re.search(r"a=ice-ufrag:(\S+)", offer())
    ours = re.search(r"a=ice-ufrag:(\S+)", answer)
    password = re.search(r"a=ice-pwd:(\S+)", answer)
    assert theirs
    assert ours
    assert password
    return check(f"{ours[1]}:{theirs[1]}", password[1])


async def gone(server: Server, before: Trace) -> None:
    """Wait until all that began since ``before`` has ended."""

    def compared() -> bool:
        now = Trace.of(server)
        # Sockets of HTTP clients are kept open for the next request.
        return replace(now, files=before.files) == before and now.files <= before.files + 5

    await eventually(compared, within=SETUP + 15, what=lambda: f"{before}, have {Trace.of(server)}")


@pytest.mark.slow
async def test_hundreds_of_sessions_without_ice_end_by_themselves() -> None:
    """They have as many places as one address may have, and a further one takes the oldest."""
    most = PENDING_VIEWERS.amount
    async with attacked(timeouts=QUICK, max_viewers=most + 100) as (server, viewer, _):
        before = Trace.of(server)
        for _ in range(most + 20):
            status, _text = await post(server, offer())
            assert status == 201
        assert Trace.of(server).sessions == before.sessions + most
        assert Trace.of(server).addresses == before.addresses
        await viewer.more("video", 5)
        await gone(server, before)
        async with watching(server) as late:
            await late.more("video", 3)


@pytest.mark.slow
async def test_handshakes_that_are_begun_and_never_finished_keep_nobody_from_joining(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three times as many as there may be at once, some after ICE only, some after one flight."""
    # Nobody loses their place while the others are still coming, however long that takes.
    for patience in ("SLOW", "IDLE"):
        monkeypatch.setattr(f"liveshow.relay.transport.handshakes.{patience}", 600.0)
    monkeypatch.setattr("liveshow.relay.transport.handshakes.EVICTION_INTERVAL", 0.1)
    timeouts = Timeouts(setup=seconds(5.0))
    async with attacked(timeouts=timeouts, max_viewers=100) as (server, viewer, _):
        handshakes = server.relay._endpoint.mux.handshakes
        handshakes._at_once = 8
        before = Trace.of(server)
        strangers = [Stranger(server) for _ in range(30)]
        for number, stranger in enumerate(strangers):
            _, answer = await post(server, offer())
            stranger.send(check_for(answer))
            await eventually(stranger.received)
            if number >= 6:
                stranger.send(client_hello())
        await eventually(lambda: handshakes.open == 8)
        await eventually(lambda: handshakes.waiting > 8)
        monkeypatch.setattr("liveshow.relay.transport.handshakes.SLOW", 0.3)
        async with watching(server) as late:
            await late.more("video", 3)
        await viewer.more("video", 5)
        for stranger in strangers:
            stranger.close()
        await gone(server, before)


@pytest.mark.slow
async def test_handshakes_that_fail_and_sessions_that_are_deleted_leave_nothing() -> None:
    """A ClientHello without a cipher in common, and DELETE in the midst of everything."""
    async with attacked(timeouts=QUICK, max_viewers=50) as (server, _, stranger):
        before = Trace.of(server)
        for number in range(20):
            async with server.http.post(
                f"{server.url}/whep/demo", data=offer(), headers={"Content-Type": SDP}
            ) as response:
                assert response.status == 201
                answer, location = await response.text(), response.headers["Location"]
            if number % 4:
                stranger.send(check_for(answer))
                await eventually(stranger.received)
            if number % 4 > 1:
                stranger.send(CLIENT_HELLO if number % 2 else client_hello())
            if number % 3 == 0:
                async with server.http.delete(server.url + location) as response:
                    assert response.status in (200, 404)
        await gone(server, before)


@pytest.mark.slow
async def test_restarts_of_ice_without_end_leave_two_generations() -> None:
    """Each has credentials of its own."""
    async with attacked() as (server, viewer, _):
        session = server.relay.session(viewer.location.rpartition("/")[2])
        assert session is not None
        ufrags = len(server.relay._endpoint.mux._by_ufrag)
        for number in range(500):
            session.restart(f"again{number}")
        assert len(server.relay._endpoint.mux._by_ufrag) == ufrags + 1
        # Its checks are of neither: consent would expire, were there no reports.
        await viewer.more("video", 5)


@pytest.mark.slow
async def test_connections_that_are_opened_and_left_are_few_and_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With nothing, half a frame, frames of noise, and checks that are not signed."""
    monkeypatch.setattr(tcp, "PROOF_SECONDS", 1.0)
    monkeypatch.setattr(tcp, "SWEEP_SECONDS", 0.1)
    async with serve_tcp() as (server, port):
        files = len(os.listdir("/proc/self/fd"))
        clients = []
        said = [
            b"\x00",
            b"\x00\x40\x00\x01",
            tcp.frame(os.urandom(200)),
            tcp.frame(check("nobody:x")),
        ]
        for number in range(120):
            client = socket.create_connection(("127.0.0.1", port))
            client.send(said[number % len(said)])
            clients.append(client)
            if number % 10 == 0:
                await asyncio.sleep(0)
        await eventually(lambda: len(server.relay._endpoint.tcp) > 0)
        assert len(server.relay._endpoint.tcp) <= tcp.MAX_UNPROVEN_PER_HOST
        await eventually(lambda: len(server.relay._endpoint.tcp) == 0, within=10)
        await handled(server, 100)
        for client in clients:
            client.close()
        await eventually(lambda: len(os.listdir("/proc/self/fd")) <= files + 2)
