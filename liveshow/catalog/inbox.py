"""What one person is told on every page: what became of their claims, and of what is lent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from liveshow.catalog.mandates import STANDING
from liveshow.clock import Clock
from liveshow.domain.values import ItemRef, Person

#: The newest of each kind of news that are kept in view.
NEWS_SHOWN = 20
#: How far news of lending is looked back for what waits for an answer.
LENDING_LOOKED_AT = 100


@dataclass(frozen=True)
class ShowNotice:
    """A notice of a show; ``id`` is the ``seq`` of its event, ``at`` its time (ms)."""

    show_id: str
    show_title: str
    id: int
    at: int
    kind: str
    item: ItemRef | None
    text: str


@dataclass(frozen=True)
class LendingNews:
    """What ``by`` did about a mandate, at ``at`` (ms); ``title`` is the listing's."""

    mandate: str
    title: str
    by: Person
    status: str
    expires_at: int | None
    at: int

    def expired(self, now: int) -> bool:
        return self.status in STANDING and self.expires_at is not None and self.expires_at <= now

    @property
    def waits(self) -> bool:
        """Whether it is for whoever hears of it to answer."""
        return self.status in ("offered", "requested")


class InboxStore(Protocol):
    """Implemented by ``liveshow.store.notices.NoticeRepository``."""

    async def notices(self, user_id: str, limit: int) -> list[ShowNotice]:
        """Return the newest notices of somebody from all shows, newest first."""

    async def lending(self, user_id: str, limit: int) -> list[LendingNews]:
        """Return what others did last about the mandates of somebody, newest first."""


@dataclass(frozen=True)
class Lending:
    """``waiting``: how many wait for an answer, ``LENDING_LOOKED_AT`` at most."""

    waiting: int
    news: list[LendingNews]


class Inbox:
    """Reads what somebody is to be told. Nothing is marked as read: each device remembers that."""

    def __init__(self, store: InboxStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def notices(self, user_id: str) -> list[ShowNotice]:
        return await self._store.notices(user_id, NEWS_SHOWN)

    async def lending(self, user_id: str) -> Lending:
        found = await self._store.lending(user_id, LENDING_LOOKED_AT)
        now = self._clock()
        standing = [news for news in found if not news.expired(now)]
        return Lending(sum(news.waits for news in standing), standing[:NEWS_SHOWN])
