"""What Chromium, FFmpeg, GStreamer and aiortc really send is read as it was meant."""

from __future__ import annotations

import itertools
from itertools import pairwise

import pytest

from liveshow.relay.negotiation import accept_publisher, accept_viewer
from liveshow.relay.tracks.padding import pad_frames
from liveshow.relay.tracks.rtp_munger import REORDER_ROOM, RtpMunger
from liveshow.relay.wire.codecs import H264, OPUS, inspect
from liveshow.relay.wire.packets import ExtensionIds, Packet, RtpHeader, parse_rtp, unwrap
from signaling.media.sdp import parse_offer
from tests.vectors import Stream, offers, streams

URIS = {
    "abs_send_time": "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "mid": "urn:ietf:params:rtp-hdrext:sdes:mid",
    "rid": "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "repaired_rid": "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "video_orientation": "urn:3gpp:video-orientation",
    "playout_delay": "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
}
OFFERS = offers()
STREAMS = {stream.name: stream for stream in streams()}
VIDEO = [name for name, stream in STREAMS.items() if stream.codec != "opus"]
# Where keyframes begin, counted in frames. The scripts asked FFmpeg for one every 10 frames and
# aiortc for the eleventh; the others send one at the beginning.
KEYFRAMES = {name: [0] for name in VIDEO} | {
    "ffmpeg-av1": [0, 10],
    "ffmpeg-h264": [0],  # the capture ends with the parameter sets of the next
    "ffmpeg-vp8": [0, 10],
    "ffmpeg-vp9": [0, 10],
    "aiortc-vp8": [0, 10],
}
PROFILES = {
    "chromium-h264": {"42c01f"},
    "chromium-h264-simulcast": {"42c015", "42c00c"},
    "ffmpeg-h264": {"42c014"},
    "gstreamer-h264": {"42c015"},
    "aiortc-h264": {"42c01f"},
}


def headers(stream: Stream) -> list[RtpHeader]:
    ids = ExtensionIds(**{n: stream.extensions.get(uri, 0) for n, uri in URIS.items()})
    return [parse_rtp(data, ids) for data in stream.packets]


def by_ssrc(stream: Stream) -> list[list[RtpHeader]]:
    sources: dict[int, list[RtpHeader]] = {}
    for header in headers(stream):
        sources.setdefault(header.ssrc, []).append(header)
    return list(sources.values())


def picture(payload: bytes, at: int, bits: int) -> int:
    value = int.from_bytes(payload[at : at + 2 if bits == 15 else at + 1], "big")
    return value & ((1 << bits) - 1)


def test_every_codec_and_program_is_there() -> None:
    """So that what follows is about something."""
    assert len(STREAMS) == 20
    assert {stream.codec.lower() for stream in STREAMS.values()} == {
        "vp8", "vp9", "h264", "av1", "opus",
    }  # fmt: skip


@pytest.mark.parametrize("name", VIDEO)
def test_keyframes_are_found_and_nothing_else_is(name: str) -> None:
    """One at the beginning, and those that were asked for."""
    for source in by_ssrc(STREAMS[name]):
        frames = list(dict.fromkeys(header.timestamp for header in source))
        keyframes = [
            frames.index(header.timestamp)
            for header in source
            if inspect(STREAMS[name].codec, header.payload).keyframe
        ]
        assert list(dict.fromkeys(keyframes)) == [
            number for number in KEYFRAMES[name] if number < len(frames)
        ]
        first = inspect(STREAMS[name].codec, source[0].payload)
        assert (
            first.keyframe or first.parameters
        )  # the very first packet, not a later one of the frame


@pytest.mark.parametrize("name", [n for n in VIDEO if STREAMS[n].codec in ("VP8", "VP9")])
def test_picture_ids_count_pictures(name: str) -> None:
    """By one from picture to picture, and all packets of one have the same."""
    for source in by_ssrc(STREAMS[name]):
        numbers: dict[int, int] = {}
        for header in source:
            info = inspect(STREAMS[name].codec, header.payload)
            if name == "ffmpeg-vp9":
                assert info.picture_at == -1  # FFmpeg writes none
                continue
            number = picture(header.payload, info.picture_at, info.picture_bits)
            assert numbers.setdefault(header.timestamp, number) == number
        seen = list(dict.fromkeys(numbers.values()))
        assert all((b - a) & 0x7FFF == 1 for a, b in pairwise(seen))


@pytest.mark.parametrize("name", [n for n in VIDEO if STREAMS[n].codec in ("VP8", "VP9")])
def test_a_second_publisher_goes_on_where_the_first_one_ended(name: str) -> None:
    """The same capture twice: every number grows, and the rest of the payload is the same."""
    stream = STREAMS[name]
    source = by_ssrc(stream)[0]
    munger, last = RtpMunger(90_000), (-1, -1)
    for turn in range(2):
        munger.new_source()
        for number, header in enumerate(source):
            mapped = munger.map(header, 100.0 * turn + number / 30)
            assert mapped is not None
            info = inspect(stream.codec, header.payload)
            payload = munger.map_payload(info, header.payload)
            assert inspect(stream.codec, payload) == info
            if info.picture_at >= 0:
                pictures = picture(payload, info.picture_at, info.picture_bits)
                index, before = mapped[0], last[1]
                assert index > last[0]
                if before >= 0:
                    assert 0 <= unwrap(pictures, before, 15) - before <= REORDER_ROOM
                last = (index, pictures)
            end = max(info.picture_at + 1, info.tl0_at) + 1
            assert payload[end:] == header.payload[end:]


@pytest.mark.parametrize("name", OFFERS)
def test_every_program_gets_an_answer_to_all_it_offers(name: str) -> None:
    """Sound and picture; the layers where there are some, in the order of the offer."""
    offer = parse_offer(OFFERS[name])
    publisher = not name.endswith("viewer")
    negotiated = (
        accept_publisher(offer) if publisher else accept_viewer(offer, itertools.count(1).__next__)
    )
    assert [section.mid for section in negotiated.sections] == [s.mid for s in offer.sections]
    assert not any(section.rejected for section in negotiated.sections)
    assert negotiated.sections[0].codecs[0].name.lower() == "opus"
    assert [tuple(section.rids) for section in negotiated.sections] == [
        tuple(section.rids) for section in offer.sections
    ]
    for section, offered in zip(negotiated.sections, offer.sections, strict=True):
        theirs = {codec.payload_type: codec.name for codec in offered.codecs}
        assert {
            codec.payload_type: codec.name for codec in section.codecs
        }.items() <= theirs.items()


def test_profiles_are_those_of_the_parameter_sets() -> None:
    """The publisher's SDP said 42e01f to Chromium and 42000b to FFmpeg."""
    for name, expected in PROFILES.items():
        found = {inspect(H264, header.payload).profile for header in headers(STREAMS[name])}
        assert found - {None} == expected, name
    vp9 = {inspect("VP9", h.payload).profile for h in headers(STREAMS["chromium-vp9"])}
    assert vp9 == {"0", None}
    assert inspect("VP9", headers(STREAMS["gstreamer-vp9"])[0].payload).profile == "3"


def test_layers_of_simulcast_say_which_they_are() -> None:
    """Each SSRC its rid, each time; the section it belongs to as well."""
    for name in ("chromium-vp8-simulcast", "chromium-h264-simulcast"):
        sources = by_ssrc(STREAMS[name])
        assert len(sources) == 2
        assert {frozenset(header.rid for header in source) for source in sources} == {
            frozenset("f"), frozenset("h"),
        }  # fmt: skip
        assert {header.mid for source in sources for header in source} == {"1"}


def test_sound_and_send_times_are_read() -> None:
    """The time of sending goes on from packet to packet, modulo 64 s."""
    for name in ("chromium-opus", "chromium-vp8", "chromium-av1"):
        times = [header.abs_send_time for header in headers(STREAMS[name])]
        for before, after in pairwise(times):
            assert before is not None
            assert after is not None
            assert 0 < unwrap(after, before, 24) - before < 1 << 18
    assert all(inspect(OPUS, h.payload) == inspect("", b"") for h in headers(STREAMS[name]))


@pytest.mark.parametrize(("name", "joined"), [("aiortc-h264", 8), ("chromium-vp9", 1)])
def test_frames_of_real_packetizers_become_runs_of_equal_length(name: str, joined: int) -> None:
    """At least ``joined`` packets are as long as the packet before them in their frame."""
    packets = [
        Packet(n, h.timestamp, h.marker, STREAMS[name].codec, h.payload, False, 0.0)
        for n, h in enumerate(by_ssrc(STREAMS[name])[0])
    ]
    pad_frames(packets)
    size = [len(packet.payload) + packet.padding for packet in packets]
    equal = [
        a
        for a, b in pairwise(packets)
        if a.timestamp == b.timestamp and size[a.index] == size[b.index]
    ]
    assert len(equal) >= joined
    assert sum(packet.padding for packet in packets) <= 3 * len(equal)
