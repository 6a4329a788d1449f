"""What time ends in a show and could not be saved.

A batch that fails may owe it to a hold that expires, a lapsed mandate or a place in line. These are
then tried without anybody's command, in halves, until the one at fault is alone. That one is set
aside and tried again less and less often; everything else in the show goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

FIRST_PAUSE_MS = 1_000
LONGEST_PAUSE_MS = 600_000


@dataclass(frozen=True, slots=True)
class Trial:
    """A thing that failed alone: how often, and when it is tried again (ms)."""

    tries: int
    again_at: int


class Aside:
    """Things are named as ``liveshow.domain.show.feature.Due`` names them."""

    def __init__(self) -> None:
        self._suspects: deque[list[str]] = deque()
        self._later: dict[str, Trial] = {}

    def __contains__(self, thing: object) -> bool:
        return thing in self._later or any(thing in group for group in self._suspects)

    def things(self) -> frozenset[str]:
        """Everything that no ordinary batch may touch."""
        return frozenset(self._later).union(*self._suspects)

    def again_at(self, now: int) -> int | None:
        """When something is to be tried next, in milliseconds; None when there is nothing."""
        if self._suspects:
            return now
        return min((trial.again_at for trial in self._later.values()), default=None)

    def suspect(self, things: Sequence[str]) -> None:
        """A batch with these in it failed: one of them may be at fault."""
        if things:
            self._suspects.append(list(things))

    def take(self, due: Sequence[str], now: int) -> list[str]:
        """Return what is tried alone now; of what is not ``due`` any more nothing is kept."""
        present = set(due)
        while self._suspects:
            group = [thing for thing in self._suspects.popleft() if thing in present]
            if group:
                return group
        for thing, trial in list(self._later.items()):
            if thing not in present:
                del self._later[thing]
            elif trial.again_at <= now:
                return [thing]
        return []

    def failed(self, group: Sequence[str], now: int) -> Trial | None:
        """Note that a group failed; return the trial of what is set aside, if it was one alone."""
        if len(group) > 1:
            half = len(group) // 2
            self._suspects.extendleft([list(group[half:]), list(group[:half])])
            return None
        before = self._later.pop(group[0], None)
        tries = before.tries + 1 if before else 1
        # At the end: each gets its turn.
        pause = min(FIRST_PAUSE_MS << min(tries - 1, 20), LONGEST_PAUSE_MS)
        trial = self._later[group[0]] = Trial(tries, now + pause)
        return trial

    def saved(self, group: Sequence[str]) -> None:
        """Note that a group could be saved."""
        for thing in group:
            self._later.pop(thing, None)
