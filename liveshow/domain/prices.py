"""What may be said that something cost before: the lowest price of the 30 days before a reduction.

Each listing has a price in its closet, and one in each show that it is in: tracks of one history.
A price is in force on its track until the next one there; None: there is none from then on
(Directive 98/6/EC, article 6a).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

DAY_MS = 86_400_000
WINDOW_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class Change:
    """A price on a track from a time on (ms); ``track`` is a show's id, "" for the closet."""

    track: str
    price: int | None
    from_at: int


def lowest(changes: Iterable[Change], now: int, window: int = WINDOW_MS) -> int | None:
    """Return the lowest price that was in force in the ``window`` (ms) before ``now``.

    ``changes`` are in the order in which they were made. What was in force for no time at all does
    not count, None: nothing was.
    """
    since = now - window
    tracks: dict[str, list[Change]] = {}
    for change in changes:
        known = tracks.setdefault(change.track, [])
        # Of the same moment only the last one counts.
        while known and known[-1].from_at >= change.from_at:
            known.pop()
        known.append(change)
    found: list[int] = []
    for known in tracks.values():
        ends = [change.from_at for change in known[1:]] + [now]
        found += [
            change.price
            for change, end in zip(known, ends, strict=True)
            if change.price is not None and change.from_at < now and end > since
        ]
    return min(found, default=None)


def was(price: int, *before: int | None) -> int | None:
    """Return what a price may be said to have been, None when it is no reduction.

    ``before`` are what was lowest until now, as far as it is known.
    """
    low = min((each for each in before if each is not None), default=None)
    return low if low is not None and price < low else None
