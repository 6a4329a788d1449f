"""ChatLines of the chat: what people say, and what events leave there."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

import msgspec

from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.slices import Slice

# A show remembers so many of its newest lines.
LINES_KEPT = 100


@dataclass
class ChatLines(Slice):
    """The newest lines of a show, oldest first."""

    newest: deque[ChatLine] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))

    def append(self, line: ChatLine) -> None:
        self.newest.append(line)

    def mark(self, lines: Collection[int], *, deleted: bool) -> None:
        """Note that lines were taken away, or are back."""
        for index, line in enumerate(self.newest):
            if line.id in lines:
                self.newest[index] = msgspec.structs.replace(line, deleted=deleted)

    def shown(self, *, staff: bool) -> list[ChatLine]:
        """The lines as staff, or everybody else, see them."""
        if staff:
            return list(self.newest)
        return [line.withheld() if line.deleted else line for line in self.newest]
