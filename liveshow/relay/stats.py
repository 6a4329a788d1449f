"""Figures of the relay: per viewer, per show, and of the whole relay.

They are plain values of one moment, made by ``Relay.show_stats`` and ``Relay.totals``, and keep no
session alive. ``rate_connection`` decides what kind of a connection a viewer has; ``words`` says
what they amount to.
"""

from __future__ import annotations

import hashlib
import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Connection = Literal["good", "fair", "weak"]
Transport = Literal["udp", "tcp"]
# What a viewer gets of the picture: "no_codec": its player does not have the codec; "undecodable":
# it asks for keyframes although they arrive; "none": none is being sent.
Picture = Literal["shown", "none", "no_codec", "undecodable"]

# Bounds of a weak and a fair connection. The worst figure decides.
WEAK_LOSS, FAIR_LOSS = 0.1, 0.02  # share of the packets, before repair
WEAK_ROUND_TRIP, FAIR_ROUND_TRIP = 0.8, 0.3  # seconds
# Share of lost packets from which on a publisher counts as lossy. Below it nobody sees a
# difference.
LOSSY_PUBLISHER = 0.02
# Share of viewers with a weak connection that is no reason to look for a fault: in every crowd
# somebody sits in a train.
UNHEALTHY_SHARE = 0.1

MAX_VIEWERS = 200  # viewers of one show listed one by one; the best ones are left out

ROUND_TRIP_BOUNDS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8)  # seconds, of a distribution
LOSS_BOUNDS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)  # shares, of a distribution

_BLIND: tuple[Picture, ...] = ("no_codec", "undecodable")
_RANK: dict[Connection, int] = {"weak": 0, "fair": 1, "good": 2}


def rate_connection(
    *, loss: float, round_trip: float | None, limited: bool, freezing: bool
) -> Connection:
    """Rate the connection of a viewer.

    ``loss``: share of packets (0 to 1) that the last report misses; ``round_trip``: seconds;
    ``limited``: congestion control gives less than the best, a smaller layer for example;
    ``freezing``: lately the picture froze, or whole groups of pictures were skipped.
    """
    slowness = round_trip or 0.0
    if freezing or loss >= WEAK_LOSS or slowness >= WEAK_ROUND_TRIP:
        return "weak"
    if limited or loss >= FAIR_LOSS or slowness >= FAIR_ROUND_TRIP:
        return "fair"
    return "good"


def session_name(session_id: str) -> str:
    """Return a short name of a session that identifies it and grants nothing.

    The id itself is the capability to end the session. It has 144 random bits, so it cannot be
    found by searching for the hash.
    """
    return hashlib.sha256(session_id.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class ViewerStats:
    """One connected viewer.

    ``session``: ``session_name``; ``loss``: share of packets (0 to 1) that the last reports miss;
    ``round_trip``: seconds, None before it was measured; ``bitrate``: bits per second sent to it;
    ``layer``: RID of its video, "" without simulcast; ``freezes``: number of freezes since it
    joined; ``limited``: congestion control holds it back; ``picture``: whether it sees anything.
    """

    session: str
    connected_seconds: float
    connection: Connection
    loss: float
    round_trip: float | None
    bitrate: float
    layer: str
    freezes: int
    transport: Transport
    limited: bool
    picture: Picture = "shown"

    def json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {
            "session": self.session,
            "connected_seconds": round(self.connected_seconds, 1),
            "connection": self.connection,
            "loss": round(self.loss, 4),
            "round_trip": _rounded(self.round_trip),
            "bitrate": round(self.bitrate),
            "layer": self.layer,
            "freezes": self.freezes,
            "transport": self.transport,
            "limited": self.limited,
            "picture": self.picture,
        }


@dataclass(frozen=True, slots=True)
class LayerStats:
    """One layer of the video, as it arrives.

    ``rid``: RFC 8851, "" without simulcast; ``profile``: H.264 profile-level-id;
    ``bitrate``: bits per second; ``keyframe_age``: seconds since the last keyframe, None
    before the first; ``packets``: since the beginning; ``active``: packets are arriving.
    """

    rid: str
    codec: str
    profile: str | None
    bitrate: float
    frames_per_second: float
    keyframe_age: float | None
    packets: int
    active: bool

    def json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {
            "rid": self.rid,
            "codec": self.codec,
            "profile": self.profile,
            "bitrate": round(self.bitrate),
            "frames_per_second": round(self.frames_per_second, 1),
            "keyframe_age": _rounded(self.keyframe_age),
            "packets": self.packets,
            "active": self.active,
        }


@dataclass(frozen=True, slots=True)
class AudioStats:
    """The sound, as it arrives. ``bitrate``: bits per second."""

    codec: str
    bitrate: float
    packets: int

    def json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {"codec": self.codec, "bitrate": round(self.bitrate), "packets": self.packets}


@dataclass(frozen=True, slots=True)
class PublisherStats:
    """The publisher.

    ``loss``: share of packets (0 to 1) lost lately, before repair; ``bitrate_limit``: the last REMB
    sent to it, bits per second; ``keyframe_requests``: number sent to it so far; ``refused``: its
    packets that were left out; ``troubles``: keys of ``words.TROUBLES``, those of the last seconds.
    """

    loss: float
    bitrate_limit: int | None
    keyframe_requests: int
    transport: Transport = "udp"
    refused: int = 0
    troubles: Sequence[str] = ()

    @property
    def lossy(self) -> bool:
        """Whether so much is lost on the way to the server that viewers see it."""
        return self.loss >= LOSSY_PUBLISHER

    def json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {
            "loss": round(self.loss, 4),
            "bitrate_limit": self.bitrate_limit,
            "keyframe_requests": self.keyframe_requests,
            "transport": self.transport,
            "refused": self.refused,
            "troubles": list(self.troubles),
        }


@dataclass(frozen=True, slots=True)
class Connections:
    """The numbers of viewers with a good, fair and weak connection."""

    good: int = 0
    fair: int = 0
    weak: int = 0

    @classmethod
    def of(cls, viewers: Iterable[ViewerStats]) -> Connections:
        """Count the connections of viewers."""
        count = Counter(viewer.connection for viewer in viewers)
        return cls(count["good"], count["fair"], count["weak"])

    @property
    def total(self) -> int:
        """The number of all viewers."""
        return self.good + self.fair + self.weak

    def json(self) -> dict[Connection, int]:
        """Return the numbers as JSON values."""
        return {"good": self.good, "fair": self.fair, "weak": self.weak}


@dataclass(frozen=True, slots=True)
class ShowStats:
    """One show. The default is a show that the relay does not know.

    ``live``: media is arriving; ``publisher``: None without one; ``viewers``: those connected;
    ``layers``: lowest first. Counts are those of the present sessions: ``sent_packets`` without
    retransmissions, ``resent_packets`` with RTX, ``lost_packets`` by the viewers' reports,
    ``freezes`` of their pictures.
    """

    live: bool = False
    publisher: PublisherStats | None = None
    viewers: Sequence[ViewerStats] = ()
    layers: Sequence[LayerStats] = ()
    audio: AudioStats | None = None
    sent_packets: int = 0
    resent_packets: int = 0
    lost_packets: int = 0
    freezes: int = 0

    @property
    def publishing(self) -> bool:
        """Whether a publisher is connected, sending or not."""
        return self.publisher is not None

    @property
    def connections(self) -> Connections:
        """The viewers' connections."""
        return Connections.of(self.viewers)

    @property
    def healthy(self) -> bool:
        """Whether the picture arrives, and reaches most viewers as it should."""
        publisher = self.publisher
        if not self.live or (publisher and (publisher.lossy or publisher.troubles)):
            return False
        troubled = self.connections.weak + sum(self.blind.values())
        return troubled < max(1, UNHEALTHY_SHARE * len(self.viewers))

    @property
    def picture(self) -> str:
        """The codec of the picture that arrives, "" without one."""
        return next((layer.codec for layer in self.layers if layer.active), "")

    @property
    def seeing(self) -> Connections:
        """The connections of the viewers that can see the picture, if there is one."""
        return Connections.of(viewer for viewer in self.viewers if viewer.picture not in _BLIND)

    @property
    def blind(self) -> Mapping[Picture, int]:
        """How many viewers see nothing although a picture is sent, by what they lack."""
        count = Counter(viewer.picture for viewer in self.viewers)
        return {kind: count[kind] for kind in _BLIND}

    def weakest(self, most: int) -> list[ViewerStats]:
        """Return ``most`` viewers, those with the worst connection first."""
        return heapq.nsmallest(
            most, self.viewers, key=lambda v: (_RANK[v.connection], -v.loss, v.session)
        )

    def json(self, *, most: int = MAX_VIEWERS) -> dict[str, Any]:
        """Return the figures as JSON values, with ``most`` viewers."""
        return {
            "live": self.live,
            "publishing": self.publishing,
            "healthy": self.healthy,
            "viewers": len(self.viewers),
            "connections": self.connections.json(),
            "limited": sum(viewer.limited for viewer in self.viewers),
            "blind": dict(self.blind),
            "publisher": self.publisher.json() if self.publisher else None,
            "layers": [layer.json() for layer in self.layers],
            "audio": self.audio.json() if self.audio else None,
            "sent_packets": self.sent_packets,
            "resent_packets": self.resent_packets,
            "lost_packets": self.lost_packets,
            "freezes": self.freezes,
            "weakest": [viewer.json() for viewer in self.weakest(min(most, MAX_VIEWERS))],
        }


@dataclass(frozen=True, slots=True)
class Distribution:
    """The distribution of values of one moment: ``at_most[i]`` of them are ≤ ``bounds[i]``."""

    bounds: tuple[float, ...]
    at_most: tuple[int, ...]
    count: int
    total: float

    @classmethod
    def of(cls, values: Iterable[float], bounds: tuple[float, ...]) -> Distribution:
        """Count ``values`` by ascending ``bounds``."""
        ordered = sorted(values)
        at_most = tuple(bisect_right(ordered, bound) for bound in bounds)
        return cls(bounds, at_most, len(ordered), sum(ordered))


@dataclass(frozen=True, slots=True)
class ViewerSummary:
    """The viewers of all shows at one moment. ``round_trips``: of those measured."""

    connections: Connections
    round_trips: Distribution
    losses: Distribution

    @classmethod
    def of(cls, viewers: Sequence[ViewerStats]) -> ViewerSummary:
        """Summarise connected viewers."""
        round_trips = (v.round_trip for v in viewers if v.round_trip is not None)
        return cls(
            Connections.of(viewers),
            Distribution.of(round_trips, ROUND_TRIP_BOUNDS),
            Distribution.of((v.loss for v in viewers), LOSS_BOUNDS),
        )


@dataclass(frozen=True, slots=True)
class RelayTotals:
    """The whole relay, for operators. Counts begin at the start of the process and never fall.

    ``publishers``, ``handshakes_waiting``, ``bitrate`` (bits per second to all viewers) and
    ``limited`` (viewers with less than the best layer) are values of the moment.
    ``datagrams`` by direction: in, out, dropped. ``joins``: viewers that connected;
    ``failed_joins``: answered, and never connected. ``kernel``: ``Kernel.counters()``.
    """

    viewers: ViewerSummary = field(default_factory=lambda: ViewerSummary.of(()))
    publishers: int = 0
    bitrate: float = 0.0
    limited: int = 0
    handshakes_waiting: int = 0
    joins: int = 0
    failed_joins: int = 0
    sent_packets: int = 0
    resent_packets: int = 0
    lost_packets: int = 0
    freezes: int = 0
    keyframe_requests: int = 0
    datagrams: Mapping[str, int] = field(default_factory=dict)
    kernel: Mapping[str, int] = field(default_factory=dict)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
