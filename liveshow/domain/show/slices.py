"""Slices: the parts of a show's state. Each belongs to one feature, and events alone change it.

A method marked ``@applies(SomeEvent)`` says what an event means for its slice. An event may mean
something for several slices; they follow it in the order of the features.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar, overload

from liveshow.domain.show.events import Event

if TYPE_CHECKING:
    from liveshow.domain.show.state import ShowState

S = TypeVar("S", bound="Slice")
E = TypeVar("E", bound=Event)
F = TypeVar("F", bound=Event)
G = TypeVar("G", bound=Event)
H = TypeVar("H", bound=Event)


class Moment(NamedTuple):
    """Where in the log an event is applied, and the state that it is applied to."""

    seq: int
    at: int
    state: ShowState


Applier = Callable[[Any, Any, Moment], None]


class Slice:
    """Base of all slices. A slice is made empty; rows are read into it by the methods that its
    appliers use as well."""

    APPLIERS: ClassVar[dict[type[Event], Applier]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.APPLIERS = {
            kind: member
            for member in vars(cls).values()
            for kind in getattr(member, "applies_to", ())
        }


Marker = Callable[[Callable[[S, E, Moment], None]], Callable[[S, E, Moment], None]]


@overload
def applies(kind: type[E], /) -> Marker[S, E]: ...


@overload
def applies(kind: type[E], other: type[F], /) -> Marker[S, E | F]: ...


@overload
def applies(kind: type[E], other: type[F], third: type[G], /) -> Marker[S, E | F | G]: ...


@overload
def applies(
    kind: type[E], other: type[F], third: type[G], fourth: type[H], /
) -> Marker[S, E | F | G | H]: ...


def applies(*kinds: type[Event]) -> Marker[S, Any]:
    """Mark a method of a slice: it changes the slice by events of these types."""

    def mark(method: Callable[[S, Any, Moment], None]) -> Callable[[S, Any, Moment], None]:
        method.applies_to = kinds  # type: ignore[attr-defined]
        return method

    return mark
