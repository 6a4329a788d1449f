"""One feed to one viewer, without a network: numbering, resending, layers, falling behind.

Packets go through a real kernel, and are decrypted as a viewer does.
"""

from __future__ import annotations

import itertools
import struct
from typing import Any

import pytest

from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.negotiation import PayloadTypes
from liveshow.relay.tracks.feed import Feed
from liveshow.relay.tracks.track import HEADERS, REPLAY_AT_ALL, REPLAY_EAGERLY, Track
from liveshow.relay.viewing.outlet import FULL, LATE, LEAST_DEBT, PUMP_PACKETS, ViewerOutlet
from liveshow.relay.viewing.resends import MAX_RESENDS, RESEND_INTERVAL
from liveshow.relay.viewing.run import REPLAY_RATIO
from liveshow.relay.wire.codecs import H264, OPUS, VP8
from liveshow.relay.wire.packets import RtpHeader
from tests.relay.kernel.bed import GCM, KEY, SALTS, Bed, Opener, kernel_names

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
    """A way to the viewer that remembers what was sent, and can be full."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int, int, int, bytes]] = []  # type, seq, ts, ssrc, payload
        self.full = False
        self.room = 1 << 40  # packets that it takes until it is full, too
        self._open = Opener()
        self._ciphertexts: dict[bytes, bytes] = {}

    def __call__(self, packets: list[bytes], again: bool) -> int:
        count = 0 if self.full else min(len(packets), self.room)
        self.room -= count
        for protected in packets[:count]:
            self._take(protected)
        return count

    def _take(self, protected: bytes) -> None:
        # Sent again under its number, it must be the very same packet: libsrtp takes it once.
        number = protected[2:4] + protected[8:12]
        data = self._ciphertexts.get(protected) or self._open(protected)
        self._ciphertexts[protected] = data
        assert number == data[2:4] + data[8:12]
        assert data[0] & ~0x20 == 0x80
        if data[0] & 0x20:
            data = data[: -data[-1]]
        _, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
        self.sent.append((second & 0x7F, sequence, timestamp, ssrc, data[12:]))

    def sequences(self, ssrc: int = SSRC) -> list[int]:
        return [entry[1] for entry in self.sent if entry[3] == ssrc]


class Bench:
    """A track that is fed by hand, and viewers of it."""

    def __init__(self, kernel: str, kind: Any = "video", layers: tuple[str, ...] = ("",)) -> None:
        self.clock = Clock()
        self.pacer = ManualPacer()
        self.bed = Bed(kernel)
        self.feed = Feed(kind, self.bed.kernel)
        self.layers = layers
        self.asked: list[Track] = []
        self.publish()
        self.sequence = 1000
        self.timestamp = 50_000

    def publish(self) -> None:
        """Begin as another publisher."""
        self.track = self.feed.attach(self, self.layers)[-1]

    def request_keyframes(self, tracks: Any) -> None:
        self.asked += tracks

    def tick(self) -> None:
        self.feed.tick(self.clock.now)

    def viewer(self, types: PayloadTypes = TYPES) -> tuple[ViewerOutlet, Wire]:
        wire = Wire()
        path = self.bed.kernel.path(GCM, KEY, SALTS[GCM])
        path.send_to(wire)
        outlet = ViewerOutlet(
            self.track,
            path,
            types,
            self.pacer,  # type: ignore[arg-type]
            self.clock,
            SSRC,
            RTX_SSRC,
            Extensions(),
        )
        outlet.join()
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
                self.pacer.discard(outlet)
                outlet.pump(self.clock.now)


@pytest.fixture(params=kernel_names())
def kernel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_live_packets_keep_their_order_and_time(kernel: str) -> None:
    """Sequence numbers are consecutive from the lower half, timestamps as published."""
    bench = Bench(kernel)
    _, wire = bench.viewer()
    bench.frame(key=True, packets=3)
    bench.frame()
    assert len(wire.sent) == 4
    first = wire.sent[0][1]
    assert first < 1 << 15
    assert wire.sequences() == [first, first + 1, first + 2, first + 3]
    assert [entry[2] for entry in wire.sent] == [50_000, 50_000, 50_000, 53_000]
    assert {entry[0] for entry in wire.sent} == {96}


def test_nothing_is_sent_before_a_keyframe_and_one_is_asked_for(kernel: str) -> None:
    """A joiner without a group of pictures waits."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame()
    bench.tick()
    assert wire.sent == []
    assert outlet.waiting
    assert len(bench.asked) == 1
    bench.frame(key=True)
    assert len(wire.sent) == 1
    assert not outlet.waiting


def test_joiner_gets_the_group_of_pictures_compressed_in_time(kernel: str) -> None:
    """Replayed frames ask to be shown at once; the newest has its true timestamp."""
    bench = Bench(kernel)
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
    assert bench.asked == []


def test_long_replay_is_paced_and_live_packets_queue_behind_it(kernel: str) -> None:
    """In order, without a gap, however long it takes."""
    bench = Bench(kernel)
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


def test_group_that_is_too_long_is_not_replayed_to_the_patient(kernel: str) -> None:
    """A keyframe is asked for; if none comes, a long replay is better than none."""
    bench = Bench(kernel)
    bench.frame(key=True)
    for _ in range(REPLAY_EAGERLY):
        bench.timestamp += 1
        bench.push(b"\x10\x01", VP8)
        bench.sequence += 1
    outlet, wire = bench.viewer()
    bench.tick()
    assert outlet.waiting
    assert len(bench.asked) == 1
    bench.track.resume(outlet, patient=False)
    assert wire.sent
    assert REPLAY_AT_ALL > REPLAY_EAGERLY


def test_keyframe_that_begins_before_its_sps_is_sent_whole(kernel: str) -> None:
    """An access unit delimiter and SEI in front of the SPS belong to the keyframe."""
    bench = Bench(kernel)
    _, wire = bench.viewer()
    for payload in (b"\x09\xf0", b"\x06sei", b"\x67\x42\xe0\x1f\x00", b"\x68pps", b"\x65idr"):
        bench.push(payload, H264)
        bench.sequence += 1
    assert [entry[4][:1] for entry in wire.sent] == [b"\x09", b"\x06", b"\x67", b"\x68", b"\x65"]
    assert bench.track.profile == "42e01f"


def test_nack_is_answered_once_per_interval_on_the_ssrc_of_rtx(kernel: str) -> None:
    """RFC 4588: own SSRC, own numbers, the original number in front."""
    bench = Bench(kernel)
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


def test_without_rtx_the_very_same_bytes_are_sent_again(kernel: str) -> None:
    """Never two contents under one number: same SSRC, same number, same content."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer(NO_RTX)
    bench.frame(key=True)
    for _ in range(20):
        bench.frame()
    for sent in list(wire.sent):
        bench.clock.now += RESEND_INTERVAL * 2
        outlet.resend([sent[1]])
        assert wire.sent[-1] == sent


def test_numbers_that_were_never_sent_or_are_of_an_earlier_run_are_not_resent(kernel: str) -> None:
    """A NACK cannot make us invent packets."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    first = wire.sent[0][1]
    bench.publish()  # a new publisher
    bench.sequence = 5
    bench.frame(key=True)
    assert wire.sequences() == [first, first + 1]
    count = len(wire.sent)
    outlet.resend([first, first + 2, first - 1, 70_000])
    assert len(wire.sent) == count
    outlet.resend([first + 1])
    assert len(wire.sent) == count + 1


def test_every_content_has_its_own_number_whatever_happens(kernel: str) -> None:
    """Losses, late packets, switches, stalls: one content per (SSRC, number)."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer(NO_RTX)
    contents: dict[int, tuple[Any, ...]] = {}
    for step in range(400):
        if step % 97 == 50:
            bench.publish()
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


def test_a_packet_that_was_missing_is_passed_on_when_it_comes(kernel: str) -> None:
    """Repaired upstream: the viewer gets it under the number that was left free."""
    bench = Bench(kernel)
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


def test_a_late_packet_of_a_replay_has_the_time_of_its_frame(kernel: str) -> None:
    """The replay was shown fast, so what was missing of it is not sent with its own timestamp."""
    bench = Bench(kernel)
    bench.frame(key=True)
    taken = bench.timestamp
    bench.frame()
    missing, bench.timestamp = bench.sequence, taken
    bench.sequence += 1
    bench.frame(packets=2)
    for _ in range(30):
        bench.frame()
    viewers = [bench.viewer(types) for types in (TYPES, NO_RTX)]
    bench.pump(3)
    now, bench.timestamp = bench.timestamp, taken
    bench.push(b"\x00late", VP8, sequence=missing)
    bench.timestamp = now
    bench.clock.now += 1
    for outlet, wire in viewers:
        assert outlet.live
        number = (wire.sent[0][1] + 2) & 0xFFFF
        gone = outlet.resend([number])
        late = [entry for entry in wire.sent if entry[4].endswith(b"late")]
        assert [entry[2] for entry in late] == [wire.sent[1][2]] * (1 - gone)
        bench.frame()
        assert wire.sent[-1][2] == bench.timestamp - 3000


def test_publisher_with_another_codec_changes_the_payload_type_only(kernel: str) -> None:
    """Numbers go on; from the first keyframe of the new one."""
    bench = Bench(kernel)
    _, wire = bench.viewer()
    bench.frame(key=True)
    bench.frame()
    bench.publish()
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


def test_viewer_that_cannot_play_the_codec_gets_nothing_and_asks_nothing(kernel: str) -> None:
    """It hears the sound; the picture waits for a publisher that it understands."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer(NO_RTX)
    bench.frame(key=True, codec=H264)
    assert wire.sent == []
    assert not outlet.playable


def test_full_socket_sends_later_what_was_not_sent(kernel: str) -> None:
    """A short stall loses nothing."""
    bench = Bench(kernel)
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


def test_late_viewer_jumps_to_the_newest_keyframe(kernel: str) -> None:
    """The drop rule: whole groups of pictures, no gap in the numbers."""
    bench = Bench(kernel)
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


def test_late_viewer_without_a_newer_keyframe_waits_for_one(kernel: str) -> None:
    """And asks for it, unless it is slow by itself: the others would pay."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    for _ in range(round(LATE * 30) + 5):
        bench.frame()
    wire.full = False
    bench.pump()
    assert outlet.waiting
    bench.tick()
    assert len(bench.asked) == 1
    bench.frame(key=True)
    assert not outlet.waiting
    assert wire.sent[-1][1] == wire.sent[0][1] + 1


def test_limited_viewer_gets_no_more_than_its_rate(kernel: str) -> None:
    """Frames that do not fit are dropped by groups; nobody upstream is asked."""
    bench = Bench(kernel)
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
    assert bench.asked == []
    outlet.limit(None)
    bench.frame(key=True)
    bench.pump(3)
    before = len(wire.sent)
    bench.frame()
    assert len(wire.sent) == before + 1


def test_resends_come_out_of_the_limit(kernel: str) -> None:
    """What is lost on a full link is not sent on top of what the link takes."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame(key=True, packets=200)
    outlet.limit(20_000)
    started, count = bench.clock.now, len(wire.sent)
    lost = wire.sequences()
    for _ in range(300):
        bench.clock.now += 0.01
        outlet.resend(lost)
    sent = sum(len(entry[4]) + HEADERS for entry in wire.sent[count:]) * 8
    allowed = 20_000 * (bench.clock.now - started) + 8 * LEAST_DEBT
    assert 0.5 * allowed < sent <= 1.1 * allowed


def test_a_paused_picture_is_not_begun_by_keyframes_and_comes_back_with_the_limit(
    kernel: str,
) -> None:
    """A run of which nothing may be sent would look like a picture."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    outlet.limit(0.0)
    count = len(wire.sent)
    for number in range(60):
        bench.frame(key=number % 15 == 0)
        bench.pump()
    assert outlet.waiting
    assert not bench.pacer.behind
    assert len(wire.sent) == count
    assert outlet.pad(1000) == 0
    outlet.constrained = True
    bench.clock.now += 1
    bench.frame()
    bench.asked.clear()
    outlet.limit(100_000)
    bench.tick()
    assert len(bench.asked) == 1
    bench.frame(key=True)
    bench.pump(2)
    assert len(wire.sent) == count + 1


def test_who_has_a_slow_link_gets_no_long_replay(kernel: str) -> None:
    """It would be seconds late with it, and never make up for that."""
    bench = Bench(kernel)
    bench.frame(key=True)
    for _ in range(30):
        bench.frame()
    outlet, wire = bench.viewer()
    bench.pump(3)
    outlet.constrained = True
    outlet.source_changed()
    count = len(wire.sent)
    bench.track.resume(outlet, patient=True)
    bench.tick()
    assert len(wire.sent) == count
    assert len(bench.asked) == 1


def test_a_group_of_pictures_that_is_shown_again_goes_on_in_time_and_pictures(kernel: str) -> None:
    """Nothing else was there to show; for a decoder it is new."""
    bench = Simulcast(kernel)
    bench.frames(key=True)
    outlet, wire = bench.viewer()
    for _ in range(5):
        bench.frames()
    outlet.source_changed()
    bench.clock.now += 1
    bench.track.resume(outlet, patient=False)
    assert len(wire.sent) == 12
    times = [entry[2] for entry in wire.sent]
    assert all(0 < (b - a) & 0xFFFFFFFF < 1 << 31 for a, b in itertools.pairwise(times))
    ids = pictures(wire)
    assert [(b - a) & 0x7FFF for a, b in itertools.pairwise(ids)] == [1] * (len(ids) - 1)


def test_who_waits_for_the_keyframe_of_a_burst_gets_it_with_all_others(kernel: str) -> None:
    """In one call of the kernel, however many wait: a new publisher, a change of layers."""
    bench = Bench(kernel)
    bench.frame(key=True)
    viewers = [bench.viewer() for _ in range(5)]
    bench.publish()
    bench.frame(key=True)
    bench.frame()
    for outlet, wire in viewers:
        assert outlet.live
        assert not bench.pacer.behind
        first = wire.sent[0][1]
        assert wire.sequences() == [first, first + 1, first + 2]


def test_a_transport_that_takes_nothing_is_not_tried_all_the_time(kernel: str) -> None:
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    wire.full = True
    bench.frame()
    now = bench.clock.now
    outlet.pump(now)
    assert outlet.due == pytest.approx(now + FULL)
    wire.full = False
    outlet.limit(20_000)
    bench.frame(packets=40)
    outlet.pump(now + 0.1)
    assert outlet.due > now + 0.1


def test_audio_needs_no_keyframe_and_when_late_jumps_to_now(kernel: str) -> None:
    """It starts with the next packet, and drops what is too old."""
    bench = Bench(kernel, "audio")
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
    assert wire.sequences() == [wire.sent[0][1] + n for n in range(4)]


def test_leaving_stops_everything(kernel: str) -> None:
    """What is pushed afterwards goes nowhere."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame(key=True)
    outlet.leave()
    outlet.leave()
    bench.frame()
    assert len(wire.sent) == 1


def test_numbers_wrap_without_anybody_noticing(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the publisher's and ours; the roll-over counter goes on, or nothing could be read."""
    monkeypatch.setattr("secrets.randbelow", lambda end: end - 1)
    bench = Bench(kernel)
    bench.sequence = 40_000
    outlet, wire = bench.viewer()
    count = 1 << 15
    for number in range(count + 10):
        bench.frame(key=number == 0)
    assert wire.sequences() == [((1 << 15) - 1 + n) & 0xFFFF for n in range(count + 10)]
    outlet.resend([65_535, 0, 3])
    assert len(wire.sequences(RTX_SSRC)) == 3


def test_joiner_between_two_packets_of_a_frame_gets_them_as_everybody_else(kernel: str) -> None:
    """What was pushed is padded before anybody is sent it, whoever comes in between."""
    bench = Bench(kernel)
    bench.frame(key=True)
    for size in (52, 54):
        header = RtpHeader(1, True, bench.sequence, bench.timestamp, 5, b"\x00" * size, 100, None)
        bench.track.push(header, VP8, bench.clock.now)
        bench.sequence += 1
    outlet, wire = bench.viewer(NO_RTX)
    bench.track.flush()
    bench.clock.now += 1
    outlet.resend([entry[1] for entry in wire.sent])
    assert len(wire.sent) == 6  # the very same, or libsrtp would not have taken them


def test_what_was_sent_and_forgotten_does_not_come_back_as_something_else(kernel: str) -> None:
    """A retransmission of the publisher, long after: its number has been used."""
    bench = Bench(kernel)
    first = bench.sequence
    bench.frame(key=True)
    _, wire = bench.viewer()
    bench.clock.now += 60
    bench.frame(key=True)
    sent = len(wire.sent)
    bench.push(b"\x10\x00something else", VP8, sequence=first)
    assert len(wire.sent) == sent
    bench.track.clear()
    bench.push(b"\x10\x00something else", VP8, sequence=bench.sequence - 1)
    assert len(wire.sent) == sent


# Simulcast


LAYERS = ("q", "h", "f")


class Simulcast(Bench):
    """Three layers of one camera, with numbers and times of their own."""

    def __init__(self, kernel: str) -> None:
        super().__init__(kernel, layers=LAYERS)
        self.numbers = [100, 20_000, 65_500]
        self.times = [7, 0xFFFFFFF0, 1 << 30]
        self.pictures = [5, 120, 30_000]
        self.sizes = [0, 0, 0]  # bytes of a payload, at least

    def frames(self, key: bool = False, layers: tuple[int, ...] = (0, 1, 2)) -> None:
        """Send a frame of each layer, 33 ms after the last."""
        self.clock.now += 1 / 30
        for layer in range(3):
            self.times[layer] = (self.times[layer] + 3000) & 0xFFFFFFFF
            picture = self.pictures[layer] = (self.pictures[layer] + 1) & 0x7FFF
            if layer not in layers:
                continue
            # VP8 with a picture id of 15 bits (RFC 7741 §4.2).
            head = bytes([0x90, 0x80, 0x80 | picture >> 8, picture & 0xFF, not key])
            payload = head + b"%s %d" % (LAYERS[layer].encode(), self.numbers[layer])
            payload = payload.ljust(self.sizes[layer], b".")
            header = RtpHeader(
                1, True, self.numbers[layer] & 0xFFFF, self.times[layer], 5, payload, 100, None
            )
            self.numbers[layer] += 1
            self.feed.tracks[layer].push(header, VP8, self.clock.now)
            self.feed.tracks[layer].flush()

    def reports(self) -> None:
        """Sender reports: all layers were sampled now."""
        for layer, track in enumerate(self.feed.tracks):
            track.sender_report(self.clock.now + 4000.0, self.times[layer])


def shown(wire: Wire) -> list[str]:
    """Return the layers that were sent, as they follow each other."""
    names = [entry[4][5:6].decode() for entry in wire.sent if entry[3] == SSRC]
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def pictures(wire: Wire) -> list[int]:
    return [(e[4][2] & 0x7F) << 8 | e[4][3] for e in wire.sent if e[3] == SSRC]


def test_a_viewer_that_waits_goes_over_with_the_time_of_what_it_gets(kernel: str) -> None:
    """An old keyframe of the other layer was sampled before what was sent last."""
    bench = Simulcast(kernel)
    bench.frames(key=True)
    bench.reports()
    outlet, wire = bench.viewer()
    for _ in range(60):
        bench.frames()
    outlet.source_changed()
    outlet.aim(bench.feed.tracks[0])
    for _ in range(10):
        bench.pump()
    bench.frames()
    assert shown(wire) == ["f", "q"]
    times = [entry[2] for entry in wire.sent]
    assert all(0 < (b - a) & 0xFFFFFFFF < 1 << 31 for a, b in itertools.pairwise(times))
    # Two seconds were sent again, a millisecond a frame; the clock did not go on for them.
    passed = (times[-1] - times[0]) & 0xFFFFFFFF
    assert passed <= 61 * 3000 + 61 * 3000 // REPLAY_RATIO + 3000


def test_who_can_go_on_no_more_does_not_wait_for_the_layer_it_left(kernel: str) -> None:
    """Its keyframe comes first, and would take the room of the smaller one."""
    bench = Simulcast(kernel)
    bench.frames(key=True)
    outlet, wire = bench.viewer()
    outlet.aim(bench.feed.tracks[0])
    wire.full = True
    for _ in range(round(LATE * 30) + 5):
        bench.frames()
    wire.full = False
    bench.pump(2)
    assert outlet.track is bench.feed.tracks[0]
    assert shown(wire) == ["f", "q"]


def test_a_new_publisher_is_not_measured_by_what_the_last_one_sent(kernel: str) -> None:
    """The smallest layer has the track that had everything before."""
    bench = Bench(kernel)
    for _ in range(20):
        bench.frame(key=True, packets=50)
        bench.tick()
    bench.frame(key=True, packets=500)
    bench.publish()
    bench.tick()
    for _ in range(20):
        bench.frame()
        bench.tick()
    assert bench.track.peak < 10_000


def test_one_keyframe_does_not_make_a_layer_look_large(kernel: str) -> None:
    bench = Bench(kernel)
    for _ in range(120):
        bench.frame()
        bench.tick()
    before = bench.track.wire_rate
    bench.frame(key=True, packets=30)
    rates = []
    for _ in range(90):
        bench.frame()
        bench.tick()
        rates.append(bench.track.wire_rate)
    assert max(rates) < 2 * before


@pytest.mark.parametrize("reported", [True, False])
def test_switch_to_another_layer_goes_on_in_numbers_time_and_pictures(
    kernel: str, reported: bool
) -> None:
    """At a keyframe of that layer, with nothing missing and nothing twice."""
    bench = Simulcast(kernel)
    bench.frames(key=True)
    if reported:
        bench.reports()
    outlet, wire = bench.viewer()
    for _ in range(3):
        bench.frames()
    low = bench.feed.tracks[0]
    outlet.aim(low)
    bench.tick()
    assert bench.asked == [low]
    bench.frames()  # goes on as it was until the keyframe
    assert shown(wire) == ["f"]
    bench.frames(key=True)
    for _ in range(4):
        bench.frames()
    assert shown(wire) == ["f", "q"]
    outlet.aim(bench.feed.tracks[2])
    bench.frames(key=True)
    bench.frames()
    assert shown(wire) == ["f", "q", "f"]
    first = wire.sent[0][1]
    assert wire.sequences() == [first + n for n in range(len(wire.sent))]
    times = [entry[2] for entry in wire.sent]
    steps = [(b - a) & 0xFFFFFFFF for a, b in itertools.pairwise(times)]
    # The frame at the switch exists in both layers, and is sent of both.
    assert all(0 < step <= 2 * 3000 for step in steps)
    ids = pictures(wire)
    assert [(b - a) & 0x7FFF for a, b in itertools.pairwise(ids)] == [1] * (len(ids) - 1)


def test_resend_after_a_switch_is_of_the_layer_that_was_sent(kernel: str) -> None:
    """Numbers of the layer before are not answered with packets of the present one."""
    bench = Simulcast(kernel)
    bench.frames(key=True)
    outlet, wire = bench.viewer()
    bench.frames()
    before = wire.sent[-1]
    outlet.aim(bench.feed.tracks[0])
    bench.frames(key=True)
    bench.frames()
    bench.clock.now += 1
    outlet.resend([before[1], wire.sent[-1][1]])
    again = [entry for entry in wire.sent if entry[3] == RTX_SSRC]
    assert len(again) == 1
    assert again[0][4][2:] == [e for e in wire.sent if e[3] == SSRC][-1][4]


def test_wish_that_is_taken_back_changes_nothing(kernel: str) -> None:
    """The keyframe of the other layer comes, and the viewer stays."""
    bench = Simulcast(kernel)
    bench.frames(key=True)
    outlet, wire = bench.viewer()
    outlet.aim(bench.feed.tracks[0])
    outlet.aim(bench.feed.tracks[2])
    bench.frames(key=True)
    bench.frames()
    assert shown(wire) == ["f"]
    assert outlet.target is bench.feed.tracks[2]


def test_wish_ends_with_who_had_it(kernel: str) -> None:
    """Nobody is left who needs a keyframe of that layer: the publisher is not bothered."""
    bench = Simulcast(kernel)
    bench.frames(key=True)
    outlet, _ = bench.viewer()
    bench.frames()
    outlet.aim(bench.feed.tracks[0])
    outlet.aim(bench.feed.tracks[2])
    bench.tick()
    assert bench.asked == []
    outlet.aim(bench.feed.tracks[0])
    outlet.leave()
    bench.clock.now += 1
    bench.frames()
    bench.tick()
    assert bench.asked == []


def test_publisher_without_simulcast_after_one_with_it_is_followed(kernel: str) -> None:
    """The one layer there is takes over whoever watched another."""
    bench = Simulcast(kernel)
    bench.frames(key=True)
    outlet, wire = bench.viewer()
    bench.frames()
    bench.layers = ("",)
    bench.publish()
    outlet.aim(bench.feed.best)
    bench.frames(key=True, layers=(0,))
    bench.frames(layers=(0,))
    assert shown(wire) == ["f", "q"]
    assert bench.feed.layers == [bench.feed.tracks[0]]


def test_padding_repeats_what_was_sent_last(kernel: str) -> None:
    """On the SSRC of RTX, no more than asked for."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame(key=True, packets=20)
    assert 0 < outlet.pad(500) <= 600
    sent = [entry for entry in wire.sent if entry[3] == RTX_SSRC]
    assert [int.from_bytes(entry[4][:2], "big") for entry in sent] == [
        entry[1] for entry in wire.sent[19 : 19 - len(sent) : -1]
    ]
    silent, _ = bench.viewer(NO_RTX)
    assert silent.pad(500) == 0


def test_padding_does_not_take_the_room_of_what_waits(kernel: str) -> None:
    """And is sent again once the transport takes everything, however that came about."""
    bench = Bench(kernel)
    outlet, wire = bench.viewer()
    bench.frame(key=True, packets=20)
    wire.full = True
    bench.frame()
    wire.full = False
    assert outlet.pad(500) == 0
    outlet.source_changed()
    bench.frame(key=True, packets=20)
    assert outlet.live
    assert outlet.pad(500) > 0
