"""How large a run of show may be: everybody who joins is sent all of it.

Counted are the texts of its items and their variants. What else an item is made of has bounds of
its own (photos) or a fixed length.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from liveshow import budgets
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.state import ShowState
from liveshow.errors import Conflict

MAX_RUN_BYTES = budgets.ITEM_BYTES.amount  # UTF-8
VARIANT_BYTES = 100  # of a variant besides its label, as JSON


class Labelled(Protocol):
    """A variant."""

    @property
    def label(self) -> str: ...


class Described(Protocol):
    """A listing, or an item of a show."""

    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def variants(self) -> Sequence[Labelled]: ...


def item_bytes(item: Described) -> int:
    """Return what an item counts."""
    texts = (item.title, item.description, item.brand, item.category)
    labels = (variant.label for variant in item.variants)
    return sum(map(_utf8, texts)) + sum(VARIANT_BYTES + _utf8(label) for label in labels)


def _utf8(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def check_room_for(state: ShowState, listing: Described) -> None:
    """Raise ``Conflict("run_too_large")`` when a show's items are too much with this one."""
    run = state[RunOfShow]
    present = sum(item_bytes(run.items[item]) for item in run.order)
    if present + item_bytes(listing) > MAX_RUN_BYTES:
        raise Conflict(
            "run_too_large",
            "The items of this show have too much text together. "
            "Shorten descriptions, or take items out that are over.",
        )
