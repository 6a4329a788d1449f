"""Who is connected to which show, and who was a moment ago."""

from __future__ import annotations

from collections import Counter, OrderedDict

from liveshow.clock import Clock, steady_clock

# Whoever comes back within this has not been away (ms): tunnels, lifts, another tab.
GRACE_MS = 30_000
# So many who left are remembered; beyond, the one who left first counts as away.
MAX_LEFT = 100_000


class Presence:
    """Counts connections of people by show, on this server.

    For the length of the grace after its start everybody is here: the server itself had sent them
    away.
    """

    def __init__(self, steady: Clock = steady_clock) -> None:
        """``steady``: milliseconds that nobody sets."""
        self._steady = steady
        self._started = steady()
        self._connections: Counter[tuple[str, str]] = Counter()
        # When somebody left, in the order of that.
        self._left: OrderedDict[tuple[str, str], int] = OrderedDict()

    def came(self, show: str, user: str) -> None:
        """A connection of somebody has joined a show."""
        self._connections[show, user] += 1
        self._left.pop((show, user), None)

    def went(self, show: str, user: str) -> None:
        """A connection of somebody has left a show."""
        self._connections[show, user] -= 1
        if self._connections[show, user] > 0:
            return
        del self._connections[show, user]
        now = self._steady()
        self._left[show, user] = now
        while self._left and (
            len(self._left) > MAX_LEFT or next(iter(self._left.values())) + GRACE_MS < now
        ):
            self._left.popitem(last=False)

    def here(self, show: str, user: str) -> bool:
        """Whether somebody is connected to a show, or has left it a moment ago."""
        if (show, user) in self._connections:
            return True
        since = max(self._started, self._left.get((show, user), self._started))
        return self._steady() - since <= GRACE_MS
