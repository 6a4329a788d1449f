"""One simulcast to one viewer: numbering, joining, retransmitting, another publisher."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from liveshow.relay.tracks.track import MAX_EAGER_REPLAY, MAX_REPLAY
from liveshow.relay.viewing.backlog import BACKLOG_PACKETS
from liveshow.relay.viewing.packet_map import REPLAY_RATIO
from liveshow.relay.viewing.retransmissions import MAX_RETRANSMISSIONS, RETRANSMISSION_INTERVAL
from liveshow.relay.wire.codecs import H264, VP8
from liveshow.relay.wire.codecs.h264 import aggregate
from liveshow.relay.wire.packets import RtpHeader
from tests.relay.viewing.bench import NO_RTX, RTX_SSRC, TYPES, Bench


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
    down_track, wire = bench.viewer()
    bench.frame()
    bench.tick()
    assert wire.sent == []
    assert down_track.waiting
    assert len(bench.asked) == 1
    bench.frame(key=True)
    assert len(wire.sent) == 1
    assert not down_track.waiting


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
    for _ in range(3 * BACKLOG_PACKETS):
        bench.frame()
    down_track, wire = bench.viewer()
    assert len(wire.sent) == BACKLOG_PACKETS
    assert down_track in bench.pacer.behind
    bench.frame()
    assert len(wire.sent) == BACKLOG_PACKETS
    bench.send_backlog(5)
    assert not down_track.behind
    assert len(wire.sent) == 3 * BACKLOG_PACKETS + 2
    first = wire.sent[0][1]
    assert wire.sequences() == [(first + n) & 0xFFFF for n in range(len(wire.sent))]


def test_group_that_is_too_long_is_not_replayed_to_the_patient(kernel: str) -> None:
    """A keyframe is asked for; if none comes, a long replay is better than none."""
    bench = Bench(kernel)
    bench.frame(key=True)
    for _ in range(MAX_EAGER_REPLAY):
        bench.timestamp += 1
        bench.push(b"\x10\x01", VP8)
        bench.sequence += 1
    down_track, wire = bench.viewer()
    bench.tick()
    assert down_track.waiting
    assert len(bench.asked) == 1
    bench.track.resume(down_track, patient=False)
    assert wire.sent
    assert MAX_REPLAY > MAX_EAGER_REPLAY


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
    down_track, wire = bench.viewer()
    bench.frame(key=True, packets=3)
    lost = wire.sent[1]
    assert down_track.retransmit([lost[1]]) == 0
    again = wire.sent[-1]
    assert again[0] == 97
    assert again[2:4] == (lost[2], RTX_SSRC)
    assert again[4] == struct.pack("!H", lost[1]) + lost[4]
    down_track.retransmit([lost[1]])
    assert len(wire.sent) == 4  # too soon
    for _ in range(10):
        bench.clock.now += RETRANSMISSION_INTERVAL + 0.001
        down_track.retransmit([lost[1]])
    rtx = wire.sequences(RTX_SSRC)
    assert len(rtx) == MAX_RETRANSMISSIONS
    assert len(set(rtx)) == MAX_RETRANSMISSIONS


def test_without_rtx_the_very_same_bytes_are_sent_again(kernel: str) -> None:
    """Never two contents under one number: same SSRC, same number, same content."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer(NO_RTX)
    bench.frame(key=True)
    for _ in range(20):
        bench.frame()
    for sent in list(wire.sent):
        bench.clock.now += RETRANSMISSION_INTERVAL * 2
        down_track.retransmit([sent[1]])
        assert wire.sent[-1] == sent


def test_numbers_that_were_never_sent_or_are_of_an_earlier_run_are_not_resent(kernel: str) -> None:
    """A NACK cannot make us invent packets."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    first = wire.sent[0][1]
    bench.publish()  # a new publisher
    bench.sequence = 5
    bench.frame(key=True)
    assert wire.sequences() == [first, first + 1]
    count = len(wire.sent)
    down_track.retransmit([first, first + 2, first - 1, 70_000])
    assert len(wire.sent) == count
    down_track.retransmit([first + 1])
    assert len(wire.sent) == count + 1


def test_every_content_has_its_own_number_whatever_happens(kernel: str) -> None:
    """Losses, late packets, switches, stalls: one content per (SSRC, number)."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer(NO_RTX)
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
        bench.send_backlog()
        if wire.sent:
            down_track.retransmit([entry[1] for entry in wire.sent[-5:]])
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
    """The replay was shown fast, so its missing packets are not sent with their own timestamps."""
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
    bench.send_backlog(3)
    now, bench.timestamp = bench.timestamp, taken
    bench.push(b"\x00late", VP8, sequence=missing)
    bench.timestamp = now
    bench.clock.now += 1
    for down_track, wire in viewers:
        assert down_track.live
        number = (wire.sent[0][1] + 2) & 0xFFFF
        gone = down_track.retransmit([number])
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
    down_track, wire = bench.viewer(NO_RTX)
    bench.frame(key=True, codec=H264)
    assert wire.sent == []
    assert not down_track.playable


def test_who_waits_for_the_keyframe_of_a_burst_gets_it_with_all_others(kernel: str) -> None:
    """In one call of the kernel, however many wait: a new publisher, a change of layers."""
    bench = Bench(kernel)
    bench.frame(key=True)
    viewers = [bench.viewer() for _ in range(5)]
    bench.publish()
    bench.frame(key=True)
    bench.frame()
    for down_track, wire in viewers:
        assert down_track.live
        assert not bench.pacer.behind
        first = wire.sent[0][1]
        assert wire.sequences() == [first, first + 1, first + 2]


def test_leaving_stops_everything(kernel: str) -> None:
    """Later packets are not sent to it."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True)
    down_track.leave()
    down_track.leave()
    bench.frame()
    assert len(wire.sent) == 1


def test_numbers_wrap_without_anybody_noticing(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the publisher's and ours; the roll-over counter goes on, or nothing could be read."""
    monkeypatch.setattr("secrets.randbelow", lambda end: end - 1)
    bench = Bench(kernel)
    bench.sequence = 40_000
    down_track, wire = bench.viewer()
    count = 1 << 15
    for number in range(count + 10):
        bench.frame(key=number == 0)
    assert wire.sequences() == [((1 << 15) - 1 + n) & 0xFFFF for n in range(count + 10)]
    down_track.retransmit([65_535, 0, 3])
    assert len(wire.sequences(RTX_SSRC)) == 3


def test_joiner_between_two_packets_of_a_frame_gets_them_as_everybody_else(kernel: str) -> None:
    """Pushed packets are padded before any sending, also when a viewer joins in between."""
    bench = Bench(kernel)
    bench.frame(key=True)
    for size in (52, 54):
        header = RtpHeader(1, True, bench.sequence, bench.timestamp, 5, b"\x00" * size, 100, None)
        bench.track.push(header, VP8, bench.clock.now)
        bench.sequence += 1
    down_track, wire = bench.viewer(NO_RTX)
    bench.track.flush()
    bench.clock.now += 1
    down_track.retransmit([entry[1] for entry in wire.sent])
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


def test_padding_repeats_what_was_sent_last(kernel: str) -> None:
    """On the SSRC of RTX, no more than asked for."""
    bench = Bench(kernel)
    down_track, wire = bench.viewer()
    bench.frame(key=True, packets=20)
    assert 0 < down_track.pad(500) <= 600
    sent = [entry for entry in wire.sent if entry[3] == RTX_SSRC]
    assert [int.from_bytes(entry[4][:2], "big") for entry in sent] == [
        entry[1] for entry in wire.sent[19 : 19 - len(sent) : -1]
    ]
    silent, _ = bench.viewer(NO_RTX)
    assert silent.pad(500) == 0


def test_parameter_sets_are_no_keyframe_and_answer_no_request(kernel: str) -> None:
    """superuser404notfound/AetherEngine#133: SPS and PPS before each picture, an IDR on request.

    The SPS counted as a keyframe, so joiners began where no browser can, and no request ever
    reached the publisher, which would have answered.
    """
    bench = Bench(kernel)
    sets = aggregate([b"\x67\x42\xe0\x1f\x00", b"\x68pps"])
    _, wire = bench.viewer()
    for _ in range(60):  # two seconds
        bench.push(sets, H264)
        bench.sequence += 1
        bench.frame(codec=H264)
        bench.tick()
    assert not wire.sent
    assert 3 <= len(bench.asked) <= 4
    assert not bench.track.asked_in_vain
    for _ in range(300):
        bench.push(sets, H264)
        bench.sequence += 1
        bench.frame(codec=H264)
        bench.tick()
    assert bench.track.asked_in_vain
    for payload in (b"\x67\x42\xe0\x1f\x00", b"\x68pps"):
        bench.push(payload, H264)
        bench.sequence += 1
    bench.frame(key=True, codec=H264)
    bench.frame(codec=H264)
    assert [entry[4][:1] for entry in wire.sent] == [b"\x67", b"\x68", b"\x65", b"\x41"]
    asked = len(bench.asked)
    for _ in range(30):
        bench.frame(codec=H264)
        bench.tick()
    assert len(bench.asked) == asked
    assert not bench.track.asked_in_vain
    assert bench.track.profile == "42e01f"
