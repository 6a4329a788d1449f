"""One track to one viewer, without a network: numbering, resending, falling behind."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from liveshow.relay.codecs import H264, OPUS, VP8
from liveshow.relay.fanout import PythonFanOut
from liveshow.relay.outlet import (
    LATE,
    MAX_RESENDS,
    PUMP_PACKETS,
    REPLAY_RATIO,
    RESEND_INTERVAL,
    PayloadTypes,
    ViewerOutlet,
)
from liveshow.relay.packets import RtpHeader
from liveshow.relay.track import REPLAY_AT_ALL, REPLAY_EAGERLY, Track

SSRC, RTX_SSRC = 1111, 2222
TYPES = PayloadTypes({VP8: 96, OPUS: 111}, {"42e01f": 102}, {96: 97, 102: 103})
NO_RTX = PayloadTypes({VP8: 96}, {}, {})


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class ManualPacer:
    """Remembers who is behind; the test pumps."""

    def __init__(self) -> None:
        self.behind: set[Any] = set()

    def add(self, subscriber: Any) -> None:
        self.behind.add(subscriber)

    def discard(self, subscriber: Any) -> None:
        self.behind.discard(subscriber)


class Wire:
    """A sink that remembers what was sent, and can be full."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int, int, int, bytes]] = []  # type, seq, ts, ssrc, payload
        self.full = False

    def send_rtp(self, data: bytes) -> bool:
        if self.full:
            return False
        assert data[0] == 0x80
        _, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
        self.sent.append((second & 0x7F, sequence, timestamp, ssrc, data[12:]))
        return True

    def sequences(self, ssrc: int = SSRC) -> list[int]:
        return [entry[1] for entry in self.sent if entry[3] == ssrc]


class Bench:
    """A track that is fed by hand, and viewers of it."""

    def __init__(self, kind: Any = "video") -> None:
        self.clock = Clock()
        self.pacer = ManualPacer()
        self.track = Track(kind, PythonFanOut())
        self.asked = 0
        self.track.attach(self)
        self.sequence = 1000
        self.timestamp = 50_000

    def request_keyframe(self, kind: Any) -> None:
        self.asked += 1

    def viewer(self, types: PayloadTypes = TYPES) -> tuple[ViewerOutlet, Wire]:
        wire = Wire()
        outlet = ViewerOutlet(
            self.track,
            wire,
            types,
            self.pacer,  # type: ignore[arg-type]
            self.clock,
            SSRC,
            RTX_SSRC,
        )
        self.track.join(outlet)
        return outlet, wire

    def push(self, payload: bytes, codec: str, sequence: int | None = None) -> None:
        number = self.sequence if sequence is None else sequence
        header = RtpHeader(
            1, True, number & 0xFFFF, self.timestamp & 0xFFFFFFFF, 5, payload, 100, None
        )
        self.track.push(header, codec, self.clock.now)
        self.track.flush()

    def frame(self, key: bool = False, codec: str = VP8, packets: int = 1) -> None:
        """Send one frame and let 33 ms pass."""
        for part in range(packets):
            if codec == VP8:
                start = bytes([0x10, 0x00 if key else 0x01])
                payload = start if part == 0 else bytes([0x00, 0xFF])
            elif codec == H264:
                payload = b"\x65" if key else b"\x41"
            else:
                payload = b"opus"
            self.push(payload + b"%d" % self.sequence, codec)
            self.sequence += 1
        self.timestamp += 3000
        self.clock.now += 1 / 30

    def pump(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            self.clock.now += 0.005
            for outlet in list(self.pacer.behind):
                outlet.pump(self.clock.now)
                if not outlet.behind:
                    self.pacer.discard(outlet)


def test_live_packets_keep_their_order_and_time() -> None:
    """Sequence numbers are consecutive from the lower half, timestamps as published."""
    bench = Bench()
    _, wire = bench.viewer()
    bench.frame(key=True, packets=3)
    bench.frame()
    assert len(wire.sent) == 4
    first = wire.sent[0][1]
    assert first < 1 << 15
    assert wire.sequences() == [first, first + 1, first + 2, first + 3]
    assert [entry[2] for entry in wire.sent] == [50_000, 50_000, 50_000, 53_000]
    assert {entry[0] for entry in wire.sent} == {96}


def test_nothing_is_sent_before_a_keyframe_and_one_is_asked_for() -> None:
    """A joiner without a group of pictures waits."""
    bench = Bench()
    outlet, wire = bench.viewer()
    bench.frame()
    bench.track.tick(bench.clock.now)
    assert wire.sent == []
    assert outlet.waiting
    assert bench.asked == 1
    bench.frame(key=True)
    assert len(wire.sent) == 1
    assert not outlet.waiting


def test_joiner_gets_the_group_of_pictures_compressed_in_time() -> None:
    """Replayed frames ask to be shown at once; the newest has its true timestamp."""
    bench = Bench()
    bench.frame(key=True)
    for _ in range(32):
        bench.frame()
    newest = bench.timestamp - 3000
    _, wire = bench.viewer()
    assert len(wire.sent) == 33
    times = [entry[2] for entry in wire.sent]
    assert times == sorted(times)
    assert times[-1] == newest
    assert newest - times[0] == 32 * 3000 // REPLAY_RATIO
    bench.frame()
    assert wire.sent[-1][2] == newest + 3000
    assert bench.asked == 0


def test_long_replay_is_paced_and_live_packets_queue_behind_it() -> None:
    """In order, without a gap, however long it takes."""
    bench = Bench()
    bench.frame(key=True)
    for _ in range(3 * PUMP_PACKETS):
        bench.frame()
    outlet, wire = bench.viewer()
    assert len(wire.sent) == PUMP_PACKETS
    assert outlet in bench.pacer.behind
    bench.frame()
    assert len(wire.sent) == PUMP_PACKETS
    bench.pump(5)
    assert not outlet.behind
    assert len(wire.sent) == 3 * PUMP_PACKETS + 2
    first = wire.sent[0][1]
    assert wire.sequences() == [(first + n) & 0xFFFF for n in range(len(wire.sent))]


def test_group_that_is_too_long_is_not_replayed_to_the_patient() -> None:
    """A keyframe is asked for; if none comes, a long replay is better than none."""
    bench = Bench()
    bench.frame(key=True)
    for _ in range(REPLAY_EAGERLY):
        bench.timestamp += 1
        bench.push(b"\x10\x01", VP8)
        bench.sequence += 1
    outlet, wire = bench.viewer()
    bench.track.tick(bench.clock.now)
    assert outlet.waiting
    assert bench.asked == 1
    bench.track.resume(outlet, patient=False)
    assert wire.sent
    assert REPLAY_AT_ALL > REPLAY_EAGERLY


def test_keyframe_that_begins_before_its_sps_is_sent_whole() -> None:
    """An access unit delimiter and SEI in front of the SPS belong to the keyframe."""
    bench = Bench()
    _, wire = bench.viewer()
    for payload in (b"\x09\xf0", b"\x06sei", b"\x67\x42\xe0\x1f\x00", b"\x68pps", b"\x65idr"):
        bench.push(payload, H264)
        bench.sequence += 1
    assert [entry[4][:1] for entry in wire.sent] == [b"\x09", b"\x06", b"\x67", b"\x68", b"\x65"]
    assert bench.track.profile == "42e01f"


def test_nack_is_answered_once_per_interval_on_the_ssrc_of_rtx() -> None:
    """RFC 4588: own SSRC, own numbers, the original number in front."""
    bench = Bench()
    outlet, wire = bench.viewer()
    bench.frame(key=True, packets=3)
    lost = wire.sent[1]
    assert outlet.resend([lost[1]]) == 0
    again = wire.sent[-1]
    assert again[0] == 97
    assert again[2:4] == (lost[2], RTX_SSRC)
    assert again[4] == struct.pack("!H", lost[1]) + lost[4]
    outlet.resend([lost[1]])
    assert len(wire.sent) == 4  # too soon
    for _ in range(10):
        bench.clock.now += RESEND_INTERVAL + 0.001
        outlet.resend([lost[1]])
    rtx = wire.sequences(RTX_SSRC)
    assert len(rtx) == MAX_RESENDS
    assert len(set(rtx)) == MAX_RESENDS


def test_without_rtx_the_very_same_bytes_are_sent_again() -> None:
    """Never two contents under one number: same SSRC, same number, same content."""
    bench = Bench()
    outlet, wire = bench.viewer(NO_RTX)
    bench.frame(key=True)
    for _ in range(20):
        bench.frame()
    for sent in list(wire.sent):
        bench.clock.now += RESEND_INTERVAL * 2
        outlet.resend([sent[1]])
        assert wire.sent[-1] == sent


def test_numbers_that_were_never_sent_or_are_of_an_earlier_run_are_not_resent() -> None:
    """A NACK cannot make us invent packets."""
    bench = Bench()
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    first = wire.sent[0][1]
    bench.track.attach(bench)  # a new publisher
    bench.sequence = 5
    bench.frame(key=True)
    assert wire.sequences() == [first, first + 1]
    count = len(wire.sent)
    outlet.resend([first, first + 2, first - 1, 70_000])
    assert len(wire.sent) == count
    outlet.resend([first + 1])
    assert len(wire.sent) == count + 1


def test_every_content_has_its_own_number_whatever_happens() -> None:
    """Losses, late packets, switches, stalls: one content per (SSRC, number)."""
    bench = Bench()
    outlet, wire = bench.viewer(NO_RTX)
    contents: dict[int, tuple[Any, ...]] = {}
    for step in range(400):
        if step % 97 == 50:
            bench.track.attach(bench)
            bench.sequence += 7000
        if step % 13 == 5:
            bench.sequence += 1  # lost, and later found
            bench.frame(key=step % 30 == 0)
            bench.push(b"\x00late%d" % step, VP8, sequence=bench.sequence - 2)
        wire.full = 200 <= step < 230
        bench.frame(key=step % 30 == 0)
        bench.pump()
        if wire.sent:
            outlet.resend([entry[1] for entry in wire.sent[-5:]])
    for entry in wire.sent:
        assert contents.setdefault(entry[1], entry) == entry
    assert len(contents) > 300


def test_a_packet_that_was_missing_is_passed_on_when_it_comes() -> None:
    """Repaired upstream: the viewer gets it under the number that was left free."""
    bench = Bench()
    _, wire = bench.viewer()
    bench.frame(key=True)
    first = wire.sent[0][1]
    missing = bench.sequence
    bench.sequence += 1
    bench.frame()
    assert wire.sequences() == [first, first + 2]
    bench.push(b"\x00late", VP8, sequence=missing)
    assert wire.sequences() == [first, first + 2, first + 1]
    bench.push(b"\x00late", VP8, sequence=missing)
    assert len(wire.sent) == 3


def test_publisher_with_another_codec_changes_the_payload_type_only() -> None:
    """Numbers go on; from the first keyframe of the new one."""
    bench = Bench()
    _, wire = bench.viewer()
    bench.frame(key=True)
    bench.frame()
    bench.track.attach(bench)
    bench.sequence, bench.timestamp = 40_000, 7
    bench.frame(codec=H264)
    assert len(wire.sent) == 2
    bench.frame(key=True, codec=H264)
    bench.frame(codec=H264)
    first = wire.sent[0][1]
    assert wire.sequences() == [first, first + 1, first + 2, first + 3]
    assert [entry[0] for entry in wire.sent] == [96, 96, 102, 102]
    times = [entry[2] for entry in wire.sent]
    assert times == sorted(times)


def test_viewer_that_cannot_play_the_codec_gets_nothing_and_asks_nothing() -> None:
    """It hears the sound; the picture waits for a publisher that it understands."""
    bench = Bench()
    outlet, wire = bench.viewer(NO_RTX)
    bench.frame(key=True, codec=H264)
    assert wire.sent == []
    assert not outlet.playable


def test_full_socket_sends_later_what_was_not_sent() -> None:
    """A short stall loses nothing."""
    bench = Bench()
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    for _ in range(5):
        bench.frame()
    assert len(wire.sent) == 1
    assert outlet.behind
    wire.full = False
    bench.pump(2)
    assert len(wire.sent) == 6
    assert outlet.jumps == 0


def test_late_viewer_jumps_to_the_newest_keyframe() -> None:
    """The drop rule: whole groups of pictures, no gap in the numbers."""
    bench = Bench()
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    for number in range(round(LATE * 30) + 5):
        bench.frame(key=number == 15)
    wire.full = False
    bench.pump(3)
    assert outlet.jumps == 1
    first = wire.sent[0][1]
    assert wire.sequences() == [first + n for n in range(len(wire.sent))]
    assert wire.sent[1][4].startswith(b"\x10\x00")  # begins with the keyframe
    assert len(wire.sent) == 1 + round(LATE * 30) + 5 - 15
    times = [entry[2] for entry in wire.sent]
    assert times == sorted(times)


def test_late_viewer_without_a_newer_keyframe_waits_for_one() -> None:
    """And asks for it, unless it is slow by itself: the others would pay."""
    bench = Bench()
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    for _ in range(round(LATE * 30) + 5):
        bench.frame()
    wire.full = False
    bench.pump()
    assert outlet.waiting
    bench.track.tick(bench.clock.now)
    assert bench.asked == 1
    bench.frame(key=True)
    assert not outlet.waiting
    assert wire.sent[-1][1] == wire.sent[0][1] + 1


def test_limited_viewer_gets_no_more_than_its_rate() -> None:
    """Frames that do not fit are dropped by groups; nobody upstream is asked."""
    bench = Bench()
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    outlet.limit(20_000)
    started, count = bench.clock.now, len(wire.sent)
    for number in range(300):
        bench.frame(key=number % 60 == 0)
        bench.pump(2)
    seconds = bench.clock.now - started
    sent = sum(len(entry[4]) + 60 for entry in wire.sent[count:]) * 8
    assert 0 < sent <= 20_000 * seconds * 1.1 + 8 * 15_000
    assert bench.asked == 0
    outlet.limit(None)
    bench.frame(key=True)
    bench.pump(3)
    before = len(wire.sent)
    bench.frame()
    assert len(wire.sent) == before + 1


def test_audio_needs_no_keyframe_and_when_late_jumps_to_now() -> None:
    """It starts with the next packet, and drops what is too old."""
    bench = Bench("audio")
    bench.frame(codec=OPUS)
    outlet, wire = bench.viewer()
    assert wire.sent == []
    bench.frame(codec=OPUS)
    bench.frame(codec=OPUS)
    assert len(wire.sent) == 2
    wire.full = True
    for _ in range(40):
        bench.frame(codec=OPUS)
    wire.full = False
    bench.pump(2)
    bench.frame(codec=OPUS)
    assert outlet.jumps == 1
    assert wire.sequences() == [wire.sent[0][1] + n for n in range(3)]


def test_leaving_stops_everything() -> None:
    """What is pushed afterwards goes nowhere."""
    bench = Bench()
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    bench.track.leave(outlet)
    bench.track.leave(outlet)
    bench.frame()
    assert len(wire.sent) == 1


@pytest.mark.parametrize("sequence", [65_530, 32_760])
def test_numbers_wrap_without_anybody_noticing(sequence: int) -> None:
    """Both the publisher's and ours."""
    bench = Bench()
    bench.sequence = sequence
    outlet, wire = bench.viewer()
    outlet._next = 65_530
    for number in range(40):
        bench.frame(key=number == 0)
    assert wire.sequences() == [(65_530 + n) & 0xFFFF for n in range(40)]
    outlet.resend([65_535, 0, 3])
    assert len(wire.sequences(RTX_SSRC)) == 3
