"""Whether the database takes what is written: a disk may be full, a folder somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from sqlalchemy import delete, insert

from liveshow.single_flight import SingleFlight
from liveshow.store.database import Database
from liveshow.store.rows import table_of
from liveshow.store.tables.operator import ProbeRow

# How long the database counts as writable after it was seen to be, seconds: anybody may ask.
GOOD_SECONDS = 2.0

_PROBES = table_of(ProbeRow)


class WriteProbe:
    """Writes a row now and then, however often it is asked."""

    def __init__(self, database: Database, clock: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._clock = clock
        self._good_until = 0.0
        self._trying: SingleFlight[None] = SingleFlight()

    async def check(self) -> None:
        """Raise ``StoreUnavailable`` unless the database takes writes."""
        if self._clock() >= self._good_until:
            await self._trying.do("probe", self._write)

    async def _write(self) -> None:
        async with self._database.write(turn="probe") as connection:
            now = await self._database.now(connection)
            await connection.execute(delete(_PROBES))
            await connection.execute(insert(_PROBES), [{"id": 1, "at": now}])
        self._good_until = self._clock() + GOOD_SECONDS
