"""Viewers that were answered and are not connected yet: their places go to others when there are
too few.

A place costs whoever asks for it one request, and they need not come. So an address has a bounded
number of such places, and a full relay takes one back: the oldest of the address that has the most.
Who connects does so within a second, and keeps it.
"""

from __future__ import annotations

from liveshow.relay.session import Session

# Seconds in which a viewer that means it is connected.
GRACE = 3.0
# An address that has more than this many waits for that long with none of them.
CROWD = 10


class PendingViewers:
    """Sessions of viewers by address, each oldest first."""

    def __init__(self, most: int) -> None:
        """``most``: of one address."""
        self._most = most
        self._waiting: dict[str, dict[str, Session]] = {}
        self._address: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._address)

    def add(self, session: Session, address: str) -> None:
        """A viewer was answered."""
        self._waiting.setdefault(address, {})[session.id] = session
        self._address[session.id] = address

    def done(self, session: Session) -> None:
        """It is connected, or has ended. Idempotent."""
        address = self._address.pop(session.id, None)
        if address is not None:
            of_address = self._waiting[address]
            del of_address[session.id]
            if not of_address:
                del self._waiting[address]

    def beyond(self, address: str) -> Session | None:
        """The one that gives way to another of the same address, None: there is room."""
        waiting = self._waiting.get(address, {})
        return next(iter(waiting.values())) if len(waiting) >= self._most else None

    def victim(self, now: float) -> Session | None:
        """The one that gives way in a full relay, None: each may still be on its way."""
        if not self._waiting:
            return None
        most = max(self._waiting.values(), key=len)
        oldest = next(iter(most.values()))
        late = now - oldest.peer.created > GRACE
        return oldest if late or len(most) > CROWD else None
