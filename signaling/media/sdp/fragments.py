"""Trickle fragments: candidates and credentials in a ``PATCH`` (RFC 8840 §9)."""

from __future__ import annotations

from signaling.media.port import Answer, Fragment, IceCredentials
from signaling.media.sdp.answers import ICE_SESSION, candidate_lines, group_lines, mid_lines
from signaling.media.sdp.lines import PASSWORD, UFRAG, bad, read_blocks


def parse_fragment(text: str) -> Fragment:
    """Read a trickle fragment. Raises ``Invalid("malformed_sdp")``."""
    blocks = read_blocks(text, fragment=True)
    ufrag = next((v for b in blocks if (v := b.first("ice-ufrag"))), "")
    password = next((v for b in blocks if (v := b.first("ice-pwd"))), "")
    if ufrag and not UFRAG.fullmatch(ufrag):
        bad("its ice-ufrag is not valid")
    if password and not PASSWORD.fullmatch(password):
        bad("its ice-pwd is not valid")
    return Fragment(ufrag, password, sum(len(block.all("candidate")) for block in blocks))


def format_fragment(answer: Answer, ice: IceCredentials) -> str:
    """Write the fragment that answers an ICE restart (RFC 9725 §4.3.3).

    It has only the tagged media section.
    """
    tagged = next(section for section in answer.sections if section.tagged)
    lines = [
        *ICE_SESSION,
        *group_lines(answer.sections),
        f"m={tagged.kind} 9 {tagged.protocol} 0",
        *mid_lines(tagged),
        f"a=ice-ufrag:{ice.ufrag}",
        f"a=ice-pwd:{ice.password}",
        *candidate_lines(answer.candidates, answer.tcp_port),
    ]
    return "\r\n".join(lines) + "\r\n"
