"""Codecs, payload types, header extensions and layers of an offer that the relay knows."""

from __future__ import annotations

import binascii
import contextlib

from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.ports import Kind, OfferedCodec, OfferedSection
from liveshow.relay.wire.codecs import AV1, H264, OPUS, VP8, VP9
from liveshow.relay.wire.packets import ExtensionIds

_DRAFT = "http://www.webrtc.org/experiments/rtp-hdrext/"
ABS_SEND_TIME = f"{_DRAFT}abs-send-time"
PLAYOUT_DELAY = f"{_DRAFT}playout-delay"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
VIDEO_ORIENTATION = "urn:3gpp:video-orientation"  # 3GPP TS 26.114 §7.4.5
# RTP Payload Format for AV1 v1.0, appendix A.
DEPENDENCY_DESCRIPTOR = (
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
)
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 9143 §15.1
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"  # RFC 8852 §3.1
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"

MAX_LAYERS = 4  # layers of simulcast; further ones are not received. Browsers send three.
MAX_EXTENSION_ID = 14  # highest id of the one-byte form (RFC 8285 §4.2)

# All of them mean DTLS-SRTP with immediate feedback (RFC 9429 §5.1.2).
PROFILES = frozenset(
    transport + profile
    for transport in ("", "UDP/TLS/", "TCP/DTLS/")
    for profile in ("RTP/SAVP", "RTP/SAVPF")
) | {"RTP/AVP", "RTP/AVPF"}
PUBLISHER_EXTENSIONS = {
    "audio": (MID,),
    "video": (
        *(MID, RID, REPAIRED_RID, ABS_SEND_TIME, VIDEO_ORIENTATION, PLAYOUT_DELAY),
        DEPENDENCY_DESCRIPTOR,
    ),
}
VIEWER_EXTENSIONS = {
    "audio": (MID, ABS_SEND_TIME, TRANSPORT_CC),
    "video": (
        *(MID, ABS_SEND_TIME, TRANSPORT_CC, VIDEO_ORIENTATION, PLAYOUT_DELAY),
        DEPENDENCY_DESCRIPTOR,
    ),
}
_DYNAMIC = range(35, 128)  # 64 to 95 are refused: they look like RTCP (RFC 5761 §4)


def kind_of(section: OfferedSection) -> Kind:
    """Return the kind of a section that is audio or video."""
    return "audio" if section.kind == "audio" else "video"


def common_codecs(section: OfferedSection, publishes: bool) -> list[OfferedCodec]:
    """Return the codecs of a section that the relay knows, each followed by its RTX.

    H.264 of packetization-mode 0, which has no fragments (RFC 6184 §6.2), is taken from a publisher
    that offers no other one. Viewers get fragments, so they have to offer mode 1.
    """
    if section.disabled or section.protocol not in PROFILES:
        return []
    known = [(_name(section.kind, codec), codec) for codec in section.codecs]
    single = publishes and not any(name == H264 and not _is_single(codec) for name, codec in known)
    common = [
        codec
        for name, codec in known
        if name is not None and (name != H264 or single or not _is_single(codec))
    ]
    media = {codec.payload_type for codec in common}
    for codec in section.codecs:
        apt = codec.parameters.get("apt", "")
        if codec.name.lower() == "rtx" and apt.isdecimal() and int(apt) in media:
            at = next(i for i, other in enumerate(common) if other.payload_type == int(apt))
            common.insert(at + 1, codec)
    return common


def _name(kind: str, codec: OfferedCodec) -> str | None:
    """Return our name of a codec that the relay knows, None for any other."""
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
    mode = codec.parameters.get("packetization-mode", "0")  # 2 is interleaved
    profile = codec.parameters.get("profile-level-id", "42e01f").lower()
    known = len(profile) == 6 and profile[:2] in ("42", "4d", "58", "64")
    return H264 if name == "h264" and mode in ("0", "1") and known else None


def _is_single(codec: OfferedCodec) -> bool:
    """Tell packetization-mode 0 of H.264, the default: single NAL units (RFC 6184 §8.1)."""
    return codec.parameters.get("packetization-mode", "0") == "0"


def parameter_sets(codec: OfferedCodec) -> tuple[bytes, ...]:
    """Return the NAL units of ``sprop-parameter-sets`` (RFC 6184 §8.1), those that can be read."""
    found = []
    for text in codec.parameters.get("sprop-parameter-sets", "").split(","):
        with contextlib.suppress(binascii.Error):
            found.append(binascii.a2b_base64(text.encode(), strict_mode=True))
    return tuple(found)


def payload_types(codecs: list[OfferedCodec]) -> tuple[dict[int, str], dict[int, int]]:
    """Return the codec of each payload type, and for each type of RTX what it retransmits."""
    names = {"opus": OPUS, "vp8": VP8, "vp9": VP9, "av1": AV1, "h264": H264}
    media = {c.payload_type: names[c.name.lower()] for c in codecs if c.name.lower() in names}
    retransmission = {
        c.payload_type: int(c.parameters["apt"]) for c in codecs if c.name.lower() == "rtx"
    }
    return media, retransmission


def common_extensions(
    section: OfferedSection, wanted: dict[str, tuple[str, ...]]
) -> dict[str, int]:
    """Return the ids of the wanted extensions, those that fit the one-byte form.

    A dependency descriptor with the structure of a stream does not fit it, so it is agreed to only
    with who takes both forms (RFC 8285 §4.1.2).
    """
    return {
        uri: number
        for uri, number in section.extensions.items()
        if uri in wanted[kind_of(section)]
        and number <= MAX_EXTENSION_ID
        and (uri != DEPENDENCY_DESCRIPTOR or section.mixed_extensions)
    }


def common_layers(
    section: OfferedSection, media: dict[int, str], retransmission: dict[int, int]
) -> dict[str, tuple[int, ...]]:
    """Return the layers that can be received, each with the payload types it is bound to."""
    layers: dict[str, tuple[int, ...]] = {}
    for rid in section.rids:
        bound = section.rid_types.get(rid, ())
        types = tuple(number for number in bound if number in media or number in retransmission)
        if not bound or not media.keys().isdisjoint(types):
            layers[rid] = types
    return dict(list(layers.items())[:MAX_LAYERS])


def receive_extensions(ids: dict[str, int]) -> ExtensionIds:
    """Return the ids of the extensions that a publisher sends."""
    return ExtensionIds(
        abs_send_time=ids.get(ABS_SEND_TIME, 0),
        mid=ids.get(MID, 0),
        rid=ids.get(RID, 0),
        repaired_rid=ids.get(REPAIRED_RID, 0),
        video_orientation=ids.get(VIDEO_ORIENTATION, 0),
        playout_delay=ids.get(PLAYOUT_DELAY, 0),
        dependency_descriptor=ids.get(DEPENDENCY_DESCRIPTOR, 0),
    )


def send_extensions(section: OfferedSection, ids: dict[str, int]) -> Extensions:
    """Return the ids of the extensions that a viewer gets, and its mid."""
    return Extensions(
        mid_id=ids.get(MID, 0),
        mid=section.mid.encode(),
        abs_send_time=ids.get(ABS_SEND_TIME, 0),
        transport_cc=ids.get(TRANSPORT_CC, 0),
        playout_delay=ids.get(PLAYOUT_DELAY, 0),
        video_orientation=ids.get(VIDEO_ORIENTATION, 0),
        dependency_descriptor=ids.get(DEPENDENCY_DESCRIPTOR, 0),
    )


def publisher_preference(codec: OfferedCodec) -> tuple[int, int]:
    """Return where a codec stands among those that a publisher may send, the best one first.

    H.264 comes before VP8, because HLS and Safari need it, and of H.264 constrained baseline,
    because every decoder plays it.
    """
    name = codec.name.lower()
    if name == "h264":
        profile = codec.parameters.get("profile-level-id", "42e01f").lower()
        return (0, 0 if profile.startswith("42e0") else 1)
    return ({"opus": 0, "vp8": 1, "vp9": 2, "av1": 3}.get(name, 4), 0)
