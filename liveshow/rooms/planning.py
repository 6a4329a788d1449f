"""Planning a show: what its host decides before anything happens in it.

From then on the show is its room's: everything else that changes it is a command.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from liveshow.errors import Conflict, NotFound
from liveshow.ids import new_id

# Of one host: every one that has a listing is told of each of its changes.
MAX_PLANNED = 200


@dataclass(frozen=True, slots=True)
class NewShow:
    """A show as its host wants it. ``cover`` is the id of a photo."""

    title: str
    currency: str
    description: str = ""
    cover: str | None = None
    scheduled_at: int | None = None
    hold_seconds: int = 300
    claims_per_buyer: int = 1
    shipping_cap: int | None = None
    slow_seconds: int = 0
    chat_mode: str = "everyone"
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlannedShow:
    """A show to be written."""

    id: str
    host_id: str
    status: Literal["draft", "scheduled"]
    wanted: NewShow
    created_at: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a new show is decided on. The host can plan no other one meanwhile."""

    #: Shows of the host that are not over.
    planned: int
    #: Whether the wanted cover is a photo of the host's.
    owns_cover: bool
    #: The time of the database, in milliseconds.
    now: int


class PlanStore(Protocol):
    """Implemented by ``liveshow.store.shows.ShowRepository``."""

    async def add(
        self, host_id: str, cover: str | None, decide: Callable[[Surroundings], PlannedShow]
    ) -> None:
        """Lock the host and write the show that ``decide`` says; raises what it raises."""


class Planning:
    """Makes new shows."""

    def __init__(self, store: PlanStore) -> None:
        self._store = store

    async def plan(self, host_id: str, wanted: NewShow, *, show_id: str | None = None) -> str:
        """Make a show, a draft unless it is scheduled, and return its id.

        Raises ``in_the_past``, ``unknown_photo``, and ``conflict`` when the host has too many.
        """
        id_ = show_id or new_id()
        await self._store.add(
            host_id, wanted.cover, lambda around: decide_new(id_, host_id, wanted, around)
        )
        return id_


def decide_new(show_id: str, host_id: str, wanted: NewShow, around: Surroundings) -> PlannedShow:
    """Return the show that a host wants, or raise why not."""
    if wanted.scheduled_at is not None and wanted.scheduled_at <= around.now:
        raise Conflict("in_the_past", "Choose a time in the future.")
    if wanted.cover is not None and not around.owns_cover:
        raise NotFound("unknown_photo", "That photo does not exist.")
    if around.planned >= MAX_PLANNED:
        raise Conflict(
            "conflict",
            f"You can have {MAX_PLANNED} shows that are not over. End one of them first.",
        )
    return PlannedShow(
        id=show_id,
        host_id=host_id,
        status="draft" if wanted.scheduled_at is None else "scheduled",
        wanted=wanted,
        created_at=around.now,
    )
