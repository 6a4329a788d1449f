"""The tool is right before its figures are: what is lost is seen, what is sent is counted."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from tests.bench import janus, media_server
from tests.bench.child import Child
from tests.bench.light import sdp, sweeper
from tests.bench.light.clip import clip
from tests.bench.light.driver import Driver
from tests.bench.light.sweeper import AUDIO, TICKS, VIDEO, Sweeper
from tests.bench.light.transport import Transport
from tests.support import eventually, seconds

pytestmark = pytest.mark.skipif(not sweeper.available(), reason="the light viewers are part C")

SMALL = (160, 120, 300_000, 2)
UDP_SEGMENT = 103  # linux/udp.h
SSRC = 7


class Line:
    """A viewer's socket under a sweeper, and one that sends to it."""

    def __init__(self) -> None:
        self.viewer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.viewer.bind(("127.0.0.1", 0))
        sweeper.prepare(self.viewer)
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.connect(self.viewer.getsockname())
        self.sweeper = Sweeper(4)
        self.number = self.sweeper.add(self.viewer, (sdp.OPUS, sdp.H264))

    def send(self, sequence: int, timestamp: int = 0, kind: int = VIDEO, ssrc: int = SSRC) -> None:
        self.sender.send(packet(sequence, timestamp, kind, ssrc))

    def counts(self) -> sweeper.Counts:
        assert list(self.sweeper.sweep()) == []
        return self.sweeper.counts(self.number)


def packet(sequence: int, timestamp: int = 0, kind: int = VIDEO, ssrc: int = SSRC) -> bytes:
    payload_type = (sdp.OPUS, sdp.H264)[kind]
    head = struct.pack("!BBHII", 0x80, payload_type, sequence & 0xFFFF, timestamp, ssrc)
    return head + bytes(88)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.viewer.close()
    line.sender.close()


def test_packets_are_counted_over_the_end_of_their_numbers(line: Line) -> None:
    for sequence in range(65_500, 65_600):
        line.send(sequence)
        if not sequence % 20:
            line.counts()
    counts = line.counts()
    assert (counts.packets, counts.bytes, counts.lost) == ((0, 100), 10_000, 0)


def test_what_does_not_come_is_lost_until_it_comes_late(line: Line) -> None:
    for sequence in (1, 2, 5, 6, 3):
        line.send(sequence)
    assert line.counts().lost == 1
    line.send(4)
    assert line.counts().lost == 0


def test_a_packet_that_comes_twice_counts_once(line: Line) -> None:
    for sequence in (1, 2, 2, 1, 4):
        line.send(sequence)
    counts = line.counts()
    assert (counts.packets[VIDEO], counts.repeated, counts.lost) == (3, 2, 1)


def test_a_run_that_arrives_as_one_is_counted_packet_by_packet(line: Line) -> None:
    run = b"".join(packet(sequence) for sequence in range(10)) + packet(10)[:50]
    line.sender.sendmsg([run], [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("H", 100))])
    counts = line.counts()
    assert (counts.packets[VIDEO], counts.bytes, counts.runs) == (11, 1050, 1)


def test_what_is_not_rtp_is_handed_back(line: Line) -> None:
    others = [b"\x01\x01" + bytes(30), b"\x17" + bytes(700), struct.pack("!BBH", 0x81, 201, 7)]
    for data in others:
        line.sender.send(data)
    line.send(1)
    assert [data for _, data in line.sweeper.sweep()] == others
    assert line.sweeper.counts(line.number).packets[VIDEO] == 1


def test_only_packets_of_frames_in_the_window_are_counted_for_it(line: Line) -> None:
    line.sweeper.open_window((1000, 1001))
    for number in (1000, 1001, 1002, 1003):
        line.sweeper.published(VIDEO, number, time.time_ns())
        line.send(number, number * TICKS[VIDEO])
    line.sweeper.close_window((1000, 1003))
    assert line.counts().in_window == (0, 2)


def test_timestamps_of_a_servers_own_are_followed_from_the_first_packet_on(line: Line) -> None:
    line.sweeper.open_window((0, 0))
    for number in (1000, 1001, 1002):
        line.sweeper.published(VIDEO, number, time.time_ns())
        line.send(number, (number - 1000) * TICKS[VIDEO] + 17)
        assert line.counts().in_window == (0, number - 999)
    line.sweeper.close_window((0, 1002))
    line.send(1003, 2 * TICKS[VIDEO] + 17)
    assert line.counts().in_window == (0, 3)


def test_timestamps_that_a_server_moves_are_found_again(line: Line) -> None:
    line.sweeper.open_window((0, 0))
    for number in range(1000, 1006):
        line.sweeper.published(VIDEO, number, time.time_ns())
        moved = 0 if number < 1003 else 90_000
        line.send(number, (number - 1000) * TICKS[VIDEO] + 17 + moved)
        line.counts()
    line.sweeper.close_window((0, 1005))
    line.send(1006, 5 * TICKS[VIDEO] + 17 + 90_000)
    assert line.counts().in_window == (0, 6)


def test_delay_is_what_a_packet_had_beyond_the_least_of_its_viewer(line: Line) -> None:
    line.sweeper.open_window((0, 0))
    late = (50, 10, 30, 10)  # ms
    for number, delay in enumerate(late, 1000):
        line.sweeper.published(AUDIO, number, time.time_ns() - delay * 1_000_000)
        line.send(number, number * TICKS[AUDIO], AUDIO)
    line.counts()
    percentiles = line.sweeper.added_delays((25, 75, 100))
    # What the machine adds by itself is not ours to say.
    assert all(
        measured >= expected - 1
        for measured, expected in zip(percentiles, (0, 19, 39), strict=True)
    )
    assert percentiles[2] < 39 + seconds(1000)


def test_the_clip_has_one_keyframe_and_a_steady_rate() -> None:
    played = clip(*SMALL)
    idr = [number for number, units in enumerate(played.video) if _has_idr(units)]
    assert idr == [0]
    assert len(played.video) == 60
    bits = 8 * sum(len(payload) for units in played.video for payload in units)
    assert bits / 2 == pytest.approx(300_000, rel=0.15)
    assert max(len(payload) for units in played.video for payload in units) <= 1170


def _has_idr(payloads: list[bytes]) -> bool:
    kinds = {payload[1] & 31 if payload[0] & 31 == 28 else payload[0] & 31 for payload in payloads}
    return 5 in kinds or 7 in kinds or 24 in kinds


class LossyPath:
    """Between one viewer and the server: passes datagrams on, drops some of the video."""

    def __init__(self, door: Any) -> None:
        self._door = door
        self.dropping = False
        self.dropped = self.passed = 0
        self._inner = self._socket()
        self._outer = self._socket()
        self._viewer: Any = None

    async def watch(self, transport: Transport) -> sdp.Remote:
        remote: sdp.Remote = await self._door.watch(transport)
        loop = asyncio.get_running_loop()
        self._outer.connect(remote.address)
        loop.add_reader(self._inner, self._from_viewer)
        loop.add_reader(self._outer, self._from_server)
        return sdp.Remote(**{**vars(remote), "address": self._inner.getsockname()})

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for each in (self._inner, self._outer):
            loop.remove_reader(each)
            each.close()

    @staticmethod
    def _socket() -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, sweeper.RECEIVE_BUFFER)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        return sock

    def _from_viewer(self) -> None:
        with suppress(BlockingIOError):
            while True:
                data, self._viewer = self._inner.recvfrom(2048)
                self._outer.send(data)

    def _from_server(self) -> None:
        with suppress(BlockingIOError):
            while True:
                data = self._outer.recv(2048)
                video = data[0] >> 6 == 2 and data[1] & 0x7F == sdp.H264
                if self.dropping and video and not int.from_bytes(data[2:4], "big") % 5:
                    self.dropped += 1
                    continue
                self.passed += video
                self._inner.sendto(data, self._viewer)


@pytest.fixture
async def driver() -> Any:
    async with aiohttp.ClientSession() as http:
        driver = Driver(http)
        yield driver
        await driver.stop()


@pytest.mark.slow
async def test_a_viewer_gets_exactly_what_is_sent_and_misses_exactly_what_is_dropped(
    driver: Driver,
) -> None:
    async with Child("tests.bench.media_server", "python") as server:
        await driver.connect(server.pid, SMALL, url=await server.ask("address"))
        await driver.watch(count=2, at_once=1)
        path = LossyPath(driver.door)
        third = await driver.crowd.join(path)
        await driver.play(quiet=False)
        await eventually(lambda: path.passed > 20, within=15, what="video")

        await driver.begin()
        path.dropping = True
        await eventually(lambda: path.dropped > 20, within=15, what="packets dropped")
        path.dropping = False
        passed = path.passed
        await eventually(lambda: path.passed > passed + 20, within=15, what="packets passed")
        result = SimpleNamespace(**await driver.end(viewers=None, late=seconds(1)))
        path.close()

    lost = driver.sweeper.counts(third.number)
    assert lost.lost == path.dropped
    assert result.missing == result.gaps == result.worst == path.dropped
    first, second = (sum(driver.sweeper.counts(number).in_window) for number in (0, 1))
    assert first == second == result.sent
    assert result.overflowed == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["python", "forward", "janus"])
async def test_viewers_stay_for_longer_than_consent_lasts_without_checks(
    driver: Driver, kind: str
) -> None:
    if kind == "janus" and not janus.installed():
        pytest.skip("Janus is not installed")
    server: Any = janus.Janus() if kind == "janus" else Child(media_server.__name__, kind)
    async with server:
        if kind == "janus":
            await driver.connect(server.pid, SMALL, janus=server.url, ports=server.ports)
        else:
            await driver.connect(server.pid, SMALL, url=await server.ask("address"))
        await driver.watch(count=2, at_once=2)
        await driver.play(quiet=False)
        transports = [viewer.transport for viewer in driver.crowd.viewers]
        # The first check was that of the connection; others follow every five seconds.
        await eventually(
            lambda: all(transport.consents >= 3 for transport in transports),
            within=30,
            what="checks answered",
        )
        before = driver.sweeper.counts(0).packets[VIDEO]
        await eventually(lambda: driver.sweeper.counts(0).packets[VIDEO] > before, within=10)
