"""A feature as it is registered, and the machine that all features make.

A part that is missing or stands twice is noticed when the machine is built, at import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, NamedTuple, TypeVar, Union, cast

import msgspec
from msgspec import UNSET, UnsetType
from pydantic import Field, TypeAdapter

from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.commands import (
    Answer,
    Command,
    Envelope,
    Observe,
    ServerCommand,
    Tick,
    name_of,
)
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.events import Event, EventTypes, Record, leaves_chat_line
from liveshow.domain.show.facts import NOTHING, Needs, Rules
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.slices import Applier, Slice
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Price
from liveshow.errors import LiveshowError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Does:
    """What a command means: what its decision needs, the decision, and its answer."""

    command: type[Command] | type[ServerCommand]
    decide: Callable[[Context, Any], Decision]
    needs: Callable[[Context, Any], Needs] = lambda ctx, command: NOTHING
    answer: type[Answer] = Answer


class Due(NamedTuple):
    """Something that ends by time: its id, and the events with which it ends."""

    id: str
    events: Iterable[Event]


@dataclass(slots=True)
class Look:
    """What sections are made of, at one moment."""

    state: ShowState
    rules: Rules
    now: int
    staff: bool = False
    _once: dict[Callable[[Look], object], object] = field(default_factory=dict)

    def once(self, compute: Callable[[Look], T]) -> T:
        """Return what a function makes of this moment, made once for all who ask."""
        if compute not in self._once:
            self._once[compute] = compute(self)
        return cast(T, self._once[compute])


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the snapshot under its own name. ``kind``: its type on the wire."""

    name: str
    kind: Any
    view: Callable[[Look], object]
    staff_only: bool = False


@dataclass(frozen=True, slots=True)
class MineSection:
    """A part of somebody's private state under its own name."""

    name: str
    kind: Any
    view: Callable[[Look, Person], object]


@dataclass(frozen=True, slots=True)
class PriceAsked:
    """Somebody wants so many pieces of an item; ``buyer`` is None where it is not said who."""

    state: ShowState
    item: str
    variant: str
    quantity: int
    buyer: str | None
    now: int


Undo = Callable[[Context, Any, Record], Decision | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Everything that a feature of a show consists of on the server, its rows apart."""

    name: str
    events: Sequence[type[Event]] = ()
    commands: Sequence[Does] = ()
    slice: type[Slice] | None = None
    # What everybody who joins is told, and what each person is told about themselves.
    snapshot: Sequence[Section] = ()
    mine: Sequence[MineSection] = ()
    # When `due` has something to end next, milliseconds; ids that are set aside do not count.
    deadline: Callable[[ShowState, frozenset[str]], int | None] = lambda state, aside: None
    due: Callable[[Context], Iterable[Due]] = lambda ctx: ()
    due_needs: Callable[[Context], Needs] = lambda ctx: NOTHING
    # Events that bring the state in line with what was loaded for a batch.
    observe: Callable[[Context], Iterable[Event]] = lambda ctx: ()
    # What follows in the same step from what has just happened, and from what followed from that
    # in the features before.
    follow: Callable[[Context, Sequence[Record]], Iterable[Event]] = lambda ctx, records: ()
    # Refuses a command before anybody decides it.
    guard: Callable[[Context, Envelope], None] = lambda ctx, envelope: None
    # The opposites of the undoable events.
    undo: Mapping[type[Event], Undo] = field(default_factory=dict)
    # Codes with which its commands are refused, by class; the class says the HTTP status.
    refuses: Mapping[type[LiveshowError], str] = field(default_factory=dict)
    # Counts that everybody is told without a place in the log, as they are now.
    live: Callable[[ShowState], Iterable[Ephemeral]] = lambda state: ()
    # What a buyer was promised with a claim, in words: it stays with the order.
    promises: Callable[[ShowState, str], Iterable[str]] = lambda state, claim_id: ()
    # What pieces cost whoever claims them now, if this feature says so. The first that does is it.
    price: Callable[[PriceAsked], Price | None] = lambda asked: None


def _never(_look: Look, _who: Person) -> object:
    raise AssertionError("the head of a private state is filled in where it is made")


# What every private state begins with.
MINE_HEAD = tuple(
    MineSection(name, kind, _never)
    for name, kind in (("epoch", int), ("seq", int), ("now", int), ("user", Person))
)


class BadFeature(Exception):
    """A feature lacks a part, or has one that another feature has as well."""


class Machine:
    """All features together."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self.slices: tuple[type[Slice], ...] = (
            ChatLines,
            Notices,
            *(feature.slice for feature in features if feature.slice),
        )
        kinds = [kind for feature in features for kind in feature.events]
        self.events = EventTypes(kinds)
        self.appliers: dict[type[Event], tuple[tuple[type[Slice], Applier], ...]] = {
            kind: tuple(
                (owner, owner.APPLIERS[kind]) for owner in self.slices if kind in owner.APPLIERS
            )
            for kind in kinds
        }
        does = [each for feature in features for each in feature.commands]
        self.does = {each.command: each for each in does}
        self.refusals: dict[str, type[LiveshowError]] = {
            code: kind
            for feature in features
            for kind, codes in feature.refuses.items()
            for code in codes.split()
        }
        self.undo = {kind: undo for f in features for kind, undo in f.undo.items()}
        # Asked at every command: only of the features that have them.
        self.guards = [f.guard for f in features if f.guard is not _default("guard")]
        self.prices = [f.price for f in features if f.price is not _default("price")]
        self.follows = [f.follow for f in features if f.follow is not _default("follow")]
        self._check(kinds, does)
        self.client_commands = {
            name_of(each.command): each.command
            for each in does
            if issubclass(each.command, Command)
        }
        union: Any = Union[tuple(self.client_commands.values())]  # noqa: UP007 - made at run time
        self.client_command: TypeAdapter[Command] = TypeAdapter(
            Annotated[union, Field(discriminator="type")]
        )
        self.state_view = _struct("State", (s for f in features for s in f.snapshot))
        self.mine_view = _struct("Mine", (*MINE_HEAD, *(s for f in features for s in f.mine)))

    def new_state(self, show_id: str, *, epoch: int = 0, seq: int = 0) -> ShowState:
        """Return the state of a show of which nothing is known yet."""
        return ShowState(self, show_id, epoch=epoch, seq=seq)

    def needs(self, ctx: Context, command: Command | ServerCommand) -> Needs:
        """Return what deciding a command needs, as far as that can be told by now."""
        if isinstance(command, Tick | Observe):
            return NOTHING  # `due_needs` says what time's passing needs
        return self.does[type(command)].needs(ctx, command)

    def due_needs(self, ctx: Context) -> Needs:
        """Return what ending what is over needs."""
        needs = Needs()
        for feature in self.features:
            needs.update(feature.due_needs(ctx))
        return needs

    def due(self, ctx: Context) -> Iterator[Due]:
        """What is over now, but for what is set aside."""
        for feature in self.features:
            for due in feature.due(ctx):
                if due.id not in ctx.aside:
                    yield due

    def next_deadline(self, state: ShowState, aside: frozenset[str] = frozenset()) -> int | None:
        """When something is over next, milliseconds."""
        deadlines = (feature.deadline(state, aside) for feature in self.features)
        return min((at for at in deadlines if at is not None), default=None)

    def live(self, state: ShowState) -> list[Ephemeral]:
        """What somebody who joins is told beside the snapshot."""
        return [each for feature in self.features for each in feature.live(state)]

    def promises(self, state: ShowState, claim_id: str) -> list[str]:
        """What a buyer was promised with a claim, in words."""
        return [words for feature in self.features for words in feature.promises(state, claim_id)]

    def price(self, asked: PriceAsked) -> Price | None:
        """Return what a feature says that pieces cost now, None when none of them says anything."""
        return next((price for ask in self.prices if (price := ask(asked)) is not None), None)

    # --- what is wrong ---------------------------------------------------------------------

    def _check(self, kinds: Sequence[type[Event]], does: Sequence[Does]) -> None:
        _unique("event", (kind.type for kind in kinds))
        _unique("command", (name_of(each.command) for each in does))
        _unique("slice", (kind.__name__ for kind in self.slices))
        _unique("section", (s.name for f in self.features for s in f.snapshot))
        _unique("private section", (s.name for f in self.features for s in f.mine))
        for kind in kinds:
            _check_event(kind, applied=bool(self.appliers[kind]))
            if kind.undoable is not (kind in self.undo):
                raise BadFeature(f"{kind.__name__} is undoable without an undo, or the reverse")
        for owner in self.slices:
            for kind in owner.APPLIERS:
                if kind not in self.appliers:
                    raise BadFeature(f"{owner.__name__} follows {kind.__name__}, not registered")


def _check_event(kind: type[Event], *, applied: bool) -> None:
    if not kind.type:
        raise BadFeature(f"{kind.__name__} has no type")
    for name in kind.__struct_fields__:
        if hasattr(Event, name):
            raise BadFeature(f"the field {name} of {kind.__name__} hides what its class declares")
    if not applied and not leaves_chat_line(kind):
        raise BadFeature(f"nothing follows from {kind.__name__}")
    for name in (kind.private_to, kind.supersedes):
        if name and name not in kind.__struct_fields__:
            raise BadFeature(f"{kind.__name__} has no field {name}")


def _unique(what: str, names: Iterable[str]) -> None:
    known: set[str] = set()
    for name in names:
        if name in known:
            raise BadFeature(f"two times the {what} {name}")
        known.add(name)


def _default(name: str) -> object:
    """What a feature has under this name when it says nothing."""
    return next(each.default for each in fields(Feature) if each.name == name)


def _struct(name: str, sections: Iterable[Section | MineSection]) -> type[msgspec.Struct]:
    """The shape of several sections together. Those for staff only may be absent."""
    parts: list[Any] = []
    for section in sections:
        if isinstance(section, Section) and section.staff_only:
            parts.append((section.name, section.kind | UnsetType, UNSET))
        else:
            parts.append((section.name, section.kind))
    return msgspec.defstruct(name, parts, frozen=True, kw_only=True)
