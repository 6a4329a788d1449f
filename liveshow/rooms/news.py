"""What a committed batch means for others: whom to tell, and which stock to look at again."""

from __future__ import annotations

from collections.abc import Sequence

from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.rooms.ports import Published


def published(state: ShowState, records: Sequence[Record], told: set[str]) -> Published:
    """What is told of a batch; ``told``: people who were given a notice in it."""
    touched = {user for _, _, event in records for user in event.concerns(state)}
    return Published(
        state.id,
        state.epoch,
        tuple(records),
        frozenset(touched | told),
        urgent=any(event.urgent for _, _, event in records),
    )


def stock_in(state: ShowState, records: Sequence[Record]) -> frozenset[str]:
    """Listings whose stock this batch changed: other shows that have them want to know."""
    moved = {move.variant for _, _, event in records for move in event.moves()}
    if not moved:
        return frozenset()
    return frozenset(
        item.listing
        for item in state[RunOfShow].items.values()
        if any(variant.id in moved for variant in item.variants)
    )
