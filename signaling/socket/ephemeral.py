"""What is collected for one tick and has no place in the log: the last of each kind, and hearts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Protocol

from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.values import Value
from signaling.socket.outgoing import Frame

# After so long it is tried again to tell those who had something else waiting.
LATE_SECONDS = 0.5


class Cheers(Value, frozen=True):
    """Hearts that were sent since the last tick."""

    count: int


class Collected:
    """Ephemeral news of one show since the last tick."""

    def __init__(self) -> None:
        self._news: dict[tuple[str, str], Ephemeral] = {}
        self._hearts = 0

    def put(self, news: Ephemeral) -> None:
        """Keep the last of what is about the same."""
        self._news[news.name, news.about] = news

    def cheer(self) -> None:
        self._hearts += 1

    def take(self) -> list[Ephemeral]:
        """Return what was collected, and begin anew."""
        taken = list(self._news.values())
        if self._hearts:
            taken.append(Ephemeral("cheers", "", Cheers(self._hearts)))
        self._news.clear()
        self._hearts = 0
        return taken


class Reader(Protocol):
    """Somebody who is told."""

    @property
    def ready(self) -> bool:
        """Whether all that was sent before has been taken."""

    def send(self, frame: Frame) -> None: ...


class Telling:
    """Tells readers, by the id of their connection, what has no place in the log.

    It never waits in a queue. Whoever has something else waiting is told the newest of each kind
    as soon as they have taken that: a count that nothing follows is not lost.
    """

    def __init__(self) -> None:
        self._late: dict[str, tuple[Reader, dict[tuple[str, str], Frame]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, readers: Mapping[str, Reader], news: Iterable[Ephemeral]) -> int:
        """Send to all who are ready; return how many frames were sent."""
        frames = {(each.name, each.about): Frame(each.name, each.payload) for each in news}
        if not frames:
            return 0
        sent = 0
        # A list: who is cut off while we send leaves the table.
        for sid, reader in list(readers.items()):
            _, late = self._late.pop(sid, (reader, {}))
            sent += self._send(sid, reader, late | frames)
        return sent

    def _send(self, sid: str, reader: Reader, frames: dict[tuple[str, str], Frame]) -> int:
        if not reader.ready:
            self._late[sid] = reader, frames
            self._again()
            return 0
        for frame in frames.values():
            reader.send(frame)
        return len(frames)

    def _again(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LATE_SECONDS, self._catch_up)

    def _catch_up(self) -> None:
        self._timer = None
        late, self._late = self._late, {}
        for sid, (reader, frames) in late.items():
            self._send(sid, reader, frames)

    def forget(self, sid: str) -> None:
        """Drop what somebody was not told: they have left, or begin again with a snapshot."""
        self._late.pop(sid, None)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
