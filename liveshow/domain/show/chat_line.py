"""One line of the chat."""

from __future__ import annotations

import msgspec

from liveshow.domain.values import ItemRef, Speaker, Value


class ChatLine(Value, frozen=True):
    """``id`` is the ``seq`` of the event that left it.

    ``kind`` is ``message`` or ``announced``, with somebody's ``text``, or a kind that the
    client words. ``mentions``: the handles in the text that somebody has.
    """

    id: int
    at: int
    kind: str
    user: Speaker | None = None
    text: str = ""
    item: ItemRef | None = None
    deleted: bool = False
    mentions: list[str] = []

    def withheld(self) -> ChatLine:
        """Return what everybody but staff sees of it when it is deleted."""
        return msgspec.structs.replace(self, text="", mentions=[])
