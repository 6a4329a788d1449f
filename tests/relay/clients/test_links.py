"""What Chromium shows of a show when the way to it is bad: lossy, narrow, dead for a while."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser

from liveshow.relay.viewing.down_track import KEYFRAME_EVERY
from liveshow.relay.viewing.viewer import Viewer
from tests.impaired import ImpairedPath, Link
from tests.relay.clients.screens import (
    IN_SYNC,
    MEDIUM,
    PATIENT,
    TWO_LAYERS,
    Cinema,
    Rewrites,
    Screen,
    screens,
    through,
)
from tests.relay.peers import Server, serve
from tests.relay.transport.test_tcp import serve_tcp
from tests.support import eventually, seconds
from tests.throttle import ThrottledPath

pytestmark = [pytest.mark.slow, pytest.mark.link]

ONE_LAYER = ({"maxBitrate": 1_000_000},)
NEAR = Link(delay=0.01)
LOSSY = Link(loss=0.05, delay=0.01)
NARROW = Link(rate=500_000, delay=0.01)  # bits per second: the large layer has twice as much
VOICE = Link(rate=60_000, delay=0.01)
DEAD = Link(loss=1.0)
DEAD_FOR = 6.0  # seconds; the page waits longer before it connects anew, and so does the relay
SLOW = 45_000.0  # bytes per second, over TCP
NO_NUMBERS: Rewrites = [
    (r"^a=rtcp-fb:\d+ transport-cc\r\n", ""),
    (r"^a=extmap:\d+ [^\r\n]*transport-wide-cc[^\r\n]*\r\n", ""),
]


@asynccontextmanager
async def stage(
    chromium: Browser, layers: object = TWO_LAYERS
) -> AsyncIterator[tuple[Cinema, ImpairedPath]]:
    """A host with a picture of 1 Mbit/s, and a path to it."""
    async with serve() as server, screens(chromium, server) as cinema:
        await cinema.publish("VP8", size=MEDIUM, encodings=layers)
        async with ImpairedPath(("127.0.0.1", server.relay.port), NEAR) as path:
            yield cinema, path


async def large(cinema: Cinema, rate: float = 800_000) -> None:
    """Wait until the host sends as much as it may: it begins with less."""
    simulcast = cinema.server.relay._shows["demo"].simulcasts["video"]
    await eventually(
        lambda: simulcast.best.wire_rate > rate, within=PATIENT, what="a large picture"
    )


async def wide(screen: Screen, width: int, within: float = PATIENT) -> None:
    """Wait until the picture has ``width`` columns."""

    async def shown() -> bool:
        return bool((await screen.received()).get("width") == width)

    await eventually(shown, within=within, every=0.1, what=f"{width} columns")


async def test_what_is_lost_is_sent_again_in_time(chromium: Browser) -> None:
    """A twentieth is lost: hardly a frame is missing, and no keyframe is needed for that."""
    async with stage(chromium, ONE_LAYER) as (cinema, path):
        await large(cinema)
        screen = await cinema.watch(answer=through(cinema.server, path))
        before = (await screen.pictures(15))["video"]
        sent = (await cinema.layers())[0]["framesEncoded"]
        path.change(LOSSY)
        after = (await screen.pictures(200))["video"]
        sent = (await cinema.layers())[0]["framesEncoded"] - sent
        passed, lost = path.counts
        assert lost > 0.02 * passed
        assert cinema.down_track().retransmitted > 0.5 * lost
        assert after["retransmittedPacketsReceived"] > 0.5 * lost
        # The two ends are not asked at the same moment: a few frames are on their way.
        assert after["framesDecoded"] - before["framesDecoded"] >= 0.97 * sent - 5
        assert after["keyFramesDecoded"] - before["keyFramesDecoded"] <= 3
        assert not cinema.viewer().limited


async def test_a_narrow_link_gets_the_small_picture_and_the_large_one_when_it_widens(
    chromium: Browser,
) -> None:
    async with stage(chromium) as (cinema, path):
        await large(cinema)
        screen = await cinema.watch(answer=through(cinema.server, path))
        await wide(screen, 640)
        path.change(NARROW)
        await wide(screen, 320)
        await eventually(lambda: cinema.down_track().live, within=PATIENT, what="whole again")
        await screen.page.evaluate("seen.longest = 0")
        small = await screen.pictures(60)
        assert small["width"] == 320
        assert small["longest"] < seconds(1.0) * 1000
        path.change(NEAR)
        await wide(screen, 640, within=30)
        again = await screen.pictures(30)
        assert again["width"] == 640
        assert await screen.synchrony() <= IN_SYNC


async def test_a_link_for_a_voice_carries_the_voice(chromium: Browser) -> None:
    """The picture pauses, the sound does not; both are there when the link is."""
    async with stage(chromium) as (cinema, path):
        await large(cinema)
        screen = await cinema.watch(answer=through(cinema.server, path))
        await wide(screen, 640)
        viewer = cinema.viewer()
        path.change(VOICE)
        await eventually(lambda: paused(viewer), within=PATIENT, what="a pause of the picture")
        before = (await screen.received())["audio"]

        async def heard() -> bool:
            audio = (await screen.received())["audio"]
            return bool(audio["packetsReceived"] >= before["packetsReceived"] + 300)

        await eventually(heard, within=PATIENT, every=0.1, what="six seconds of sound")
        # The picture is tried now and then, ever more seldom; a try does not last.
        await eventually(lambda: paused(viewer), within=PATIENT, what="sound alone again")
        path.change(NEAR)
        await eventually(lambda: not paused(viewer), within=PATIENT, what="room for a picture")
        await screen.pictures(30)


def paused(viewer: Viewer) -> bool:
    return viewer._adaptation is not None and viewer._adaptation.paused


async def test_a_link_that_was_dead_for_a_while_goes_on(chromium: Browser) -> None:
    """Nothing passes, either way, for six seconds: the same connection goes on after it."""
    async with stage(chromium) as (cinema, path):
        screen = await cinema.watch(answer=through(cinema.server, path))
        await screen.pictures(30)
        await screen.page.evaluate("window.connection = screenOf.pc; null")
        path.change(DEAD, DEAD)
        began = time.monotonic()
        await eventually(
            lambda: time.monotonic() - began > DEAD_FOR, within=10 * DEAD_FOR, what="a while"
        )
        path.change(NEAR, Link())
        await screen.pictures(30)
        assert await screen.page.evaluate("screenOf.pc === window.connection")
        assert len(cinema.server.relay._shows["demo"].viewers) == 1
        assert await screen.synchrony() <= IN_SYNC


@pytest.mark.parametrize("silent", [False, True], ids=["not offered", "not answered"])
async def test_a_viewer_without_transport_wide_feedback_is_adapted_to(
    chromium: Browser, silent: bool
) -> None:
    """REMB and reports decide for a viewer that did not offer TWCC, or never answers it."""
    async with stage(chromium) as (cinema, path):
        await large(cinema)
        way = list(through(cinema.server, path))
        if silent:
            screen = await cinema.watch(answer=[*way, *NO_NUMBERS])
        else:
            screen = await cinema.watch(offer=NO_NUMBERS, answer=way)
        await wide(screen, 640)
        path.change(NARROW)
        await wide(screen, 320)
        viewer = cinema.viewer()
        assert viewer._adaptation is not None
        estimator = viewer._adaptation._congestion._estimator
        assert (estimator is not None) is silent
        assert estimator is None or estimator.heard is None
        assert (await screen.pictures(60))["width"] == 320
        path.change(NEAR)
        await wide(screen, 640, within=90)
        await screen.pictures(30)


@asynccontextmanager
async def slow_tcp(
    chromium: Browser, layers: object
) -> AsyncIterator[tuple[Cinema, Server, ThrottledPath]]:
    async with serve_tcp() as (server, port), screens(chromium, server) as cinema:
        server.relay.tcp_port = port
        async with ThrottledPath(("127.0.0.1", port), SLOW) as path:
            await cinema.publish("VP8", size=MEDIUM, encodings=layers)
            await large(cinema)
            yield cinema, server, path


async def test_a_slow_viewer_over_tcp_gets_the_small_picture(chromium: Browser) -> None:
    """What waits in TCP is no queue that delays show; the viewer is fitted to it all the same."""
    async with slow_tcp(chromium, TWO_LAYERS) as (cinema, server, path):
        screen = await cinema.watch(answer=through(server, path))
        await wide(screen, 320)
        await eventually(lambda: cinema.down_track().live, within=PATIENT, what="whole again")
        assert cinema.viewer()._peer.transport == "tcp"
        await screen.page.evaluate("seen.longest = 0")
        seen = await screen.pictures(90)
        assert seen["width"] == 320
        assert seen["longest"] < seconds(2.0) * 1000
        path.rate = None
        await wide(screen, 640)
        await screen.pictures(30)


async def test_a_slow_viewer_over_tcp_without_layers_gets_a_picture_now_and_then(
    chromium: Browser,
) -> None:
    """Whole keyframes with what fits after them; the others do not pay for it all the time."""
    async with slow_tcp(chromium, ONE_LAYER) as (cinema, server, path):
        screen = await cinema.watch(answer=through(server, path))
        await screen.pictures(1)
        await eventually(lambda: cinema.down_track().limited, within=PATIENT, what="a limit")
        began = time.monotonic()
        before = (await screen.received())["video"]["keyFramesDecoded"]
        asked = (await cinema.layers())[0]["keyFramesEncoded"]

        async def decoded() -> bool:
            video = (await screen.received())["video"]
            return bool(video["keyFramesDecoded"] >= before + 3)

        await eventually(decoded, within=2 * PATIENT, every=0.2, what="three keyframes")
        asked = (await cinema.layers())[0]["keyFramesEncoded"] - asked
        assert asked <= (time.monotonic() - began) / KEYFRAME_EVERY + 2
        audio = (await screen.received())["audio"]
        assert audio["packetsReceived"] > 40 * (time.monotonic() - began)
        path.rate = None
        await eventually(lambda: cinema.down_track().live, within=PATIENT, what="everything again")
        await screen.pictures(45)
