"""Encoded media from one publisher to many viewers, on one UDP port.

    relay         Relay: publish, subscribe, live, add_sink, close_show, figures
    stats         figures; words: what they amount to; collector: reads them off the live objects
    show          Show: its publisher, its simulcasts, its viewers
    session       Session: what the edge uses: id, answer, entity tag, end()

    publishing    Publisher: the SSRCs of one peer; reception: statistics, NACKs, REMB
    viewing       Viewer: its SubscribedTracks
    ├── down_track    one track on its way to one viewer
    │   ├── packet_map       how the viewer numbers the packets, from one keyframe on
    │   ├── backlog          older packets: which are next, which too late; rate_limit
    │   ├── retransmissions  answers to NACKs, padding
    │   └── pacer            gives turns to down tracks that are behind
    └── adaptation    fits the picture to the link
    negotiation   what an offer and its answer agree on

    tracks        Simulcast: sound or picture; keyframes: one request for all viewers
    └── track         one layer
        ├── rtp_munger    one numbering, across publishers; rtp_to_ntp: sampling times
        ├── cache         the packets that may still be needed
        ├── padding       packets of equal length
        ├── fan_out       its down tracks, served by the kernel group
        └── sinks         other readers: recorders, segmenters
    transport     endpoint: the sockets and the kernel; makes peers
    ├── udp_mux       UdpMux: the peer of a datagram; tcp: ICE over TCP
    └── peer          ICE-lite and DTLS-SRTP with one peer
        ├── route             which of its addresses we send to
        ├── ice               credentials and restarts
        ├── handshakes        slots, queue and threads of handshakes
        ├── dtls_srtp         handshake and protection
        ├── dtls_established  what replaces DTLS after the handshake
        └── aiortc_private    what aiortc does not promise to keep

    congestion    control: how much a viewer may get, by estimator (with delay) or by reports;
                  probing: padding; twcc_slots: cap on measured viewers; layers: which layer
    kernel        rewrites, protects and sends; in C (native) or Python
    wire          packets, codecs, RTCP, STUN, transport-wide feedback
    ports         offers and answers

A package imports only those below it (a contract in ``pyproject.toml``). Nothing in here decodes
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
