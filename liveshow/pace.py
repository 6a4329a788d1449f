"""How fast somebody may go: a fixed window, in the memory of this process.

For what is asked often and costs little to count; attempts at passwords, which must be counted
across restarts, are ``liveshow.accounts.attempts``.
"""

from __future__ import annotations

from liveshow.budgets import Budget, Limits, Rate
from liveshow.clock import Clock
from liveshow.errors import RateLimited

# More names than this in one window are an attack from everywhere: counting starts again.
MAX_NAMES = 100_000


def of_person(user_id: str) -> str:
    """The name of a person, whatever way they come. No connection can have it."""
    return f"person {user_id}"


def of_connection(connection: str) -> str:
    """The name of a connection that is nobody's."""
    return f"connection {connection}"


class Pace:
    """Counts what is done under names: of people, of connections, of addresses.

    All names share one window, so that what is remembered ends with it.
    """

    def __init__(self, budget: Budget, clock: Clock, rate: Rate | None = None) -> None:
        """``rate``: what was set, unless it is as ``budget`` declares it."""
        rate = rate or budget.rate
        self._budget = budget
        self._amount = rate.amount
        self._length = rate.seconds * 1000
        self._clock = clock
        self._start = 0
        self._counts: dict[str, int] = {}

    def take(self, name: str, cost: int = 1) -> None:
        """Count ``cost``; raise ``RateLimited`` when it is too much, and count nothing then.

        One that costs more than all there is may go when nothing else was counted.
        """
        now = self._clock()
        self._begin(now)
        count = self._counts.get(name, 0)
        if count and count + cost > self._amount:
            raise self._refusal(now)
        self._counts[name] = count + cost

    def check(self, name: str) -> None:
        """Raise ``RateLimited`` when nothing is left; count nothing."""
        now = self._clock()
        self._begin(now)
        if self._counts.get(name, 0) >= self._amount:
            raise self._refusal(now)

    def count(self, name: str) -> int:
        """How much was counted under ``name`` in this window."""
        self._begin(self._clock())
        return self._counts.get(name, 0)

    def _begin(self, now: int) -> None:
        # A clock that was set back does not lock anybody out.
        over = not 0 <= now - self._start < self._length
        if over or len(self._counts) >= MAX_NAMES:
            self._start = now
            self._counts.clear()

    def _refusal(self, now: int) -> RateLimited:
        return self._budget.refusal((self._start + self._length - now) / 1000)


class Paces:
    """The paces of one server: what has one budget is counted once, whatever way it comes."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._paces: dict[Budget, Pace] = {}

    def __getitem__(self, budget: Budget) -> Pace:
        if (pace := self._paces.get(budget)) is None:
            pace = Pace(budget, self._clock, self._limits.rate(budget))
            self._paces[budget] = pace
        return pace
