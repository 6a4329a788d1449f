"""What everybody sees of flash prices, and each buyer of what they have at them."""

from __future__ import annotations

from liveshow.domain.flash.state import Flash, Flashes
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.feature import Look
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Value


class FlashView(Value, frozen=True):
    """A flash price until a time (ms); ``quantity`` and ``per_buyer`` None: no limit.

    ``taken`` and ``went`` are None: they are told beside the log.
    """

    item: str
    price: int
    until: int
    quantity: int | None
    per_buyer: int | None
    was: int | None
    taken: int | None = None
    went: int | None = None


class FlashCount(Value, frozen=True):
    """How many pieces are taken, places in line among them, and how many are held or sold."""

    item: str
    taken: int
    went: int


class MyFlash(Value, frozen=True):
    """How many pieces one has at a flash price, or waits for."""

    item: str
    pieces: int


def flashes(look: Look) -> list[FlashView]:
    return [
        FlashView(flash.item, flash.price, flash.until, flash.quantity, flash.per_buyer, flash.was)
        for flash in look.state[Flashes].known.values()
    ]


def _count(flash: Flash) -> Ephemeral:
    return Ephemeral("flash_count", flash.item, FlashCount(flash.item, flash.taken, flash.went))


def count(state: ShowState, item: str) -> Ephemeral | None:
    """How many went at the flash price of an item, for everybody."""
    flash = state[Flashes].known.get(item)
    return _count(flash) if flash else None


def counts(state: ShowState) -> list[Ephemeral]:
    return [_count(flash) for flash in state[Flashes].known.values()]


def my_flashes(look: Look, who: Person) -> list[MyFlash]:
    return [
        MyFlash(flash.item, pieces)
        for flash in look.state[Flashes].known.values()
        if (pieces := flash.of(who.id))
    ]
