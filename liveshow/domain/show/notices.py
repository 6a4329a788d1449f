"""What one person must not miss: the newest notices of each, part of their private state."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

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
    """How one end of a promise is told: the kind of a notice, and what it says of itself.

    Each feature declares the ends of what it promises as a table from a ``Literal`` to this; None
    is an end that its own person asked for, whom the answer to their command tells.
    """

    kind: str
    text: str = ""


@dataclass
class Notices(Slice):
    """The newest notices by person."""

    boxes: dict[str, deque[Notice]] = field(default_factory=dict)
    # Those of the event that is being applied, for whoever writes them down.
    fresh: list[tuple[str, Notice]] = field(default_factory=list, compare=False)

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

    def keep(self, user: str, notice: Notice) -> None:
        self.boxes.setdefault(user, deque(maxlen=NOTICES_KEPT)).append(notice)

    def of(self, user: str) -> list[Notice]:
        """The newest notices of somebody, oldest first."""
        return list(self.boxes.get(user, ()))
