"""What we agree to of an offer: one audio and one video section, Opus and four video codecs.

Answers use the payload types of the offer (RFC 3264 §6.1), and everything goes over the one
transport of its bundle. A viewer is promised every
codec that a publisher may use, so that a publisher can come back with another one
without the viewer negotiating again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from liveshow.errors import Unprocessable
from liveshow.relay.kernel.packets import MAX_MID
from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.ports import (
    AnsweredCodec,
    AnsweredSection,
    Kind,
    Offer,
    OfferedCodec,
    OfferedSection,
)
from liveshow.relay.wire.codecs import AV1, H264, OPUS, VP8, VP9, best_h264
from liveshow.relay.wire.packets import ExtensionIds

_DRAFT = "http://www.webrtc.org/experiments/rtp-hdrext/"
ABS_SEND_TIME = f"{_DRAFT}abs-send-time"
PLAYOUT_DELAY = f"{_DRAFT}playout-delay"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
VIDEO_ORIENTATION = "urn:3gpp:video-orientation"  # 3GPP TS 26.114 §7.4.5
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 9143 §15.1
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"  # RFC 8852 §3.1
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"

MAX_LAYERS = 4  # of simulcast; browsers send three at most
MAX_EXTENSION_ID = 14  # of the one-byte form (RFC 8285 §4.2)

# All of them mean DTLS-SRTP, and with feedback at once (RFC 9429 §5.1.2).
_PROFILES = frozenset(
    transport + profile
    for transport in ("", "UDP/TLS/", "TCP/DTLS/")
    for profile in ("RTP/SAVP", "RTP/SAVPF")
) | {"RTP/AVP", "RTP/AVPF"}
# A publisher's bandwidth is ruled by REMB; transport-wide feedback is what viewers give.
_PUBLISHER_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
_VIEWER_FEEDBACK = (*_PUBLISHER_FEEDBACK, "transport-cc")
_PUBLISHER_EXTENSIONS = {
    "audio": (MID,),
    "video": (MID, RID, REPAIRED_RID, ABS_SEND_TIME, VIDEO_ORIENTATION, PLAYOUT_DELAY),
}
_VIEWER_EXTENSIONS = {
    "audio": (MID, ABS_SEND_TIME, TRANSPORT_CC),
    "video": (MID, ABS_SEND_TIME, TRANSPORT_CC, VIDEO_ORIENTATION, PLAYOUT_DELAY),
}
# Format parameters that the answer repeats: which RTX, which profile.
_KEPT = (
    *("apt", "profile-level-id", "packetization-mode", "level-asymmetry-allowed"),
    *("profile-id", "profile", "level-idx", "tier"),
)
_DYNAMIC = range(35, 128)  # without 64 to 95, which RTCP needs (RFC 5761 §4)


class PayloadTypes:
    """What a viewer calls the codecs: payload types from its offer.

    ``plain`` by codec, ``h264`` by profile-level-id, ``retransmission`` by the type that
    it retransmits (RFC 4588 §8.1, ``apt``).
    """

    def __init__(
        self, plain: dict[str, int], h264: dict[str, int], retransmission: dict[int, int]
    ) -> None:
        self._plain = plain
        self._h264 = h264
        self._retransmission = retransmission

    def of(self, codec: str, profile: str | None) -> tuple[int, int | None] | None:
        """Return (payload type, that of RTX or None); None if the viewer cannot play it."""
        plain = best_h264(self._h264, profile) if codec == H264 else self._plain.get(codec)
        return None if plain is None else (plain, self._retransmission.get(plain))


@dataclass
class ReceiveParameters:
    """One media section that a publisher sends."""

    kind: Kind
    codecs: dict[int, str]  # payload type: codec
    retransmission: dict[int, int]  # payload type of RTX: of the media
    retransmission_ssrcs: dict[int, int]  # SSRC of RTX: of the media
    ssrcs: tuple[int, ...]
    extensions: ExtensionIds
    nack: bool = False
    remb: bool = False
    # Simulcast: names of the layers, or without names their SSRCs; both empty without it.
    rids: tuple[str, ...] = ()
    layer_ssrcs: tuple[int, ...] = ()


@dataclass
class SendParameters:
    """One media section that a viewer receives."""

    kind: Kind
    types: PayloadTypes
    ssrc: int
    retransmission_ssrc: int
    retransmits: bool  # on its own SSRC (RFC 4588); otherwise the same packet goes again
    extensions: Extensions


@dataclass
class Negotiation:
    """The sections of the answer, in the order of the offer, and what they come to."""

    sections: list[AnsweredSection] = field(default_factory=list)
    incoming: list[ReceiveParameters] = field(default_factory=list)
    outgoing: list[SendParameters] = field(default_factory=list)


def accept_publisher(offer: Offer) -> Negotiation:
    """Answer who sends.

    Raises ``Unprocessable`` when something of it cannot be received: no broadcast in part
    (RFC 9725 §4.4.3).
    """
    result = Negotiation()
    for section in offer.sections:
        codecs = _common(section)
        taken = any(incoming.kind == section.kind for incoming in result.incoming)
        if section.kind in ("audio", "video") and not section.disabled and not codecs:
            if section.protocol not in _PROFILES:
                raise Unprocessable(
                    "unsupported_transport", "Offer all media as UDP/TLS/RTP/SAVPF."
                )
            result.incoming.clear()
            break
        if section.direction not in ("sendonly", "sendrecv") or not codecs or taken:
            result.sections.append(_reject(section))
            continue
        # The first one is what a browser sends: H.264 before VP8, because HLS and Safari
        # need it; of H.264 constrained baseline, because everybody decodes it.
        codecs.sort(key=_publisher_preference)
        media, retransmission = _types(codecs)
        extensions = _extensions(section, _PUBLISHER_EXTENSIONS)
        layers = _layers(section, media, retransmission) if RID in extensions else {}
        rids = tuple(layers)
        result.sections.append(
            replace(
                _accept(section, codecs, "recvonly", _PUBLISHER_FEEDBACK, extensions),
                rids=rids,
                rid_types={rid: types for rid, types in layers.items() if types},
            )
        )
        result.incoming.append(
            ReceiveParameters(
                kind=_kind(section),
                codecs=media,
                retransmission=retransmission,
                retransmission_ssrcs={
                    rtx: ssrc for ssrc, rtx in section.retransmission_ssrcs.items()
                },
                ssrcs=tuple(section.ssrcs),
                extensions=_incoming_extensions(extensions),
                nack=any("nack" in codec.feedback for codec in codecs),
                remb=any("goog-remb" in codec.feedback for codec in codecs),
                rids=rids,
                layer_ssrcs=() if rids else tuple(section.simulcast_ssrcs[:MAX_LAYERS]),
            )
        )
    if not result.incoming:
        raise Unprocessable(
            "no_common_codec",
            "Nothing in the offer can be published: send H.264, VP8, VP9, AV1 or Opus.",
        )
    _share_transport(offer, result.sections)
    return result


def accept_viewer(offer: Offer, new_ssrc: Callable[[], int]) -> Negotiation:
    """Answer who receives. Raises ``Unprocessable`` when nothing can be sent."""
    result = Negotiation()
    taken_ssrcs: set[int] = set()
    for section in offer.sections:
        codecs = _common(section)
        taken = any(outgoing.kind == section.kind for outgoing in result.outgoing)
        if section.direction not in ("recvonly", "sendrecv") or not codecs or taken:
            result.sections.append(_reject(section))
            continue
        media, retransmission = _types(codecs)
        if not set(media) <= set(retransmission.values()):
            # RTX for some codecs only: what is sent depends on whether there is RTX at all.
            codecs = [codec for codec in codecs if codec.payload_type in media]
            retransmission = {}
        while len(ssrcs := {new_ssrc(), new_ssrc()} - taken_ssrcs) < 2:
            pass  # two that are alike would share the keystream of a path
        taken_ssrcs |= ssrcs
        ssrc, retransmission_ssrc = ssrcs
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
        extensions = _extensions(section, _VIEWER_EXTENSIONS)
        if not 0 < len(section.mid) <= MAX_MID:
            extensions.pop(MID, None)
        if not retransmission:
            # What is resent must be the very packet that was sent before: nothing in it may
            # depend on the time of sending.
            extensions.pop(ABS_SEND_TIME, None)
            extensions.pop(TRANSPORT_CC, None)
        sources = (ssrc, retransmission_ssrc if retransmission else None)
        result.sections.append(
            _accept(section, codecs, "sendonly", _VIEWER_FEEDBACK, extensions, sources)
        )
        result.outgoing.append(
            SendParameters(
                _kind(section),
                types,
                ssrc,
                retransmission_ssrc,
                bool(retransmission),
                _outgoing_extensions(section, extensions),
            )
        )
    if not result.outgoing:
        raise Unprocessable(
            "no_common_codec",
            "Nothing in the offer can be watched: offer H.264, VP8, VP9, AV1 or Opus.",
        )
    _share_transport(offer, result.sections)
    return result


def _share_transport(offer: Offer, sections: list[AnsweredSection]) -> None:
    """Mark whose transport is that of all that are accepted (RFC 9143 §7.3.1).

    Raises ``Unprocessable("unsupported_transport")`` when they have not one that can be used.
    """
    accepted = [number for number, section in enumerate(sections) if not section.rejected]
    bundled = [number for number in accepted if sections[number].mid in offer.group]
    if len(bundled) < len(accepted) > 1:
        raise Unprocessable("unsupported_transport", "Offer all media in one BUNDLE group.")
    order = sorted(bundled, key=lambda number: offer.group.index(sections[number].mid)) or accepted
    able = [number for number in order if offer.sections[number].has_transport]
    if not able:
        # Who shares a transport goes with the one that has it (§7.3.3).
        raise Unprocessable(
            "unsupported_transport",
            "What could be taken has no transport of its own. Give it a port other than 0.",
        )
    tagged = able[0]
    if not offer.sections[tagged].rtcp_mux:
        raise Unprocessable("unsupported_transport", "Offer RTCP on the port of RTP: a=rtcp-mux.")
    if offer.lite:
        raise Unprocessable(
            "unsupported_transport",
            "The server is ICE-lite and waits for checks. Offer without a=ice-lite.",
        )
    for number in accepted:
        sections[number] = replace(
            sections[number], bundled=number in bundled, tagged=number == tagged
        )


def _kind(section: OfferedSection) -> Kind:
    return "audio" if section.kind == "audio" else "video"


def _common(section: OfferedSection) -> list[OfferedCodec]:
    """Return the codecs of a section that we relay, each followed by its RTX."""
    if section.disabled or section.protocol not in _PROFILES:
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
    if name == "vp9":  # profile 0: what browsers send (RFC 9628 §6)
        return VP9 if codec.parameters.get("profile-id", "0") == "0" else None
    if name == "av1":
        return AV1 if codec.parameters.get("profile", "0") == "0" else None
    # Mode 0 knows no fragments (RFC 6184 §6.2), and what we relay has them.
    mode = codec.parameters.get("packetization-mode", "0")
    profile = codec.parameters.get("profile-level-id", "42e01f").lower()
    known = len(profile) == 6 and profile[:2] in ("42", "4d", "58", "64")
    return H264 if name == "h264" and mode == "1" and known else None


def _types(codecs: list[OfferedCodec]) -> tuple[dict[int, str], dict[int, int]]:
    names = {"opus": OPUS, "vp8": VP8, "vp9": VP9, "av1": AV1, "h264": H264}
    media = {c.payload_type: names[c.name.lower()] for c in codecs if c.name.lower() in names}
    retransmission = {
        c.payload_type: int(c.parameters["apt"]) for c in codecs if c.name.lower() == "rtx"
    }
    return media, retransmission


def _extensions(section: OfferedSection, wanted: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the ids of those that we know and that fit the one-byte form."""
    return {
        uri: number
        for uri, number in section.extensions.items()
        if uri in wanted[_kind(section)] and number <= MAX_EXTENSION_ID
    }


def _layers(
    section: OfferedSection, media: dict[int, str], retransmission: dict[int, int]
) -> dict[str, tuple[int, ...]]:
    """Return the layers that can be received, with the types that each is bound to, if any."""
    layers: dict[str, tuple[int, ...]] = {}
    for rid in section.rids:
        bound = section.rid_types.get(rid, ())
        types = tuple(number for number in bound if number in media or number in retransmission)
        if not bound or not media.keys().isdisjoint(types):
            layers[rid] = types
    return dict(list(layers.items())[:MAX_LAYERS])


def _incoming_extensions(ids: dict[str, int]) -> ExtensionIds:
    return ExtensionIds(
        abs_send_time=ids.get(ABS_SEND_TIME, 0),
        mid=ids.get(MID, 0),
        rid=ids.get(RID, 0),
        repaired_rid=ids.get(REPAIRED_RID, 0),
        video_orientation=ids.get(VIDEO_ORIENTATION, 0),
        playout_delay=ids.get(PLAYOUT_DELAY, 0),
    )


def _outgoing_extensions(section: OfferedSection, ids: dict[str, int]) -> Extensions:
    return Extensions(
        mid_id=ids.get(MID, 0),
        mid=section.mid.encode(),
        abs_send_time=ids.get(ABS_SEND_TIME, 0),
        transport_cc=ids.get(TRANSPORT_CC, 0),
        playout_delay=ids.get(PLAYOUT_DELAY, 0),
        video_orientation=ids.get(VIDEO_ORIENTATION, 0),
    )


def _publisher_preference(codec: OfferedCodec) -> tuple[int, int]:
    name = codec.name.lower()
    if name == "h264":
        profile = codec.parameters.get("profile-level-id", "42e01f").lower()
        return (0, 0 if profile.startswith("42e0") else 1)
    return ({"opus": 0, "vp8": 1, "vp9": 2, "av1": 3}.get(name, 4), 0)


def _accept(
    section: OfferedSection,
    codecs: list[OfferedCodec],
    direction: str,
    feedback: tuple[str, ...],
    extensions: dict[str, int],
    ssrcs: tuple[int | None, int | None] = (None, None),
) -> AnsweredSection:
    return AnsweredSection(
        mid=section.mid,
        kind=section.kind,
        protocol=section.protocol,
        formats=section.formats,
        direction=direction,
        reduced_size_rtcp=section.reduced_size_rtcp,
        codecs=tuple(_answer(section.kind, codec, feedback) for codec in codecs),
        extensions=extensions,
        ssrc=ssrcs[0],
        retransmission_ssrc=ssrcs[1],
    )


def _answer(kind: str, codec: OfferedCodec, understood: tuple[str, ...]) -> AnsweredCodec:
    rtx = codec.name.lower() == "rtx"
    feedback: tuple[str, ...] = ()
    if kind == "video" and not rtx:
        feedback = tuple(name for name in understood if name in codec.feedback)
    elif kind == "audio" and "transport-cc" in understood and "transport-cc" in codec.feedback:
        feedback = ("transport-cc",)
    parameters = {k: v for k, v in codec.parameters.items() if k in _KEPT}
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
        protocol=section.protocol,
        formats=section.formats,
        direction="inactive",
        rejected=True,
    )
