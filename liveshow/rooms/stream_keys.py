"""Stream keys: with the key of a show, OBS broadcasts in it without anybody's sign-in."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Protocol

from liveshow.domain.show.state import ShowState
from liveshow.errors import Forbidden


class StreamKeyStore(Protocol):
    """Implemented by ``liveshow.store.shows.ShowRepository``."""

    async def set_stream_key(self, show_id: str, key: str) -> None:
        """Replace the show's stream key; only its hash is kept."""

    async def is_stream_key(self, show_id: str, key: str) -> bool:
        """Whether this is the show's stream key."""


class StreamKeys:
    """Gives out keys. A show has one at a time."""

    def __init__(self, store: StreamKeyStore, replaced: Callable[[str], Awaitable[None]]) -> None:
        """``replaced``: ends what is broadcast in a show with its former key."""
        self._store = store
        self._replaced = replaced

    async def replace(self, state: ShowState, user_id: str) -> str:
        """Make a new key and return it. Raises ``forbidden`` for all but the host."""
        if user_id != state.show.host.id:
            raise Forbidden(message="Only the host can make a stream key.")
        key = secrets.token_urlsafe(24)
        await self._store.set_stream_key(state.id, key)
        await self._replaced(state.id)
        return key
