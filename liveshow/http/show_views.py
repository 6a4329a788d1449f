"""What the routes of PROTOCOL.md 2.3 answer; the snapshot and the private state of 3.2 and 3.4.

The answers themselves are made by ``liveshow.domain.views``; these models document them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from liveshow.fields import UserView, View
from liveshow.http.checkout import CartView
from liveshow.http.photos import PhotoView

Status = Literal["draft", "scheduled", "live", "interrupted", "ended"]
StaffRole = Literal["host", "cohost", "moderator"]
Permission = Literal["chat", "claim", "sell", "moderate", "direct"]
ChatMode = Literal["everyone", "followers", "sellers"]


class ShowCardView(View):
    """A show in a list. ``items``: how many are in its run of show."""

    id: str
    title: str
    cover: PhotoView | None
    status: Status
    host: UserView
    scheduled_at: int | None
    started_at: int | None
    ended_at: int | None
    viewers: int
    items: int


class ShowView(View):
    id: str
    title: str
    description: str
    cover: PhotoView | None
    status: Status
    reason: Literal["stream_lost", "paused", "restart"] | None
    host: UserView
    scheduled_at: int | None
    started_at: int | None
    ended_at: int | None
    interrupted_at: int | None
    currency: str
    hold_seconds: int
    claims_per_buyer: int
    shipping_cap: int | None
    streaming: bool


class ShowForCallerView(View):
    """A show, what the caller is in it and what they may do."""

    show: ShowView
    roles: list[StaffRole]
    can: list[Permission]


class ClaimInCommentView(View):
    """What ``claim`` would have acknowledged."""

    ok: bool
    error: dict[str, Any] | None = None
    status: Literal["held", "waitlisted"] | None = None
    claim: str | None = None
    until: int | None = None
    entry: str | None = None
    place: int | None = None


class CommandAnswerView(View):
    """The acknowledgement; which fields there are depends on the command (PROTOCOL.md 4)."""

    ok: Literal[True]
    seq: int | None = None
    status: Literal["held", "waitlisted"] | None = None
    claim: str | ClaimInCommentView | None = None
    until: int | None = None
    entry: str | None = None
    place: int | None = None
    item: str | None = None
    number: int | None = None


# --- the snapshot -----------------------------------------------------------------------------


class StaffMemberView(View):
    user: UserView
    role: StaffRole


class LineUserView(UserView):
    role: Literal["host", "cohost", "moderator", ""]


class ItemRefView(View):
    id: str
    number: int
    title: str


class LineView(View):
    """One line of the chat. Those that are no ``message`` are worded by the client."""

    id: int
    at: int
    kind: Literal[
        "message",
        "claimed",
        "promoted",
        "released",
        "expired",
        "sold",
        "announced",
        "started",
        "interrupted",
        "resumed",
        "ended",
    ]
    user: LineUserView | None
    text: str
    item: ItemRefView | None
    deleted: bool


class ChatView(View):
    slow_seconds: int
    mode: ChatMode
    lines: list[LineView]
    words: list[str] | None = Field(None, description="Blocked words; for staff only.")


class ItemVariantView(View):
    """Stock wherever it is sold; what can still be had is ``quantity - held - sold``."""

    id: str
    label: str
    quantity: int
    held: int
    sold: int


class HoldView(View):
    claim: str
    user: UserView
    variant: str
    quantity: int
    price: int
    until: int
    paying: bool


class LendingView(View):
    mandate: str
    floor: int
    commission_percent: int
    expires_at: int | None


class ItemView(View):
    """An item of the run of show."""

    id: str
    number: int
    listing: str
    title: str
    description: str
    photos: list[PhotoView]
    price: int
    currency: str
    owner: UserView
    lent: bool
    brand: str
    category: str
    condition: str
    shipping: dict[str, int]
    shipping_alone: int
    variants: list[ItemVariantView]
    holds: list[HoldView]
    waiting: int
    sold_out: bool
    sold_here: int
    lending: LendingView | None = Field(None, description="For staff only.")


class SanctionView(View):
    user: UserView
    kind: Literal["mute", "ban"]
    until: int | None
    reason: str
    by: UserView
    seq: int


class WaitingView(View):
    entry: str
    user: UserView
    variant: str
    quantity: int
    at: int


class StateView(View):
    show: ShowView
    staff: list[StaffMemberView]
    chat: ChatView
    items: list[ItemView]
    pinned: str | None
    sanctions: list[SanctionView] | None = Field(None, description="For staff only.")
    waitlist: dict[str, list[WaitingView]] | None = Field(
        None, description="By item id; for staff only."
    )


class SnapshotView(View):
    epoch: int
    seq: int
    now: int
    state: StateView


# --- the private state ------------------------------------------------------------------------


class MyClaimView(View):
    claim: str
    item: str
    number: int
    title: str
    variant: str
    quantity: int
    price: int
    until: int
    paying: bool


class MyWaitingView(View):
    """A place in line; 1 is next."""

    entry: str
    item: str
    variant: str
    quantity: int
    place: int


class MutedView(View):
    until: int | None
    reason: str


class NoticeView(View):
    id: int
    at: int
    kind: Literal[
        "promoted",
        "expired",
        "cancelled",
        "muted",
        "unmuted",
        "sold",
        "refunded",
        "payment_failed",
    ]
    item: ItemRefView | None
    text: str


class MineView(View):
    """Everything in a show that concerns the caller, up to the event ``seq``."""

    epoch: int
    seq: int
    now: int
    user: UserView
    roles: list[StaffRole]
    can: list[Permission]
    claims: list[MyClaimView]
    waitlist: list[MyWaitingView]
    cart: CartView | None
    muted: MutedView | None
    notices: list[NoticeView]


# --- one item, and for the staff --------------------------------------------------------------


class QuoteView(View):
    """What claiming adds to the caller's parcel."""

    price: int
    shipping_added: int
    parcel_shipping: int
    parcel_before: int
    currency: str


class EventView(View):
    """PROTOCOL.md 3.3 says what the ``data`` of each type is."""

    seq: int
    at: int
    type: str
    data: dict[str, Any]


class LogView(View):
    items: list[EventView]


class AuditUserView(UserView):
    role: Literal["host", "cohost", "moderator", ""] | None = Field(
        None, description="When they said something: what they were then."
    )


class AuditChangeView(View):
    """What was set, and what it was before."""

    seconds: int | None = None
    mode: ChatMode | None = None
    words: list[str] | None = None
    was: int | str | list[str] | None = None


class AuditEntryView(View):
    seq: int
    at: int
    type: str
    by: AuditUserView
    user: AuditUserView | None
    message: str | None
    reason: str | None
    until: int | None
    change: AuditChangeView | None
    undone_by: int | None


class AuditView(View):
    """Newest first."""

    items: list[AuditEntryView]


class PersonView(View):
    user: UserView
    roles: list[StaffRole]
    connected: bool
    muted: bool
    muted_until: int | None
    banned: bool
    banned_until: int | None
    last_said_at: int | None


class PeopleView(View):
    people: list[PersonView]


class StreamKeyView(View):
    key: str
    whip_url: str


Connection = Literal["good", "fair", "weak"]
Transport = Literal["udp", "tcp"]


class ConnectionsView(View):
    """How many viewers have which kind of connection."""

    good: int
    fair: int
    weak: int


class PublisherStatsView(View):
    """``loss``: share of its packets, 0 to 1."""

    loss: float
    bitrate_limit: int | None = Field(description="What it was told that it may send, bits/s.")
    keyframe_requests: int
    transport: Transport


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
    publisher: PublisherStatsView | None
    layers: list[LayerStatsView]
    audio: AudioStatsView | None
    sent_packets: int
    resent_packets: int
    lost_packets: int
    freezes: int
    weakest: list[ViewerStatsView]
