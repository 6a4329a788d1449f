"""What the routes of PROTOCOL.md 2.3 answer beside the shapes of the show channel.

The snapshot, the private state, events and answers have one definition each, in
``liveshow.domain``.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from pydantic import Field

from liveshow.domain.features import MACHINE
from liveshow.domain.moderation.staff import AuditEntry, PersonView
from liveshow.domain.running.views import ShowView
from liveshow.domain.show.events import Seen
from liveshow.domain.values import Permission, StaffRole, Value
from liveshow.fields import View
from liveshow.rooms.queries import ShowCard


class ShowCards(Value, frozen=True):
    """One page of shows. ``next`` is the cursor of the page after it."""

    items: list[ShowCard]
    next: str | None


class ShowForCaller(Value, frozen=True):
    """A show, what the caller is in it and what they may do."""

    show: ShowView
    roles: list[StaffRole]
    can: list[Permission]


# The snapshot of the show channel, with the state as the features make it.
SnapshotView = msgspec.defstruct(
    "SnapshotView",
    [("epoch", int), ("seq", int), ("now", int), ("state", MACHINE.state_view)],
    frozen=True,
)


class LogView(Value, frozen=True):
    items: list[Seen]


class AuditView(Value, frozen=True):
    """Newest first."""

    items: list[AuditEntry]


class PeopleView(Value, frozen=True):
    people: list[PersonView]


class TriedView(View):
    """``blocked_by``: the rules that forbid the text."""

    blocked_by: list[str]


class StreamKeyView(View):
    key: str
    whip_url: str


Connection = Literal["good", "fair", "weak"]
Transport = Literal["udp", "tcp"]
Picture = Literal["shown", "none", "no_codec", "undecodable"]


class ConnectionsView(View):
    """How many viewers have which kind of connection."""

    good: int
    fair: int
    weak: int


class BlindView(View):
    """How many viewers see nothing although a picture arrives."""

    no_codec: int = Field(description="Their player does not know its codec.")
    undecodable: int = Field(description="It arrives, and they ask for keyframes again and again.")


class PublisherStatsView(View):
    """``loss``: share of its packets, 0 to 1."""

    loss: float
    bitrate_limit: int | None = Field(description="What it was told that it may send, bits/s.")
    keyframe_requests: int
    transport: Transport
    refused: int = Field(description="Its packets that were left out.")
    troubles: list[str] = Field(description="What is wrong with its packets, the worst first.")


class LayerStatsView(View):
    """One encoding of the video, as it arrives. ``keyframe_age``: seconds."""

    rid: str = Field(description="Empty without simulcast.")
    codec: str
    profile: str | None
    bitrate: int
    frames_per_second: float
    keyframe_age: float | None
    packets: int
    active: bool


class AudioStatsView(View):
    codec: str
    bitrate: int
    packets: int


class ViewerStatsView(View):
    """One viewer. ``session`` tells it apart and opens nothing; ``layer`` is a ``rid``."""

    session: str
    connected_seconds: float
    connection: Connection
    loss: float
    round_trip: float | None
    bitrate: int
    layer: str
    freezes: int
    transport: Transport
    limited: bool
    picture: Picture


class StatsView(View):
    """``viewers`` of the video, ``connected`` to the show channel.

    ``summary`` says in one or two sentences what the rest amounts to, ``healthy`` whether that is
    fine. ``limited``: viewers who get less than there is, because of their connection.
    ``weakest``: the worst connections first.
    """

    live: bool
    publishing: bool
    summary: str
    healthy: bool
    viewers: int
    connected: int
    connections: ConnectionsView
    limited: int
    blind: BlindView
    publisher: PublisherStatsView | None
    layers: list[LayerStatsView]
    audio: AudioStatsView | None
    sent_packets: int
    resent_packets: int
    lost_packets: int
    freezes: int
    weakest: list[ViewerStatsView]
