"""What happens to the note of a show and to the promises of its items."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Annotated

import msgspec

from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import Person, Value


class Promise(Value, frozen=True):
    """What is promised with an item. ``id``: the revision of its promises that brought it."""

    id: int
    text: str


class ShowNoted(Event, frozen=True):
    """Another note is pinned to the show; with an empty text, none."""

    type = "show.noted"

    text: str
    revision: int
    by: Annotated[Person, STAFF]

    def replaces(self) -> Hashable:
        return self.type

    def redacted(self, gone: Collection[int]) -> ShowNoted:
        return msgspec.structs.replace(self, text="")


class ItemPromised(Event, frozen=True):
    """All that is promised with an item from now on. Whoever holds it keeps what they were told."""

    type = "item.promised"
    supersedes = "item"

    item: str
    revision: int
    promises: list[Promise]
    by: Annotated[Person, STAFF]

    def redacted(self, gone: Collection[int]) -> ItemPromised:
        return msgspec.structs.replace(self, promises=[])


EVENTS = (ShowNoted, ItemPromised)
