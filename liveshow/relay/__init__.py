"""Encoded media from one publisher to many viewers, on one UDP port.

    relay         Relay: publish, subscribe, live, close_show, figures
    stats, collector figures, and what they mean in plain words
    show          Show: its publisher, its feeds, its viewers
    session       Session: what the edge holds: id, answer, entity tag, end()

    publishing    Publisher: one peer's SSRCs; reception: losses, bandwidth
    viewing       Viewer
    ├── down_track        one feed, as one viewer gets it
    │   ├── run           how it sees the packets of one track, from one keyframe on
    │   ├── retransmissions       what may be sent again
    │   └── pacer         moves on who is behind
    └── adaptation    fits the picture to the link
    negotiation   what we agree to of an offer

    tracks        Feed: sound or picture; keyframes: one request, however many ask
    └── track         one layer: who receives it
        ├── munger      one numbering, whoever publishes; sampling: its clock
        ├── cache         the packets that may still be needed
        └── padding       equal packets
    transport     UdpMux: whose datagram is it; tcp: ICE over TCP
    └── peer          ICE-lite and DTLS-SRTP with one peer
        ├── handshakes    how many at once, and their threads
        ├── dtls_end      what is kept of DTLS after the handshake
        └── aiortc_private what we use of aiortc that it does not promise

    congestion    control: how much a viewer may get, by estimator or by reports; twcc_slots: of
                  how many at once; layers: which picture that is
    kernel        rewrites, protects and sends; in C (native) or Python
    wire          packets, codecs, RTCP, STUN, transport-wide feedback
    ports         what is said to the edge

A package imports those below it only (a contract in ``pyproject.toml``). Nothing in here decodes
media, and nothing in here knows HTTP or SDP.
"""

from __future__ import annotations

from liveshow.relay.ports import (
    Answer,
    AnsweredCodec,
    AnsweredSection,
    IceCredentials,
    StreamChange,
    Timeouts,
)
from liveshow.relay.relay import Relay
from liveshow.relay.session import Session

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
