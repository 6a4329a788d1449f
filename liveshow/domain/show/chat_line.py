"""One line of the chat."""

from __future__ import annotations

from liveshow.domain.values import ItemRef, Speaker, Value


class ChatLine(Value, frozen=True):
    """``id`` is the ``seq`` of the event that left it.

    ``kind`` is ``message`` or ``announced``, with somebody's ``text``, or a kind that the
    client words.
    """

    id: int
    at: int
    kind: str
    user: Speaker | None = None
    text: str = ""
    item: ItemRef | None = None
    deleted: bool = False
