"""Answers to offers: one audio and one video section, Opus and four video codecs.

    answering    which sections are taken, and over which transport
    formats      codecs, payload types, header extensions and layers that the relay knows
    parameters   what was agreed, as publishers and viewers use it

Answers use the payload types of the offer (RFC 3264 §6.1), and everything goes over the one
transport of its bundle. A viewer is promised every codec that a publisher may use, so that a
publisher can come back with another one without the viewer negotiating again.
"""

from __future__ import annotations

from liveshow.relay.negotiation.answering import accept_publisher, accept_viewer
from liveshow.relay.negotiation.parameters import (
    Negotiation,
    PayloadTypes,
    ReceiveParameters,
    SendParameters,
)

__all__ = [
    "Negotiation",
    "PayloadTypes",
    "ReceiveParameters",
    "SendParameters",
    "accept_publisher",
    "accept_viewer",
]
