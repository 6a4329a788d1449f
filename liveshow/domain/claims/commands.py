"""What can be asked about claims, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.show.commands import Answer, Command, Remark
from liveshow.fields import Id


class ClaimItem(Command):
    """``price``: what the buyer was shown for one piece; they do not pay more."""

    type: Literal["claim"] = "claim"
    item: Id
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    variant: Id | None = None
    price: Annotated[int, Field(ge=1, le=99_999_999)] | None = None


class HoldFor(Command):
    """Hold pieces for a buyer who asked for them, as if they had claimed them."""

    type: Literal["hold"] = "hold"
    user: Id
    item: Id
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    variant: Id | None = None


class Release(Command):
    outlives_ban = True

    type: Literal["release"] = "release"
    claim: Id


class LeaveWaitlist(Command):
    type: Literal["leave_waitlist"] = "leave_waitlist"
    entry: Id


class CancelClaim(Command):
    type: Literal["cancel_claim"] = "cancel_claim"
    claim: Id
    reason: Remark = ""


class ChangeClaim(Command):
    """Put right what somebody holds: another size, or another number of pieces."""

    type: Literal["change_claim"] = "change_claim"
    claim: Id
    quantity: Annotated[int, Field(ge=1, le=100)] | None = None
    variant: Id | None = None
    reason: Remark = ""


class Claimed(Answer, frozen=True, omit_defaults=True):
    """What a claim led to: a hold until a time (ms), or a place in line."""

    status: Literal["held", "waitlisted"]
    claim: str | None = None
    until: int | None = None
    entry: str | None = None
    place: int | None = None


class Held(Answer, frozen=True):
    """A hold that somebody else was given, and until when (ms)."""

    claim: str
    until: int
