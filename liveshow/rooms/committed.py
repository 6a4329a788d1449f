"""What was committed in shows that have no open room here: read from the rows, kept for a while.

A kept state is used as long as the show's row has the same epoch and seq, which one cheap read
says. What the row does not know of (a name, stock that was sold in another process) is at most
``FRESH_MS`` old.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from liveshow.clock import Clock
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.state import ShowState
from liveshow.errors import NotFound, StoreUnavailable
from liveshow.rooms.ports import RoomStore
from liveshow.single_flight import SingleFlight

# Beyond either, what was not asked for the longest is forgotten.
MAX_STATES = 200
MAX_ITEMS = 5_000
FRESH_MS = 30_000


@dataclass(slots=True)
class _Kept:
    state: ShowState
    read_at: int


class CommittedStates:
    """A bounded cache of states that nobody changes."""

    def __init__(self, store: RoomStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._items = 0
        self._loading: SingleFlight[ShowState] = SingleFlight()
        # How often something was forgotten: what was being read meanwhile is not kept.
        self._forgotten = 0

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, show_id: str) -> ShowState:
        """Return the state as it is in the rows. Raises ``not_found``.

        While the database does not answer, the state that was read last is returned.
        """
        kept = self._kept.get(show_id)
        if kept is None:
            return await self._load(show_id)
        try:
            head = await self._store.head(show_id)
            fresh = self._clock() - kept.read_at < FRESH_MS
            if not fresh or head != (kept.state.epoch, kept.state.seq):
                return await self._load(show_id, at_least=head)
        except NotFound:
            self.forget(show_id)
            raise
        except StoreUnavailable:
            pass
        if show_id in self._kept:
            self._kept.move_to_end(show_id)
        return kept.state

    async def _load(self, show_id: str, at_least: tuple[int, int] = (0, 0)) -> ShowState:
        """Read a show once, however many ask for it at the same time."""
        while True:
            joined = show_id in self._loading
            state = await self._loading.do(show_id, lambda: self._read(show_id))
            # One that had begun before may have missed what the row says by now.
            if not joined or (state.epoch, state.seq) >= at_least:
                return state

    async def _read(self, show_id: str) -> ShowState:
        forgotten = self._forgotten
        state = await self._store.load(show_id)
        if forgotten == self._forgotten:
            self._keep(show_id, state)
        return state

    def _keep(self, show_id: str, state: ShowState) -> None:
        self._drop(show_id)
        self._kept[show_id] = _Kept(state, self._clock())
        self._items += len(state[RunOfShow].items)
        while len(self._kept) > MAX_STATES or (self._items > MAX_ITEMS and len(self._kept) > 1):
            self._drop(next(iter(self._kept)))

    def _drop(self, show_id: str) -> None:
        if kept := self._kept.pop(show_id, None):
            self._items -= len(kept.state[RunOfShow].items)

    def forget(self, show_id: str) -> None:
        """A room is open now: what is committed from here on is its to say."""
        self._forgotten += 1
        self._drop(show_id)

    def forget_listings(self, listings: Iterable[str]) -> None:
        """The stock of listings changed, which the rows of the shows that have them do not say."""
        self._forgotten += 1
        wanted = list(listings)
        for show_id, kept in list(self._kept.items()):
            if any(kept.state[RunOfShow].by_listing(listing) for listing in wanted):
                self._drop(show_id)
