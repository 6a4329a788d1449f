"""Our RTCP against aiortc's, which is the oracle in both directions."""

from __future__ import annotations

from typing import Any

import pytest
from aiortc import rtp as oracle
from hypothesis import given
from hypothesis import strategies as st

from liveshow.relay.wire import rtcp
from liveshow.relay.wire.rtcp import (
    Bye,
    KeyframeRequest,
    Nack,
    Remb,
    ReportBlock,
    SenderReport,
    TransportFeedback,
    read_rtcp,
)

words = st.integers(0, 0xFFFFFFFF)
sequences = st.integers(0, 0xFFFF)
blocks = st.builds(
    ReportBlock,
    ssrc=words,
    fraction_lost=st.integers(0, 255),
    lost=st.integers(-(1 << 23), (1 << 23) - 1),
    highest=words,
    jitter=words,
    last_report=words,
    delay=words,
)
reports = st.builds(SenderReport, words, st.integers(0, (1 << 64) - 1), words, words, words)
spans = st.tuples(sequences, st.sets(st.integers(0, 400), min_size=1, max_size=60)).map(
    lambda pair: [(pair[0] + offset) & 0xFFFF for offset in sorted(pair[1])]
)


def theirs(block: ReportBlock) -> oracle.RtcpReceiverInfo:
    """Return a block as aiortc has it."""
    return oracle.RtcpReceiverInfo(*block)


def parsed(data: bytes) -> list[Any]:
    """Read with aiortc."""
    return list(oracle.RtcpPacket.parse(data))


@given(reports, st.lists(blocks, max_size=31), words, st.lists(blocks, max_size=31))
def test_reports_of_another_implementation_are_read(
    report: SenderReport, sent: list[ReportBlock], ssrc: int, received: list[ReportBlock]
) -> None:
    """A compound of both kinds and a name: the blocks follow their report, names are nothing."""
    info = oracle.RtcpSenderInfo(*report[1:])
    name = oracle.RtcpSourceInfo(ssrc=ssrc, items=[(1, b"somebody")])
    data = bytes(oracle.RtcpSrPacket(report.ssrc, info, [theirs(block) for block in sent]))
    data += bytes(oracle.RtcpSdesPacket([name]))
    data += bytes(oracle.RtcpRrPacket(ssrc, [theirs(block) for block in received]))
    assert read_rtcp(data) == [report, *sent, *received]


@given(words, words, spans)
def test_missing_packets_are_read_and_written(sender: int, ssrc: int, lost: list[int]) -> None:
    """Across the wrap of sequence numbers too, where the oracle goes on counting."""
    packet = oracle.RtcpRtpfbPacket(fmt=1, ssrc=sender, media_ssrc=ssrc)
    packet.lost = [lost[0] + (number - lost[0] & 0xFFFF) for number in lost]
    if packet.lost[-1] <= 0xFFFF:
        assert read_rtcp(bytes(packet)) == [Nack(ssrc, lost)]
    data = rtcp.nack(sender, ssrc, lost)
    assert read_rtcp(data) == [Nack(ssrc, lost)]
    (seen,) = parsed(data)
    assert (seen.ssrc, seen.media_ssrc) == (sender, ssrc)
    assert [number & 0xFFFF for number in seen.lost] == lost
    assert len(data) <= 12 + 4 * len(lost)


@given(words, words, st.lists(words, max_size=8))
def test_keyframe_requests_are_read(sender: int, ssrc: int, meant: list[int]) -> None:
    """The SSRC of a PLI is in its header, that of a FIR in its items."""
    data = bytes(oracle.RtcpPsfbPacket(1, sender, ssrc))
    assert read_rtcp(data) == [KeyframeRequest(ssrc, "pli")]
    assert data == rtcp.pli(sender, ssrc)
    fci = b"".join(one.to_bytes(4) + b"\x07\0\0\0" for one in meant)
    data = bytes(oracle.RtcpPsfbPacket(4, sender, 0, fci))
    assert read_rtcp(data) == [KeyframeRequest(one, "fir") for one in meant]


@given(words, st.integers(0, (1 << 64) - 1), st.lists(words, max_size=31))
def test_bandwidth_is_read_and_written(sender: int, bitrate: int, ssrcs: list[int]) -> None:
    """18 bits are exact; each implementation reads what the other one wrote."""
    for data in (
        rtcp.remb(sender, bitrate, ssrcs),
        bytes(oracle.RtcpPsfbPacket(15, sender, 0, oracle.pack_remb_fci(bitrate, ssrcs))),
    ):
        (record,) = read_rtcp(data)
        assert isinstance(record, Remb)
        assert record.ssrcs == tuple(ssrcs)
        assert 0 <= bitrate - record.bitrate <= bitrate >> 17
        (packet,) = parsed(data)
        assert oracle.unpack_remb_fci(packet.fci) == (record.bitrate, ssrcs)


@given(words, words, st.binary(max_size=64).map(lambda fci: fci + bytes(-len(fci) % 4)))
def test_transport_wide_feedback_is_handed_on(sender: int, ssrc: int, fci: bytes) -> None:
    """It stays unread: another module knows its layout."""
    head = b"\x8f\xcd" + (2 + len(fci) // 4).to_bytes(2) + sender.to_bytes(4) + ssrc.to_bytes(4)
    assert read_rtcp(head + fci) == [TransportFeedback(sender, ssrc, fci)]


@given(st.lists(words, max_size=31))
def test_goodbye_is_read_and_written(ssrcs: list[int]) -> None:
    """The same bytes in both implementations; a reason may follow."""
    data = rtcp.bye(ssrcs)
    assert data == bytes(oracle.RtcpByePacket(ssrcs))
    assert read_rtcp(data) == [Bye(tuple(ssrcs))]
    reason = b"\x03out"
    longer = data[:2] + (len(ssrcs) + 1).to_bytes(2) + data[4:] + reason
    assert read_rtcp(longer) == [Bye(tuple(ssrcs))]


@given(reports, st.lists(blocks, max_size=31), st.binary(max_size=40), words)
def test_reports_are_understood_by_another_implementation(
    report: SenderReport, several: list[ReportBlock], cname: bytes, ssrc: int
) -> None:
    """Sender and receiver reports, each with a name, as one compound."""
    data = rtcp.sender_report(report, several) + rtcp.source_description(report.ssrc, cname)
    data += rtcp.receiver_report(ssrc, several) + rtcp.source_description(ssrc, cname)
    sent, name, received, other = parsed(data)
    assert (sent.ssrc, *vars(sent.sender_info).values()) == tuple(report)
    assert sent.reports == received.reports == [theirs(block) for block in several]
    assert received.ssrc == ssrc
    for description, source in ((name, report.ssrc), (other, ssrc)):
        assert [(chunk.ssrc, chunk.items) for chunk in description.chunks] == [
            (source, [(1, cname)])
        ]
    assert read_rtcp(data) == [report, *several, *several]


def test_values_out_of_range_are_fitted_in() -> None:
    """Counters wrap, shares and sums stop at their ends (RFC 3550 §6.4.1)."""
    block = ReportBlock(1, 300, 1 << 30, 1 << 33, 1 << 33, 0, 1 << 40)
    (seen,) = read_rtcp(rtcp.receiver_report(9, [block]))
    assert seen == ReportBlock(1, 255, 0x7FFFFF, 0, 0xFFFFFFFF, 0, 0xFFFFFFFF)
    (seen,) = read_rtcp(rtcp.receiver_report(9, [block._replace(lost=-(1 << 30))]))
    assert isinstance(seen, ReportBlock)
    assert seen.lost == -0x800000
    (report,) = read_rtcp(rtcp.sender_report(SenderReport(1, 1 << 64, -1, 1 << 32, 5 << 32)))
    assert report == SenderReport(1, 0, 0xFFFFFFFF, 0, 0)


def test_lists_have_an_end() -> None:
    """A writer leaves out what a packet cannot hold; a reader stops at its bound."""
    block = ReportBlock(1, 0, 0, 0, 0, 0, 0)
    assert len(read_rtcp(rtcp.receiver_report(9, [block] * 40))) == rtcp.MAX_REPORTS
    assert len(parsed(rtcp.bye(range(40)))[0].sources) == rtcp.MAX_SOURCES
    assert len(rtcp.nack(1, 2, range(0, 0x10000, 20))) == 12 + 4 * rtcp.MAX_NACK_ITEMS
    greedy = b"\x81\xcd\x01\x02" + bytes(8) + b"\x00\x00\xff\xff" * 256
    records = read_rtcp(greedy + rtcp.pli(1, 2) + greedy)
    assert sum(len(r.sequences) for r in records if isinstance(r, Nack)) == rtcp.MAX_NACKED
    assert records[-1] == KeyframeRequest(2, "pli")
    assert read_rtcp(rtcp.nack(1, 2, [])) == []


PLI, RR = rtcp.pli(1, 2), rtcp.receiver_report(1)


@pytest.mark.parametrize(
    "defect",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x80\xc9\x00", id="half a header"),
        pytest.param(b"\x40" + PLI[1:], id="version 1"),
        pytest.param(PLI[:-1], id="truncated"),
        pytest.param(b"\x80\xc9\x00\x00", id="a report of nobody"),
        pytest.param(b"\x81\xc9\x00\x01" + bytes(4), id="a block that is not there"),
        pytest.param(b"\x80\xc8\x00\x01" + bytes(4), id="a short sender report"),
        pytest.param(b"\x82\xcb\x00\x01" + bytes(4), id="a source that is not there"),
        pytest.param(b"\x81\xcd\x00\x01" + bytes(4), id="feedback on nobody"),
        pytest.param(b"\x81\xce\x00\x01" + bytes(4), id="a request to nobody"),
        pytest.param(b"\x84\xce\x00\x03" + bytes(12), id="half a full intra request"),
        pytest.param(b"\x8f\xce\x00\x03" + bytes(8) + b"REMB", id="a bandwidth without number"),
        pytest.param(b"\x8f\xce\x00\x04" + bytes(8) + b"REMB\x01\0\0\0", id="a missing source"),
        pytest.param(b"\xa0\xc9\x00\x00", id="padding of nothing"),
        pytest.param(b"\xa0\xc9\x00\x01" + bytes(4), id="padding of length 0"),
        pytest.param(b"\xa0\xc9\x00\x01\0\0\0\x08", id="padding longer than the packet"),
    ],
)
def test_what_precedes_a_defect_counts_and_what_follows_does_not(defect: bytes) -> None:
    """One packet of a compound is wrong: the rest cannot be told from garbage."""
    assert read_rtcp(PLI + defect) == [KeyframeRequest(2, "pli")]
    if len(defect) >= 4 and defect != PLI[:-1]:
        assert read_rtcp(defect + PLI) == []


def test_padding_and_unknown_messages_are_passed_over() -> None:
    """An application's, an extended report, another format; padding at the end."""
    others = b"\x80\xcc\x00\x02" + bytes(8) + b"\x80\xcf\x00\x01" + bytes(4)
    others += b"\x83\xcd\x00\x02" + bytes(8) + b"\x8f\xce\x00\x03" + bytes(8) + b"LNTF"
    padded = b"\xa1\xce\x00\x03" + PLI[4:] + b"\0\0\0\x04"
    assert read_rtcp(RR + others + padded) == [KeyframeRequest(2, "pli")]


@pytest.mark.parametrize("padding", [1, 2, 3])
def test_feedback_is_read_though_chromium_pads_it_to_a_word(padding: int) -> None:
    """Its transport-wide feedback says how many bytes of the last word are padding."""
    fci = bytes(range(20 - padding))
    data = b"\xaf\xcd\x00\x07" + b"\0\0\0\x01\0\0\0\x02" + fci + bytes(padding - 1)
    data += bytes([padding])
    assert read_rtcp(data + RR) == [TransportFeedback(1, 2, fci), *read_rtcp(RR)]


@given(st.binary(max_size=200), st.integers(0, 300), st.binary(max_size=6), blocks)
def test_no_bytes_make_it_raise(junk: bytes, at: int, piece: bytes, block: ReportBlock) -> None:
    """Neither random ones nor a good compound with a part exchanged."""
    good = rtcp.sender_report(SenderReport(1, 2, 3, 4, 5), [block]) + rtcp.nack(1, 2, [3, 9])
    good += rtcp.remb(1, 500_000, [2]) + rtcp.bye([1])
    broken = good[:at] + piece + good[at + len(piece) :]
    for data in (junk, b"\x81\xc9" + junk, b"\x81\xcd" + junk, broken):
        read_rtcp(data)


@given(st.binary(max_size=120))
def test_whatever_the_other_implementation_reads_we_read_too(body: bytes) -> None:
    """Well-formed to aiortc means well-formed to us, where both know the message."""
    for kind in (rtcp.RR, rtcp.SR, rtcp.PSFB):
        words = len(body) // 4
        data = bytes((0x81, kind)) + words.to_bytes(2) + body[: 4 * words]
        try:
            parsed(data)
        except ValueError:
            continue
        assert read_rtcp(data) != []
