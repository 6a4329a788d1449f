"""The auctions of a show, and every bid in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.auctions.bidding import Maximum, Standing, standing
from liveshow.domain.auctions.events import (
    AuctionBid,
    AuctionBidderOut,
    AuctionCancelled,
    AuctionClosed,
    AuctionMaximum,
    AuctionOpened,
    AuctionPutUp,
)
from liveshow.domain.auctions.state import Auction, Auctions
from liveshow.domain.running.events import ShowResumed
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import person, person_columns, table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.auctions import AuctionRow, BidRow

_UPDATE = (
    update(table_of(AuctionRow))
    .where(col(AuctionRow.id) == bindparam("auction"))
    .values(
        {
            name: bindparam(name)
            for name in ("unit", "ends_at", "last_at", "extensions", "bids", "price")
        }
    )
)


class AuctionRows(Aggregate):
    ORDER = 42

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[str, dict[str, Any]] = {}
        self._over: dict[str, int] = {}
        self._touched: dict[str, None] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(AuctionRow)
            .where(col(AuctionRow.show_id) == state.id, col(AuctionRow.over_at).is_(None))
            .order_by(col(AuctionRow.seq)),
        )
        for row in found:
            state[Auctions].put(
                Auction(
                    id=row[AuctionRow.id],
                    item=row[AuctionRow.item_id],
                    variant=row[AuctionRow.variant_id],
                    units=row[AuctionRow.units],
                    start=row[AuctionRow.start],
                    reserve=row[AuctionRow.reserve],
                    seconds=row[AuctionRow.seconds],
                    extend=row[AuctionRow.extend],
                    sudden_death=row[AuctionRow.sudden_death],
                    unit=row[AuctionRow.unit],
                    ends_at=row[AuctionRow.ends_at],
                    last_at=row[AuctionRow.last_at],
                    extensions=row[AuctionRow.extensions],
                    bids=row[AuctionRow.bids],
                    # Who leads is read with the bids.
                    told=Standing(None, row[AuctionRow.price], row[AuctionRow.reserve] is None),
                )
            )

    @records(AuctionPutUp)
    def _put_up(self, event: AuctionPutUp, record: Record, _state: ShowState) -> None:
        self._new[event.auction] = {
            "id": event.auction,
            "show_id": self._place.show_id,
            "item_id": event.item,
            "variant_id": event.variant,
            "units": event.units,
            "start": event.start,
            "reserve": event.reserve,
            "seconds": event.seconds,
            "extend": event.extend,
            "sudden_death": event.sudden_death,
            "unit": 1,
            "extensions": 0,
            "bids": 0,
            "price": event.start,
            "seq": record.seq,
        }

    @records(AuctionOpened, AuctionBid, AuctionBidderOut)
    def _change(
        self,
        event: AuctionOpened | AuctionBid | AuctionBidderOut,
        _record: Record,
        _state: ShowState,
    ) -> None:
        self._touched[event.auction] = None

    @records(AuctionClosed)
    def _close(self, event: AuctionClosed, record: Record, _state: ShowState) -> None:
        self._touched[event.auction] = None
        if not event.left:
            self._over[event.auction] = record.at

    @records(AuctionCancelled)
    def _cancel(self, event: AuctionCancelled, record: Record, _state: ShowState) -> None:
        self._over[event.auction] = record.at

    @records(ShowResumed)
    def _resume(self, _event: ShowResumed, _record: Record, state: ShowState) -> None:
        self._touched |= dict.fromkeys(
            auction.id for auction in state[Auctions].known.values() if auction.open
        )

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        if self._new:
            await connection.execute(insert(AuctionRow), list(self._new.values()))
        known = state[Auctions].known
        if changed := [known[auction] for auction in self._touched if auction in known]:
            await connection.execute(
                _UPDATE,
                [
                    {
                        "auction": auction.id,
                        "unit": auction.unit,
                        "ends_at": auction.ends_at,
                        "last_at": auction.last_at,
                        "extensions": auction.extensions,
                        "bids": auction.bids,
                        "price": auction.stands.price,
                    }
                    for auction in changed
                ],
            )
        if self._over:
            await connection.execute(
                update(table_of(AuctionRow))
                .where(col(AuctionRow.id) == bindparam("auction"))
                .values(over_at=bindparam("at"), ends_at=None, last_at=None),
                [{"auction": auction, "at": at} for auction, at in self._over.items()],
            )


class BidRows(Aggregate):
    ORDER = 43

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: list[dict[str, Any]] = []
        self._void: list[dict[str, Any]] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        known = state[Auctions].known
        if not known:
            return
        found = await read(
            connection,
            select(BidRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(BidRow.user_id))
            .where(col(BidRow.auction_id).in_(sorted(known)), col(BidRow.void).is_(False))
            .order_by(col(BidRow.seq)),
        )
        for row in found:
            auction, unit = known[row[BidRow.auction_id]], row[BidRow.unit]
            bidder = person(row)
            if unit == auction.unit:
                auction.maxima[bidder.id] = Maximum(bidder.id, row[BidRow.amount], row[BidRow.seq])
                auction.people[bidder.id] = bidder
            elif unit == auction.unit - 1:
                auction.former |= {bidder.id}
        for auction in known.values():
            price, auction.told = auction.stands.price, None
            if auction.maxima:
                now = standing(
                    auction.maxima.values(), auction.start, auction.reserve, state.show.currency
                )
                auction.told = Standing(now.leader, price, now.reserve_met)

    @records(AuctionMaximum)
    def _said(self, event: AuctionMaximum, record: Record, _state: ShowState) -> None:
        self._new.append(
            {
                "auction_id": event.auction,
                "seq": record.seq,
                "unit": event.unit,
                "user_id": event.user.id,
                "amount": event.amount,
                "seen": event.seen,
                "at": record.at,
                "void": False,
            }
        )

    @records(AuctionBidderOut)
    def _out(self, event: AuctionBidderOut, _record: Record, _state: ShowState) -> None:
        self._void.append({"auction": event.auction, "number": event.unit, "bidder": event.user.id})

    async def write(self, state: ShowState) -> None:
        connection = self._place.connection
        if self._new:
            await connection.execute(insert(BidRow), self._new)
        if self._void:
            await connection.execute(
                update(table_of(BidRow))
                .where(
                    col(BidRow.auction_id) == bindparam("auction"),
                    col(BidRow.unit) == bindparam("number"),
                    col(BidRow.user_id) == bindparam("bidder"),
                )
                .values(void=True),
                self._void,
            )
