"""Passwords: argon2id, off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from liveshow.errors import Unavailable

_T = TypeVar("_T")

#: Stands for "this account has no password": nothing verifies against it.
NO_PASSWORD = "!"  # noqa: S105 - the absence of a password

WORKERS = 2
MAX_WAITING = 64  # beyond this many, the server says to come back later


@dataclass(frozen=True)
class Cost:
    """argon2id parameters; hashes made with others are renewed at the next sign-in."""

    time: int = 2
    memory_kib: int = 46 * 1024
    parallelism: int = 1


class Passwords:
    """Hashes and checks passwords. Close it when done."""

    def __init__(self, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(
            time_cost=cost.time, memory_cost=cost.memory_kib, parallelism=cost.parallelism
        )
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="argon2")
        self._waiting = 0
        # What an unknown handle is checked against, so that it takes as long as a known one.
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        return await self._run(lambda: self._hasher.hash(_normal(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` is the stored one; takes equally long for ``None``."""
        return await self._run(lambda: self._verify(stored, password))

    def outdated(self, stored: str) -> bool:
        """Whether a hash that just verified should be made again."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, stored: str | None, password: str) -> bool:
        known = stored is not None and stored != NO_PASSWORD
        if not known and self._decoy is None:
            self._decoy = self._hasher.hash("decoy")
        try:
            self._hasher.verify((stored if known else self._decoy) or "", _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return known

    async def _run(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= MAX_WAITING:
            raise Unavailable(
                "unavailable", "Too many people are signing in. Try again.", retry_after=2
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def _normal(password: str) -> str:
    # The same password typed on another keyboard may come decomposed.
    return unicodedata.normalize("NFC", password)
