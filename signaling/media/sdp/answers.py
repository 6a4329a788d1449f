"""Answers as text."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from signaling.media.port import Answer, AnsweredSection

# Lines that an answer and the answer to a restart have in common (RFC 9725 §4.3.3).
ICE_SESSION = ("a=ice-lite", "a=ice-options:trickle ice2")


def format_answer(answer: Answer) -> str:
    """Write an answer (RFC 3264 §6, RFC 9429 §5.3.1, RFC 9143 §7.3)."""
    lines = [
        "v=0",
        f"o=- {answer.session_number} 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        *group_lines(answer.sections),
        *ICE_SESSION,
        "a=msid-semantic:WMS *",
    ]
    for section in answer.sections:
        lines += _section_lines(section, answer)
    return "\r\n".join(lines) + "\r\n"


def group_lines(sections: Sequence[AnsweredSection]) -> list[str]:
    """Return the line of the bundle, the tagged section first; none if none was offered."""
    mids = [section.mid for section in sorted(sections, key=_place) if section.bundled]
    return ["a=group:BUNDLE " + " ".join(mids)] if mids else []


def _place(section: AnsweredSection) -> bool:
    return not section.tagged


def mid_lines(section: AnsweredSection) -> list[str]:
    """Return the line of the offered mid, if there was one."""
    return [f"a=mid:{section.mid}"] if section.mid else []


def _section_lines(section: AnsweredSection, answer: Answer) -> list[str]:
    # The formats of a rejected section mean nothing, but there must be some (RFC 3264 §6).
    formats = [str(codec.payload_type) for codec in section.codecs] or section.formats
    head = f"m={section.kind} {0 if section.rejected else 9} {section.protocol} {' '.join(formats)}"
    lines = [head, "c=IN IP4 0.0.0.0", *mid_lines(section)]
    if section.rejected:
        return [*lines, "a=inactive"]
    # rtcp-mux-only: RFC 9725 §4.4.1. RFC 9143 §7.1.3 puts these lines and the transport below only
    # into the tagged section. Here every section has them: aiortc refuses sections without ICE
    # credentials, and some clients read only the first or the last section.
    lines += [f"a={section.direction}", "a=rtcp-mux", "a=rtcp-mux-only"]
    if section.reduced_size_rtcp:
        lines.append("a=rtcp-rsize")
    if section.mixed_extensions:
        lines.append("a=extmap-allow-mixed")
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
    lines += _layer_lines(section) + _ssrc_lines(section, answer.cname)
    return lines + (candidate_lines(answer.candidates, answer.tcp_port) if section.tagged else [])


def _layer_lines(section: AnsweredSection) -> list[str]:
    lines = []
    for rid in section.rids:
        types = ",".join(map(str, section.rid_types.get(rid, ())))
        lines.append(f"a=rid:{rid} recv" + (f" pt={types}" if types else ""))
    return [*lines, f"a=simulcast:recv {';'.join(section.rids)}"] if lines else []


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


def candidate_lines(candidates: Sequence[tuple[str, int]], tcp_port: int) -> list[str]:
    """Return the lines of all candidates, those of UDP first."""
    lines = []
    for number, (address, port) in enumerate(candidates):
        # RFC 8445 §5.1.2.1: host candidates, in the order given.
        priority = (126 << 24) | ((65535 - number) << 8) | 255
        host = ipaddress.ip_address(address)
        lines.append(f"a=candidate:{number + 1} 1 udp {priority} {host} {port} typ host")
    # After those of UDP: some clients look only at the first candidate.
    for number, (address, _) in enumerate(candidates if tcp_port else ()):
        # RFC 6544 §4.2: the same formula, with a direction preference of 4 for passive.
        priority = (126 << 24) | ((4 << 13 | 8191 - number) << 8) | 255
        host = ipaddress.ip_address(address)
        foundation = len(candidates) + number + 1
        lines.append(
            f"a=candidate:{foundation} 1 tcp {priority} {host} {tcp_port} typ host tcptype passive"
        )
    return [*lines, "a=end-of-candidates"]
