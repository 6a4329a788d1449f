"""What one person is told on every page: of their claims, their orders, and what is lent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from liveshow.clock import Clock
from liveshow.domain.orders.ends import Party, Step
from liveshow.domain.values import ItemRef, Person

#: The newest of each kind of news that are kept in view.
NEWS_SHOWN = 20
#: How far news of lending is looked back for what waits for an answer.
LENDING_LOOKED_AT = 100


@dataclass(frozen=True)
class ShowNotice:
    """A notice of a show; ``id`` is the ``seq`` of its event, ``at`` its time (ms).

    ``price`` in minor units of ``currency``, if an amount is to be said.
    """

    show_id: str
    show_title: str
    id: int
    at: int
    kind: str
    item: ItemRef | None
    text: str
    price: int | None
    currency: str


@dataclass(frozen=True)
class LendingNews:
    """What ``by`` did about a mandate, at ``at`` (ms); ``title`` is the listing's.

    One that is ``expired`` ended at ``at``, and ``by`` is the other side.
    """

    mandate: str
    title: str
    by: Person
    status: str
    at: int

    @property
    def waits(self) -> bool:
        """Whether it is for whoever hears of it to answer."""
        return self.status in ("offered", "requested")


@dataclass(frozen=True)
class OrderNews:
    """The last step of an order, which ``by`` took at ``at`` (ms), as it is told to ``role``.

    ``title`` is that of its first line, ``more`` how many it has beside.
    """

    order: str
    show_id: str
    show_title: str
    role: Party
    # It was won: nothing was paid for it.
    prize: bool
    title: str
    more: int
    status: Step
    by: Person
    at: int
    carrier: str
    tracking: str


@dataclass(frozen=True)
class CaseNews:
    """The last step of a case, which ``by`` took at ``at`` (ms), or time, when it is None.

    ``title`` is that of the first line of its order; ``due_at`` (ms) when silence ends it.
    """

    case: str
    order: str
    show_id: str
    show_title: str
    title: str
    status: str
    by: Person | None
    at: int
    due_at: int | None


@dataclass(frozen=True)
class Found:
    """What there is to tell somebody, each newest first.

    ``until`` (ms) is when the next of their mandates expires.
    """

    notices: list[ShowNotice]
    lending: list[LendingNews]
    until: int | None
    orders: list[OrderNews]
    cases: list[CaseNews]


class InboxStore(Protocol):
    """Implemented by ``liveshow.store.notices.NoticeRepository``."""

    async def find(self, user_id: str, now: int, *, most: int, most_lending: int) -> Found:
        """Return the newest notices of somebody, and what others did last.

        A mandate that has expired by ``now`` (ms) is news to both sides. ``most``: of notices,
        of orders and of cases.
        """


@dataclass(frozen=True)
class Lending:
    """``waiting``: how many wait for an answer, ``LENDING_LOOKED_AT`` at most.

    ``until`` (ms) is when there is news by time alone: the next mandate expires.
    """

    waiting: int
    until: int | None
    news: list[LendingNews]


@dataclass(frozen=True)
class News:
    """What somebody is to be told, each newest first."""

    notices: list[ShowNotice]
    lending: Lending
    orders: list[OrderNews]
    cases: list[CaseNews]


class Inbox:
    """Reads what somebody is to be told. Nothing is marked as read: each device remembers that."""

    def __init__(self, store: InboxStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def news(self, user_id: str) -> News:
        found = await self._store.find(
            user_id, self._clock(), most=NEWS_SHOWN, most_lending=LENDING_LOOKED_AT
        )
        waiting = sum(news.waits for news in found.lending)
        lending = Lending(waiting, found.until, found.lending[:NEWS_SHOWN])
        return News(found.notices, lending, found.orders, found.cases)
