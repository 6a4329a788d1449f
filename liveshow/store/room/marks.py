"""Marks of accounts, written when a checkout opens and looked at when somebody bids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlalchemy import select
from sqlmodel import col

from liveshow.domain.auctions.facts import MARKS, MarkKind
from liveshow.domain.checkout.events import PaymentOpened
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.marks import address_value, keep_mark
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.tables.accounts import AccountMarkRow

Marks = frozenset[tuple[MarkKind, str]]


async def _marks(place: Place, users: frozenset[str]) -> Mapping[str, Marks]:
    found = await place.connection.execute(
        select(
            col(AccountMarkRow.user_id), col(AccountMarkRow.kind), col(AccountMarkRow.mark)
        ).where(col(AccountMarkRow.user_id).in_(users))
    )
    marks: dict[str, set[tuple[MarkKind, str]]] = {}
    for user, kind, mark in found:
        marks.setdefault(user, set()).add((cast("MarkKind", kind), mark))
    return {user: frozenset(own) for user, own in marks.items()}


class MarkRows(Aggregate):
    ORDER = 10
    LOADERS = {MARKS: _marks}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[tuple[str, str], None] = {}

    @records(PaymentOpened)
    def _opened(self, event: PaymentOpened, _record: Record, _state: ShowState) -> None:
        self._new[event.user.id, address_value(event.address)] = None

    async def write(self, state: ShowState) -> None:
        # In the order of their keys: another show may be about to write the same ones.
        for user, value in sorted(self._new):
            await keep_mark(self._place.connection, user, "address", value)
