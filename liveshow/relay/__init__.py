"""Encoded media from one publisher to many viewers, on one UDP port.

    Relay                       the façade: publish, subscribe, live, close_show, figures
    ├── port      UdpPort       whose datagram is it; stun: checks; tcp: ICE over TCP
    ├── peer      Peer          ICE-lite and DTLS-SRTP with one peer
    │   ├── handshakes          how many at once, and their threads
    │   ├── dtls_end            what is kept of DTLS after the handshake
    │   └── aiortc_private      what we use of aiortc that it does not promise
    ├── session   Session       what the edge holds: id, answer, entity tag, end()
    ├── negotiation             what we agree to of an offer
    ├── kernel                  rewrites, protects and sends; in C (native) or Python
    ├── stats, survey           figures, and what they mean in plain words
    └── show      Show
        ├── publisher Publisher one peer's SSRCs; reception: losses, bandwidth; rtcp
        ├── feed      Feed      sound or picture; keyframes: one request, however many ask
        │   └── track Track     one layer: who receives it
        │       ├── timeline    one numbering, whoever publishes; sampling: its clock
        │       ├── codecs      keyframes, picture ids, profiles
        │       ├── padding     equal packets
        │       └── cache       the packets that may still be needed
        └── viewer    Viewer
            ├── outlet          one feed, as one viewer gets it; pacer: moves on who is behind
            └── adaptation      congestion (transport_cc, estimator) and choice of layers

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
