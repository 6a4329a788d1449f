"""SDP as WHIP and WHEP use it: offers in, answers out, trickle fragments both ways.

    lines        text as blocks of attributes, and what is malformed
    offers       an offer: its transport and its bundle
    sections     one media section of it: codecs, header extensions, sources
    layers       simulcast: what of it is offered
    answers      an answer as text
    fragments    what ``PATCH`` carries, both ways

A parser of our own, because aiortc's trusts its input (assertions, lookups that raise
whatever they raise). Here everything a stranger can write ends in ``Invalid`` or is
ignored; text is never copied from an offer into an answer, except numbers and tokens
that were checked.

Sources: RFC 8866 (SDP), RFC 9429 (JSEP), RFC 8839 (ICE), RFC 8122 (fingerprints), RFC 9143
(bundle), RFC 8840 (trickle ICE), RFC 5576 (SSRC attributes), RFC 8851 and RFC 8853 (simulcast).
"""

from __future__ import annotations

from signaling.media.sdp.answers import format_answer
from signaling.media.sdp.fragments import format_fragment, parse_fragment
from signaling.media.sdp.layers import MAX_LAYERS
from signaling.media.sdp.lines import MAX_LINE, MAX_LINES, MAX_SECTIONS
from signaling.media.sdp.offers import parse_offer

__all__ = [
    "MAX_LAYERS",
    "MAX_LINE",
    "MAX_LINES",
    "MAX_SECTIONS",
    "format_answer",
    "format_fragment",
    "parse_fragment",
    "parse_offer",
]
