"""A process with one follower, which the tests kill in the midst of its work.

    python -m tests.rooms.following DATABASE_URL EFFECTS_FILE [STUCK_AT]

Writes the ``seq`` of each chat message that it is told of to a file, as a line. At the message
``STUCK_AT`` it says so and waits for ever.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from liveshow.clock import wall_clock
from liveshow.domain.chat.events import ChatSaid
from liveshow.domain.show.events import Record
from liveshow.rooms.followers import Followers
from liveshow.store.database import Database
from liveshow.store.followers import FollowerRepository


class Clerk:
    """Implements ``liveshow.rooms.followers.Follower``."""

    name = "clerk"
    follows = (ChatSaid,)

    def __init__(self, effects: Path, stuck_at: int | None) -> None:
        self._effects = effects
        self._stuck_at = stuck_at

    async def follow(self, show_id: str, records: Sequence[Record]) -> None:
        for record in records:
            if record.seq == self._stuck_at:
                print("stuck", flush=True)
                await asyncio.Event().wait()
            with self._effects.open("a") as file:
                file.write(f"{record.seq}\n")


async def main(url: str, effects: str, stuck_at: str = "") -> None:
    database = Database(url)
    clerk = Clerk(Path(effects), int(stuck_at) if stuck_at else None)
    Followers(FollowerRepository(database), [clerk], wall_clock).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
