"""What we agree to of an offer: one audio and one video section, Opus, H.264 and VP8.

Answers use the payload types of the offer (RFC 3264 §6.1). A viewer is promised every
codec that a publisher may use, so that a publisher can come back with another one
without the viewer negotiating again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from liveshow.errors import Unprocessable

from .codecs import H264, OPUS, VP8
from .outlet import PayloadTypes
from .ports import AnsweredCodec, AnsweredSection, Kind, Offer, OfferedCodec, OfferedSection

ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"

_VIDEO_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
_DYNAMIC = range(35, 128)  # without 64 to 95, which RTCP needs (RFC 5761 §4)


@dataclass
class Incoming:
    """One media section that a publisher sends."""

    kind: Kind
    codecs: dict[int, str]  # payload type: codec
    retransmission: dict[int, int]  # payload type of RTX: of the media
    retransmission_ssrcs: dict[int, int]  # SSRC of RTX: of the media
    ssrcs: tuple[int, ...]
    abs_send_time: int = 0  # id of the extension, 0: not sent
    nack: bool = False


@dataclass
class Outgoing:
    """One media section that a viewer receives."""

    kind: Kind
    types: PayloadTypes
    ssrc: int
    retransmission_ssrc: int


@dataclass
class Negotiated:
    """The sections of the answer, in the order of the offer, and what they come to."""

    sections: list[AnsweredSection] = field(default_factory=list)
    incoming: list[Incoming] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)


def accept_publisher(offer: Offer) -> Negotiated:
    """Answer who sends. Raises ``Unprocessable`` when nothing can be received."""
    result = Negotiated()
    for section in offer.sections:
        codecs = _common(section)
        taken = any(incoming.kind == section.kind for incoming in result.incoming)
        if section.direction not in ("sendonly", "sendrecv") or not codecs or taken:
            result.sections.append(_reject(section))
            continue
        # The first one is what a browser sends: H.264 before VP8, because HLS and Safari
        # need it; of H.264 constrained baseline, because everybody decodes it.
        codecs.sort(key=_publisher_preference)
        media, retransmission = _types(codecs)
        extensions = {
            uri: number
            for uri, number in section.extensions.items()
            if uri == MID or (uri == ABS_SEND_TIME and section.kind == "video")
        }
        result.sections.append(_accept(section, codecs, "recvonly", extensions))
        result.incoming.append(
            Incoming(
                kind=_kind(section),
                codecs=media,
                retransmission=retransmission,
                retransmission_ssrcs={
                    rtx: ssrc for ssrc, rtx in section.retransmission_ssrcs.items()
                },
                ssrcs=tuple(section.ssrcs),
                abs_send_time=extensions.get(ABS_SEND_TIME, 0),
                nack=any("nack" in codec.feedback for codec in codecs),
            )
        )
    if not result.incoming:
        raise Unprocessable(
            "no_common_codec", "Nothing in the offer can be published: send H.264, VP8 or Opus."
        )
    return result


def accept_viewer(offer: Offer, new_ssrc: Callable[[], int]) -> Negotiated:
    """Answer who receives. Raises ``Unprocessable`` when nothing can be sent."""
    result = Negotiated()
    for section in offer.sections:
        codecs = _common(section)
        taken = any(outgoing.kind == section.kind for outgoing in result.outgoing)
        if section.direction not in ("recvonly", "sendrecv") or not codecs or taken:
            result.sections.append(_reject(section))
            continue
        media, retransmission = _types(codecs)
        ssrc, retransmission_ssrc = new_ssrc(), new_ssrc()
        h264 = {
            codec.parameters.get("profile-level-id", "42e01f"): codec.payload_type
            for codec in reversed(codecs)
            if media.get(codec.payload_type) == H264
        }
        types = PayloadTypes(
            plain={name: number for number, name in reversed(media.items()) if name != H264},
            h264=dict(reversed(h264.items())),
            retransmission={apt: number for number, apt in retransmission.items()},
        )
        answered = _accept(section, codecs, "sendonly", {}, ssrc)
        if retransmission:
            answered = _accept(section, codecs, "sendonly", {}, ssrc, retransmission_ssrc)
        result.sections.append(answered)
        result.outgoing.append(Outgoing(_kind(section), types, ssrc, retransmission_ssrc))
    if not result.outgoing:
        raise Unprocessable(
            "no_common_codec", "Nothing in the offer can be watched: offer H.264, VP8 or Opus."
        )
    return result


def _kind(section: OfferedSection) -> Kind:
    return "audio" if section.kind == "audio" else "video"


def _common(section: OfferedSection) -> list[OfferedCodec]:
    """Return the codecs of a section that we relay, each followed by its RTX."""
    if section.rejected:
        return []
    common = [codec for codec in section.codecs if _name(section.kind, codec)]
    media = {codec.payload_type for codec in common}
    for codec in section.codecs:
        apt = codec.parameters.get("apt", "")
        if codec.name.lower() == "rtx" and apt.isdecimal() and int(apt) in media:
            at = next(i for i, other in enumerate(common) if other.payload_type == int(apt))
            common.insert(at + 1, codec)
    return common


def _name(kind: str, codec: OfferedCodec) -> str | None:
    """Return our name of a codec that we relay, None for any other."""
    name = codec.name.lower()
    if codec.payload_type not in _DYNAMIC or 64 <= codec.payload_type <= 95:
        return None
    if kind == "audio":
        return OPUS if name == "opus" and codec.clock_rate == 48_000 else None
    if kind != "video" or codec.clock_rate != 90_000:
        return None
    if name == "vp8":
        return VP8
    # Mode 0 knows no fragments (RFC 6184 §6.2), and what we relay has them.
    mode = codec.parameters.get("packetization-mode", "0")
    profile = codec.parameters.get("profile-level-id", "42e01f").lower()
    known = len(profile) == 6 and profile[:2] in ("42", "4d", "58", "64")
    return H264 if name == "h264" and mode == "1" and known else None


def _types(codecs: list[OfferedCodec]) -> tuple[dict[int, str], dict[int, int]]:
    names = {"opus": OPUS, "vp8": VP8, "h264": H264}
    media = {c.payload_type: names[c.name.lower()] for c in codecs if c.name.lower() in names}
    retransmission = {
        c.payload_type: int(c.parameters["apt"]) for c in codecs if c.name.lower() == "rtx"
    }
    return media, retransmission


def _publisher_preference(codec: OfferedCodec) -> tuple[int, int]:
    name = codec.name.lower()
    if name == "rtx":
        return (2, 0)
    if name == "h264":
        profile = codec.parameters.get("profile-level-id", "42e01f").lower()
        return (0, 0 if profile.startswith("42e0") else 1)
    return (1, 0)


def _accept(
    section: OfferedSection,
    codecs: list[OfferedCodec],
    direction: str,
    extensions: dict[str, int],
    ssrc: int | None = None,
    retransmission_ssrc: int | None = None,
) -> AnsweredSection:
    return AnsweredSection(
        mid=section.mid,
        kind=section.kind,
        direction=direction,
        codecs=tuple(_answer(section.kind, codec) for codec in codecs),
        extensions=extensions,
        ssrc=ssrc,
        retransmission_ssrc=retransmission_ssrc,
    )


def _answer(kind: str, codec: OfferedCodec) -> AnsweredCodec:
    rtx = codec.name.lower() == "rtx"
    feedback: tuple[str, ...] = ()
    if kind == "video" and not rtx:
        feedback = tuple(name for name in _VIDEO_FEEDBACK if name in codec.feedback)
    kept = ("apt", "profile-level-id", "packetization-mode", "level-asymmetry-allowed")
    parameters = {k: v for k, v in codec.parameters.items() if k in kept}
    if kind == "audio":
        parameters = {"minptime": "10", "useinbandfec": "1"}
        if codec.parameters.get("stereo") == "1":
            parameters |= {"stereo": "1", "sprop-stereo": "1"}
    return AnsweredCodec(
        payload_type=codec.payload_type,
        name=codec.name,
        clock_rate=codec.clock_rate,
        channels=codec.channels,
        parameters=parameters,
        feedback=feedback,
    )


def _reject(section: OfferedSection) -> AnsweredSection:
    return AnsweredSection(
        mid=section.mid,
        kind=section.kind,
        direction="inactive",
        rejected=True,
        formats=tuple(codec.payload_type for codec in section.codecs[:1]),
    )
