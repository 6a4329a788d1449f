"""What happens to a show as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import UNSET, UnsetType

from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import Person, Photo, Role, Value

if TYPE_CHECKING:
    from liveshow.domain.show.state import ShowState

Reason = Literal["stream_lost", "paused", "restart"]
ChatMode = Literal["everyone", "followers", "sellers"]
# When the show ends by itself (ms) if nothing else happens; None: by nobody but its team.
EndsAt = int | None


class ShowCreated(Event, frozen=True):
    """A show was planned: the first event of its log."""

    type = "show.created"

    host: Person
    title: str
    description: str
    cover: Photo | None
    currency: str
    scheduled_at: int | None
    hold_seconds: int
    claims_per_buyer: int
    shipping_cap: int | None
    claim_word: str
    slow_seconds: int
    chat_mode: ChatMode
    words: Annotated[list[str], STAFF]


class Changes(Value, frozen=True, omit_defaults=True):
    """Settings of a show; only those that changed are there."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    cover: Photo | UnsetType | None = UNSET
    hold_seconds: int | UnsetType = UNSET
    claims_per_buyer: int | UnsetType = UNSET
    shipping_cap: int | UnsetType | None = UNSET
    claim_word: str | UnsetType = UNSET

    def values(self) -> dict[str, object]:
        """The new values by name."""
        return {
            name: value
            for name in self.__struct_fields__
            if (value := getattr(self, name)) is not UNSET
        }


class _TouchesBuyers(Event, frozen=True):
    """Base of events after which every buyer's countdown, cart or place may be different."""

    def concerns(self, state: ShowState) -> Iterable[str]:
        from liveshow.domain.claims.state import Claims

        return state[Claims].buyers()


class ShowConfigured(_TouchesBuyers, frozen=True):
    type = "show.configured"

    changes: Changes
    by: Annotated[Person, STAFF]


class ShowScheduled(Event, frozen=True):
    type = "show.scheduled"

    scheduled_at: int


class ShowStarted(Event, frozen=True):
    type = "show.started"

    at: int
    ends_at: EndsAt = None

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "started")


class ShowInterrupted(_TouchesBuyers, frozen=True):
    type = "show.interrupted"

    reason: Reason
    at: int
    ends_at: EndsAt = None

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "interrupted")


class HoldUntil(Value, frozen=True):
    """The new end of a hold."""

    item: str
    claim: str
    until: int


class ShowResumed(_TouchesBuyers, frozen=True):
    """It goes on. ``stood``: for how long (ms) its clocks stood still."""

    type = "show.resumed"

    holds: list[HoldUntil]
    ends_at: EndsAt = None
    stood: int = 0

    def concerns(self, state: ShowState) -> Iterable[str]:
        from liveshow.domain.offers.state import PriceOffers

        return (*super().concerns(state), *state[PriceOffers].people(state))

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "resumed")


# ``no_picture``: it was live for long without any; ``outage``: nobody took it up again.
EndedReason = Literal["ended", "no_picture", "outage"]


class ShowEnded(_TouchesBuyers, frozen=True):
    """It is over; ``reason``: by its team, or by itself."""

    type = "show.ended"

    at: int
    holds: list[HoldUntil]
    reason: EndedReason = "ended"

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "ended")


class ShowStaffed(Event, frozen=True):
    type = "show.staffed"

    user: Person
    role: Role

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class ShowUnstaffed(Event, frozen=True):
    type = "show.unstaffed"

    user: Person
    role: Role

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)


class UserRenamed(Event, frozen=True):
    """Somebody of whom the show tells has another name. Lines keep the one they were said under."""

    type = "user.renamed"

    user: Person

    def concerns(self, state: ShowState) -> Iterable[str]:
        return (self.user.id,)

    def new(self, known: Person) -> Person:
        """Return somebody as they are called from now on."""
        return self.user if known.id == self.user.id else known


class StreamStarted(Event, frozen=True):
    type = "stream.started"


class StreamStopped(Event, frozen=True):
    type = "stream.stopped"


EVENTS = (
    ShowCreated,
    ShowConfigured,
    ShowScheduled,
    ShowStarted,
    ShowInterrupted,
    ShowResumed,
    ShowEnded,
    ShowStaffed,
    ShowUnstaffed,
    UserRenamed,
    StreamStarted,
    StreamStopped,
)
