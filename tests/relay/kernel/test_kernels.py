"""What both fan-out kernels write: numbers, extensions, padding, protection, and the same."""

from __future__ import annotations

import gc
import struct
import time
import weakref
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiortc.rtp import RtpPacket, unpack_header_extensions

from liveshow.relay.kernel.packets import MAX_MID, MAX_PAYLOAD, MAX_STREAMS, room
from liveshow.relay.kernel.protocols import Extensions, Profile
from liveshow.relay.wire.packets import parse_rtp
from tests.relay.kernel.bed import (
    GCM,
    PROFILES,
    SSRC,
    TAGS,
    Bed,
    Opener,
    Till,
    burst,
    kernel_names,
    packet,
)

ALL = Extensions(
    mid_id=1, mid=b"video", abs_send_time=2, transport_cc=14, playout_delay=4, video_orientation=5
)
DESCRIBED = replace(ALL, mid=b"m" * MAX_MID, dependency_descriptor=9)


@pytest.fixture(params=kernel_names())
def bed(request: pytest.FixtureRequest) -> Iterator[Bed]:
    bed = Bed(request.param)
    yield bed
    bed.close()


@pytest.mark.parametrize("profile", PROFILES)
def test_libsrtp_opens_what_a_stream_sent(bed: Bed, profile: Profile) -> None:
    """Header and payload are what ``run`` says, for sizes that need all kinds of blocks."""
    stream = bed.stream(bed.path(profile), timestamp_offset=-1)
    sizes = [1, 15, 16, 17, 100, 100, 99, 1300, 1300, MAX_PAYLOAD, 0]
    packets = burst(5, sizes, marker=True)
    assert stream.send(packets) == len(packets)
    unprotect = Opener(profile)
    for sent, data in zip(packets, bed.received(len(packets)), strict=True):
        assert len(data) == 12 + len(sent.payload) + TAGS[profile]
        expected = struct.pack("!BBHII", 0x80, 0xE0, sent.index + 1000, sent.timestamp - 1, SSRC)
        assert unprotect(data) == expected + sent.payload
    assert (stream.next, stream.packets, stream.octets) == (1016, 11, sum(sizes))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_receiver_follows_past_a_roll_over(bed: Bed, profile: Profile) -> None:
    """RFC 3711 §3.3.1: the roll-over counter is in the keystream, not in the packet."""
    till = Till()
    stream = bed.stream(bed.path(profile, till), sequence_offset=0)
    unprotect = Opener(profile)
    for index in (1000, 33000, 65000, 65534, 65535, 65536, 65537, 98000, 130000, 131071, 131072):
        assert stream.send([packet(index)]) == 1
        assert parse_rtp(unprotect(till.packets.pop())).sequence == index & 0xFFFF
    assert stream.next == 131073
    # One that was late crosses back, into the counter before.
    assert stream.send([packet(131070)]) == 1
    assert parse_rtp(unprotect(till.packets.pop())).sequence == 65534
    assert stream.next == 131073


def test_a_packet_of_before_the_run_is_not_sent(bed: Bed) -> None:
    """Late ones of the run are."""
    till = Till()
    stream = bed.stream(bed.path(where=till), first=10)
    assert stream.send([packet(9)]) == 1
    assert stream.send([packet(8), packet(11), packet(9), packet(10), packet(12)]) == 5
    assert [parse_rtp(data).sequence for data in till.packets] == [1011, 1010, 1012]
    assert stream.packets == 3
    stream.remap(97, 20, -20 + stream.next, 0)
    stream.send([packet(13), packet(20)])
    last = parse_rtp(till.packets[-1])
    assert (last.payload_type, last.sequence, len(till.packets)) == (97, 1013, 4)


def test_nothing_is_sent_before_the_first_map(bed: Bed) -> None:
    till = Till()
    stream = bed.path(where=till).stream(1, 0)
    assert stream.send([packet(1 << 40)]) == 1
    with pytest.raises(ValueError, match="not mapped"):
        stream.retransmit(packet(1), 0, 0)
    assert (till.packets, stream.packets) == ([], 0)


def test_what_a_receiver_cannot_place_is_not_sent(bed: Bed) -> None:
    """Too far behind or ahead, libsrtp would take it for another roll-over counter."""
    till = Till()
    stream = bed.stream(bed.path(where=till), first=-10, sequence_offset=0)
    stream.send([packet(20_000)])
    for index in (20_000 - 1024, 20_000 + 32_768, -1):
        assert stream.send([packet(index)]) == 1
    assert (len(till.packets), bed.kernel.counters()["errors"]) == (1, 3)
    for index in (20_000 - 1023, 20_000 + 32_767):
        assert stream.send([packet(index)]) == 1
    assert (len(till.packets), bed.kernel.counters()["errors"]) == (3, 3)


def test_the_same_packet_sent_twice_is_the_same_bytes(bed: Bed) -> None:
    """Never two contents under one number."""
    till = Till()
    stream = bed.stream(bed.path(where=till))
    packets = burst(0, [50, 60, 70])
    stream.send(packets)
    stream.send(packets)
    assert till.packets[:3] == till.packets[3:]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_retransmission_is_one_of_rfc_4588(bed: Bed, profile: Profile) -> None:
    """Its own numbers, the original one before the payload, no padding."""
    till = Till()
    stream = bed.stream(bed.path(profile, till), payload_type=97, timestamp_offset=10)
    sent = packet(7, b"picture", marker=True, padding=9)
    assert stream.retransmit(sent, 5000, 0x1ABCD)
    assert stream.retransmit(sent, 5000, 3)
    unprotect = Opener(profile)
    first, second = (parse_rtp(unprotect(data)) for data in till.packets)
    assert (first.payload_type, first.marker, first.sequence) == (97, True, 1000)
    assert (first.timestamp, first.payload) == (5010, b"\xab\xcdpicture")
    assert (second.sequence, second.payload) == (1001, b"\0\3picture")
    assert (stream.next, stream.packets, stream.octets) == (1002, 2, 18)


def extensions_of(data: bytes) -> dict[int, bytes]:
    """Return the header extensions of an unprotected packet as aiortc reads them."""
    if not data[0] & 0x10:
        return {}
    profile, words = struct.unpack_from("!HH", data, 12)
    return dict(unpack_header_extensions(profile, data[16 : 16 + 4 * words]))


def test_extensions_are_read_back_by_aiortc(bed: Bed) -> None:
    """Those of a packet of its own, those of the viewer on all."""
    till, unprotect = Till(), Opener()
    stream = bed.stream(bed.path(where=till), ALL)
    before = time.time()
    stream.send([packet(0), packet(1, orientation=3), packet(2, playout_delay=0xABCDEF)])
    stream.send([packet(3, orientation=0, playout_delay=0)])
    plain, turned, delayed, both = (extensions_of(unprotect(data)) for data in till.packets)
    common = {1: b"video", 2: plain[2], 14: b"\0\0"}
    assert plain == common
    assert turned == {**common, 14: b"\0\1", 5: b"\3"}
    assert delayed == {**common, 14: b"\0\2", 4: b"\xab\xcd\xef"}
    assert both == {**common, 2: both[2], 14: b"\0\3", 4: b"\0\0\0", 5: b"\0"}
    clock = int.from_bytes(plain[2], "big") / (1 << 18)
    assert (clock - before) % 64 < 30


def test_a_packet_without_elements_has_no_extension(bed: Bed) -> None:
    """Not even an empty one: the packets of a frame are to be of one size."""
    till, unprotect = Till(), Opener()
    stream = bed.stream(bed.path(where=till), Extensions(mid_id=1, video_orientation=5))
    stream.send([packet(0, orientation=1), packet(1)])
    turned, plain = (unprotect(data) for data in till.packets)
    assert extensions_of(turned) == {5: b"\1"}
    assert plain[0] == 0x80
    stream.set_extensions(Extensions(mid_id=3, mid=b"0123456789abcd"))
    stream.send([packet(2)])
    stream.set_extensions(Extensions(mid=b"one that is too long to be carried"))
    stream.send([packet(3)])
    named, plain = (unprotect(data) for data in till.packets[2:])
    assert extensions_of(named) == {3: b"0123456789abcd"}
    assert plain[0] == 0x80


@pytest.mark.parametrize("padding", [1, 2, 16, 255])
def test_padding_is_what_rfc_3550_says(bed: Bed, padding: int) -> None:
    """aiortc finds the payload and the number of bytes after it."""
    till = Till()
    stream = bed.stream(bed.path(where=till), Extensions(mid_id=1, mid=b"0"))
    stream.send([packet(0, b"frame", padding=padding)])
    data = Opener()(till.packets[0])
    read = RtpPacket.parse(data)
    assert (read.payload, read.padding_size, data[0]) == (b"frame", padding, 0xB0)
    assert stream.octets == 5


@pytest.mark.parametrize(
    ("payload", "fields", "expected"),
    [
        (b"\x90\x80\x7e\xff", {"picture_at": 2, "picture_bits": 7}, b"\x90\x80\x03\xff"),
        (b"\x90\xff\xfe\x01", {"picture_at": 1, "picture_bits": 15}, b"\x90\x80\x03\x01"),
        (b"\x90\x7f\xfe", {"picture_at": 1, "picture_bits": 15}, b"\x90\x00\x03"),
        (b"\x90\xfe", {"tl0_at": 1}, b"\x90\x01"),
        (
            b"\x90\xe0\x80\x01\x05" + bytes(500),
            {"picture_at": 2, "picture_bits": 15, "tl0_at": 4},
            b"\x90\xe0\x80\x06\x08" + bytes(500),
        ),
        (bytes(100), {"picture_at": 99, "picture_bits": 7}, bytes(99) + b"\x05"),
        (b"\1\2", {}, b"\1\2"),
    ],
)
def test_picture_ids_are_those_of_the_viewer(
    bed: Bed, payload: bytes, fields: dict[str, int], expected: bytes
) -> None:
    """RFC 7741 §4.2: of 7 or 15 bits, wrapping; the payload of the others stays as it is."""
    till, unprotect = Till(), Opener()
    shared = packet(0, payload, **fields)
    stream = bed.stream(bed.path(where=till), picture_offset=5, tl0_offset=3)
    stream.send([shared])
    assert parse_rtp(unprotect(till.packets[0])).payload == expected
    stream.retransmit(shared, 0, 1)
    assert parse_rtp(unprotect(till.packets[1])).payload == b"\0\1" + expected
    assert shared.payload == payload
    other = bed.stream(bed.path(where=till), picture_offset=-5 + (1 << 15), tl0_offset=-3)
    other.send([packet(0, expected, **fields)])
    assert parse_rtp(unprotect(till.packets[2])).payload == payload


def test_timestamps_can_be_others(bed: Bed) -> None:
    """For a replay, which is denser than the stream was."""
    till = Till()
    stream = bed.stream(bed.path(where=till), timestamp_offset=5)
    assert stream.send([packet(0), packet(1)], [100, 0xFFFFFFFF]) == 2
    assert [parse_rtp(data).timestamp for data in till.packets] == [105, 4]


def test_every_datagram_is_one_frame_of_ethernet(bed: Bed) -> None:
    """1,500 bytes with IPv6 (40) and UDP (8): the longest payload, sent again, with everything."""
    assert MAX_PAYLOAD >= 1388, "GStreamer's payloads, its packets being of 1,400 bytes"
    till = Till()
    stream = bed.stream(bed.path(GCM, till), replace(ALL, mid=b"m" * MAX_MID))
    fields = {"orientation": 1, "playout_delay": 2}
    stream.send([packet(0, bytes(MAX_PAYLOAD - 255), padding=255, **fields)])
    stream.retransmit(packet(1, bytes(MAX_PAYLOAD), **fields), 0, 1)
    assert [len(data) + 48 for data in till.packets] == [1498, 1500]


@pytest.mark.parametrize("size", [3, 16, 17, 255])
def test_a_dependency_descriptor_is_carried_with_the_frame_number_of_the_viewer(
    bed: Bed, size: int
) -> None:
    """faults.md 36: more than 16 bytes need elements of the two-byte form (RFC 8285 §4.3)."""
    till = Till()
    stream = bed.stream(bed.path(where=till), DESCRIBED, frame_offset=3)
    told = b"\xc1\xff\xfe" + bytes(range(size - 3))
    fields = {"orientation": 1, "playout_delay": 2}
    stream.send([packet(0, b"a" * 50, descriptor=told, **fields), packet(1, b"b" * 50)])
    stream.retransmit(packet(0, b"a" * 50, descriptor=told, **fields), 0, 1)
    opened = [Opener()(data) for data in till.packets]
    first, plain, again = map(extensions_of, opened)
    assert first[9] == again[9] == b"\xc1\x00\x01" + told[3:]
    assert (first[1], first[4], first[5]) == (b"m" * MAX_MID, b"\x00\x00\x02", b"\x01")
    assert first[14] == b"\x00\x00"
    assert plain.keys() == {1, 2, 14}
    assert opened[0][12:14] == (b"\x10\x00" if size > 16 else b"\xbe\xde")
    assert opened[1][12:14] == b"\xbe\xde"


@pytest.mark.parametrize("size", [3, 16, 17, 255])
def test_a_described_packet_is_one_frame_of_ethernet_too(bed: Bed, size: int) -> None:
    """faults.md 36: the payload has as much less as the descriptor and the longer heads take."""
    till = Till()
    stream = bed.stream(bed.path(GCM, till), DESCRIBED)
    fields = {"orientation": 1, "playout_delay": 2, "descriptor": bytes(size)}
    stream.retransmit(packet(1, bytes(room(bytes(size))), **fields), 0, 1)
    assert len(till.packets[0]) + 48 <= 1500
    with pytest.raises(ValueError, match="payload"):
        stream.send([packet(2, bytes(room(bytes(size)) + 1), **fields)])


def test_transport_wide_numbers_are_remembered(bed: Bed) -> None:
    """Per path, across its streams: when, and how long on the wire."""
    till = Till()
    path = bed.path(where=till)
    first, second = bed.stream(path, ALL), bed.stream(path, ALL)
    plain = bed.stream(path)
    before = time.monotonic_ns() // 1000
    first.send(burst(0, [100, 200]))
    plain.send(burst(0, [300]))
    second.send(burst(0, [50]))
    after = time.monotonic_ns() // 1000
    known = path.sent(-1, 5)
    assert known[0] is None
    assert known[4] is None
    sizes = [len(data) for at, data in enumerate(till.packets) if at != 2]
    assert [entry[1] for entry in known[1:4] if entry] == sizes
    times = [entry[0] for entry in known[1:4] if entry]
    assert before <= times[0] <= times[1] <= times[2] <= after


def test_the_last_2048_transport_wide_numbers_are_known(bed: Bed) -> None:
    """Past the wrap of 16 bits too."""
    path = bed.path(where=lambda packets, again: len(packets))
    stream = bed.stream(path, Extensions(transport_cc=3), sequence_offset=1000)
    assert path.sent(0, 1) == [None]
    for start in range(0, 66_000, 500):
        stream.send([packet(index) for index in range(start, start + 500)])
    newest = 66_000 - 65_536 - 1
    known = path.sent(newest - 2048, 2050)
    assert [at for at, entry in enumerate(known) if entry is None] == [0, 2049]


def test_a_path_without_transport_wide_numbers_remembers_nothing(bed: Bed) -> None:
    path = bed.path(where=lambda packets, again: len(packets))
    bed.stream(path, Extensions(mid_id=1, mid=b"0")).send([packet(0)])
    assert path.sent(0, 3) == [None, None, None]


BAD_PACKETS: list[dict[str, Any]] = [
    {"payload": bytes(MAX_PAYLOAD + 1)},
    {"payload": bytes(MAX_PAYLOAD - 10), "padding": 11},
    {"padding": -1},
    {"padding": 256},
    {"payload": bytearray(5)},
    {"picture_at": 6, "picture_bits": 15},
    {"picture_at": 7, "picture_bits": 7},
    {"picture_at": 0, "picture_bits": 8},
    {"tl0_at": 7},
    {"orientation": 256},
    {"playout_delay": 1 << 24},
    {"index": 1 << 62},
    {"descriptor": b"\x00\x01"},
    {"descriptor": bytes(256)},
    {"descriptor": "text"},
]


@pytest.mark.parametrize("fields", BAD_PACKETS)
def test_a_bad_packet_is_refused_before_any_is_sent(bed: Bed, fields: dict[str, Any]) -> None:
    till = Till()
    stream = bed.stream(bed.path(where=till))
    packets = [packet(0), replace(packet(1), **fields)]
    with pytest.raises(ValueError, match=r"."):
        stream.send(packets)
    with pytest.raises(ValueError, match=r"."):
        bed.kernel.group([stream]).send(packets)
    with pytest.raises(ValueError, match=r"."):
        stream.retransmit(packets[1], 0, 0)
    with pytest.raises(ValueError, match="timestamps"):
        stream.send(packets[:1], [1, 2])
    assert (till.packets, stream.next, stream.packets) == ([], 1000, 0)


@pytest.mark.parametrize(
    "extensions",
    [
        Extensions(mid_id=15, mid=b"0"),
        Extensions(abs_send_time=-1),
        Extensions(transport_cc=16),
        Extensions(mid_id=1, mid=b"0" * 15),
        Extensions(abs_send_time=3, transport_cc=3),
    ],
)
def test_bad_extensions_change_nothing(bed: Bed, extensions: Extensions) -> None:
    till = Till()
    stream = bed.stream(bed.path(where=till), Extensions(mid_id=1, mid=b"7"))
    with pytest.raises(ValueError, match=r"."):
        stream.set_extensions(extensions)
    stream.send([packet(0)])
    assert extensions_of(Opener()(till.packets[0])) == {1: b"7"}


def test_bad_numbers_change_nothing(bed: Bed) -> None:
    till = Till()
    path = bed.path(where=till)
    for ssrc, first in ((-1, 0), (1 << 32, 0), (1, -1), (1, 1 << 15)):
        with pytest.raises(ValueError, match=r"."):
            path.stream(ssrc, first)
    stream = bed.stream(path)
    for run in ((128, 0, 0, 0), (-1, 0, 0, 0), (96, 1 << 62, 0, 0), (96, 0, 1 << 70, 0)):
        with pytest.raises(ValueError, match=r"."):
            stream.remap(*run)
    for profile, key, salt in ((GCM, 15, 12), (GCM, 16, 14), (PROFILES[1], 16, 12), ("X", 16, 14)):
        with pytest.raises(ValueError, match=r"."):
            bed.kernel.path(profile, bytes(key), bytes(salt))  # type: ignore[arg-type]
    for where in (
        ("127.0.0.1",),
        ("localhost", 9),
        ("127.0.0.1", 1 << 16),
        ("::1", 9),
        5,
        ("a", "b"),
    ):
        with pytest.raises(ValueError, match=r"."):
            path.send_to(where)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"."):
        path.sent(0, (1 << 16) + 1)
    stream.send([packet(0)])
    assert parse_rtp(Opener()(till.packets[0])).sequence == 1000


def test_no_ssrc_is_used_twice_with_one_key(bed: Bed) -> None:
    """RFC 3711 §9.1: two streams that begin anywhere would sooner or later share a keystream."""
    path, other = bed.path(), bed.path()
    stream = path.stream(7, 0)
    with pytest.raises(ValueError, match="SSRC"):
        path.stream(7, 100)
    del stream
    gc.collect()
    with pytest.raises(ValueError, match="SSRC"):
        path.stream(7, 0)
    assert other.stream(7, 0).next == 0
    with pytest.raises(ValueError, match=r"."):
        path.stream(8, 1 << 15)
    assert [path.stream(ssrc, 0).next for ssrc in range(8, 7 + MAX_STREAMS)] == [0] * 63
    with pytest.raises(ValueError, match="64"):
        path.stream(6, 0)


def test_a_path_whose_callable_knows_it_can_be_forgotten(bed: Bed) -> None:
    """A viewer over TCP is a cycle: its path holds the callable, which holds the viewer."""
    till = Till()
    path = bed.path(where=till)
    stream = bed.stream(path)
    till.kept = (path, stream, bed.kernel.group([stream]))
    forgotten = weakref.ref(till)
    del till, path, stream
    gc.collect()
    assert forgotten() is None


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", kernel_names()[1:])
def test_both_kernels_send_the_same_bytes(name: str, profile: Profile) -> None:
    """Whatever does not hold the time."""
    written = []
    for kernel in ("python", name):
        bed, till = Bed(kernel), Till()
        path = bed.path(profile, till)
        first = bed.stream(path, replace(ALL, abs_send_time=0), picture_offset=9, tl0_offset=250)
        second = bed.stream(path, Extensions(playout_delay=2), timestamp_offset=1 << 31)
        again = bed.stream(path, Extensions(transport_cc=1, mid_id=2, mid=b"1"), picture_offset=3)
        packets = [
            *burst(0, [0, 1, 16, 1100, 1100, 700], padding=2, marker=True),
            *burst(6, [300, 300], picture_at=4, picture_bits=15, tl0_at=6, orientation=1),
            *burst(8, [300, MAX_PAYLOAD], picture_at=0, picture_bits=7, playout_delay=77),
        ]
        bed.kernel.group([first, second]).send(packets)
        for lost in packets[3:]:
            again.retransmit(lost, 9, lost.index)
        first.send(packets[2:5], [5, 6, 7])
        written.append(till.packets)
        bed.close()
    assert len(written[0]) == 30
    assert written[0] == written[1]
