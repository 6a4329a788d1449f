"""Mandates in SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.catalog.mandates import (
    STANDING,
    LockedMandate,
    Mandate,
    ShowRef,
    Side,
    Surroundings,
    Terms,
)
from liveshow.errors import NotFound
from liveshow.store.database import Database
from liveshow.store.listings import lock_listing
from liveshow.store.tables import metadata

_users = metadata.tables["users"]
_owners = _users.alias("owners")
_hosts = _users.alias("hosts")
_listings = metadata.tables["listings"]
_mandates = metadata.tables["mandates"]
_shows = metadata.tables["shows"]


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
                    _mandates.c.listing_id == terms.listing_id, _mandates.c.status.in_(STANDING)
                )
            )
            mandate = decide(
                Surroundings(
                    listing=listing,
                    show=await _show(connection, terms.show_id),
                    host=await _host(connection, terms.host_handle),
                    standing=tuple(_mandate(row) for row in standing.mappings()),
                )
            )
            await connection.execute(
                insert(_mandates).values(
                    id=mandate.id,
                    listing_id=mandate.listing_id,
                    owner_id=mandate.owner["id"],
                    host_id=mandate.host["id"],
                    show_id=mandate.show.id if mandate.show else None,
                    floor=mandate.floor,
                    commission_percent=mandate.commission_percent,
                    expires_at=mandate.expires_at,
                    status=mandate.status,
                    created_at=mandate.created_at,
                )
            )
        return mandate

    async def change(self, mandate_id: str, decide: Callable[[LockedMandate], str]) -> Mandate:
        async with self._database.write() as connection:
            await connection.execute(
                select(_mandates.c.id)
                .where(_mandates.c.id == mandate_id)
                .with_for_update(key_share=True)
            )
            statement = _select().where(_mandates.c.id == mandate_id)
            row = (await connection.execute(statement)).mappings().first()
            if row is None:
                raise NotFound("not_found", "There is no such mandate.")
            before = _mandate(row)
            status = decide(LockedMandate(before, row["listing_archived_at"] is not None))
            if status != before.status:
                await connection.execute(
                    update(_mandates).where(_mandates.c.id == mandate_id).values(status=status)
                )
                row = (await connection.execute(statement)).mappings().one()
        return _mandate(row)

    async def page(
        self, user_id: str, side: Side, *, before: tuple[int, str] | None, limit: int
    ) -> list[Mandate]:
        column = _mandates.c.owner_id if side == "owner" else _mandates.c.host_id
        statement = _select().where(column == user_id)
        if before is not None:
            statement = statement.where(
                tuple_(_mandates.c.created_at, _mandates.c.id) < tuple_(*before)
            )
        statement = statement.order_by(_mandates.c.created_at.desc(), _mandates.c.id.desc()).limit(
            limit
        )
        async with self._database.read() as connection:
            return [_mandate(row) for row in (await connection.execute(statement)).mappings()]


def _select() -> Select[Any]:
    return (
        select(
            _mandates,
            _owners.c.handle.label("owner_handle"),
            _owners.c.name.label("owner_name"),
            _hosts.c.handle.label("host_handle"),
            _hosts.c.name.label("host_name"),
            _listings.c.currency.label("listing_currency"),
            _listings.c.archived_at.label("listing_archived_at"),
            _shows.c.title.label("show_title"),
            _shows.c.status.label("show_status"),
            _shows.c.currency.label("show_currency"),
        )
        .join(_listings, _listings.c.id == _mandates.c.listing_id)
        .join(_owners, _owners.c.id == _mandates.c.owner_id)
        .join(_hosts, _hosts.c.id == _mandates.c.host_id)
        .join(_shows, _shows.c.id == _mandates.c.show_id, isouter=True)
    )


def _mandate(row: Any) -> Mandate:
    host = {"id": row["host_id"], "handle": row["host_handle"], "name": row["host_name"]}
    show = None
    if row["show_id"] is not None:
        show = ShowRef(
            row["show_id"], row["show_title"], row["show_status"], row["show_currency"], host
        )
    return Mandate(
        id=row["id"],
        listing_id=row["listing_id"],
        owner={"id": row["owner_id"], "handle": row["owner_handle"], "name": row["owner_name"]},
        host=host,
        show=show,
        floor=row["floor"],
        currency=row["listing_currency"],
        commission_percent=row["commission_percent"],
        expires_at=row["expires_at"],
        status=row["status"],
        created_at=row["created_at"],
    )


async def _show(connection: AsyncConnection, show_id: str | None) -> ShowRef | None:
    if show_id is None:
        return None
    row = (
        (
            await connection.execute(
                select(_shows, _users.c.handle, _users.c.name)
                .join(_users, _users.c.id == _shows.c.host_id)
                .where(_shows.c.id == show_id)
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    host = {"id": row["host_id"], "handle": row["handle"], "name": row["name"]}
    return ShowRef(row["id"], row["title"], row["status"], row["currency"], host)


async def _host(connection: AsyncConnection, handle: str | None) -> dict[str, str] | None:
    if handle is None:
        return None
    row = (
        (
            await connection.execute(
                select(_users.c.id, _users.c.handle, _users.c.name).where(_users.c.handle == handle)
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else dict(row)
