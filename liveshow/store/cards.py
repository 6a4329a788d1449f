"""Cards on file in SQL. Implements ``liveshow.payments.ports.CardStore``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.payments.ports import KeptCard
from liveshow.payments.provider import SavedCard
from liveshow.store.database import Database
from liveshow.store.marks import keep_mark
from liveshow.store.rows import Read, insert_unless_there
from liveshow.store.tables.cards import CardRow

_NONE: dict[str, Any] = {"method": "", "brand": "", "last4": "", "expires": 0, "fingerprint": ""}


class CardRepository:
    """Each call is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, user_id: str) -> KeptCard | None:
        async with self._database.read() as connection:
            return await _get(connection, user_id)

    async def begin(self, user_id: str, provider: str, customer: str, attempt: str) -> None:
        new = CardRow(user_id=user_id, provider=provider, customer=customer, attempt=attempt)
        whose = col(CardRow.user_id) == user_id
        async with self._database.write() as connection:
            await insert_unless_there(connection, new)
            # A card at another provider than that of now cannot pay any more.
            await connection.execute(
                update(CardRow)
                .where(whose, col(CardRow.provider) != provider)
                .values(provider=provider, **_NONE)
            )
            await connection.execute(
                update(CardRow).where(whose).values(customer=customer, attempt=attempt)
            )

    async def finish(
        self, user_id: str, attempt: str, saved: SavedCard, at: int
    ) -> KeptCard | None:
        async with self._database.write() as connection:
            done = await connection.execute(
                update(CardRow)
                .where(col(CardRow.user_id) == user_id, col(CardRow.attempt) == attempt)
                .values(
                    attempt="",
                    method=saved.method,
                    brand=saved.brand,
                    last4=saved.last4,
                    expires=saved.expires,
                    fingerprint=saved.fingerprint,
                    saved_at=at,
                )
            )
            if not done.rowcount:
                return None
            if saved.fingerprint:
                # Whoever shares it with a seller does not bid for what that one sells.
                await keep_mark(connection, user_id, "card", saved.fingerprint)
            return await _get(connection, user_id)

    async def remove(self, user_id: str, method: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(CardRow)
                .where(col(CardRow.user_id) == user_id, col(CardRow.method) == method)
                .values(**_NONE)
            )


async def _get(connection: AsyncConnection, user_id: str) -> KeptCard | None:
    found = await connection.execute(select(CardRow).where(col(CardRow.user_id) == user_id))
    row = found.first()
    if row is None:
        return None
    read = Read(row)
    return KeptCard(
        user_id=read[CardRow.user_id],
        provider=read[CardRow.provider],
        customer=read[CardRow.customer],
        attempt=read[CardRow.attempt],
        method=read[CardRow.method],
        brand=read[CardRow.brand],
        last4=read[CardRow.last4],
        expires=read[CardRow.expires],
    )
