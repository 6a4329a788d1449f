"""What somebody is told wherever they are, in SQL."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.catalog.inbox import LendingNews, ShowNotice
from liveshow.domain.values import ItemRef
from liveshow.store.database import Database
from liveshow.store.rows import Read, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.listings import ListingRow
from liveshow.store.tables.log import NoticeRow
from liveshow.store.tables.mandates import MandateRow
from liveshow.store.tables.shows import ShowRow

_Owner = aliased(UserRow, name="owners")
_Host = aliased(UserRow, name="hosts")


class NoticeRepository:
    """Implements ``liveshow.catalog.inbox.InboxStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def notices(self, user_id: str, limit: int) -> list[ShowNotice]:
        statement = (
            select(NoticeRow, col(ShowRow.title))
            .join(ShowRow, col(ShowRow.id) == col(NoticeRow.show_id))
            .where(col(NoticeRow.user_id) == user_id)
            .order_by(col(NoticeRow.at).desc(), col(NoticeRow.seq).desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_notice(Read(row)) for row in await connection.execute(statement)]

    async def lending(self, user_id: str, limit: int) -> list[LendingNews]:
        when = func.coalesce(col(MandateRow.changed_at), col(MandateRow.created_at))
        statement = (
            select(
                MandateRow,
                col(ListingRow.title),
                *person_columns(_Owner),
                *person_columns(_Host),
            )
            .join(ListingRow, col(ListingRow.id) == col(MandateRow.listing_id))
            .join(_Owner, col(_Owner.id) == col(MandateRow.owner_id))
            .join(_Host, col(_Host.id) == col(MandateRow.host_id))
            .where(
                or_(col(MandateRow.owner_id) == user_id, col(MandateRow.host_id) == user_id),
                # What they did themselves is no news to them.
                or_(
                    col(MandateRow.changed_by) != user_id,
                    (col(MandateRow.status) == "requested") & (col(MandateRow.owner_id) == user_id),
                    (col(MandateRow.status) == "offered") & (col(MandateRow.host_id) == user_id),
                ),
            )
            .order_by(when.desc(), col(MandateRow.id).desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = [Read(row) for row in await connection.execute(statement)]
        return [_lending(row, user_id) for row in rows]


def _notice(row: Read) -> ShowNotice:
    item = row[NoticeRow.item]
    return ShowNotice(
        show_id=row[NoticeRow.show_id],
        show_title=row[ShowRow.title],
        id=row[NoticeRow.seq],
        at=row[NoticeRow.at],
        kind=row[NoticeRow.kind],
        item=ItemRef(**item) if item else None,
        text=row[NoticeRow.text],
    )


def _lending(row: Read, user_id: str) -> LendingNews:
    owner, host = person(row, _Owner), person(row, _Host)
    changed_at = row[MandateRow.changed_at]
    return LendingNews(
        mandate=row[MandateRow.id],
        title=row[ListingRow.title],
        by=host if owner.id == user_id else owner,
        status=row[MandateRow.status],
        expires_at=row[MandateRow.expires_at],
        at=row[MandateRow.created_at] if changed_at is None else changed_at,
    )
