"""Who is to blame when somebody sees nothing: the host, a link, a player, or nobody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiortc import RTCSessionDescription

from liveshow.relay import Timeouts
from liveshow.relay.collector import BLACK
from liveshow.relay.failures import LINES, WINDOW, Failures
from liveshow.relay.stats import ShowStats, ViewerStats
from liveshow.relay.words import summary
from signaling.media.whip import SDP
from tests.relay.hostile.attack import Stranger, session_of
from tests.relay.hostile.test_half_open import check_for, offer
from tests.relay.peers import (
    TOKEN,
    Peer,
    PublishingPeer,
    Server,
    ViewingPeer,
    prefer,
    publishing,
    serve,
    watching,
)
from tests.support import eventually


def figures(server: Server) -> ShowStats:
    stats = server.relay.show_stats("demo")
    assert stats is not None
    return stats


def viewers(server: Server) -> list[ViewerStats]:
    return list(figures(server).viewers)


def said(server: Server) -> str:
    return summary(figures(server), own=True)


class SoundOnly(Peer):
    """Publishes a tone and offers no picture."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, "/whip/demo")
        self.pc.addTransceiver(PublishingPeer(server, "VP8").audio, direction="sendonly")


async def waited(server: Server) -> None:
    """Wait until every viewer has been without a picture for longer than a normal start."""
    await eventually(
        lambda: (
            viewers(server)
            and all(viewer.connected_seconds > BLACK + 0.5 for viewer in viewers(server))
        )
    )


async def test_viewers_of_a_show_without_a_picture_have_no_weak_connection() -> None:
    """faults.md 39: sound only is a way to broadcast, and nothing is wrong with anybody."""
    async with serve() as server:
        host = await SoundOnly(server).connect()
        await server.until("started")
        async with watching(server) as one, watching(server):
            await one.more("audio", 10)
            await waited(server)
            assert said(server) == "Only sound arrives, no picture. Both viewers hear it."
            assert {viewer.connection for viewer in viewers(server)} == {"good"}
            assert {viewer.picture for viewer in viewers(server)} == {"none"}
            assert figures(server).healthy
        await host.close()


async def test_viewers_without_the_codec_are_counted_and_their_link_is_not_blamed() -> None:
    """faults.md 39: players of VP8 only, at a show in H.264."""
    async with serve() as server, publishing(server, "H264"), watching(server) as sees:
        await sees.more("video", 5)
        other = ViewingPeer(server)
        prefer(other.pc, "VP8")
        try:
            await other.connect()
            await other.more("audio", 5)
            await waited(server)
            assert [viewer.picture for viewer in viewers(server)] == ["shown", "no_codec"]
            assert [viewer.connection for viewer in viewers(server)] == ["good", "good"]
            assert figures(server).json()["blind"] == {"no_codec": 1, "undecodable": 0}
            assert said(server) == (
                "The one viewer sees the full picture. "
                "The browser of 1 viewer does not play H.264: only the sound is heard there."
            )
        finally:
            await other.close()


async def test_who_asks_again_for_keyframes_that_arrive_cannot_decode_them() -> None:
    """faults.md 39: neither the host nor the link can help it. One that decodes again is whole."""
    async with (
        serve() as server,
        publishing(server, "VP8", group=5),
        watching(server) as sees,
        watching(server) as fails,
    ):
        await sees.more("video", 5)
        await fails.more("video", 5)
        receiver = fails.pc.getTransceivers()[-1].receiver
        ssrc = session_of(server, fails).media.video.ssrc  # type: ignore[union-attr]

        async def asked() -> bool:
            await receiver._send_rtcp_pli(ssrc)
            await asyncio.sleep(0.1)
            return [viewer.picture for viewer in viewers(server)] == ["shown", "undecodable"]

        await eventually(asked)
        assert figures(server).blind == {"no_codec": 0, "undecodable": 1}
        assert said(server) == (
            "The one viewer sees the full picture. "
            "The browser of 1 viewer cannot decode the picture, although it arrives."
        )
        assert viewers(server)[1].connection == "good"


async def test_who_asks_while_no_keyframe_comes_waits_like_everybody() -> None:
    """faults.md 39: that is the host's encoder, which does not answer."""
    async with serve() as server, publishing(server, "VP8", frames=600, group=600):
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 1)
            receiver = viewer.pc.getTransceivers()[-1].receiver
            ssrc = session_of(server, viewer).media.video.ssrc  # type: ignore[union-attr]
            for _ in range(12):
                await receiver._send_rtcp_pli(ssrc)
                await asyncio.sleep(0.1)
            assert [one.picture for one in viewers(server)] == ["shown"]


async def test_a_closed_tab_stops_counting_long_before_its_session_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """faults.md 39: consent ends after 30 s (RFC 7675), silence after a missed check or two.

    What was sent to it stays counted: totals never fall.
    """
    monkeypatch.setattr("liveshow.relay.transport.peer.SILENT_AFTER", 1.0)
    async with serve(Timeouts(consent=600.0)) as server, publishing(server, "VP8"):
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 5)
            assert server.relay.viewers("demo") == 1
            joins, sent = server.relay.totals().joins, server.relay.totals().sent_packets
            viewer.vanish()
            await eventually(lambda: server.relay.viewers("demo") == 0, within=15)
            assert not viewers(server)
            assert said(server) == "No viewers at the moment."
            assert server.relay.totals().joins == joins
            assert server.relay.totals().sent_packets >= sent
            assert len(server.relay._shows["demo"].viewers) == 1


# --- sessions that never connect ------------------------------------------------------------------


@asynccontextmanager
async def on_air(setup: float) -> AsyncIterator[Server]:
    """A show whose viewers have to connect soon."""
    async with serve(Timeouts(tick=0.05)) as server, publishing(server, "VP8"):
        await server.until("started")
        server.relay._timeouts = Timeouts(tick=0.05, setup=setup)
        yield server


async def join(server: Server) -> str:
    async with server.http.post(
        server.url + "/whep/demo", data=offer(), headers={"Content-Type": SDP}
    ) as response:
        assert response.status == 201
        return await response.text()


async def test_a_session_that_never_connects_is_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """faults.md 39: at ``info``, with the step that did not come."""
    caplog.set_level(logging.INFO, "liveshow.relay.failures")
    async with on_air(0.6) as server:
        await join(server)
        stranger = Stranger(server)
        stranger.send(check_for(await join(server)))
        await eventually(lambda: len(caplog.messages) >= 2)
        stranger.close()
    assert sorted(line for line in caplog.messages if "did not connect" in line) == [
        "viewer of demo did not connect: connectivity checks came, and no DTLS handshake",
        "viewer of demo did not connect: no connectivity check came; "
        "is the port reachable at the announced address?",
    ]


async def test_a_handshake_that_fails_says_why(caplog: pytest.LogCaptureFixture) -> None:
    """faults.md 39: a certificate that is not that of the offer."""
    caplog.set_level(logging.INFO, "liveshow.relay.failures")
    async with serve() as server, publishing(server, "VP8"):
        await server.until("started")
        viewer = ViewingPeer(server)
        await viewer.pc.setLocalDescription(await viewer.pc.createOffer())
        sdp = viewer.pc.localDescription.sdp
        real = sdp[sdp.index("a=fingerprint:sha-256 ") :].splitlines()[0]
        forged = sdp.replace(real, "a=fingerprint:sha-256 " + ":".join(["AB"] * 32))
        lines = [line for line in forged.splitlines() if "sha-384" not in line]
        lines = [line for line in lines if "sha-512" not in line]
        async with server.http.post(
            server.url + "/whep/demo",
            data="\r\n".join(lines) + "\r\n",
            headers={"Content-Type": SDP, "Authorization": f"Bearer {TOKEN}"},
        ) as response:
            answer = await response.text()
        await viewer.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await eventually(lambda: "did not connect" in caplog.text, within=15)
        assert caplog.messages == [
            "viewer of demo did not connect: the DTLS handshake failed: "
            "another certificate than that of the offer"
        ]
        await viewer.close()


def test_the_lines_are_bounded_and_those_left_out_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """faults.md 39: whoever can begin sessions can fill the log otherwise."""

    class Stuck:
        obstacle, connected = "stuck", False

    class Session:
        role, show_id, ended, peer = "viewer", "demo", False, Stuck()

    now = 0.0
    failures = Failures(lambda: now)
    caplog.set_level(logging.INFO, "liveshow.relay.failures")
    for _ in range(LINES + 7):
        failures.note(Session())  # type: ignore[arg-type]
    assert caplog.messages == ["viewer of demo did not connect: stuck"] * LINES
    caplog.clear()
    now = WINDOW
    failures.note(Session())  # type: ignore[arg-type]
    assert caplog.messages == [
        "7 more sessions did not connect",
        "viewer of demo did not connect: stuck",
    ]
