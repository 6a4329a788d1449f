"""How fast one client may go: a fixed window, in the memory of this process.

For what is asked often and costs little to count; attempts at passwords, which must be counted
across restarts, are ``liveshow.accounts.attempts``.
"""

from __future__ import annotations

from limits import parse

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

    def __init__(self, limit: str, clock: Clock, *, sentence: str) -> None:
        """``limit`` as in ``20/second``; ``sentence`` is what people read beyond it."""
        item = parse(limit)
        self._amount: int = item.amount
        self._length: int = item.get_expiry() * 1000
        self._clock = clock
        self._sentence = sentence
        self._start = 0
        self._counts: dict[str, int] = {}

    def take(self, name: str) -> None:
        """Count one; raise ``RateLimited`` when it is too many."""
        now = self._clock()
        # A clock that was set back does not lock anybody out.
        over = not 0 <= now - self._start < self._length
        if over or len(self._counts) >= MAX_NAMES:
            self._start = now
            self._counts.clear()
        count = self._counts.get(name, 0) + 1
        self._counts[name] = count
        if count > self._amount:
            wait = (self._start + self._length - now) / 1000
            raise RateLimited(message=self._sentence, retry_after=wait)
