"""Encoded media from one publisher to many viewers, on one UDP port.

    Relay                       the façade: publish, subscribe, live, close_show, stats
    ├── port      UdpPort       whose datagram is it
    ├── peer      Peer          ICE-lite and DTLS-SRTP with one peer
    ├── session   Session       what the edge holds: id, answer, entity tag, end()
    └── show      Show
        ├── publisher Publisher one peer's SSRCs, losses, bandwidth
        ├── track     Track     the owner of one incoming track
        │   ├── timeline        one numbering, whoever publishes
        │   ├── cache           the packets that may still be needed
        │   ├── keyframes       one request upstream, however many ask
        │   └── fanout          ← a native kernel replaces this
        └── viewer    Viewer
            └── outlet          one track, as one viewer gets it

Nothing in here decodes media, and nothing in here knows HTTP or SDP.
"""

from __future__ import annotations

from .ports import Answer, AnsweredCodec, AnsweredSection, IceCredentials, StreamChange, Timeouts
from .relay import Relay
from .session import Session

__all__ = [
    "Answer",
    "AnsweredCodec",
    "AnsweredSection",
    "IceCredentials",
    "Relay",
    "Session",
    "StreamChange",
    "Timeouts",
]
