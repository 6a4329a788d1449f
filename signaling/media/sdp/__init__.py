"""SDP for WHIP and WHEP: reads offers, writes answers, and does both with trickle fragments.

    lines        text as blocks of attributes; errors
    offers       an offer: its transport and its bundle
    sections     one media section of it: codecs, header extensions, sources
    layers       the offered layers of simulcast
    answers      an answer as text
    fragments    bodies of ``PATCH`` and its answer

It is a parser of our own, because that of aiortc trusts its input: its assertions and lookups raise
all kinds of exceptions. Here any input ends in ``Invalid`` or is ignored. Of the text of an offer
only numbers and tokens that were checked are copied into an answer.

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
