"""Kinds of chat lines and of notices, as they come in the evening of ``tests.domain.story``."""

from __future__ import annotations

from functools import cache

from liveshow.domain.show.notices import Notices
from tests.domain.story import tell
from tests.domain.world import PlainRoom


@cache
def _evening() -> tuple[PlainRoom, ...]:
    _, *shows = tell()
    return tuple(shows)


def line_kinds() -> set[str]:
    """Kinds of the lines that events leave in the chat."""
    records = (record for room in _evening() for record in room.log)
    lines = (event.chat_line(seq, at) for seq, at, event in records)
    return {line.kind for line in lines if line}


def notice_kinds() -> set[str]:
    """Kinds of what single people are told."""
    boxes = (box for room in _evening() for box in room.state[Notices].boxes.values())
    return {notice.kind for box in boxes for notice in box}
