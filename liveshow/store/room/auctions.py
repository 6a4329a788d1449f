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
    AuctionChance,
    AuctionChanceOver,
    AuctionClosed,
    AuctionClosing,
    AuctionExtended,
    AuctionMaximum,
    AuctionOpened,
    AuctionPutUp,
    AuctionReleased,
    AuctionRetry,
)
from liveshow.domain.auctions.state import Auction, Auctions, Chance, Win
from liveshow.domain.claims.events import ItemReleased, ItemSold
from liveshow.domain.running.events import ShowResumed
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.room.reading import read
from liveshow.store.rows import person, person_columns, table_of
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.auctions import AuctionRow, AuctionWinRow, BidRow

_UPDATE = (
    update(table_of(AuctionRow))
    .where(col(AuctionRow.id) == bindparam("auction"))
    .values(
        {
            name: bindparam(name)
            for name in ("unit", "ends_at", "last_at", "closing", "extensions", "bids", "price")
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
                    quantity=row[AuctionRow.units],
                    start_price=row[AuctionRow.start],
                    reserve=row[AuctionRow.reserve],
                    seconds=row[AuctionRow.seconds],
                    extension_seconds=row[AuctionRow.extend],
                    sudden_death=row[AuctionRow.sudden_death],
                    unit=row[AuctionRow.unit],
                    ends_at=row[AuctionRow.ends_at],
                    last_at=row[AuctionRow.last_at],
                    closing=row[AuctionRow.closing],
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
            "units": event.quantity,
            "start": event.start_price,
            "reserve": event.reserve,
            "seconds": event.seconds,
            "extend": event.extension_seconds,
            "sudden_death": event.sudden_death,
            "unit": 1,
            "extensions": 0,
            "bids": 0,
            "closing": False,
            "price": event.start_price,
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

    @records(AuctionExtended, AuctionClosing)
    def _clock(
        self, event: AuctionExtended | AuctionClosing, _record: Record, _state: ShowState
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
                        "closing": auction.closing,
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


_WIN = (
    update(table_of(AuctionWinRow))
    .where(
        col(AuctionWinRow.auction_id) == bindparam("auction"),
        col(AuctionWinRow.unit) == bindparam("number"),
    )
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "claim_id",
                "out",
                "retried",
                "chance_id",
                "chance_user_id",
                "chance_price",
                "chance_until",
            )
        }
    )
)


def _win_values(win: Win) -> dict[str, Any]:
    chance = win.chance
    return {
        "claim_id": win.claim,
        "out": sorted(win.out),
        "retried": win.retried,
        "chance_id": chance.id if chance else None,
        "chance_user_id": chance.user.id if chance else None,
        "chance_price": chance.price if chance else None,
        "chance_until": chance.until if chance else None,
    }


class WinRows(Aggregate):
    """Units that are sold and not paid. What was bid for them is read with the bids."""

    ORDER = 43

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: dict[tuple[str, int], dict[str, Any]] = {}
        self._touched: dict[tuple[str, int], None] = {}
        # When a win was over, by its key or by its claim.
        self._over: dict[tuple[str, int], int] = {}
        self._ended: dict[str, int] = {}

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        found = await read(
            connection,
            select(AuctionWinRow, AuctionRow, *person_columns(UserRow))
            .join(AuctionRow, col(AuctionRow.id) == col(AuctionWinRow.auction_id))
            .outerjoin(UserRow, col(UserRow.id) == col(AuctionWinRow.chance_user_id))
            .where(col(AuctionRow.show_id) == state.id, col(AuctionWinRow.over_at).is_(None))
            .order_by(col(AuctionRow.seq), col(AuctionWinRow.unit)),
        )
        for row in found:
            chance, chance_id = None, row[AuctionWinRow.chance_id]
            if chance_id is not None:
                chance = Chance(
                    chance_id,
                    person(row),
                    row[AuctionWinRow.chance_price] or 0,
                    row[AuctionWinRow.chance_until] or 0,
                )
            state[Auctions].keep(
                Win(
                    auction=row[AuctionWinRow.auction_id],
                    unit=row[AuctionWinRow.unit],
                    item=row[AuctionRow.item_id],
                    variant=row[AuctionRow.variant_id],
                    start_price=row[AuctionRow.start],
                    reserve=row[AuctionRow.reserve],
                    claim=row[AuctionWinRow.claim_id],
                    maxima={},
                    people={},
                    willing=set(),
                    out=set(row[AuctionWinRow.out]),
                    retried=row[AuctionWinRow.retried],
                    chance=chance,
                )
            )

    @records(AuctionClosed)
    def _won(self, event: AuctionClosed, _record: Record, state: ShowState) -> None:
        if event.claim is not None:
            key = (event.auction, event.unit)
            same = {"auction_id": event.auction, "unit": event.unit}
            self._new[key] = same | _win_values(state[Auctions].wins[key])

    @records(AuctionRetry, AuctionChance, AuctionChanceOver)
    def _change(
        self,
        event: AuctionRetry | AuctionChance | AuctionChanceOver,
        _record: Record,
        _state: ShowState,
    ) -> None:
        self._touched[event.auction, event.unit] = None

    @records(ShowResumed)
    def _resume(self, _event: ShowResumed, _record: Record, state: ShowState) -> None:
        self._touched |= dict.fromkeys(win.key for win, _ in state[Auctions].chances())

    @records(AuctionReleased)
    def _free(self, event: AuctionReleased, record: Record, _state: ShowState) -> None:
        self._over[event.auction, event.unit] = record.at

    @records(ItemReleased, ItemSold)
    def _end(self, event: ItemReleased | ItemSold, record: Record, _state: ShowState) -> None:
        # Of most claims there is no row here. One that is kept changes with what follows.
        if not (isinstance(event, ItemReleased) and event.kept):
            self._ended[event.claim] = record.at

    async def write(self, state: ShowState) -> None:
        connection, wins = self._place.connection, state[Auctions].wins
        if self._new:
            await connection.execute(insert(AuctionWinRow), list(self._new.values()))
        if changed := [wins[key] for key in self._touched if key in wins]:
            rows = [
                {"auction": win.auction, "number": win.unit}
                | {f"new_{name}": value for name, value in _win_values(win).items()}
                for win in changed
            ]
            await connection.execute(_WIN, rows)
        over = update(table_of(AuctionWinRow)).values(
            over_at=bindparam("at"), chance_id=None, chance_user_id=None, chance_until=None
        )
        if self._over:
            await connection.execute(
                over.where(
                    col(AuctionWinRow.auction_id) == bindparam("auction"),
                    col(AuctionWinRow.unit) == bindparam("number"),
                ),
                [{"auction": a, "number": n, "at": at} for (a, n), at in self._over.items()],
            )
        if self._ended:
            await connection.execute(
                over.where(
                    col(AuctionWinRow.claim_id) == bindparam("claim"),
                    col(AuctionWinRow.over_at).is_(None),
                ),
                [{"claim": claim, "at": at} for claim, at in self._ended.items()],
            )


class BidRows(Aggregate):
    ORDER = 44

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._new: list[dict[str, Any]] = []
        self._void: list[dict[str, Any]] = []

    @classmethod
    async def read(cls, connection: AsyncConnection, state: ShowState) -> None:
        known, wins = state[Auctions].known, state[Auctions].wins
        auctions = {*known, *(auction for auction, _ in wins)}
        if not auctions:
            return
        found = await read(
            connection,
            select(BidRow, *person_columns(UserRow))
            .join(UserRow, col(UserRow.id) == col(BidRow.user_id))
            .where(col(BidRow.auction_id).in_(sorted(auctions)), col(BidRow.void).is_(False))
            .order_by(col(BidRow.seq)),
        )
        for row in found:
            auction, unit = known.get(row[BidRow.auction_id]), row[BidRow.unit]
            bidder = person(row)
            if auction and unit == auction.unit - 1:
                auction.former |= {bidder.id}
            place = (
                auction
                if auction and unit == auction.unit
                else wins.get((row[BidRow.auction_id], unit))
            )
            if place is None:
                continue
            place.maxima[bidder.id] = Maximum(bidder.id, row[BidRow.maximum], row[BidRow.seq])
            place.people[bidder.id] = bidder
            if row[BidRow.second_chance]:
                place.willing.add(bidder.id)
            else:
                place.willing.discard(bidder.id)
        for auction in known.values():
            price, auction.told = auction.stands.price, None
            if auction.maxima:
                now = standing(
                    auction.maxima.values(),
                    auction.start_price,
                    auction.reserve,
                    state.show.currency,
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
                "maximum": event.maximum,
                "second_chance": event.second_chance,
                "delay": event.delay,
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
