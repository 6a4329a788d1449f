"""Those who wait for one item, in order, so that no question walks the whole list.

It may be ten thousand long and everybody joins it in the same second: joining, leaving and
finding who is next cost the same whatever its length.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from liveshow.domain.values import Offer, Person


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the waitlist of an item.

    ``at`` is when it was taken (ms), ``offer`` what was offered then: whoever is promoted does not
    pay more than that.
    """

    id: str
    item: str
    variant: str
    buyer: Person
    quantity: int
    at: int
    offer: Offer


class Waitlist:
    """Entries in the order of their arrival."""

    __slots__ = ("_alike", "_arrived", "_entries", "_waiting_for")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[str, Entry] = {}
        # Entries of one variant and quantity fit together or not at all: only the first counts.
        # Not a dict: the first of a dict is slow to find once many before it have been deleted.
        self._alike: dict[tuple[str, int], OrderedDict[str, int]] = {}
        self._waiting_for: dict[str, int] = {}
        self._arrived = 0
        for entry in entries:
            self.append(entry)

    def append(self, entry: Entry) -> None:
        self._arrived += 1
        self._entries[entry.id] = entry
        alike = self._alike.setdefault((entry.variant, entry.quantity), OrderedDict())
        alike[entry.id] = self._arrived
        self._waiting_for[entry.variant] = self._waiting_for.get(entry.variant, 0) + 1

    def remove(self, entry_id: str) -> Entry | None:
        """Take somebody out of the list; return their entry, or None when they are not in it."""
        entry = self._entries.pop(entry_id, None)
        if entry is None:
            return None
        kind = (entry.variant, entry.quantity)
        del self._alike[kind][entry_id]
        if not self._alike[kind]:
            del self._alike[kind]
        self._waiting_for[entry.variant] -= 1
        if not self._waiting_for[entry.variant]:
            del self._waiting_for[entry.variant]
        return entry

    def rename(self, entry_id: str, buyer: Person) -> None:
        """Call who waits by another name; their place is the same."""
        self._entries[entry_id] = replace(self._entries[entry_id], buyer=buyer)

    def get(self, entry_id: str) -> Entry | None:
        return self._entries.get(entry_id)

    def waiting_for(self, variant: str) -> int:
        """How many wait for a variant."""
        return self._waiting_for.get(variant, 0)

    def variants(self) -> list[str]:
        """The variants that somebody waits for."""
        return list(self._waiting_for)

    def first_of(self, variant: str) -> Entry | None:
        """Who came first of those who wait for a variant."""
        if variant not in self._waiting_for:
            return None
        heads = (next(iter(a.items())) for (v, _), a in self._alike.items() if v == variant)
        return self._first(heads)

    def shrink(self, entry_id: str, quantity: int) -> None:
        """Let the first who waits for a variant want only so many more; they keep their place."""
        entry = self._entries[entry_id]
        former = self._alike[entry.variant, entry.quantity]
        arrived = former.pop(entry_id)
        if not former:
            del self._alike[entry.variant, entry.quantity]
        alike = self._alike.setdefault((entry.variant, quantity), OrderedDict())
        alike[entry_id] = arrived
        alike.move_to_end(entry_id, last=False)
        self._entries[entry_id] = replace(entry, quantity=quantity)

    def passed(self, lapsed: Mapping[str, Collection[str]]) -> Mapping[str, Collection[str]]:
        """Whose turn it is not, by variant: who let a hold run out, while others wait for it."""
        return {
            variant: buyers
            for variant, buyers in lapsed.items()
            if len(buyers) < self.waiting_for(variant)
        }

    def first_that_fits(
        self,
        free: Mapping[str, int],
        left: Mapping[str, int],
        passed: Mapping[str, Collection[str]],
    ) -> Entry | None:
        """The first in line who wants no more than there is ``free`` of their variant.

        Nobody can have more than are ``left``: whoever wants more gets all of these. ``passed`` has
        ids of buyers by variant whose turn it is not, however early they came.
        """
        heads = (
            head
            for (variant, quantity), alike in self._alike.items()
            if 0 < min(quantity, left.get(variant, 0)) <= free.get(variant, 0)
            if (head := self._head(alike, passed.get(variant, ()))) is not None
        )
        return self._first(heads)

    def _head(self, alike: Mapping[str, int], passed: Collection[str]) -> tuple[str, int] | None:
        """The first of those who want the same, without those who are passed."""
        return next(
            (each for each in alike.items() if self._entries[each[0]].buyer.id not in passed), None
        )

    def _first(self, heads: Iterable[tuple[str, int]]) -> Entry | None:
        first = min(heads, key=lambda head: head[1], default=None)
        return self._entries[first[0]] if first else None

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, entry_id: object) -> bool:
        return entry_id in self._entries

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Waitlist):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Waitlist({list(self)!r})"


class Waitlists(dict[str, Waitlist]):
    """The waitlists of a show by item; items for which nobody waits are left out."""

    def join(self, entry: Entry) -> None:
        self.setdefault(entry.item).append(entry)

    def leave(self, item: str, entry_id: str) -> Entry | None:
        """Take somebody out of an item's waitlist; return their entry, or None."""
        waitlist = self.get(item)
        entry = waitlist.remove(entry_id) if waitlist is not None else None
        if waitlist is not None and not waitlist:
            del self[item]
        return entry

    def setdefault(self, item: str, default: Iterable[Entry] | None = None) -> Waitlist:
        if item not in self:
            self[item] = default if isinstance(default, Waitlist) else Waitlist(default or ())
        return self[item]
