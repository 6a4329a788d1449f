"""What every subsystem stands on, and how one hears of another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from liveshow.clock import Clock
from liveshow.domain.show.facts import Rules
from liveshow.metrics import Metrics
from liveshow.pace import Paces
from liveshow.settings import Settings
from liveshow.store.database import Database

T = TypeVar("T")


@dataclass(frozen=True)
class Base:
    """Settings, the database, the time, and the rules of money."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    database: Database
    rules: Rules
    # What is counted in memory.
    paces: Paces

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> Base:
        metrics = Metrics()
        database = Database(settings.sql_url, on_error=metrics.database_errors_total.inc)
        return cls(
            settings,
            clock,
            metrics,
            database,
            _rules(settings),
            Paces(settings.limits, clock),
        )


@dataclass
class News(Generic[T]):
    """Something that happens in one subsystem and that others want to hear of.

    A listener must not wait. What takes longer it hands to ``Background``.
    """

    listeners: list[Callable[[T], None]] = field(default_factory=list)

    def __call__(self, news: T) -> None:
        for listener in self.listeners:
            listener(news)


class Background:
    """Runs what somebody who must not wait has begun; it ends by itself."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        # The loop itself keeps no task alive.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _rules(settings: Settings) -> Rules:
    rates = {
        currency: tuple(sorted(prices.items()))
        for currency, prices in settings.shipping_rates.items()
    }
    return Rules(
        fee_percent=settings.fee_percent,
        shipping_rates=rates,
        giveaways_for_buyers=settings.giveaways_for_buyers,
        beacon=settings.giveaway_beacon,
        cards=settings.stripe,
        require_card=settings.require_card,
        max_unseen_minutes=settings.max_unseen_minutes,
        max_interrupted_minutes=settings.max_interrupted_minutes,
    )
