"""What can be asked of polls, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.show.commands import Answer, Command
from liveshow.fields import Id, OneLine

MAX_OPTIONS = 6

Option = Annotated[str, OneLine(1, 60)]


class OpenPoll(Command):
    """A question to everybody, for so many seconds."""

    type: Literal["poll"] = "poll"
    question: Annotated[str, OneLine(1, 140)]
    options: Annotated[list[Option], Field(min_length=2, max_length=MAX_OPTIONS)]
    seconds: Annotated[int, Field(ge=30, le=600)]


class Vote(Command):
    """A choice; ``option`` is its place in the poll, from 0."""

    type: Literal["vote"] = "vote"
    poll: Id
    option: Annotated[int, Field(ge=0, lt=MAX_OPTIONS)]


class EndPoll(Command):
    type: Literal["end_poll"] = "end_poll"
    poll: Id


class PollAsked(Answer, frozen=True):
    """``poll`` is the id of the new one."""

    poll: str
