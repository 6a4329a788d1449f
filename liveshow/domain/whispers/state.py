"""The newest whispers of a show."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import Speaker, Value
from liveshow.domain.whispers.events import ChatWhispered

WHISPERS_KEPT = 50


class WhisperLine(Value, frozen=True):
    """``id`` is the ``seq`` of its event."""

    id: int
    at: int
    user: Speaker
    text: str


@dataclass
class Whispers(Slice):
    """Oldest first. They are no lines of the chat: nothing there may count them."""

    newest: deque[WhisperLine] = field(default_factory=lambda: deque(maxlen=WHISPERS_KEPT))

    @applies(ChatWhispered)
    def _whispered(self, event: ChatWhispered, moment: Moment) -> None:
        self.keep(moment.seq, moment.at, event)

    def keep(self, seq: int, at: int, event: ChatWhispered) -> None:
        self.newest.append(WhisperLine(seq, at, event.user, event.text))
