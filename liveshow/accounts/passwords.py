"""Passwords: argon2id, off the event loop, a few at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from liveshow import budgets
from liveshow.accounts.strength import weakness
from liveshow.accounts.turns import FairPool

_T = TypeVar("_T")

#: Stands for "this account has no password": nothing verifies against it.
NO_PASSWORD = "!"  # noqa: S105 - the absence of a password

WORKERS = 2
MAX_WAITING = budgets.CHECKS_WAITING.amount  # beyond this many, the server says to come back later
MAX_PER_ADDRESS = budgets.CHECKS_WAITING_FROM.amount  # of these; a hall of people has one address
MAX_PER_ACCOUNT = budgets.CHECKS_WAITING_AT.amount


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
        self._pool = FairPool(WORKERS, "argon2")
        # What an unknown handle is checked against, so that it takes as long as a known one.
        self._decoy: str | None = None

    async def hash(self, password: str, *, address: str = "", account: str = "") -> str:
        """Return the hash to store; for whom it is, as in ``verify``."""
        return await self._run(lambda: self._hasher.hash(_normal(password)), address, account)

    async def weakness(self, password: str, known: Sequence[str], *, address: str = "") -> str:
        """Return why ``password`` should not be taken, in words; "" when it may."""
        return await self._run(lambda: weakness(_normal(password), known), address, "")

    async def verify(
        self, stored: str | None, password: str, *, address: str = "", account: str = ""
    ) -> bool:
        """Whether ``password`` is the stored one; takes equally long for ``None``.

        ``address``, ``account``: on whose behalf; each has a bounded share, "" has all.
        Raises ``RateLimited``, ``Unavailable``.
        """
        return await self._run(lambda: self._verify(stored, password), address, account)

    def outdated(self, stored: str) -> bool:
        """Whether a hash that just verified should be made again."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._pool.close()

    def _verify(self, stored: str | None, password: str) -> bool:
        known = stored is not None and stored != NO_PASSWORD
        if not known and self._decoy is None:
            self._decoy = self._hasher.hash("decoy")
        try:
            self._hasher.verify((stored if known else self._decoy) or "", _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return known

    async def _run(self, work: Callable[[], _T], address: str, account: str) -> _T:
        return await self._pool.run(
            work,
            names=(
                f"address {address}" if address else "",
                f"account {account}" if account else "",
            ),
            places=(MAX_PER_ADDRESS, MAX_PER_ACCOUNT),
            most=MAX_WAITING,
        )


def _normal(password: str) -> str:
    # The same password typed on another keyboard may come decomposed.
    return unicodedata.normalize("NFC", password)
