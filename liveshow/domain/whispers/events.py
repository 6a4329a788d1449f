"""What the team said to itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import msgspec

from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import Person, Speaker


class ChatWhispered(Event, frozen=True):
    """Somebody of the team said something to the team."""

    type = "chat.whispered"
    staff_only = True

    user: Annotated[Speaker, STAFF]
    text: Annotated[str, STAFF]

    def about(self) -> str:
        return self.user.id

    def redacted(self, gone: Collection[int]) -> ChatWhispered:
        return msgspec.structs.replace(self, text="")


class ChatUnwhispered(Event, frozen=True):
    """A whisper was taken back, by its author or by the host; ``whisper`` is its ``seq``."""

    type = "chat.unwhispered"
    staff_only = True
    urgent = True

    whisper: Annotated[int, STAFF]
    by: Annotated[Person, STAFF]

    def withdraws(self) -> tuple[int]:
        return (self.whisper,)


EVENTS = (ChatWhispered, ChatUnwhispered)
