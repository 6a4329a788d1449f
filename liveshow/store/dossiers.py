"""What the team of a show looks up: lines of long ago, and what is known of one person."""

from __future__ import annotations

from itertools import islice
from typing import Any

from sqlalchemy import Label, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.moderation.dossier import (
    IMPOSED,
    LIFTED,
    WRITTEN,
    ClaimCounts,
    Happened,
    ShowName,
    WrittenLine,
    folded,
    text_of,
    written,
)
from liveshow.rooms.dossiers import Account
from liveshow.store.database import Database
from liveshow.store.room.log import MESSAGE_TYPES, stored_from
from liveshow.store.room.reading import read
from liveshow.store.rows import Read, person
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.log import EventRow
from liveshow.store.tables.shows import ShowRow

# One search looks at so many lines; more is another page.
MOST_SEARCHED = 1_000
# Mutes, bans and their ends that are read of one person, the newest.
MOST_SANCTIONS = 100


class DossierRepository:
    """Implements ``liveshow.rooms.dossiers.DossierQueries``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lines(
        self, show_id: str, *, text: str, user: str | None, before: int | None, limit: int
    ) -> tuple[list[WrittenLine], int | None]:
        needle = folded(text)
        most = MOST_SEARCHED if needle else limit
        statement = _written(show_id, user, before).limit(most + 1)
        async with self._database.read() as connection:
            rows = await read(connection, statement)
            looked = [stored_from(row) for row in rows[:most]]
            found = list(
                islice((each for each in looked if needle in folded(text_of(each))), limit)
            )
            last = found[-1] if len(found) == limit else (looked[-1] if looked else None)
            more = len(rows) > most or (last is not None and last is not looked[-1])
            takers = [each.withdrawn for each in found if each.withdrawn is not None]
            withdrawals = {
                row[EventRow.seq]: stored_from(row)
                for row in await _events(connection, show_id, takers)
            }
        return written(found, withdrawals), last.record.seq if last and more else None

    async def account(self, show_id: str, host_id: str, user_id: str) -> Account | None:
        async with self._database.read() as connection:
            users = await read(connection, select(UserRow).where(col(UserRow.id) == user_id))
            if not users:
                return None
            said = await connection.execute(
                select(func.count()).where(
                    col(EventRow.person_id) == user_id,
                    col(EventRow.show_id) == show_id,
                    col(EventRow.type).in_(MESSAGE_TYPES),
                )
            )
            return Account(
                person(users[0]),
                users[0][UserRow.created_at],
                said.scalar_one(),
                await _claims(connection, show_id, user_id),
                await _sanctions(connection, host_id, user_id),
            )


def _written(show_id: str, user: str | None, before: int | None) -> Select[*tuple[Any, ...]]:
    statement = select(EventRow).where(
        col(EventRow.show_id) == show_id, col(EventRow.type).in_(WRITTEN)
    )
    if user is not None:
        statement = statement.where(col(EventRow.person_id) == user)
    if before is not None:
        statement = statement.where(col(EventRow.seq) < before)
    return statement.order_by(col(EventRow.seq).desc())


async def _events(connection: AsyncConnection, show_id: str, seqs: list[int]) -> list[Read]:
    if not seqs:
        return []
    named = (col(EventRow.show_id) == show_id, col(EventRow.seq).in_(seqs))
    return await read(connection, select(EventRow).where(*named))


async def _claims(connection: AsyncConnection, show_id: str, user_id: str) -> ClaimCounts:
    found = await connection.execute(
        select(col(ClaimRow.status), func.sum(col(ClaimRow.quantity)))
        .where(col(ClaimRow.buyer_id) == user_id, col(ClaimRow.show_id) == show_id)
        .group_by(col(ClaimRow.status))
    )
    pieces = {status: int(count) for status, count in found}
    return ClaimCounts(
        held=pieces.get("held", 0) + pieces.get("checkout", 0),
        paid=pieces.get("paid", 0),
        lapsed=pieces.get("released", 0) + pieces.get("expired", 0),
    )


async def _sanctions(connection: AsyncConnection, host_id: str, user_id: str) -> list[Happened]:
    """What was done to somebody in all shows of a host, oldest first."""
    title: Label[str] = col(ShowRow.title).label("title")
    newest = await read(
        connection,
        select(EventRow, title)
        .join(ShowRow, col(ShowRow.id) == col(EventRow.show_id))
        .where(
            col(EventRow.person_id) == user_id,
            col(ShowRow.host_id) == host_id,
            col(EventRow.type).in_(IMPOSED + LIFTED),
        )
        .order_by(col(EventRow.at).desc(), col(EventRow.seq).desc())
        .limit(MOST_SANCTIONS),
    )
    return [
        Happened(ShowName(row[EventRow.show_id], row.of(title)), stored_from(row).record)
        for row in reversed(newest)
    ]
