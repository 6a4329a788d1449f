"""Mandates in SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.catalog.mandates import (
    STANDING,
    LockedMandate,
    Mandate,
    ShowRef,
    Side,
    Surroundings,
    Terms,
)
from liveshow.domain.values import Person
from liveshow.errors import NotFound
from liveshow.store.database import Database
from liveshow.store.listings import lock_listing
from liveshow.store.rows import AnyRow, Cursor, Read, insert_rows, older, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.listings import ListingRow
from liveshow.store.tables.mandates import MandateRow
from liveshow.store.tables.shows import ShowRow

_Owner = aliased(UserRow, name="owners")
_Host = aliased(UserRow, name="hosts")


class MandateRepository:
    """Implements ``liveshow.catalog.mandates.MandateStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, terms: Terms, decide: Callable[[Surroundings], Mandate]) -> Mandate:
        async with self._database.write() as connection:
            # The listing's lock makes two identical offers at once meet one another.
            listing = await lock_listing(connection, terms.listing_id)
            standing = await connection.execute(
                _select().where(
                    col(MandateRow.listing_id) == terms.listing_id,
                    col(MandateRow.status).in_(STANDING),
                )
            )
            mandate = decide(
                Surroundings(
                    listing=listing,
                    show=await _show(connection, terms.show_id),
                    host=await _host(connection, terms.host_handle),
                    standing=tuple(_mandate(row) for row in standing),
                )
            )
            await insert_rows(
                connection,
                MandateRow(
                    id=mandate.id,
                    listing_id=mandate.listing_id,
                    owner_id=mandate.owner.id,
                    host_id=mandate.host.id,
                    show_id=mandate.show.id if mandate.show else None,
                    floor=mandate.floor,
                    commission_percent=mandate.commission_percent,
                    expires_at=mandate.expires_at,
                    status=mandate.status,
                    created_at=mandate.created_at,
                ),
            )
        return mandate

    async def change(
        self, mandate_id: str, decide: Callable[[LockedMandate], str], *, by: str, now: int
    ) -> Mandate:
        this = col(MandateRow.id) == mandate_id
        async with self._database.write() as connection:
            await connection.execute(
                select(col(MandateRow.id)).where(this).with_for_update(key_share=True)
            )
            statement = _select().where(this)
            row = (await connection.execute(statement)).first()
            if row is None:
                raise NotFound("not_found", "There is no such mandate.")
            before = _mandate(row)
            archived = Read(row)[ListingRow.archived_at] is not None
            status = decide(LockedMandate(before, archived))
            if status != before.status:
                values: dict[str, Any] = {"status": status, "changed_at": now, "changed_by": by}
                if status == "active":
                    # What the owner agrees to: a cap on shipping that the host sets is the host's.
                    listing = Read(row)
                    values["shipping_flat"] = listing[ListingRow.shipping_flat]
                    values["shipping_weight"] = listing[ListingRow.shipping_weight]
                await connection.execute(update(MandateRow).where(this).values(**values))
                row = (await connection.execute(statement)).one()
        return _mandate(row)

    async def page(
        self, user_id: str, side: Side, *, before: Cursor | None, limit: int
    ) -> list[Mandate]:
        column = MandateRow.owner_id if side == "owner" else MandateRow.host_id
        statement = _select().where(col(column) == user_id)
        if before is not None:
            statement = statement.where(older(MandateRow.created_at, MandateRow.id, before))
        statement = statement.order_by(
            col(MandateRow.created_at).desc(), col(MandateRow.id).desc()
        ).limit(limit)
        async with self._database.read() as connection:
            return [_mandate(row) for row in await connection.execute(statement)]


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            MandateRow,
            *person_columns(_Owner),
            *person_columns(_Host),
            col(ListingRow.currency),
            col(ListingRow.archived_at),
            col(ListingRow.shipping_flat),
            col(ListingRow.shipping_weight),
            col(ShowRow.id),
            col(ShowRow.title),
            col(ShowRow.status),
            col(ShowRow.currency),
        )
        .join(ListingRow, col(ListingRow.id) == col(MandateRow.listing_id))
        .join(_Owner, col(_Owner.id) == col(MandateRow.owner_id))
        .join(_Host, col(_Host.id) == col(MandateRow.host_id))
        .join(ShowRow, col(ShowRow.id) == col(MandateRow.show_id), isouter=True)
    )


def _mandate(row: AnyRow) -> Mandate:
    mandate = Read(row)
    host = person(mandate, _Host)
    return Mandate(
        id=mandate[MandateRow.id],
        listing_id=mandate[MandateRow.listing_id],
        owner=person(mandate, _Owner),
        host=host,
        show=None if mandate[MandateRow.show_id] is None else _show_ref(mandate, host),
        floor=mandate[MandateRow.floor],
        currency=mandate[ListingRow.currency],
        commission_percent=mandate[MandateRow.commission_percent],
        expires_at=mandate[MandateRow.expires_at],
        status=mandate[MandateRow.status],
        created_at=mandate[MandateRow.created_at],
    )


def _show_ref(show: Read, host: Person) -> ShowRef:
    return ShowRef(
        id=show[ShowRow.id],
        title=show[ShowRow.title],
        status=show[ShowRow.status],
        currency=show[ShowRow.currency],
        host=host,
    )


async def _show(connection: AsyncConnection, show_id: str | None) -> ShowRef | None:
    if show_id is None:
        return None
    found = await connection.execute(
        select(
            col(ShowRow.id),
            col(ShowRow.title),
            col(ShowRow.status),
            col(ShowRow.currency),
            *person_columns(UserRow),
        )
        .join(UserRow, col(UserRow.id) == col(ShowRow.host_id))
        .where(col(ShowRow.id) == show_id)
    )
    row = found.first()
    if row is None:
        return None
    show = Read(row)
    return _show_ref(show, person(show, UserRow))


async def _host(connection: AsyncConnection, handle: str | None) -> Person | None:
    if handle is None:
        return None
    found = await connection.execute(
        select(*person_columns(UserRow)).where(col(UserRow.handle) == handle)
    )
    row = found.first()
    return None if row is None else person(Read(row), UserRow)
