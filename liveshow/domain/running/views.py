"""What everybody sees of the show itself, and each person of their part in it."""

from __future__ import annotations

from liveshow.domain.running.events import Reason
from liveshow.domain.running.show import Show, Status
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Photo, StaffRole, Value


class ShowView(Value, frozen=True):
    """The show without its items. Times are milliseconds."""

    id: str
    title: str
    description: str
    cover: Photo | None
    status: Status
    reason: Reason | None
    host: Person
    scheduled_at: int | None
    started_at: int | None
    ended_at: int | None
    interrupted_at: int | None
    ends_at: int | None
    currency: str
    hold_seconds: int
    claims_per_buyer: int
    shipping_cap: int | None
    claim_word: str
    streaming: bool


class StaffMember(Value, frozen=True):
    user: Person
    role: StaffRole


def show_view(state: ShowState) -> ShowView:
    show = state.show
    return ShowView(
        id=state.id,
        title=show.title,
        description=show.description,
        cover=show.cover,
        status=show.status,
        reason=show.reason,
        host=show.host,
        scheduled_at=show.scheduled_at,
        started_at=show.started_at,
        ended_at=show.ended_at,
        interrupted_at=show.interrupted_at,
        ends_at=show.ends_at,
        currency=show.currency,
        hold_seconds=show.hold_seconds,
        claims_per_buyer=show.claims_per_buyer,
        shipping_cap=show.shipping_cap,
        claim_word=show.claim_word,
        streaming=show.streaming,
    )


def staff_view(show: Show) -> list[StaffMember]:
    """The team, the host first."""
    team = [StaffMember(user, role) for user, role in show.staff.values() if role]
    return [StaffMember(show.host, "host"), *team]


def roles(show: Show, user_id: str) -> list[StaffRole]:
    role = show.role(user_id)
    return [role] if role else []
