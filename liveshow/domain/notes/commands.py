"""What can be asked about notes and promises, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from liveshow.domain.chat.text import clean
from liveshow.domain.show.commands import Answer, Command, Seq
from liveshow.fields import Id, Text


class PinNote(Command):
    """An empty text takes the note away."""

    type: Literal["note"] = "note"
    text: Annotated[str, Text(280), AfterValidator(clean)]


class MakePromise(Command):
    """``promise`` is the id of one to be replaced. An empty text takes it back, without it all."""

    type: Literal["promise"] = "promise"
    item: Id
    text: Annotated[str, Text(140), AfterValidator(clean)]
    promise: Seq | None = None


class Noted(Answer, frozen=True):
    """The revision of the note that is in force."""

    revision: int


class Promised(Answer, frozen=True, omit_defaults=True):
    """The id of the promise that is in force, None when one was taken back."""

    promise: int | None = None
