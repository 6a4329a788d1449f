"""The offers of a show."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import BigInteger, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.offers.events import (
    OfferAccepted,
    OfferCountered,
    OfferEnded,
    OfferMade,
    Side,
)
from liveshow.domain.offers.state import PriceOffer, PriceOffers
from liveshow.domain.running.events import ShowResumed
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import person, person_columns, table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.offers import PriceOfferRow

_UPDATE = (
    update(table_of(PriceOfferRow))
    .where(col(PriceOfferRow.id) == bindparam("offer"))
    .values(
        {
            name: bindparam(name)
            for name in ("offered", "asked", "amount", "turn", "counters", "until", "in_show")
        }
    )
)
_OVER = (
    update(table_of(PriceOfferRow))
    .where(col(PriceOfferRow.id) == bindparam("offer"))
    .values(
        outcome=bindparam("end"),
        claim_id=bindparam("claim"),
        over_at=bindparam("at"),
        amount=func.coalesce(
            bindparam("agreed", type_=BigInteger()), table_of(PriceOfferRow).c.amount
        ),
    )
)


class PriceOfferRows(Aggregate):
    ORDER = 44

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[str, dict[str, Any]] = {}
        self._touched: dict[str, None] = {}
        self._over: dict[str, dict[str, Any]] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        offers = state[PriceOffers]
        standing = await read(
            connection,
            select(PriceOfferRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(PriceOfferRow.user_id))
            .where(col(PriceOfferRow.show_id) == state.id, col(PriceOfferRow.outcome).is_(None))
            .order_by(col(PriceOfferRow.seq)),
        )
        for row in standing:
            offers.put(
                PriceOffer(
                    id=row[PriceOfferRow.id],
                    item=row[PriceOfferRow.item_id],
                    variant=row[PriceOfferRow.variant_id],
                    buyer=person(row),
                    quantity=row[PriceOfferRow.quantity],
                    offered=row[PriceOfferRow.offered],
                    asked=row[PriceOfferRow.asked],
                    amount=row[PriceOfferRow.amount],
                    turn=cast(Side, row[PriceOfferRow.turn]),
                    counters=row[PriceOfferRow.counters],
                    until=row[PriceOfferRow.until],
                    in_show=row[PriceOfferRow.in_show],
                )
            )
        made = await connection.execute(
            select(col(PriceOfferRow.user_id), func.count())
            .where(col(PriceOfferRow.show_id) == state.id)
            .group_by(col(PriceOfferRow.user_id))
        )
        offers.made.update((user, count) for user, count in made)

    @records(OfferMade)
    def _make(self, event: OfferMade, record: Record, _state: ShowState) -> None:
        self._new[event.offer] = {
            "id": event.offer,
            "show_id": self._place.show_id,
            "item_id": event.item,
            "variant_id": event.variant,
            "user_id": event.user.id,
            "quantity": event.quantity,
            "offered": event.amount,
            "amount": event.amount,
            "turn": "seller",
            "counters": 0,
            "until": event.until,
            "in_show": event.in_show,
            "seq": record.seq,
        }

    @records(OfferCountered)
    def _counter(self, event: OfferCountered, _record: Record, _state: ShowState) -> None:
        self._touched[event.offer] = None

    @records(OfferAccepted)
    def _accept(self, event: OfferAccepted, record: Record, _state: ShowState) -> None:
        self._over[event.offer] = {
            "end": "accepted",
            "claim": event.claim,
            "at": record.at,
            "agreed": event.amount,
        }

    @records(OfferEnded)
    def _end(self, event: OfferEnded, record: Record, _state: ShowState) -> None:
        self._over[event.offer] = {
            "end": event.reason,
            "claim": None,
            "at": record.at,
            "agreed": None,
        }

    @records(ShowResumed)
    def _resume(self, _event: ShowResumed, _record: Record, state: ShowState) -> None:
        self._touched |= dict.fromkeys(
            offer.id for offer in state[PriceOffers].standing.values() if offer.in_show
        )

    async def write(self, state: ShowState) -> None:
        connection, standing = self._place.connection, state[PriceOffers].standing
        if self._new:
            await connection.execute(insert(PriceOfferRow), list(self._new.values()))
        if changed := [standing[offer] for offer in self._touched if offer in standing]:
            await connection.execute(
                _UPDATE,
                [
                    {
                        "offer": offer.id,
                        "offered": offer.offered,
                        "asked": offer.asked,
                        "amount": offer.amount,
                        "turn": offer.turn,
                        "counters": offer.counters,
                        "until": offer.until,
                        "in_show": offer.in_show,
                    }
                    for offer in changed
                ],
            )
        if self._over:
            await connection.execute(
                _OVER, [{"offer": offer, **over} for offer, over in self._over.items()]
            )
