"""An aggregate: rows of one kind that belong to a show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.show.events import Record
from liveshow.domain.show.facts import Fact
from liveshow.domain.show.state import ShowState


@dataclass(frozen=True, slots=True)
class Place:
    """A transaction on a show: its connection, and the database's time (ms)."""

    connection: AsyncConnection
    show_id: str
    host_id: str
    now: int


# Returns the values of those keys that have one.
Loader = Callable[[Place, frozenset[Any]], Awaitable[Mapping[Any, Any]]]


class Aggregate:
    """Rows of one kind in one batch: collects what events mean for them, then writes them.

    ``ORDER``: what others refer to is written, and read, before them.
    """

    ORDER: ClassVar[int]
    LOADERS: ClassVar[Mapping[Fact[Any, Any], Loader]] = {}

    def __init__(self, place: Place) -> None:
        self._place = place

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        """Read the rows into the state."""

    def record(self, record: Record, state: ShowState) -> None:
        """Remember what an event means for the rows; ``state`` is exactly at the event."""

    async def write(self, state: ShowState) -> None:
        """Write what was remembered in few statements; ``state`` is at the end of the batch."""


@cache
def aggregates() -> tuple[type[Aggregate], ...]:
    """Return all aggregates in the order in which they are written."""
    found = {
        member
        for module in _modules()
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Aggregate) and member is not Aggregate
    }
    return tuple(sorted(found, key=lambda kind: (kind.ORDER, kind.__name__)))


@cache
def loaders() -> Mapping[Fact[Any, Any], Loader]:
    """Return how each kind of fact is loaded, in the order in which they are."""
    return {fact: loader for kind in aggregates() for fact, loader in kind.LOADERS.items()}


def _modules() -> Iterator[Any]:
    package = __name__.rpartition(".")[0]
    for module in iter_modules(import_module(package).__path__):
        yield import_module(f"{package}.{module.name}")
