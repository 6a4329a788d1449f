"""What the team said to itself."""

from __future__ import annotations

from typing import Annotated

from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import Speaker


class ChatWhispered(Event, frozen=True):
    """Somebody of the team said something to the team."""

    type = "chat.whispered"
    staff_only = True

    user: Annotated[Speaker, STAFF]
    text: Annotated[str, STAFF]

    def about(self) -> str:
        return self.user.id


EVENTS = (ChatWhispered,)
