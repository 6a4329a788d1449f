"""Ways to take a real database away: a lock of another process, a server that is frozen."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
import structlog
from sqlalchemy import text

from liveshow.store import database as store
from liveshow.store import outages, postgres
from liveshow.store.database import Database

Log = list[MutableMapping[str, Any]]


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the server give up on a database much sooner than in production."""
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.5)
    monkeypatch.setattr(store, "POOL_SECONDS", 2.0)
    monkeypatch.setattr(postgres, "LOCK_SECONDS", 0.5)
    monkeypatch.setattr(postgres, "STATEMENT_SECONDS", 1.0)
    monkeypatch.setattr(postgres, "SILENCE_SECONDS", 1.5)
    monkeypatch.setattr(outages, "QUIET_SECONDS", 0.2)


@asynccontextmanager
async def locked(database: Database) -> AsyncIterator[None]:
    """Another connection has begun to write and does not end."""
    if database.dialect == "sqlite":
        other = sqlite3.connect(str(database.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    async with await psycopg.AsyncConnection.connect(_uri(database)) as connection:
        await connection.execute("LOCK TABLE shows, events IN EXCLUSIVE MODE")
        yield
        await connection.rollback()


def _uri(database: Database) -> str:
    return database.url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def frozen(database: Database) -> Iterator[None]:
    """The Postgres of this test run is stopped: connections stand, and nothing is answered."""
    with psycopg.connect(_uri(database)) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    pid = int((Path(row[0]) / "postmaster.pid").read_text().split()[0])
    # First the postmaster, so that it starts no other.
    os.kill(pid, signal.SIGSTOP)
    backends = [child.pid for child in psutil.Process(pid).children(recursive=True)]
    stopped = [pid, *backends]
    try:
        for backend in backends:
            _send(backend, signal.SIGSTOP)
        yield
    finally:
        for process in stopped:
            _send(process, signal.SIGCONT)


def _send(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # a worker of the server that was about to end
        os.kill(process, number)


@contextmanager
def told() -> Iterator[Log]:
    """What is logged meanwhile, at ``warning`` and above, and what is said of outages."""
    with structlog.testing.capture_logs() as entries:
        kept: Log = []
        yield kept
    kept.extend(
        entry
        for entry in entries
        if entry["log_level"] in ("warning", "error", "critical") or "database" in entry["event"]
    )


async def until_over(database: Database) -> None:
    """Wait until the outage is over and told."""
    while database.outages._current:
        await asyncio.sleep(0.02)


@asynccontextmanager
async def full_disk(database: Database) -> AsyncIterator[None]:
    """The database takes nothing of what its probe writes."""
    words = "database or disk is full"
    if database.dialect == "sqlite":
        begin = [
            "CREATE TRIGGER full_disk BEFORE INSERT ON probes "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        ]
        end = ["DROP TRIGGER full_disk"]
    else:
        begin = [
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = '53100'; END $$",
            "CREATE TRIGGER full_disk BEFORE INSERT ON probes "
            "FOR EACH ROW EXECUTE FUNCTION full_disk()",
        ]
        end = ["DROP TRIGGER full_disk ON probes", "DROP FUNCTION full_disk()"]
    await _run(database, begin)
    try:
        yield
    finally:
        await _run(database, end)


async def _run(database: Database, statements: list[str]) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))
