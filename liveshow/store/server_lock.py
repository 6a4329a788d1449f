"""One server a database: the second one is told so, instead of fighting with the first.

The lock dies with its process, however that ends. On SQLite it is a lock on a file beside the
database (``liveshow.db.server``), which names the process. On Postgres it is an advisory lock of a
session.

Shows are safe without it: a room that another server has taken over is fenced out by its epoch.
But two servers would take shows from each other, and refuse commands meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from liveshow.store.migrate import file_of
from liveshow.surroundings import CannotRun

log = structlog.get_logger(__name__)

# A predecessor that was told to stop needs up to five seconds (`liveshow.server.GRACE`).
PATIENCE = 8.0  # seconds
_POLL = 0.2  # seconds between two tries
# How often a session of Postgres is looked at; when it broke, so did the lock.
_WATCH = 5.0  # seconds
_CONNECT = 5  # seconds
# Any number that nobody else uses in this database; the second key is the schema.
_KEY = {"key": 5_172_027}
_TRY = text("SELECT pg_try_advisory_lock(:key, hashtext(current_schema()))")
_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :key "
    "AND objid = (hashtext(current_schema())::bigint & 4294967295)::oid AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)


@asynccontextmanager
async def held(url: str, *, patience: float | None = None) -> AsyncIterator[None]:
    """Be the server of the database at ``url`` (``Settings.sql_url``) while the block runs.

    Waits ``patience`` seconds (``PATIENCE``) for one that is about to stop. Raises
    :class:`CannotRun` with a sentence when there still is another one.
    """
    lock = _lock_of(url)
    if lock is None:
        yield
        return
    await asyncio.to_thread(_acquire, lock, PATIENCE if patience is None else patience)
    watching = asyncio.create_task(lock.watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await asyncio.to_thread(lock.release)


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Raise :class:`CannotRun` if a server uses the database; keep servers out while this runs."""
    lock = _lock_of(url)
    if lock is None:
        yield
        return
    _acquire(lock, 0)
    try:
        yield
    finally:
        lock.release()


def user_of(url: str) -> str | None:
    """Return who is the server of a database, as words; None when nobody is. Writes nothing."""
    lock = _lock_of(url)
    return None if lock is None else lock.user()


def _lock_of(url: str) -> _FileLock | _SessionLock | None:
    """The lock of a database; None for one in memory, which belongs to its process."""
    if (file := file_of(url)) is not None:
        return _FileLock(file)
    parsed = make_url(url)
    return None if parsed.get_backend_name() == "sqlite" else _SessionLock(parsed)


def _acquire(lock: _FileLock | _SessionLock, patience: float) -> None:
    give_up = time.monotonic() + patience
    while not lock.acquire():
        if time.monotonic() >= give_up:
            raise CannotRun(
                message=f"Another server uses this database ({lock.user() or 'it just ended'}): "
                "stop it first, or give this one a database and data folder of its own."
            )
        time.sleep(_POLL)


class _FileLock:
    """``flock`` of a file beside the database, which stays: to remove it would be a race."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.server")
        self._file: int | None = None

    def acquire(self) -> bool:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except BaseException:
            os.close(file)
            raise
        with contextlib.suppress(OSError):  # a full disk: the lock holds, only its name is missing
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def user(self) -> str | None:
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            number = os.pread(file, 20, 0).decode(errors="replace").strip()
            return f"process {number}" if number else "another process"
        finally:
            os.close(file)
        return None

    async def watch(self) -> None:
        """A lock of the kernel needs nobody who looks after it."""


class _SessionLock:
    """``pg_try_advisory_lock`` of a session that is kept open, outside of every pool.

    A pooler that shares sessions (PgBouncer, by transactions) would give the lock to anybody.
    """

    def __init__(self, url: URL) -> None:
        query = {"connect_timeout": str(_CONNECT), "application_name": "liveshow server"}
        plain = url.set(drivername="postgresql+psycopg")
        self._engine = create_engine(
            plain.update_query_dict({**query, **plain.query}),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
        )
        self._session: Connection | None = None

    def acquire(self) -> bool:
        session = self._engine.connect()
        try:
            had = bool(session.execute(_TRY, _KEY).scalar_one())
        except BaseException:
            session.close()
            raise
        if had:
            self._session = session
        else:
            session.close()
        return had

    def release(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(SQLAlchemyError):
                session.close()
        self._engine.dispose()

    def user(self) -> str | None:
        with self._engine.connect() as session:
            held = session.execute(_HELD, _KEY).scalar_one()
        return "a session of Postgres, application_name 'liveshow server'" if held else None

    async def watch(self) -> None:
        """Take the lock again when the session broke: the database was restarted, say.

        Our own broken session may hold it for a while. So nothing is ended meanwhile: epochs keep
        shows safe.
        """
        told = False
        while True:
            await asyncio.sleep(_WATCH)
            try:
                good = await asyncio.to_thread(self._still_held)
            except (SQLAlchemyError, OSError):
                good = False
            if told and good:
                log.info("the database is this server's again")
            elif not good and not told:
                log.warning("the lock of the server was lost", reason="its session ended")
            told = not good

    def _still_held(self) -> bool:
        session = self._session
        if session is not None:
            try:
                session.execute(text("SELECT 1"))
                return True
            except SQLAlchemyError:
                self._session = None
                with contextlib.suppress(SQLAlchemyError):
                    session.close()
        return self.acquire()
