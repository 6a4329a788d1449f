"""The show itself: what it is called, how it runs, and who runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from liveshow.domain.running.events import (
    EndedReason,
    Reason,
    ShowConfigured,
    ShowCreated,
    ShowEnded,
    ShowInterrupted,
    ShowResumed,
    ShowScheduled,
    ShowStaffed,
    ShowStarted,
    ShowUnstaffed,
    StreamStarted,
    StreamStopped,
    UserRenamed,
)
from liveshow.domain.show.notices import Ends, Notices, Told
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import Permission, Person, Photo, Role

Status = Literal["draft", "scheduled", "live", "interrupted", "ended"]

_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "": frozenset({"chat", "claim"}),
    "moderator": frozenset({"chat", "claim", "moderate"}),
    "cohost": frozenset({"chat", "claim", "sell", "moderate", "direct"}),
    "host": frozenset({"chat", "claim", "sell", "moderate", "direct"}),
}
# How a show ends, and what its host is told of one that ended by itself.
SHOW_ENDS: Ends[EndedReason] = {
    "ended": None,
    "no_picture": Told(
        "show_ended",
        "Your show was live for long without a picture, so it has ended by itself. Plan a new "
        "one, and go live with the camera on.",
    ),
    "outage": Told(
        "show_ended",
        "Your show was interrupted for long, so it has ended by itself. Plan a new one.",
    ),
}
_NOBODY = Person("", "", "")


@dataclass
class Show(Slice):
    """Status, settings, and the team without the host."""

    host: Person = _NOBODY
    title: str = ""
    currency: str = ""
    description: str = ""
    cover: Photo | None = None
    status: Status = "draft"
    reason: Reason | None = None
    scheduled_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    interrupted_at: int | None = None
    hold_seconds: int = 300
    claims_per_buyer: int = 1
    shipping_cap: int | None = None
    claim_word: str = ""
    streaming: bool = False
    # When it ends by itself (ms), as things are: on air without a picture, or interrupted.
    ends_at: int | None = None
    staff: dict[str, tuple[Person, Role]] = field(default_factory=dict)

    # --- questions -------------------------------------------------------------------------

    @property
    def on_air(self) -> bool:
        return self.status in ("live", "interrupted")

    def role(self, user_id: str) -> Role:
        if user_id == self.host.id:
            return "host"
        known = self.staff.get(user_id)
        return known[1] if known else ""

    def may(self, user_id: str, permission: Permission) -> bool:
        return permission in _PERMISSIONS[self.role(user_id)]

    def permissions(self, user_id: str) -> list[Permission]:
        return sorted(_PERMISSIONS[self.role(user_id)])

    def is_staff(self, user_id: str) -> bool:
        return self.role(user_id) != ""

    @property
    def hold_ms(self) -> int:
        """How long a hold is."""
        return self.hold_seconds * 1000

    def clock(self, now: int) -> int:
        """The time by which holds run: it stands still while the show is interrupted."""
        return now if self.interrupted_at is None else self.interrupted_at

    # --- events ----------------------------------------------------------------------------

    @applies(ShowCreated)
    def _created(self, event: ShowCreated, moment: Moment) -> None:
        self.host = event.host
        self.title = event.title
        self.description = event.description
        self.cover = event.cover
        self.currency = event.currency
        self.scheduled_at = event.scheduled_at
        self.status = "draft" if event.scheduled_at is None else "scheduled"
        self.hold_seconds = event.hold_seconds
        self.claims_per_buyer = event.claims_per_buyer
        self.shipping_cap = event.shipping_cap
        self.claim_word = event.claim_word

    @applies(ShowConfigured)
    def _configured(self, event: ShowConfigured, moment: Moment) -> None:
        changes = event.changes.values()
        for name, value in changes.items():
            setattr(self, name, value)

    @applies(ShowScheduled)
    def _scheduled(self, event: ShowScheduled, moment: Moment) -> None:
        self.status = "scheduled"
        self.scheduled_at = event.scheduled_at

    @applies(ShowStarted)
    def _started(self, event: ShowStarted, moment: Moment) -> None:
        self.status = "live"
        self.ends_at = event.ends_at
        self.started_at = self.started_at or event.at
        self.ended_at = None

    @applies(ShowInterrupted)
    def _interrupted(self, event: ShowInterrupted, moment: Moment) -> None:
        self.status = "interrupted"
        self.reason = event.reason
        self.interrupted_at = event.at
        self.ends_at = event.ends_at

    @applies(ShowResumed)
    def _resumed(self, event: ShowResumed, moment: Moment) -> None:
        self.status = "live"
        self.reason = self.interrupted_at = None
        self.ends_at = event.ends_at

    @applies(ShowEnded)
    def _ended(self, event: ShowEnded, moment: Moment) -> None:
        self.status = "ended"
        self.ended_at = event.at
        self.reason = self.interrupted_at = self.ends_at = None
        self.streaming = False
        moment.state[Notices].tell_end(moment, self.host.id, SHOW_ENDS[event.reason])

    @applies(ShowStaffed)
    def _staffed(self, event: ShowStaffed, moment: Moment) -> None:
        self.staff[event.user.id] = (event.user, event.role)
        moment.state[Notices].tell(moment, event.user.id, "staffed", text=event.role)

    @applies(ShowUnstaffed)
    def _unstaffed(self, event: ShowUnstaffed, moment: Moment) -> None:
        self.staff.pop(event.user.id, None)
        moment.state[Notices].tell(moment, event.user.id, "unstaffed", text=event.role)

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        self.host = event.new(self.host)
        if known := self.staff.get(event.user.id):
            self.staff[event.user.id] = (event.user, known[1])

    @applies(StreamStarted, StreamStopped)
    def _streaming(self, event: StreamStarted | StreamStopped, moment: Moment) -> None:
        self.streaming = isinstance(event, StreamStarted)
        if self.streaming and self.status == "live":
            self.ends_at = None
