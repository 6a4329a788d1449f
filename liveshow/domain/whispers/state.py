"""The newest whispers of a show."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import msgspec

from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import Speaker, Value
from liveshow.domain.whispers.events import ChatUnwhispered, ChatWhispered

WHISPERS_KEPT = 50


class WhisperLine(Value, frozen=True):
    """``id`` is the ``seq`` of its event. ``deleted``: it was taken back, and its text is gone."""

    id: int
    at: int
    user: Speaker
    text: str
    deleted: bool = False


@dataclass
class Whispers(Slice):
    """Oldest first. They are no lines of the chat: nothing there may count them."""

    newest: deque[WhisperLine] = field(default_factory=lambda: deque(maxlen=WHISPERS_KEPT))

    @applies(ChatWhispered)
    def _whispered(self, event: ChatWhispered, moment: Moment) -> None:
        self.keep(moment.seq, moment.at, event)

    @applies(ChatUnwhispered)
    def _unwhispered(self, event: ChatUnwhispered, moment: Moment) -> None:
        for place, line in enumerate(self.newest):
            if line.id == event.whisper:
                self.newest[place] = msgspec.structs.replace(line, text="", deleted=True)

    def keep(self, seq: int, at: int, event: ChatWhispered, *, gone: bool = False) -> None:
        text = "" if gone else event.text
        self.newest.append(WhisperLine(seq, at, event.user, text, gone))

    def standing(self, seq: int) -> WhisperLine | None:
        """One of the newest whispers, None when there is none or it was taken back."""
        return next((each for each in self.newest if each.id == seq and not each.deleted), None)
