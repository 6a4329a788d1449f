"""What the team can say to itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from liveshow.domain.chat.text import clean
from liveshow.domain.show.commands import Command, Seq
from liveshow.fields import Text


class Whisper(Command):
    type: Literal["whisper"] = "whisper"
    text: Annotated[str, Text(500, minimum=1), AfterValidator(clean)]


class Unwhisper(Command):
    """``whisper`` is the ``seq`` of its event."""

    type: Literal["unwhisper"] = "unwhisper"
    whisper: Seq
