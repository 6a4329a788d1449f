"""SDP as WHIP and WHEP use it: offers in, answers out, trickle fragments both ways.

A parser of our own, because aiortc's trusts its input (assertions, lookups that raise
whatever they raise). Here everything a stranger can write ends in ``Invalid`` or is
ignored; text is never copied from an offer into an answer, except numbers and tokens
that were checked.

Sources: RFC 8866 (SDP), RFC 8839 (ICE), RFC 8122 (fingerprints), RFC 8843 (bundle),
RFC 8840 (trickle ICE), RFC 5576 (SSRC attributes), RFC 8851 and RFC 8853 (simulcast).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from liveshow.errors import Invalid

from .media_port import Answer, AnsweredSection, Codec, Fragment, IceCredentials, Offer, Section

MAX_LINES = 4000
MAX_LINE = 2000
MAX_SECTIONS = 8
MAX_CODECS = 128
MAX_SSRCS = 32
MAX_LAYERS = 8

_ICE_CHARS = r"[A-Za-z0-9+/]"
_UFRAG = re.compile(rf"{_ICE_CHARS}{{4,256}}")
_PASSWORD = re.compile(rf"{_ICE_CHARS}{{22,256}}")
_TOKEN = re.compile(r"[!#-'*+\-.0-9A-Z^-~]{1,64}")
# Digits are ASCII's here: ``\d`` would take those of all the world's scripts.
_MEDIA = re.compile(
    r"([a-z]{1,16}) ([0-9]{1,5})(?:/[0-9]+)? ([A-Za-z0-9/]{1,32})((?: [^ ]{1,32}){1,128})"
)
_NUMBER = r"(0|[1-9][0-9]{0,9})"
_RTPMAP = re.compile(rf"{_NUMBER} ([A-Za-z0-9._-]{{1,32}})/([0-9]{{1,6}})(?:/([0-9]{{1,2}}))?")
_EXTMAP = re.compile(r"([0-9]{1,3})(?:/([a-z]{1,8}))? ([^ ]{1,200})(?: .*)?")
_RID = re.compile(r"([A-Za-z0-9]{1,16}) send(?: .*)?")
_SSRC_GROUP = re.compile(rf"(FID|SIM)((?: {_NUMBER}){{1,{MAX_LAYERS}}})")
_HASH_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
# What an answer and the answer to a restart must say alike (RFC 9725 §4.3.3).
_ICE_SESSION = ("a=ice-lite", "a=ice-options:trickle ice2")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass
class _Block:
    """The lines of the session, or of one media section."""

    media: re.Match[str] | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def first(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.attributes)


def parse_offer(text: str) -> Offer:
    """Read an offer. Raises ``Invalid("malformed_sdp")`` with the reason."""
    session, *media = _blocks(text)
    if not media:
        _bad("it has no media section")
    lead = next((block for block in media if not _rejected(block)), media[0])
    ufrag, password = _ice(lead, session)
    for block in media:
        own = block.first("ice-ufrag")
        if own is not None and own != ufrag and not _rejected(block):
            _bad("its media sections are not bundled on one transport")
    setup = lead.first("setup") or session.first("setup") or "actpass"
    if setup not in ("actpass", "active", "passive"):
        _bad("it must offer a=setup:actpass")
    fingerprints = _fingerprints(lead) or _fingerprints(session)
    if not fingerprints:
        _bad("it has no fingerprint of SHA-256 or better")
    sections = tuple(_section(block, session, number) for number, block in enumerate(media))
    return Offer(ufrag, password, fingerprints, sections, passive=setup == "passive")


def format_answer(answer: Answer) -> str:
    """Write an answer down (RFC 3264 §6, RFC 8843 §7.3)."""
    accepted = [section for section in answer.sections if not section.rejected]
    lines = [
        "v=0",
        f"o=- {answer.session_number} 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(section.mid for section in accepted),
        *_ICE_SESSION,
        "a=msid-semantic:WMS *",
    ]
    for section in answer.sections:
        lines += _section_lines(section, answer, lead=section is accepted[0])
    return "\r\n".join(lines) + "\r\n"


def parse_fragment(text: str) -> Fragment:
    """Read a trickle fragment. Raises ``Invalid("malformed_sdp")``."""
    blocks = _blocks(text, fragment=True)
    ufrag = next((v for b in blocks if (v := b.first("ice-ufrag"))), "")
    password = next((v for b in blocks if (v := b.first("ice-pwd"))), "")
    if ufrag and not _UFRAG.fullmatch(ufrag):
        _bad("its ice-ufrag is not valid")
    if password and not _PASSWORD.fullmatch(password):
        _bad("its ice-pwd is not valid")
    return Fragment(ufrag, password, sum(len(block.all("candidate")) for block in blocks))


def format_fragment(answer: Answer, ice: IceCredentials) -> str:
    """Write the fragment that answers an ICE restart (RFC 9725 §4.3.3).

    It has the tagged media section only: the first one of the bundle.
    """
    accepted = [section for section in answer.sections if not section.rejected]
    lines = [
        *_ICE_SESSION,
        "a=group:BUNDLE " + " ".join(section.mid for section in accepted),
        f"m={accepted[0].kind} 9 UDP/TLS/RTP/SAVPF 0",
        f"a=mid:{accepted[0].mid}",
        f"a=ice-ufrag:{ice.ufrag}",
        f"a=ice-pwd:{ice.password}",
        *_candidates(answer.candidates, answer.tcp_port),
    ]
    return "\r\n".join(lines) + "\r\n"


def _bad(reason: str) -> NoReturn:
    raise Invalid("malformed_sdp", f"The SDP cannot be used: {reason}.")


def _blocks(text: str, fragment: bool = False) -> list[_Block]:
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        _bad("it has too many lines")
    if not fragment and (not lines or lines[0].strip() != "v=0"):
        _bad("it does not begin with v=0")
    blocks = [_Block()]
    for line in lines:
        if len(line) > MAX_LINE:
            _bad("it has a line that is too long")
        if not line.strip():
            continue
        if len(line) < 2 or line[1] != "=":
            _bad("it has a line that is not of the form x=…")
        kind, value = line[0], line[2:].strip()
        if kind == "m":
            match = _MEDIA.fullmatch(value)
            if match is None or len(blocks) > MAX_SECTIONS:
                _bad("a media line is not valid, or there are too many")
            blocks.append(_Block(match))
        elif kind == "a":
            name, _, rest = value.partition(":")
            blocks[-1].attributes.append((name, rest.strip()))
    return blocks


def _rejected(block: _Block) -> bool:
    # Port 0 with bundle-only is not rejected (RFC 8843 §6).
    return block.media is not None and block.media[2] == "0" and not block.has("bundle-only")


def _ice(lead: _Block, session: _Block) -> tuple[str, str]:
    ufrag = lead.first("ice-ufrag") or session.first("ice-ufrag") or ""
    password = lead.first("ice-pwd") or session.first("ice-pwd") or ""
    if not _UFRAG.fullmatch(ufrag) or not _PASSWORD.fullmatch(password):
        _bad("it has no valid ice-ufrag and ice-pwd")
    return ufrag, password


def _fingerprints(block: _Block) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for value in block.all("fingerprint")[:8]:
        algorithm, _, digest = value.partition(" ")
        algorithm, digest = algorithm.lower(), digest.strip().upper()
        size = _HASH_BYTES.get(algorithm)
        if size is None:
            continue
        if not re.fullmatch(rf"(?:[0-9A-F]{{2}}:){{{size - 1}}}[0-9A-F]{{2}}", digest):
            _bad("a fingerprint is not valid")
        found[(algorithm, digest)] = None
    return tuple(found)


def _section(block: _Block, session: _Block, number: int) -> Section:
    assert block.media is not None
    kind, _, protocol, formats = block.media.groups()
    mid = block.first("mid") or str(number)
    if not _TOKEN.fullmatch(mid):
        _bad("a mid is not valid")
    media = kind in ("audio", "video") and "RTP/SAVPF" in protocol
    direction = next(
        (name for b in (block, session) for name, _ in b.attributes if name in _DIRECTIONS),
        "sendrecv",
    )
    return Section(
        mid=mid,
        kind=kind,
        direction=direction,
        rejected=_rejected(block) or not media,
        codecs=_codecs(block, formats.split()) if media else (),
        extensions=_extensions(block, session, direction) if media else {},
        ssrcs=_ssrcs(block) if media else (),
        retransmission_ssrcs=_retransmission_ssrcs(block) if media else {},
        rids=_rids(block) if media else (),
        simulcast_ssrcs=_simulcast_ssrcs(block) if media else (),
    )


def _codecs(block: _Block, formats: list[str]) -> tuple[Codec, ...]:
    parameters = {}
    for value in block.all("fmtp")[:MAX_CODECS]:
        number, _, rest = value.partition(" ")
        pairs = (part.strip().partition("=") for part in rest.split(";") if part.strip())
        parameters[number] = {
            name.lower(): text
            for name, _, text in pairs
            if _TOKEN.fullmatch(name) and re.fullmatch(r"[A-Za-z0-9+/=,._-]{0,256}", text)
        }
    feedback: dict[str, list[str]] = {}
    for value in block.all("rtcp-fb")[: 8 * MAX_CODECS]:
        number, _, rest = value.partition(" ")
        feedback.setdefault(number, []).append(rest.strip())
    codecs: dict[str, Codec] = {}
    for value in block.all("rtpmap")[:MAX_CODECS]:
        if (match := _RTPMAP.fullmatch(value)) is None or match[1] not in formats:
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
    return tuple(codecs[number] for number in dict.fromkeys(formats) if number in codecs)


def _extensions(block: _Block, session: _Block, direction: str) -> dict[str, int]:
    # One that goes the other way, or nowhere, is of no use (RFC 8285 §6).
    useless = {"inactive", {"sendonly": "recvonly", "recvonly": "sendonly"}.get(direction)}
    extensions: dict[str, int] = {}
    for value in (session.all("extmap") + block.all("extmap"))[:32]:
        match = _EXTMAP.fullmatch(value)
        if match is None or match[2] in useless:
            continue
        if 1 <= int(match[1]) <= 255 and int(match[1]) != 15:
            extensions[match[3]] = int(match[1])
    return extensions


def _ssrcs(block: _Block) -> tuple[int, ...]:
    found: dict[int, None] = {}
    retransmitting = set(_retransmission_ssrcs(block).values())
    for value in block.all("ssrc"):
        number = value.partition(" ")[0]
        if re.fullmatch(_NUMBER, number) and int(number) not in retransmitting:
            found[int(number)] = None
        if len(found) >= MAX_SSRCS:
            break
    return tuple(number for number in found if number < 1 << 32)


def _groups(block: _Block, semantics: str) -> list[list[int]]:
    """Return the SSRCs of ``a=ssrc-group`` lines of one kind (RFC 5576 §4.2)."""
    matches = map(_SSRC_GROUP.fullmatch, block.all("ssrc-group")[:MAX_SSRCS])
    groups = [list(map(int, m[2].split())) for m in matches if m is not None and m[1] == semantics]
    return [group for group in groups if max(group) < 1 << 32]


def _retransmission_ssrcs(block: _Block) -> dict[int, int]:
    return {group[0]: group[1] for group in _groups(block, "FID") if len(group) == 2}


def _simulcast_ssrcs(block: _Block) -> tuple[int, ...]:
    """Return the layers as Chrome named them before there were rids."""
    return tuple(dict.fromkeys(next(iter(_groups(block, "SIM")), [])))


def _rids(block: _Block) -> tuple[str, ...]:
    """Return the layers to be sent, those paused as well (RFC 8853 §5.1).

    Of alternatives, which are the same picture in another form, the first is taken.
    """
    matches = map(_RID.fullmatch, block.all("rid")[: 4 * MAX_LAYERS])
    declared = {match[1] for match in matches if match is not None}
    words = (block.first("simulcast") or "").split()
    lists = dict(zip(words[::2], words[1::2], strict=False))
    found: dict[str, None] = {}
    for alternatives in lists.get("send", "").split(";"):
        names = (name.removeprefix("~") for name in alternatives.split(","))
        if rid := next((name for name in names if name in declared), None):
            found[rid] = None
    return tuple(found)[:MAX_LAYERS]


def _section_lines(section: AnsweredSection, answer: Answer, lead: bool) -> list[str]:
    numbers = [codec.payload_type for codec in section.codecs] or list(section.formats) or [0]
    if section.kind == "application":
        head = f"m=application {0 if section.rejected else 9} UDP/DTLS/SCTP webrtc-datachannel"
    else:
        formats = " ".join(map(str, numbers))
        head = f"m={section.kind} {0 if section.rejected else 9} UDP/TLS/RTP/SAVPF {formats}"
    lines = [head, "c=IN IP4 0.0.0.0", f"a=mid:{section.mid}"]
    if section.rejected:
        return [*lines, "a=inactive"]
    # rtcp-mux-only: RFC 9725 §4.4.1
    lines += [f"a={section.direction}", "a=rtcp-mux", "a=rtcp-mux-only"]
    lines += [f"a=extmap:{number} {uri}" for uri, number in section.extensions.items()]
    lines += [
        f"a=ice-ufrag:{answer.ice.ufrag}",
        f"a=ice-pwd:{answer.ice.password}",
        f"a=fingerprint:{answer.fingerprint[0]} {answer.fingerprint[1]}",
        f"a=setup:{'active' if answer.active else 'passive'}",
    ]
    for codec in section.codecs:
        number = codec.payload_type
        channels = f"/{codec.channels}" if codec.channels > 1 else ""
        lines.append(f"a=rtpmap:{number} {codec.name}/{codec.clock_rate}{channels}")
        if codec.parameters:
            text = ";".join(f"{name}={value}" for name, value in codec.parameters.items())
            lines.append(f"a=fmtp:{number} {text}")
        lines += [f"a=rtcp-fb:{number} {name}" for name in codec.feedback]
    if section.rids:
        lines += [f"a=rid:{rid} recv" for rid in section.rids]
        lines.append(f"a=simulcast:recv {';'.join(section.rids)}")
    lines += _ssrc_lines(section, answer.cname)
    return lines + (_candidates(answer.candidates, answer.tcp_port) if lead else [])


def _ssrc_lines(section: AnsweredSection, cname: str) -> list[str]:
    if section.ssrc is None:
        return []
    lines = [f"a=msid:liveshow {section.kind}"]
    ssrcs = [section.ssrc]
    if section.retransmission_ssrc is not None:
        ssrcs.append(section.retransmission_ssrc)
        lines.append(f"a=ssrc-group:FID {ssrcs[0]} {ssrcs[1]}")
    for ssrc in ssrcs:
        lines += [f"a=ssrc:{ssrc} cname:{cname}", f"a=ssrc:{ssrc} msid:liveshow {section.kind}"]
    return lines


def _candidates(candidates: Sequence[tuple[str, int]], tcp_port: int) -> list[str]:
    lines = []
    for number, (address, port) in enumerate(candidates):
        # RFC 8445 §5.1.2.1: host candidates, in the order given.
        priority = (126 << 24) | ((65535 - number) << 8) | 255
        host = ipaddress.ip_address(address)
        lines.append(f"a=candidate:{number + 1} 1 udp {priority} {host} {port} typ host")
    # After all of UDP: there are clients that look at the first one only.
    for number, (address, _) in enumerate(candidates if tcp_port else ()):
        # RFC 6544 §4.2: the same formula, with a direction preference of 4 for passive.
        priority = (126 << 24) | ((4 << 13 | 8191 - number) << 8) | 255
        host = ipaddress.ip_address(address)
        foundation = len(candidates) + number + 1
        lines.append(
            f"a=candidate:{foundation} 1 tcp {priority} {host} {tcp_port} typ host tcptype passive"
        )
    return [*lines, "a=end-of-candidates"]
