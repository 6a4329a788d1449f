"""When the database does not answer, or cannot be written: told once, not by every request.

Every error of the surroundings (locks, disks, networks, restarts) becomes ``StoreUnavailable``.
What is a defect of ours (a constraint, a missing table, wrong SQL) stays what it is.

An outage of one kind is one line in the log when it begins and one when it is over.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Literal

import structlog
from sqlalchemy import exc

from liveshow.errors import StoreUnavailable
from liveshow.logs import scrub_text

log = structlog.get_logger(__name__)

Kind = Literal["locked", "slow", "full", "read_only", "broken", "unreachable"]

# An outage is over when something has worked, and nothing failed for this long after it.
QUIET_SECONDS = 2.0
_SENTENCE = "The server cannot read or save anything right now. Try again in a moment."

# Primary result codes: https://www.sqlite.org/rescode.html
_SQLITE: dict[int, Kind] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_INTERRUPT: "slow",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_NOMEM: "full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_IOERR: "broken",
    sqlite3.SQLITE_CORRUPT: "broken",
    sqlite3.SQLITE_NOTADB: "broken",
    sqlite3.SQLITE_CANTOPEN: "unreachable",
}
# SQLSTATEs, the longest prefix first: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: tuple[tuple[str, Kind], ...] = (
    ("55P03", "locked"),
    ("40P01", "locked"),
    ("40001", "locked"),
    ("57014", "slow"),
    ("53300", "unreachable"),
    ("25006", "read_only"),
    ("42501", "read_only"),
    ("08", "unreachable"),
    ("28", "unreachable"),
    ("3D", "unreachable"),
    ("53", "full"),
    ("57P", "unreachable"),
    ("58", "broken"),
    ("XX001", "broken"),
    ("XX002", "broken"),
)


def kind_of(error: Exception) -> Kind | None:
    """Return what is wrong with the surroundings, None when the error is a defect of ours."""
    if isinstance(error, exc.TimeoutError):
        return "slow"  # every connection is in use
    if not isinstance(error, exc.DBAPIError):
        return None
    if error.connection_invalidated:
        return "unreachable"
    original = error.orig
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", None)
        return _SQLITE.get(code & 0xFF) if code is not None else None
    state = getattr(original, "sqlstate", None)
    if state is None:
        # libpq's own words: refused, closed, no answer in time.
        return "unreachable" if isinstance(error, exc.OperationalError) else None
    return next((kind for prefix, kind in _POSTGRES if state.startswith(prefix)), None)


@dataclass(slots=True)
class _Outage:
    since: float
    count: int = 0
    # Since when things work again; the timer tells it unless something fails meanwhile.
    worked_at: float | None = None
    timer: asyncio.TimerHandle | None = None


class Outages:
    """Watches the transactions of one database."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        """``clock`` gives seconds."""
        self._clock = clock
        self._current: dict[Kind, _Outage] = {}
        # Whether a transaction is under way that finds out if the database answers again.
        self._trying = False

    @property
    def current(self) -> frozenset[Kind]:
        """What is wrong at the moment."""
        return frozenset(kind for kind, o in self._current.items() if o.worked_at is None)

    @contextmanager
    def attempt(self, *, writes: bool) -> Iterator[None]:
        """Watch a transaction. Raises ``StoreUnavailable`` for what is not our fault.

        While the database does not answer at all one transaction at a time tries; the others are
        refused at once, so that nothing piles up behind it.
        """
        trying = "unreachable" in self.current
        if trying and self._trying:
            raise StoreUnavailable(message=_SENTENCE)
        self._trying = self._trying or trying
        try:
            yield
        except (exc.DBAPIError, exc.TimeoutError) as error:
            kind = kind_of(error)
            if kind is None:
                raise
            raise self.failed(kind, error) from error
        else:
            self.worked(writes=writes)
        finally:
            if trying:
                self._trying = False

    def failed(self, kind: Kind, error: Exception | None = None) -> StoreUnavailable:
        """Count a failure, log the first; return what to raise."""
        outage = self._current.get(kind)
        if outage is None:
            outage = self._current[kind] = _Outage(self._clock())
            log.error("the database fails", kind=kind, reason=_reason(error))
        outage.count += 1
        outage.worked_at = None
        if outage.timer is not None:
            outage.timer.cancel()
            outage.timer = None
        return StoreUnavailable(message=_SENTENCE)

    def worked(self, *, writes: bool) -> None:
        """A transaction went through: what was wrong with it is not any more."""
        for kind, outage in self._current.items():
            if outage.worked_at is not None or not (writes or kind in ("unreachable", "slow")):
                continue
            outage.worked_at = self._clock()
            loop = asyncio.get_running_loop()
            outage.timer = loop.call_later(QUIET_SECONDS, self._over, kind)

    def _over(self, kind: Kind) -> None:
        outage = self._current.pop(kind)
        lasted = (outage.worked_at or self._clock()) - outage.since
        log.info(
            "the database works again", kind=kind, seconds=round(lasted, 1), failed=outage.count
        )

    def close(self) -> None:
        """Forget everything."""
        for outage in self._current.values():
            if outage.timer is not None:
                outage.timer.cancel()
        self._current.clear()


def _reason(error: Exception | None) -> str:
    """What the driver says, on one line."""
    original = getattr(error, "orig", None) or error
    return scrub_text(" ".join(str(original or "waited too long").split()))[:300]
