"""What a decision needs to know beyond the state, and what was loaded of it.

A feature says beside each decision what it needs. Exactly that is loaded, and locked where it can
change under us, in the transaction of the batch. Looking at anything else raises `NotLoaded`: it
would be a decision about something that may be different by now.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from liveshow import budgets
from liveshow.domain.shipping import Rates, example_rates
from liveshow.domain.values import Person, Photo

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class NotLoaded(Exception):
    """A decision looked at a fact that it had not asked for. A defect, never a refusal."""


class Fact(Generic[K, V]):
    """A kind of fact, from keys to values. A key that was loaded and has no value is None.

    ``locks``: rows are locked to read it. Such kinds are loaded last and together, so that two
    rooms lock the same rows in the same order.
    """

    def __init__(self, name: str, *, locks: bool = False) -> None:
        self.name = name
        self.locks = locks

    def __repr__(self) -> str:
        return f"<Fact {self.name}>"


class Needs:
    """Keys of facts by kind."""

    __slots__ = ("_wanted",)

    def __init__(self) -> None:
        self._wanted: dict[Fact[Any, Any], dict[Hashable, None]] = {}

    def add(self, fact: Fact[K, V], *keys: K) -> Needs:
        """Want more keys of a kind; return the same needs."""
        if keys:
            self._wanted.setdefault(fact, {}).update(dict.fromkeys(keys))
        return self

    def update(self, other: Needs) -> Needs:
        """Want what others want, too; return the same needs."""
        for fact, keys in other._wanted.items():
            self._wanted.setdefault(fact, {}).update(keys)
        return self

    def missing(self, facts: Facts, *, locks: bool) -> Needs:
        """Return what is not loaded yet, of the kinds that lock rows or of the others."""
        rest = Needs()
        for fact, keys in self._wanted.items():
            if fact.locks is locks:
                rest.add(fact, *(key for key in keys if not facts.knows(fact, key)))
        return rest

    def items(self) -> Iterable[tuple[Fact[Any, Any], frozenset[Any]]]:
        return [(fact, frozenset(keys)) for fact, keys in self._wanted.items()]

    def __bool__(self) -> bool:
        return any(self._wanted.values())

    def __repr__(self) -> str:
        return f"Needs({ {fact.name: list(keys) for fact, keys in self._wanted.items()} })"


NOTHING = Needs()


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator decides for all shows. ``fee_percent`` is of the price of the items."""

    fee_percent: int = 5
    # By currency, where they are not the built-in examples.
    shipping_rates: Mapping[str, Rates] = field(default_factory=dict)
    # Whether a giveaway may be for those alone who have bought something in the show.
    giveaways_for_buyers: bool = False
    # Whether draws wait for a public beacon, which the server asks for.
    beacon: bool = False
    # Whether a provider keeps cards, and whether all shows want one before the first claim or bid.
    cards: bool = False
    require_card: bool = False
    # How long a show is on air by itself: live without a picture, and interrupted.
    max_unseen_minutes: int = budgets.UNSEEN.amount
    max_interrupted_minutes: int = budgets.INTERRUPTED.amount

    @property
    def max_unseen_ms(self) -> int:
        return self.max_unseen_minutes * 60_000

    @property
    def max_interrupted_ms(self) -> int:
        return self.max_interrupted_minutes * 60_000

    def rates(self, currency: str) -> Rates:
        """Return what parcels cost by weight in a currency."""
        return self.shipping_rates.get(currency) or example_rates(currency)


# Whether somebody, by id, is connected to the show, or was a moment ago.
Here = Callable[[str], bool]


def everybody(_user_id: str) -> bool:
    """Say that somebody is here: for what nobody is connected to."""
    return True


class Facts:
    """What was loaded for one batch. `Event.learned` keeps it true while the batch is decided.

    Who is ``here`` is handed in as the time is: no row says it.
    """

    def __init__(self, rules: Rules, here: Here = everybody) -> None:
        self.rules = rules
        self.here = here
        self._known: dict[Fact[Any, Any], dict[Any, Any]] = {}

    def get(self, fact: Fact[K, V], key: K) -> V | None:
        """Return what is known, None when it does not exist. Raises `NotLoaded`."""
        known = self._known.get(fact)
        if known is None or key not in known:
            raise NotLoaded(f"{fact.name} {key!r}")
        return cast("V | None", known[key])

    def knows(self, fact: Fact[K, V], key: K) -> bool:
        """Whether a key was loaded, be it that it has no value."""
        return key in self._known.get(fact, ())

    def loaded(self, fact: Fact[K, V]) -> Mapping[K, V | None]:
        """Return all that was loaded of a kind."""
        return cast("Mapping[K, V | None]", self._known.get(fact, {}))

    def put(self, fact: Fact[K, V], keys: Iterable[K], values: Mapping[K, V]) -> None:
        """Note what was loaded for ``keys``."""
        known = self._known.setdefault(fact, {})
        for key in keys:
            known[key] = values.get(key)

    def learn(self, fact: Fact[K, V], key: K, value: V | None) -> None:
        """Note what has become of a key."""
        self._known.setdefault(fact, {})[key] = value


# People by id, and by handle; the photo of (photo id, owner id).
PEOPLE: Fact[str, Person] = Fact("people")
HANDLES: Fact[str, Person] = Fact("handles")
PHOTOS: Fact[tuple[str, str], Photo] = Fact("photos")
