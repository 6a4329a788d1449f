"""What is kept of auctions, for those whom they concern."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlmodel import col

from liveshow.domain.auctions.events import EVENTS, AuctionMaximum
from liveshow.domain.auctions.record import Log, PastAuction
from liveshow.domain.running.events import ShowResumed
from liveshow.store.database import Database
from liveshow.store.room.log import stored_from
from liveshow.store.room.reading import read
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.auctions import AuctionRow, BidRow
from liveshow.store.tables.listings import ListingRow
from liveshow.store.tables.log import EventRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow

_TYPES = [kind.type for kind in EVENTS]


class AuctionRecordRepository:
    """Implements ``liveshow.rooms.records.AuctionQueries``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log(self, auction_id: str) -> Log | None:
        async with self._database.read() as connection:
            found = await read(
                connection,
                select(AuctionRow, ListingRow, ShowRow)
                .join(ShowItemRow, col(ShowItemRow.id) == col(AuctionRow.item_id))
                .join(ListingRow, col(ListingRow.id) == col(ShowItemRow.listing_id))
                .join(ShowRow, col(ShowRow.id) == col(AuctionRow.show_id))
                .where(col(AuctionRow.id) == auction_id),
            )
            if not found:
                return None
            row = found[0]
            data: Any = col(EventRow.data)
            own = and_(col(EventRow.type).in_(_TYPES), data["auction"].as_string() == auction_id)
            rows = await read(
                connection,
                select(EventRow)
                .where(
                    col(EventRow.show_id) == row[AuctionRow.show_id],
                    col(EventRow.seq) >= row[AuctionRow.seq],
                    or_(own, col(EventRow.type) == ShowResumed.type),
                )
                .order_by(col(EventRow.seq)),
            )
            records = [stored_from(each).record for each in rows]
            people = {r.event.user.id for r in records if isinstance(r.event, AuctionMaximum)}
            names = await connection.execute(
                select(col(UserRow.id), col(UserRow.handle)).where(
                    col(UserRow.id).in_(
                        select(col(BidRow.user_id)).where(col(BidRow.auction_id) == auction_id)
                    )
                )
            )
        return Log(
            show=row[AuctionRow.show_id],
            owner=row[ListingRow.owner_id],
            currency=row[ShowRow.currency],
            records=records,
            names={who: handle for who, handle in names.all() if who in people},
        )

    async def past(
        self, show_id: str, user_id: str, *, everything: bool, limit: int
    ) -> list[PastAuction]:
        bid = exists().where(
            col(BidRow.auction_id) == col(AuctionRow.id), col(BidRow.user_id) == user_id
        )
        over = or_(col(AuctionRow.over_at).is_not(None), col(AuctionRow.unit) > 1)
        statement = (
            select(AuctionRow, EventRow)
            .join(ShowItemRow, col(ShowItemRow.id) == col(AuctionRow.item_id))
            .join(ListingRow, col(ListingRow.id) == col(ShowItemRow.listing_id))
            .join(
                EventRow,
                and_(
                    col(EventRow.show_id) == col(AuctionRow.show_id),
                    col(EventRow.seq) == col(AuctionRow.seq),
                ),
            )
            .where(col(AuctionRow.show_id) == show_id, over)
            .order_by(col(AuctionRow.seq).desc())
            .limit(limit)
        )
        if not everything:
            statement = statement.where(or_(bid, col(ListingRow.owner_id) == user_id))
        async with self._database.read() as connection:
            rows = await read(connection, statement)
        return [
            PastAuction(
                row[AuctionRow.id],
                row[AuctionRow.item_id],
                row[EventRow.at],
                row[AuctionRow.over_at] is not None,
            )
            for row in rows
        ]
