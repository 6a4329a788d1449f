"""What a decision is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from liveshow.domain.running.show import Show
from liveshow.domain.show.commands import Answer, Said
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import Facts
from liveshow.domain.show.slices import Slice
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Permission, Person
from liveshow.errors import Conflict, Forbidden, Unauthenticated

S = TypeVar("S", bound=Slice)

# Made of what happened: the answer to somebody who wants to know a ``seq``.
AnswerOf = Callable[[Sequence[Record]], Answer]


@dataclass(slots=True)
class Decision:
    """The events that a command leads to, and the answer to whoever asked.

    Events are taken one after the other, each applied before the next one is asked for: a generator
    sees what its former events have changed. A generator must not refuse.
    """

    events: Iterable[Event] = ()
    answer: Answer | AnswerOf = field(default_factory=Answer)


def said(first: Sequence[Record]) -> Said:
    """Answer with the ``seq`` of the first event."""
    return Said(first[0].seq)


@dataclass(slots=True)
class Context:
    """The state, what was loaded, the time (ms), new ids, and who asks."""

    state: ShowState
    now: int
    facts: Facts
    mint: Callable[[], str]
    actor: Person | None = None
    # What could not be written at its time and is not tried now, by id.
    aside: frozenset[str] = frozenset()

    def __getitem__(self, kind: type[S]) -> S:
        """Return the slice of a feature."""
        return self.state.slices[kind]  # type: ignore[return-value]  # of this kind

    @property
    def show(self) -> Show:
        return self.state.show

    @property
    def me(self) -> Person:
        """Who asks; raises ``unauthenticated`` for a guest."""
        if self.actor is None:
            raise Unauthenticated(message="Sign in to do that.")
        return self.actor

    def require(self, permission: Permission) -> Person:
        """Who asks, if they may; raises ``forbidden``."""
        if not self.show.may(self.me.id, permission):
            raise Forbidden(message="Only the team of this show can do that.")
        return self.me

    def not_ended(self) -> None:
        """Raise ``show_ended`` when the show is over."""
        if self.show.status == "ended":
            raise Conflict("show_ended", "This show has ended.")
