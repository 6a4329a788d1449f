"""The database: one engine, transactions, and its own idea of what time it is.

SQLite (WAL) is embedded by default; Postgres serves several nodes. Both are driven through
SQLAlchemy's asyncio engine. Transactions that write take the lock at their start
(``BEGIN IMMEDIATE`` on SQLite, ``FOR UPDATE`` on the rows in Postgres), so that what was read in
them is still true when they commit.

Every wait in here ends. What the surroundings are to blame for is raised as ``StoreUnavailable``
(``liveshow.store.outages``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from liveshow.fair_queue import FairQueue
from liveshow.store.outages import Outages

# Database time in milliseconds. SQLite before 3.42 has no unixepoch('subsec').
_NOW = {
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)",
    "postgresql": "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
}

# How long a transaction waits for its turn to write, and SQLite for a lock of another process.
LOCK_SECONDS = 5.0
# How long a transaction waits for a connection when all are in use.
POOL_SECONDS = 8.0


class Database:
    """Owns the engine. ``read`` and ``write`` are the only ways in."""

    def __init__(self, url: str, *, on_error: Callable[[], None] = lambda: None) -> None:
        """``on_error`` is called for every error that the database reports."""
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        sqlite = self.dialect == "sqlite"
        self.outages = Outages()
        options: dict[str, Any] = {"pool_pre_ping": not sqlite}
        # Structs are written as they are, too.
        options |= {"json_serializer": _json, "json_deserializer": msgspec.json.decode}
        if self.url.database != ":memory:":
            options["pool_timeout"] = POOL_SECONDS
        options["connect_args"] = {"timeout": LOCK_SECONDS} if sqlite else self._bounds()
        self.engine: AsyncEngine = create_async_engine(url, **options)
        # SQLite has one writer: waiting here is fair and cheap, waiting in its busy handler is not.
        self._writer = FairQueue(1) if sqlite else None
        event.listen(self.engine.sync_engine, "handle_error", lambda _context: on_error())
        if sqlite:
            event.listen(self.engine.sync_engine, "connect", _configure_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        elif "options" not in self.url.query:
            event.listen(self.engine.sync_engine, "connect", _configure_postgres)

    def _bounds(self) -> dict[str, Any]:
        from liveshow.store.postgres import CONNECT_SECONDS, BoundedConnection

        bounds: dict[str, Any] = {"async_creator_fn": BoundedConnection.connect}
        if "connect_timeout" not in self.url.query:
            bounds["connect_timeout"] = CONNECT_SECONDS
        return bounds

    @asynccontextmanager
    async def read(self, *, consistent: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that changes nothing.

        ``consistent``: all of its statements see the rows of one moment.
        """
        with self.outages.attempt(writes=False):
            async with self.engine.connect() as connection:
                if consistent and self._writer is None:
                    # SQLite's transactions are like that anyway.
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                yield connection

    @asynccontextmanager
    async def write(self, turn: str = "") -> AsyncIterator[AsyncConnection]:
        """A transaction; commits when the block ends, rolls back when it raises.

        ``turn``: whose turn it is to write. Those that wait under one name wait for each other;
        of the others for one transaction at most.
        """
        if self._writer is None:
            with self.outages.attempt(writes=True):
                async with self.engine.begin() as connection:
                    yield connection
            return
        try:
            async with asyncio.timeout(LOCK_SECONDS):
                await self._writer.take(turn)
        except TimeoutError:
            raise self.outages.failed("locked") from None
        try:
            with self.outages.attempt(writes=True):
                plain = await self.engine.connect()
                # The option is read by `_begin_sqlite` when the transaction starts.
                connection = await plain.execution_options(liveshow_write=True)
                try:
                    async with connection.begin():
                        yield connection
                finally:
                    await connection.close()
        finally:
            self._writer.give()

    async def now(self, connection: AsyncConnection) -> int:
        """Return the database's time, milliseconds since 1970. Several nodes have one clock."""
        return cast(int, (await connection.execute(text(_NOW[self.dialect]))).scalar_one())

    async def close(self) -> None:
        self.outages.close()
        await self.engine.dispose()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _configure_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions on its own: `_begin_sqlite` says how.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # An acknowledged command survives a power cut too, not only kill -9.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _configure_postgres(connection: Any, _record: ConnectionPoolEntry) -> None:
    from liveshow.store.postgres import limits

    cursor = connection.cursor()
    cursor.execute(limits())
    cursor.close()
    connection.commit()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("liveshow_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
