"""Chromium to Chromium with every codec that it can send, and what its receiver makes of it."""

from __future__ import annotations

import struct

import pytest
from playwright.async_api import Browser, Page

from liveshow.relay.viewing.viewer import Viewer
from liveshow.relay.wire.packets import ExtensionIds, parse_rtp
from tests.bench.light import sdp
from tests.bench.light.transport import Transport
from tests.relay.clients.screens import (
    IN_SYNC,
    MEDIUM,
    PATIENT,
    TWO_LAYERS,
    Cinema,
    Json,
    Screen,
    screens,
)
from tests.relay.peers import TOKEN, Server, serve
from tests.support import eventually, seconds

pytestmark = pytest.mark.slow

# A receiver asks for discontinuous transmission (RFC 7587 §7.1).
DTX = [(r"^(a=fmtp:\d+ minptime[^\r\n]*)", "$1;usedtx=1")]
DRAFT = "http://www.webrtc.org/experiments/rtp-hdrext/"
SEEN = ExtensionIds(video_orientation=7, playout_delay=9)  # as the viewer numbers them
SWITCHES = 6
STANDSTILL = 1.0  # seconds; a longer one is a freeze that people see


@pytest.mark.parametrize(
    ("codec", "profile"), [("VP9", "profile-id=0"), ("AV1", "profile=0"), ("H264", "4d001f")]
)
async def test_a_codec_passes_and_somebody_joins_in_the_middle_of_a_group(
    chromium: Browser, codec: str, profile: str
) -> None:
    """Chromium sends keyframes on request only: a late viewer is replayed the group so far."""
    async with serve() as server, screens(chromium, server) as cinema:
        offer = await cinema.publish(codec, profile=profile)
        assert offer is not None
        assert f"{codec}/90000" in offer
        for _ in range(2):
            screen = await cinema.watch()
            seen = await screen.pictures(30)
            assert seen["codec"] == f"video/{codec}"
            assert seen["width"] == 320
        stats = server.relay.show_stats("demo")
        assert stats is not None
        assert [layer.codec for layer in stats.layers] == [codec]
        # What the host was asked for, the first viewer asked for.
        assert (await cinema.layers())[0]["keyFramesEncoded"] <= 2
        assert await screen.synchrony() <= IN_SYNC


async def test_the_publisher_comes_back_with_every_other_codec(chromium: Browser) -> None:
    """VP9, H.264, VP8, AV1: one connection of the viewer shows them all, with sound in sync."""
    async with serve() as server, screens(chromium, server) as cinema:
        await cinema.publish("VP9")
        screen = await cinema.watch()
        await screen.pictures()
        await screen.page.evaluate("window.connection = screenOf.pc; null")
        for codec in ("H264", "VP8", "AV1"):
            await cinema.publish(codec)
            seen = await shown_as(screen, codec)
            assert seen["video"]["freezeCount"] <= 4, f"{codec}: {seen}"
        assert await screen.page.evaluate("screenOf.pc === window.connection")
        assert await screen.synchrony() <= IN_SYNC


async def test_av1_of_several_spatial_layers_is_put_together(chromium: Browser) -> None:
    """faults.md 36: by the dependency descriptor, whose frame numbers go on with each publisher."""
    layers = [{"scalabilityMode": "L3T3"}]
    async with serve() as server, screens(chromium, server) as cinema:
        await cinema.publish("AV1", encodings=layers, size=MEDIUM)
        screen = await cinema.watch()
        await screen.pictures(30)
        # Chromium leaves out the smallest layer of a picture that is small itself.
        assert (await cinema.layers())[0]["scalabilityMode"] in ("L2T3", "L3T3")
        track = server.relay._shows["demo"].simulcasts["video"].tracks[0]
        assert any(packet.descriptor for packet in track.cache._packets.values())
        late = await cinema.watch()
        await late.pictures(15)
        for codec, encodings in (("AV1", layers), ("VP8", [{}]), ("AV1", layers)):
            await cinema.publish(codec, encodings=encodings, size=MEDIUM)
            await shown_as(screen, codec)
        assert (await screen.pictures(30))["width"] == 640


async def shown_as(screen: Screen, codec: str) -> Json:
    """Wait until pictures of ``codec`` are decoded."""
    mime = f"video/{codec}"

    async def changed() -> bool:
        return bool((await screen.received())["codec"] == mime)

    await eventually(changed, within=PATIENT, every=0.1, what=mime)
    return await screen.pictures()


@pytest.mark.parametrize("mode", ["L1T1", None], ids=["L1T1", "L1T3"])
async def test_layers_of_vp8_are_switched_without_a_standstill(
    chromium: Browser, mode: str | None
) -> None:
    """Picture ids and TL0PICIDX go on; Chromium's own choice is three temporal layers (L1T3)."""
    layers = [{**layer, **({"scalabilityMode": mode} if mode else {})} for layer in TWO_LAYERS]
    async with serve() as server, screens(chromium, server) as cinema:
        await cinema.publish("VP8", encodings=layers, size=MEDIUM)
        screen = await cinema.watch()
        await screen.pictures(30)
        await both_layers(cinema)
        if mode is None:
            assert {layer["scalabilityMode"] for layer in await cinema.layers()} == {"L1T3"}
        viewer = cinema.viewer()
        before = await undisturbed(viewer, screen)
        widths = await switch(cinema, screen, SWITCHES)
        assert widths == [320, 640] * (SWITCHES // 2)
        after = await screen.received()
        assert after["video"]["freezeCount"] - before["video"]["freezeCount"] <= 1
        assert after["longest"] <= seconds(STANDSTILL) * 1000
        assert after["video"]["pliCount"] == before["video"]["pliCount"]
        assert await screen.synchrony() <= IN_SYNC


async def both_layers(cinema: Cinema) -> None:
    simulcast = cinema.server.relay._shows["demo"].simulcasts["video"]
    await eventually(lambda: len(simulcast.playing) == 2, within=PATIENT, what="both layers")


async def undisturbed(viewer: Viewer, screen: Screen) -> Json:
    """Leave the choice of layers to the test; return the figures so far."""
    assert viewer._adaptation is not None
    viewer._adaptation.close()
    viewer._adaptation = None
    before = await screen.pictures(30)
    await screen.page.evaluate("seen.longest = 0")
    return before


async def switch(cinema: Cinema, screen: Screen, count: int) -> list[int]:
    """Switch to the other layer ``count`` times; return the widths that were seen then."""
    simulcast, down_track = (
        cinema.server.relay._shows["demo"].simulcasts["video"],
        cinema.down_track(),
    )
    widths = []
    for _ in range(count):
        target = next(track for track in simulcast.layers if track is not down_track.track)
        before = (await screen.received())["width"]
        down_track.switch_to(target)

        async def another(before: int = before) -> int:
            width: int = (await screen.received())["width"]
            return width if width != before else 0

        widths.append(await eventually(another, within=PATIENT, every=0.05, what="another size"))
        assert down_track.track is target
        await screen.pictures(15)
    return widths


async def test_silence_costs_nothing_and_sound_after_it_is_in_sync(chromium: Browser) -> None:
    """Opus with DTX: packets stop in silence, and their time goes on."""
    async with serve() as server, screens(chromium, server) as cinema:
        await cinema.publish("VP8", rewrites=DTX)
        screen = await cinema.watch()
        await screen.pictures()
        host = cinema.host
        assert host is not None
        track = server.relay._shows["demo"].simulcasts["audio"].best
        await eventually(lambda: track.bitrate > 15_000, within=PATIENT, what="sound")
        await loud(screen.page, True)
        await host.evaluate("silence(true)")
        # A packet every 400 ms tells that it is still there (RFC 6716 §2.1.9).
        await eventually(lambda: track.bitrate < 4_000, within=PATIENT, what="silence")
        await loud(screen.page, False)
        await screen.pictures(60)
        assert track.active(server.relay._clock())
        await host.evaluate("silence(false)")
        await loud(screen.page, True)
        await eventually(lambda: track.bitrate > 15_000, within=PATIENT, what="sound again")
        assert await screen.synchrony() <= IN_SYNC


async def test_who_holds_the_camera_upright_is_seen_upright() -> None:
    """video-orientation and playout-delay go with the packets that came with them, by the viewer's
    own numbers, and with no others."""
    orientation, delay = bytes([0x01]), bytes([0x00, 0xA0, 0x14])  # 90°; 100 to 200 ms
    uris = ("urn:3gpp:video-orientation", f"{DRAFT}playout-delay")
    async with serve() as server:
        host, screen = Transport(), Transport()
        ssrcs = (5, 6)
        text = extend(sdp.offer(host.local, ssrcs=ssrcs), dict(zip((13, 5), uris, strict=True)))
        await host.connect(await answered(server, "/whip/demo", text))
        payload = b"\x65keyframe"
        plain = struct.pack("!BBHII", 0x80, 0x80 | sdp.H264, 1, 1000, ssrcs[1]) + payload
        host.send(host.protect(plain))
        await server.until("started")
        text = extend(sdp.offer(screen.local), dict(zip((7, 9), uris, strict=True)))
        await screen.connect(await answered(server, "/whep/demo", text))
        elements = bytes([13 << 4]) + orientation + bytes([5 << 4 | 2]) + delay + bytes(2)
        head = struct.pack("!BBHII", 0x90, 0x80 | sdp.H264, 2, 4000, ssrcs[1])
        extended = head + struct.pack("!HH", 0xBEDE, 2) + elements + payload
        host.send(host.protect(extended))
        seen: list[bytes] = []

        def both() -> bool:
            seen.extend(video_packets(screen))
            return len(seen) >= 2

        await eventually(both, within=10, what="two packets")
        first, second = (parse_rtp(data, SEEN) for data in seen[:2])
        assert (first.orientation, first.playout_delay) == (-1, -1)
        assert (second.orientation, second.playout_delay) == (0x01, 0x00A014)
        host.close()
        screen.close()


def extend(offer: str, extensions: dict[int, str]) -> str:
    """Offer these header extensions for the picture, which is the last section."""
    lines = "".join(f"a=extmap:{number} {uri}\r\n" for number, uri in extensions.items())
    return offer + lines


async def answered(server: Server, path: str, offer: str) -> sdp.Remote:
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {TOKEN}"}
    async with server.http.post(server.url + path, data=offer, headers=headers) as response:
        text = await response.text()
        assert response.status == 201, text
    return sdp.parse(text)


def video_packets(transport: Transport) -> list[bytes]:
    """Return what came of the picture; header and extensions are not encrypted."""
    found = []
    while True:
        try:
            data = transport.socket.recv(2048)
        except OSError:
            return found
        if data[0] >> 6 == 2 and data[1] & 0x7F == sdp.H264:
            found.append(data)


async def loud(page: Page, wanted: bool) -> None:
    """Wait until the screen plays sound, or silence."""

    async def heard() -> bool:
        audio = (await page.evaluate("received()"))["audio"]
        return bool(audio) and (audio["audioLevel"] > 0.01) is wanted

    await eventually(heard, within=PATIENT, every=0.1, what="sound" if wanted else "silence")
