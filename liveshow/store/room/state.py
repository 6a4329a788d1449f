"""A show's whole state from its rows: what a room starts from, and what readers see."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.features import MACHINE
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import aggregates


async def load_state(connection: AsyncConnection, show_id: str) -> ShowState:
    """Raise ``not_found``, or return the show at its last committed ``(epoch, seq)``."""
    state = MACHINE.new_state(show_id)
    for aggregate in aggregates():
        await aggregate.read(connection, state)
    return state
