"""Offers captured from real programs, and offers written like those of programs not at hand."""

from __future__ import annotations

import pytest
from aiortc import sdp as aiortc_sdp

from signaling.media.port import Codec, Section
from signaling.media.sdp import parse_offer
from tests.vectors import offers

OFFERS = offers()
PUBLISHERS = [name for name in OFFERS if not name.endswith("viewer")]
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"


def section(name: str, kind: str) -> Section:
    return next(s for s in parse_offer(OFFERS[name]).sections if s.kind == kind)


def h264(name: str) -> list[Codec]:
    return [codec for codec in section(name, "video").codecs if codec.name == "H264"]


@pytest.mark.parametrize("name", OFFERS)
def test_all_are_understood(name: str) -> None:
    """One section of each kind, Opus, a codec for video, and a direction that fits."""
    offer = parse_offer(OFFERS[name])
    assert [s.kind for s in offer.sections] == ["audio", "video"]
    assert not any(s.disabled for s in offer.sections)
    assert "opus" in [codec.name.lower() for codec in section(name, "audio").codecs]
    assert {c.name for c in section(name, "video").codecs} & {"H264", "VP8"}
    wanted = ("sendonly", "sendrecv") if name in PUBLISHERS else ("recvonly",)
    assert all(s.direction in wanted for s in offer.sections)
    assert offer.passive is (name == "ffmpeg-whip")
    for part in offer.sections:
        types = {codec.payload_type for codec in part.codecs}
        for codec in part.codecs:
            if codec.name == "rtx":
                assert int(codec.parameters["apt"]) in types


@pytest.mark.parametrize("name", [n for n in OFFERS if n.startswith(("chromium", "aiortc"))])
def test_an_independent_parser_sees_the_same(name: str) -> None:
    """aiortc's: payload types, extensions, ICE."""
    ours, theirs = parse_offer(OFFERS[name]), aiortc_sdp.SessionDescription.parse(OFFERS[name])
    for section, media in zip(ours.sections, theirs.media, strict=True):
        assert (section.mid, section.kind) == (media.rtp.muxId, media.kind)
        known = {codec.payloadType: codec.name for codec in media.rtp.codecs}
        assert {c.payload_type: c.name for c in section.codecs}.items() >= known.items()
        assert section.extensions == {e.uri: e.id for e in media.rtp.headerExtensions}
        assert media.ice is not None
        assert media.ice.usernameFragment == ours.ufrag
        assert set(section.ssrcs) <= {info.ssrc for info in media.ssrc}


def test_layers_are_read_from_those_who_have_them() -> None:
    """Chromium's and Firefox's, in the order of the page; others have none."""
    layers = {name: section(name, "video").rids for name in OFFERS}
    assert layers.pop("chromium-simulcast") == ("f", "h", "q")
    assert layers.pop("written-firefox") == ("f", "h", "q")
    assert set(layers.values()) == {()}
    assert RID in section("chromium-simulcast", "video").extensions
    assert RID in section("written-firefox", "video").extensions
    assert not section("chromium-simulcast", "video").ssrcs  # known by their rids alone


def test_ssrcs_and_those_of_their_retransmissions_are_read() -> None:
    """Where the offer names them (RFC 5576 §4.2, RFC 4588 §8.3)."""
    for name in ("chromium-publisher", "ffmpeg-whip", "written-firefox", "aiortc"):
        video = section(name, "video")
        assert len(video.ssrcs) == 1, name
        assert list(video.retransmission_ssrcs) == list(video.ssrcs), name
    assert len(section("written-obs", "video").ssrcs) == 1
    assert not section("written-obs", "video").retransmission_ssrcs


def test_profiles_of_h264_are_read() -> None:
    """Those that browsers and encoders offer, with what goes with them."""
    profiles = {
        name: {codec.parameters["profile-level-id"] for codec in h264(name)} for name in OFFERS
    }
    assert profiles["ffmpeg-whip"] == {"42000b"}
    assert profiles["gstreamer-webrtcbin"] == {"42c015"}
    assert profiles["written-safari-viewer"] == {"640c1f", "42e01f"}
    assert profiles["chromium-viewer"] >= {"42001f", "42e01f", "4d001f"}
    assert all(codec.parameters["packetization-mode"] == "1" for codec in h264("ffmpeg-whip"))


def test_profiles_of_vp9_and_av1_are_read() -> None:
    """Chromium offers several of VP9, and AV1 with its level."""
    codecs = section("chromium-viewer", "video").codecs
    vp9 = {codec.parameters.get("profile-id") for codec in codecs if codec.name == "VP9"}
    assert vp9 >= {"0", "2"}
    [*av1] = [codec.parameters for codec in codecs if codec.name == "AV1"]
    assert av1[0] == {"level-idx": "5", "profile": "0", "tier": "0"}


def test_extensions_of_firefox_have_directions() -> None:
    """What it only wants to receive is of no use while it sends (RFC 8285 §6)."""
    video = section("written-firefox", "video")
    assert video.extensions[RID] == 8
    assert "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay" not in video.extensions
