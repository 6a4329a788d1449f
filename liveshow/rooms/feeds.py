"""The feed of a show in this process: read from the rows until a room opens, then the room's."""

from __future__ import annotations

from collections.abc import Callable

from liveshow.domain.show.events import Stored
from liveshow.domain.show.state import ShowState
from liveshow.rooms.ports import Published, RoomStore, Subscriber
from liveshow.rooms.room import Room


class LocalFeed:
    """Implements ``liveshow.rooms.directory.Feed``. Made and filled by the registry."""

    def __init__(
        self, show_id: str, store: RoomStore, on_close: Callable[[LocalFeed], None]
    ) -> None:
        self._show_id = show_id
        self._store = store
        self._on_close = on_close
        self._room: Room | None = None
        self._read: ShowState | None = None
        self._subscriber: Subscriber = lambda published: None
        self._leave: Callable[[], None] = lambda: None

    @property
    def show_id(self) -> str:
        return self._show_id

    @property
    def state(self) -> ShowState:
        if self._room is not None:
            return self._room.state
        assert self._read is not None, "a feed is filled before anybody has it"
        return self._read

    @property
    def owned(self) -> bool:
        """Whether a room feeds it, or has done so."""
        return self._room is not None

    @property
    def filled(self) -> bool:
        """Whether there is a ``state`` yet."""
        return self._room is not None or self._read is not None

    @property
    def lost(self) -> bool:
        return self._room is not None and (self._room.closed or self._room.fenced)

    def listen(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber

    async def events_after(self, seq: int, limit: int) -> list[Stored]:
        return await self._store.events_after(self._show_id, seq, limit)

    def fill(self, state: ShowState) -> None:
        """Show what was read, while there is no room."""
        self._read = state

    def attach(self, room: Room) -> None:
        """Follow a room that has opened; whoever listens starts over at its state."""
        self._leave()
        self._room = room
        self._leave = room.subscribe(self._published)
        epoch = room.state.epoch
        self._published(Published(self._show_id, epoch, (), frozenset(), urgent=True))

    def _published(self, published: Published) -> None:
        self._subscriber(published)

    def close(self) -> None:
        self._leave()
        self._subscriber = lambda published: None
        self._on_close(self)
