"""One media section of an offer."""

from __future__ import annotations

import re
from typing import NamedTuple

from signaling.media.port import Codec, Section
from signaling.media.sdp.layers import read_layers
from signaling.media.sdp.lines import NUMBER, TOKEN, Block

MAX_CODECS = 128  # bounds of one section; further ones are ignored
MAX_EXTENSIONS = 32
MAX_SSRCS = 32
MAX_STREAMS = 8

_RTPMAP = re.compile(rf"{NUMBER} ([A-Za-z0-9._-]{{1,32}})/([0-9]{{1,6}})(?:/([0-9]{{1,2}}))?")
_EXTMAP = re.compile(r"([0-9]{1,3})(?:/([a-z]{1,8}))? ([^ ]{1,200})(?: .*)?")
_SSRC_GROUP = re.compile(rf"(FID|SIM)((?: {NUMBER}){{1,8}})")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


class Extension(NamedTuple):
    """One ``a=extmap`` line. ``direction`` is empty for both ways."""

    number: int
    direction: str
    uri: str


def read_section(block: Block, session: Block, mid: str, disabled: bool) -> Section:
    """Read one media section; of a data channel only that it is one."""
    if not block.is_media:
        return Section(
            mid, block.kind, block.protocol, block.formats, "inactive", disabled=disabled
        )
    direction = next(
        (name for b in (block, session) for name, _ in b.attributes if name in _DIRECTIONS),
        "sendrecv",
    )
    rids, rid_types = read_layers(block)
    return Section(
        mid=mid,
        kind=block.kind,
        protocol=block.protocol,
        formats=block.formats,
        direction=direction,
        disabled=disabled,
        has_transport=block.port != 0,
        rtcp_mux=block.has("rtcp-mux"),
        reduced_size_rtcp=block.has("rtcp-rsize"),
        mixed_extensions=block.has("extmap-allow-mixed") or session.has("extmap-allow-mixed"),
        streams=_streams(block),
        codecs=_codecs(block),
        extensions=_extensions(block, session, direction),
        ssrcs=_ssrcs(block),
        retransmission_ssrcs=_retransmission_ssrcs(block),
        rids=rids,
        rid_types=rid_types,
        simulcast_ssrcs=_simulcast_ssrcs(block),
    )


def read_extensions(block: Block, session: Block) -> list[Extension]:
    """Return the header extensions of a section and of the session.

    Ids above 255 only announce further extensions (RFC 8285 §6) and are left out.
    """
    matches = map(_EXTMAP.fullmatch, (session.all("extmap") + block.all("extmap"))[:MAX_EXTENSIONS])
    found = [Extension(int(m[1]), m[2] or "", m[3]) for m in matches if m is not None]
    return [one for one in found if 1 <= one.number <= 255 and one.number != 15]


def _extensions(block: Block, session: Block, direction: str) -> dict[str, int]:
    # An extension of the other direction, or of none, is of no use (RFC 8285 §6).
    useless = {"inactive", {"sendonly": "recvonly", "recvonly": "sendonly"}.get(direction)}
    return {
        extension.uri: extension.number
        for extension in read_extensions(block, session)
        if extension.direction not in useless
    }


def _streams(block: Block) -> tuple[str, ...]:
    """Return the MediaStreams of the track (RFC 8830 §2); a hyphen means none."""
    names = (value.partition(" ")[0] for value in block.all("msid")[:MAX_STREAMS])
    return tuple(dict.fromkeys(name for name in names if name not in ("", "-")))


def _codecs(block: Block) -> tuple[Codec, ...]:
    parameters = {}
    for value in block.all("fmtp")[:MAX_CODECS]:
        number, _, rest = value.partition(" ")
        pairs = (part.strip().partition("=") for part in rest.split(";") if part.strip())
        parameters[number] = {
            name.lower(): text
            for name, _, text in pairs
            if TOKEN.fullmatch(name) and re.fullmatch(r"[A-Za-z0-9+/=,._-]{0,256}", text)
        }
    feedback: dict[str, list[str]] = {}
    for value in block.all("rtcp-fb")[: 8 * MAX_CODECS]:
        number, _, rest = value.partition(" ")
        feedback.setdefault(number, []).append(rest.strip())
    codecs: dict[str, Codec] = {}
    for value in block.all("rtpmap")[:MAX_CODECS]:
        if (match := _RTPMAP.fullmatch(value)) is None or match[1] not in block.formats:
            continue
        number, name, rate, channels = match.groups()
        if int(number) > 127 or number in codecs:
            continue
        codecs[number] = Codec(
            payload_type=int(number),
            name=name,
            clock_rate=int(rate),
            channels=int(channels or 1),
            parameters=parameters.get(number, {}),
            feedback=tuple(feedback.get(number, []) + feedback.get("*", [])),
        )
    return tuple(codecs[number] for number in dict.fromkeys(block.formats) if number in codecs)


def _ssrcs(block: Block) -> tuple[int, ...]:
    found: dict[int, None] = {}
    retransmitting = set(_retransmission_ssrcs(block).values())
    for value in block.all("ssrc"):
        number = value.partition(" ")[0]
        if re.fullmatch(NUMBER, number) and int(number) not in retransmitting:
            found[int(number)] = None
        if len(found) >= MAX_SSRCS:
            break
    return tuple(number for number in found if number < 1 << 32)


def _groups(block: Block, semantics: str) -> list[list[int]]:
    """Return the SSRCs of ``a=ssrc-group`` lines of one kind (RFC 5576 §4.2)."""
    matches = map(_SSRC_GROUP.fullmatch, block.all("ssrc-group")[:MAX_SSRCS])
    groups = [list(map(int, m[2].split())) for m in matches if m is not None and m[1] == semantics]
    return [group for group in groups if max(group) < 1 << 32]


def _retransmission_ssrcs(block: Block) -> dict[int, int]:
    return {group[0]: group[1] for group in _groups(block, "FID") if len(group) == 2}


def _simulcast_ssrcs(block: Block) -> tuple[int, ...]:
    """Return the layers as Chrome offered them before there were rids."""
    return tuple(dict.fromkeys(next(iter(_groups(block, "SIM")), [])))
