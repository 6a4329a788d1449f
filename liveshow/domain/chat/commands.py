"""What can be said, and what is answered."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from msgspec import UNSET, UnsetType
from pydantic import AfterValidator

from liveshow.domain.chat.text import clean
from liveshow.domain.claims.comment import could_claim
from liveshow.domain.show.commands import Answer, Command
from liveshow.fields import Text

ChatText = Annotated[str, Text(500, minimum=1), AfterValidator(clean)]


class Chat(Command):
    """A message, cleaned and read once when it arrives."""

    type: Literal["chat"] = "chat"
    text: ChatText

    @cached_property
    def comment(self) -> str | None:
        """Itself in one spelling, if it may be a claim."""
        return could_claim(self.text)


class Announce(Command):
    type: Literal["announce"] = "announce"
    text: Annotated[str, Text(300, minimum=1), AfterValidator(clean)]


class ClaimReply(Answer, frozen=True):
    """What the claim in a message led to: what ``claim`` would have answered, or its refusal.

    ``item`` and ``quantity`` are how the message was read, so that nobody reads it a second time.
    """

    ok: bool
    item: str
    quantity: int
    status: Literal["held", "waitlisted"] | UnsetType = UNSET
    claim: str | UnsetType = UNSET
    until: int | UnsetType = UNSET
    entry: str | UnsetType = UNSET
    place: int | UnsetType = UNSET
    error: dict[str, object] | UnsetType = UNSET


class Chatted(Answer, frozen=True):
    """``seq`` of the message, unless it was a claim by somebody who may not chat.

    ``hint``: it looks like a claim and is none; how to write it.
    """

    seq: int | UnsetType = UNSET
    claim: ClaimReply | UnsetType = UNSET
    hint: str | UnsetType = UNSET
