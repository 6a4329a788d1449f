"""What can be asked of a show as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.running.events import ChatMode
from liveshow.domain.show.commands import Command, ServerCommand
from liveshow.domain.values import Person
from liveshow.fields import NOT_NULL, Amount, Handle, Id, Ms, OneLine, Text


class CreateShow(ServerCommand, frozen=True, kw_only=True):
    """Plan a show; whoever asks is its host. ``cover`` is a photo of theirs."""

    title: str
    currency: str
    description: str = ""
    cover: str | None = None
    scheduled_at: int | None = None
    hold_seconds: int = 300
    claims_per_buyer: int = 1
    shipping_cap: int | None = None
    claim_word: str = ""
    slow_seconds: int = 0
    chat_mode: ChatMode = "everyone"
    words: tuple[str, ...] = ()


class Schedule(Command):
    type: Literal["schedule"] = "schedule"
    at: Ms


class Start(Command):
    type: Literal["start"] = "start"


class Pause(Command):
    type: Literal["pause"] = "pause"


class Resume(Command):
    type: Literal["resume"] = "resume"


class End(Command):
    type: Literal["end"] = "end"


Title = Annotated[str, OneLine(1, 120)]
Description = Annotated[str, Text(4000)]
HoldSeconds = Annotated[int, Field(ge=30, le=3600)]
ClaimsPerBuyer = Annotated[int, Field(ge=1, le=100)]
# A word of the host's own that claims, such as "mine" or "dibs".
ClaimWord = Annotated[str, OneLine(0, 20)]


class Configure(Command):
    type: Literal["configure"] = "configure"
    # Null takes the cover and the cap away; the others cannot be without a value.
    title: Annotated[Title | None, NOT_NULL] = None
    description: Annotated[Description | None, NOT_NULL] = None
    cover: Id | None = None
    hold_seconds: Annotated[HoldSeconds | None, NOT_NULL] = None
    claims_per_buyer: Annotated[ClaimsPerBuyer | None, NOT_NULL] = None
    shipping_cap: Amount | None = None
    claim_word: Annotated[ClaimWord | None, NOT_NULL] = None


class AppointStaff(Command):
    type: Literal["staff"] = "staff"
    user: Handle
    role: Literal["cohost", "moderator"]


class DismissStaff(Command):
    type: Literal["unstaff"] = "unstaff"
    user: Handle


class Rename(ServerCommand, frozen=True):
    """Somebody has another name."""

    user: Person


class StreamUp(ServerCommand, frozen=True):
    """The publisher's media flows."""


class StreamDown(ServerCommand, frozen=True):
    """The publisher is gone. ``at``: since when (None: now)."""

    reason: Literal["stream_lost", "restart"] = "stream_lost"
    at: int | None = None


class TimeSkipped(ServerCommand, frozen=True):
    """The clock has gone on by ``ms`` milliseconds that nobody lived through."""

    ms: int
