"""An aggregate: rows of one kind that belong to a show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar, TypeVar, overload

from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain.features import MACHINE
from liveshow.domain.show.events import Event, Record
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

A = TypeVar("A", bound="Aggregate")
E = TypeVar("E", bound=Event)
F = TypeVar("F", bound=Event)
G = TypeVar("G", bound=Event)
H = TypeVar("H", bound=Event)
Recorder = Callable[[Any, Any, Record, ShowState], None]


class Aggregate:
    """Rows of one kind in one batch: collects what events mean for them, then writes them.

    A method marked ``@records(SomeEvent)`` remembers what an event means for the rows. It is given
    the event, its record, and the state, which is exactly at the event.

    ``ORDER``: what others refer to is written, and read, before them.
    """

    ORDER: ClassVar[int]
    LOADERS: ClassVar[Mapping[Fact[Any, Any], Loader]] = {}
    RECORDERS: ClassVar[tuple[tuple[type[Event], Recorder], ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.RECORDERS = tuple(
            (kind, member)
            for member in vars(cls).values()
            for kind in getattr(member, "recorded", ())
        )

    def __init__(self, place: Place) -> None:
        self._place = place

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        """Read the rows into the state."""

    async def write(self, state: ShowState) -> None:
        """Write what was remembered in few statements; ``state`` is at the end of the batch."""


Marked = Callable[[A, E, Record, ShowState], None]
Marker = Callable[[Marked[A, E]], Marked[A, E]]


@overload
def records(kind: type[E], /) -> Marker[A, E]: ...


@overload
def records(kind: type[E], other: type[F], /) -> Marker[A, E | F]: ...


@overload
def records(kind: type[E], other: type[F], third: type[G], /) -> Marker[A, E | F | G]: ...


@overload
def records(
    kind: type[E], other: type[F], third: type[G], fourth: type[H], /
) -> Marker[A, E | F | G | H]: ...


def records(*kinds: type[Event]) -> Marker[A, Any]:
    """Mark a method of an aggregate: it remembers what events of these types mean for its rows.

    ``Event`` stands for all types.
    """

    def mark(method: Marked[A, Any]) -> Marked[A, Any]:
        method.recorded = kinds  # type: ignore[attr-defined]
        return method

    return mark


@cache
def recorders() -> Mapping[type[Event], tuple[tuple[int, Recorder], ...]]:
    """Return which methods an event of each type is given to: index of the aggregate, method."""
    return {
        kind: tuple(
            (index, recorder)
            for index, owner in enumerate(aggregates())
            for wanted, recorder in owner.RECORDERS
            if issubclass(kind, wanted)
        )
        for kind in MACHINE.events.values()
    }


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
