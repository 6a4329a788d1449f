"""The decisions on an offer: which sections are taken, and over which transport."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from liveshow.errors import Unprocessable
from liveshow.relay.kernel.packets import MAX_MID
from liveshow.relay.negotiation.formats import (
    ABS_SEND_TIME,
    DEPENDENCY_DESCRIPTOR,
    MAX_LAYERS,
    MID,
    PROFILES,
    PUBLISHER_EXTENSIONS,
    RID,
    TRANSPORT_CC,
    VIEWER_EXTENSIONS,
    common_codecs,
    common_extensions,
    common_layers,
    kind_of,
    parameter_sets,
    payload_types,
    publisher_preference,
    receive_extensions,
    send_extensions,
)
from liveshow.relay.negotiation.parameters import (
    Negotiation,
    PayloadTypes,
    ReceiveParameters,
    SendParameters,
)
from liveshow.relay.ports import AnsweredCodec, AnsweredSection, Offer, OfferedCodec, OfferedSection
from liveshow.relay.wire.codecs import H264

# REMB rules the bandwidth of a publisher; only viewers give transport-wide feedback.
_PUBLISHER_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
_VIEWER_FEEDBACK = (*_PUBLISHER_FEEDBACK, "transport-cc")
# Format parameters that the answer repeats: those of RTX and of profiles.
_KEPT = (
    *("apt", "profile-level-id", "packetization-mode", "level-asymmetry-allowed"),
    *("profile-id", "profile", "level-idx", "tier"),
)


def accept_publisher(offer: Offer) -> Negotiation:
    """Answer the offer of a publisher.

    Raises ``Unprocessable`` when a section cannot be received: a broadcast is taken whole or not
    at all (RFC 9725 §4.4.3).
    """
    result = Negotiation()
    for section in offer.sections:
        codecs = common_codecs(section, publishes=True)
        taken = any(incoming.kind == section.kind for incoming in result.incoming)
        if section.kind in ("audio", "video") and not section.disabled and not codecs:
            if section.protocol not in PROFILES:
                raise Unprocessable(
                    "unsupported_transport", "Offer all media as UDP/TLS/RTP/SAVPF."
                )
            result.incoming.clear()
            break
        if section.direction not in ("sendonly", "sendrecv") or not codecs or taken:
            result.sections.append(_reject(section))
            continue
        answered, parameters = _receive(section, codecs)
        result.sections.append(answered)
        result.incoming.append(parameters)
    if not result.incoming:
        raise Unprocessable(
            "no_common_codec",
            "Nothing in the offer can be published: "
            "send Opus, and H.264 (packetization-mode=1), VP8, VP9 or AV1.",
        )
    _share_transport(offer, result.sections)
    return result


def accept_viewer(offer: Offer, new_ssrc: Callable[[], int]) -> Negotiation:
    """Answer the offer of a viewer. Raises ``Unprocessable`` when nothing can be sent."""
    result = Negotiation()
    taken_ssrcs: set[int] = set()
    for section in offer.sections:
        codecs = common_codecs(section, publishes=False)
        taken = any(outgoing.kind == section.kind for outgoing in result.outgoing)
        if section.direction not in ("recvonly", "sendrecv") or not codecs or taken:
            result.sections.append(_reject(section))
            continue
        while len(ssrcs := {new_ssrc(), new_ssrc()} - taken_ssrcs) < 2:
            pass  # two equal ones would share the keystream of a path
        taken_ssrcs |= ssrcs
        ssrc, retransmission_ssrc = ssrcs
        answered, parameters = _send(section, codecs, ssrc, retransmission_ssrc)
        result.sections.append(answered)
        result.outgoing.append(parameters)
    if not result.outgoing:
        raise Unprocessable(
            "no_common_codec",
            "Nothing in the offer can be watched: "
            "offer Opus, and H.264 (packetization-mode=1), VP8, VP9 or AV1.",
        )
    _share_transport(offer, result.sections)
    return result


def _receive(
    section: OfferedSection, codecs: list[OfferedCodec]
) -> tuple[AnsweredSection, ReceiveParameters]:
    codecs.sort(key=publisher_preference)  # a browser sends the first codec of the answer
    media, retransmission = payload_types(codecs)
    extensions = common_extensions(section, PUBLISHER_EXTENSIONS)
    if codecs[0].name.lower() != "av1":  # no other codec needs it, and it costs bytes
        extensions.pop(DEPENDENCY_DESCRIPTOR, None)
    layers = common_layers(section, media, retransmission) if RID in extensions else {}
    rids = tuple(layers)
    answered = replace(
        _accept(section, codecs, "recvonly", _PUBLISHER_FEEDBACK, extensions),
        rids=rids,
        rid_types={rid: types for rid, types in layers.items() if types},
    )
    return answered, ReceiveParameters(
        kind=kind_of(section),
        codecs=media,
        retransmission=retransmission,
        retransmission_ssrcs={rtx: ssrc for ssrc, rtx in section.retransmission_ssrcs.items()},
        ssrcs=tuple(section.ssrcs),
        extensions=receive_extensions(extensions),
        mid=section.mid,
        parameter_sets={codec.payload_type: parameter_sets(codec) for codec in codecs},
        nack=any("nack" in codec.feedback for codec in codecs),
        remb=any("goog-remb" in codec.feedback for codec in codecs),
        rids=rids,
        layer_ssrcs=() if rids else tuple(section.simulcast_ssrcs[:MAX_LAYERS]),
    )


def _send(
    section: OfferedSection, codecs: list[OfferedCodec], ssrc: int, retransmission_ssrc: int
) -> tuple[AnsweredSection, SendParameters]:
    media, retransmission = payload_types(codecs)
    if not set(media) <= set(retransmission.values()):
        # RTX for some codecs only is not used: a stream has RTX for all of them, or not at all.
        codecs = [codec for codec in codecs if codec.payload_type in media]
        retransmission = {}
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
    extensions = common_extensions(section, VIEWER_EXTENSIONS)
    if not 0 < len(section.mid) <= MAX_MID:
        extensions.pop(MID, None)
    if not retransmission:
        # A retransmission must be the very packet that was sent before: nothing in it may depend
        # on the time of sending.
        extensions.pop(ABS_SEND_TIME, None)
        extensions.pop(TRANSPORT_CC, None)
    sources = (ssrc, retransmission_ssrc if retransmission else None)
    answered = _accept(section, codecs, "sendonly", _VIEWER_FEEDBACK, extensions, sources)
    return answered, SendParameters(
        kind_of(section),
        types,
        ssrc,
        retransmission_ssrc,
        bool(retransmission),
        send_extensions(section, extensions),
    )


def _share_transport(offer: Offer, sections: list[AnsweredSection]) -> None:
    """Mark the section whose transport all accepted ones share (RFC 9143 §7.3.1).

    Raises ``Unprocessable("unsupported_transport")`` when no transport can be used.
    """
    accepted = [number for number, section in enumerate(sections) if not section.rejected]
    bundled = [number for number in accepted if sections[number].mid in offer.group]
    if len(bundled) < len(accepted) > 1:
        raise Unprocessable("unsupported_transport", "Offer all media in one BUNDLE group.")
    order = sorted(bundled, key=lambda number: offer.group.index(sections[number].mid)) or accepted
    able = [number for number in order if offer.sections[number].has_transport]
    if not able:
        # A section without a transport falls with the one whose transport it shares (§7.3.3).
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
        mixed_extensions=DEPENDENCY_DESCRIPTOR in extensions,
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
