"""What one person must not miss: the newest notices of each, part of their private state."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from liveshow.domain.show.slices import Moment, Slice
from liveshow.domain.values import ItemRef, Value

NOTICES_KEPT = 20


class Notice(Value, frozen=True):
    """Something that happened to one person. ``id`` is the ``seq`` of its event.

    ``price``: what one piece costs them, if that is to be said.
    """

    id: int
    at: int
    kind: str
    item: ItemRef | None = None
    text: str = ""
    price: int | None = None


class Told(Value, frozen=True):
    """How one end of a promise is told: the kind of a notice, and what it says of itself."""

    kind: str
    text: str = ""


End = TypeVar("End", bound=str)
# Each feature declares the ends of what it promises as a table from a ``Literal``. None is an end
# that its own person asked for, whom the answer to their command tells.
Ends = Mapping[End, Told | None]


@dataclass
class Notices(Slice):
    """The newest notices by person."""

    boxes: dict[str, deque[Notice]] = field(default_factory=dict)
    # Those of the event that was applied last, for whoever writes them down.
    fresh: list[tuple[str, Notice]] = field(default_factory=list, compare=False)
    # Those that it took the place of.
    stale: list[tuple[str, Notice]] = field(default_factory=list, compare=False)

    def tell(
        self,
        moment: Moment,
        user: str,
        kind: str,
        item: ItemRef | None = None,
        text: str = "",
        price: int | None = None,
    ) -> None:
        """Give somebody a notice of the event that is being applied."""
        notice = Notice(moment.seq, moment.at, kind, item, text, price)
        self.keep(user, notice)
        self.fresh.append((user, notice))

    def tell_anew(
        self, moment: Moment, user: str, kind: str, item: ItemRef, price: int | None = None
    ) -> None:
        """Give somebody a notice in the place of the former ones of its kind about the item.

        What happens again and again does not push out what they must not miss.
        """
        box = self.boxes.get(user, ())
        for old in [n for n in box if n.kind == kind and n.item and n.item.id == item.id]:
            self.boxes[user].remove(old)
            self.stale.append((user, old))
        self.tell(moment, user, kind, item, price=price)

    def tell_end(
        self,
        moment: Moment,
        user: str,
        end: Told | None,
        item: ItemRef | None = None,
        text: str = "",
        price: int | None = None,
    ) -> None:
        """Tell somebody how a promise to them ended, in the words of ``text`` if there are any."""
        if end is not None:
            self.tell(moment, user, end.kind, item, text or end.text, price)

    def keep(self, user: str, notice: Notice) -> None:
        self.boxes.setdefault(user, deque(maxlen=NOTICES_KEPT)).append(notice)

    def of(self, user: str) -> list[Notice]:
        """The newest notices of somebody, oldest first."""
        return list(self.boxes.get(user, ()))
