"""A `World` whose shows are written to a real database as well, by the store that rooms use.

Each batch is one transaction of the store. It is decided on the facts that the store has loaded,
which must be what the world knows. After its commit the state is read back from the rows, and must
equal the state in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import delete, update
from sqlmodel import col

from liveshow.domain.auctions.facts import MARKS
from liveshow.domain.chat.facts import FOLLOWERS, SELLERS
from liveshow.domain.checkout.facts import PAYMENTS
from liveshow.domain.run_of_show.facts import STOCK, ListingFacts
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.events import Record
from liveshow.domain.show.facts import Fact, Facts
from liveshow.domain.show.slices import Slice
from liveshow.domain.show.state import ShowState
from liveshow.domain.show.views import state_view
from liveshow.domain.values import Person
from liveshow.errors import LiveshowError
from liveshow.payments.records import DECIDED_AS
from liveshow.rooms import news
from liveshow.rooms.deciding import load_facts
from liveshow.settings import Settings
from liveshow.store.database import Database
from liveshow.store.room.aggregate import loaders
from liveshow.store.room.batch import RoomBatch
from liveshow.store.room.store import SqlRoomStore
from liveshow.store.rows import insert_rows
from liveshow.store.tables import metadata
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.listings import ListingRow, PhotoRow, VariantRow
from liveshow.store.tables.mandates import MandateRow
from liveshow.store.tables.orders import OrderRow
from tests.domain import asks as c
from tests.domain.world import EVERYONE, HANNA, PHOTO, Json, PlainRoom, World

T = TypeVar("T")


class Disk:
    """A database, what is written to it besides the shows, and the loop that it works in."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self.database = Database(Settings(database_url=url).sql_url)
        self.store = SqlRoomStore(self.database)
        # As they were written last.
        self._listings: dict[str, ListingFacts] = {}
        self._mandates: dict[str, bool] = {}
        self._names = {person.id: person.name for person in EVERYONE}
        self.batches = 0
        self.run(self._begin())

    def __deepcopy__(self, memo: object) -> None:
        """What is tried on a copy of the world is not written."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def close(self) -> None:
        self.run(self.database.close())
        self._runner.close()

    async def _begin(self) -> None:
        """Empty the database, then sign everybody up."""
        async with self.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                await connection.execute(delete(table))
            users = [
                UserRow(id=p.id, handle=p.handle, name=p.name, password_hash="-", created_at=0)
                for p in EVERYONE
            ]
            await insert_rows(connection, *users)
            sizes = {"width": PHOTO.width, "height": PHOTO.height, "size": 1}
            photo = PhotoRow(id=PHOTO.id, owner_id=HANNA.id, created_at=0, **sizes)
            await insert_rows(connection, photo)

    # --- the closet ------------------------------------------------------------------------

    async def write_closet(self, world: World) -> None:
        """Write what has changed of names, listings and mandates, as their owners would."""
        await self._write_names(world)
        for listing in world.listings.values():
            known = self._listings.get(listing.id)
            if known is None:
                await self._add(world, listing)
            elif known != listing:
                await self._edit(world, known, listing)
            self._listings[listing.id] = listing
        await self._write_mandates(world)

    async def _write_names(self, world: World) -> None:
        for person in world.people.values():
            if self._names.get(person.id) != person.name:
                self._names[person.id] = person.name
                async with self.database.write() as connection:
                    await connection.execute(
                        update(UserRow).where(col(UserRow.id) == person.id).values(name=person.name)
                    )

    async def _add(self, world: World, listing: ListingFacts) -> None:
        row = ListingRow(
            id=listing.id,
            owner_id=listing.owner.id,
            currency=listing.currency,
            created_at=world.now,
            **_columns(world, listing),
        )
        variants = [
            VariantRow(
                id=variant.id,
                listing_id=listing.id,
                position=position,
                label=variant.label,
                quantity=world.stock[variant.id][0],
            )
            for position, variant in enumerate(listing.variants)
        ]
        async with self.database.write() as connection:
            await insert_rows(connection, row)
            await insert_rows(connection, *variants)

    async def _edit(self, world: World, known: ListingFacts, listing: ListingFacts) -> None:
        before = {variant.id for variant in known.variants}
        after = {variant.id for variant in listing.variants}
        changes: list[tuple[str, Json]] = [
            (gone, {"position": -1, "quantity": 0}) for gone in sorted(before - after)
        ]
        for position, variant in enumerate(listing.variants):
            values: Json = {"position": position, "label": variant.label}
            if variant.id not in before:
                values["quantity"] = world.stock[variant.id][0]
            changes.append((variant.id, values))
        async with self.database.write() as connection:
            await connection.execute(
                update(ListingRow)
                .where(col(ListingRow.id) == listing.id)
                .values(**_columns(world, listing))
            )
            for variant_id, values in changes:
                this = update(VariantRow).where(col(VariantRow.id) == variant_id)
                await connection.execute(this.values(**values))

    async def _write_mandates(self, world: World) -> None:
        now = {mandate.id: mandate for mandate in world.mandates}
        async with self.database.write() as connection:
            for mandate_id, was_active in self._mandates.items():
                active = mandate_id in now and now[mandate_id].active
                if active is not was_active:
                    await connection.execute(
                        update(MandateRow)
                        .where(col(MandateRow.id) == mandate_id)
                        .values(status="active" if active else "revoked")
                    )
                    self._mandates[mandate_id] = active
            for mandate in world.mandates:
                if mandate.id in self._mandates:
                    continue
                row = MandateRow(
                    id=mandate.id,
                    listing_id=mandate.listing,
                    owner_id=world.listings[mandate.listing].owner.id,
                    host_id=mandate.host,
                    floor=mandate.floor,
                    commission_percent=mandate.commission_percent,
                    expires_at=mandate.expires_at,
                    status="active" if mandate.active else "revoked",
                    created_at=world.now,
                )
                await insert_rows(connection, row)
                self._mandates[mandate.id] = mandate.active

    async def write_packed(self, order_id: str) -> None:
        async with self.database.write() as connection:
            this = col(OrderRow.id) == order_id
            await connection.execute(update(OrderRow).where(this).values(status="packed"))

    # --- the shows -------------------------------------------------------------------------

    @asynccontextmanager
    async def batch(self, world: World, state: ShowState, host: Person) -> AsyncIterator[RoomBatch]:
        """A transaction on a show; the first one of a show plans it."""

        async def now(_connection: Any) -> int:
            return world.now

        self.database.now = now  # type: ignore[method-assign, assignment]
        if state.seq == 0:
            async with self.store.planning(state.id, host.id) as (_, batch):
                yield batch
        else:
            async with self.store.batch(state.id, state.epoch) as batch:
                yield batch
        self.batches += 1


def _columns(world: World, listing: ListingFacts) -> Json:
    shipping: Json = {"shipping_" + name: getattr(listing.shipping, name) or None for name in _HOW}
    return {
        "title": listing.title,
        "description": listing.description,
        "price": listing.price,
        "photos": [photo.id for photo in listing.photos],
        "brand": listing.brand,
        "category": listing.category,
        "condition": listing.condition,
        "archived_at": world.now if listing.archived else None,
        **shipping,
    }


_HOW = ("flat", "weight")


class WrittenWorld(World):
    def __init__(self, disk: Disk) -> None:
        super().__init__()
        # None in a copy of the world.
        self.disk: Disk | None = disk

    def room(self, state: ShowState) -> PlainRoom:
        return WrittenRoom(self, state)

    def pack(self, order_id: str) -> None:
        super().pack(order_id)
        if self.disk is not None:
            self.disk.run(self.disk.write_packed(order_id))

    def _everything(self, room: PlainRoom) -> dict[Fact[Any, Any], Callable[[], dict[Any, Any]]]:
        sellers = {item.owner.id for item in self.listings.values() if not item.archived}
        known = super()._everything(room)
        return known | {FOLLOWERS: dict, SELLERS: lambda: dict.fromkeys(sellers, True)}


class WrittenRoom(PlainRoom):
    """Decides as a `PlainRoom` does, in a transaction of the store."""

    world: WrittenWorld

    def __init__(self, world: WrittenWorld, state: ShowState) -> None:
        super().__init__(world, state)
        # Of the present batch.
        self._loaded: Facts | None = None
        self._rows: RoomBatch | None = None
        self._happened: list[Record] = []

    def batch(self, *envelopes: c.Envelope) -> list[Json | LiveshowError]:
        if self.world.disk is None:
            return super().batch(*envelopes)
        answers = self.world.disk.run(self._transaction(self.world.disk, *envelopes))
        self._tell_others()
        return answers

    def _tell_others(self) -> None:
        """Other shows hear that stock has changed, as they do from the registry."""
        stock = news.stock_in(self.state, self._happened)
        self._happened.clear()
        for other in self.world.shows.values():
            run = other.state[RunOfShow]
            if other is not self and (known := [s for s in sorted(stock) if run.by_listing(s)]):
                other.batch(*(c.Envelope(c.ListingChanged(listing)) for listing in known))

    async def _transaction(self, disk: Disk, *envelopes: c.Envelope) -> list[Json | LiveshowError]:
        world, host = self.world, envelopes[0].actor or self.state.show.host
        await disk.write_closet(world)
        async with disk.batch(world, self.state, host) as rows:
            facts = await load_facts(rows, self.state, envelopes, world.rules, world.mint)
            self._check_loaded(facts)
            self._loaded, self._rows = facts, rows
            answers = super().batch(*envelopes)
            self._loaded = self._rows = None
            await rows.flush(self.state)
        self._check_read(await disk.store.load(self.state.id))
        return answers

    def facts(self, *envelopes: c.Envelope) -> Facts:
        return self._loaded or super().facts(*envelopes)

    def _record(self, record: Record) -> None:
        super()._record(record)
        if self._rows is not None:
            self._rows.record(self.state, record)
            self._happened.append(record)

    # --- what must be equal ----------------------------------------------------------------

    def _check_loaded(self, facts: Facts) -> None:
        """What the store has loaded is what the world knows."""
        for fact in loaders():
            loaded = facts.loaded(fact)
            known = self.world.load(self, fact, loaded)
            for key, value in loaded.items():
                ours, theirs = self._plain(fact, key, value), self._plain(fact, key, known.get(key))
                assert ours == theirs, f"{fact.name} {key}:\n rows   {ours}\n world  {theirs}"

    def _plain(self, fact: Fact[Any, Any], key: Hashable, value: Any) -> Any:
        # Marks are written with a checkout, and salted: nobody else can know them.
        if value is None or fact is MARKS:
            return None
        if fact is STOCK:
            # The store also knows variants that were withdrawn.
            present = {variant.id for variant in self.world.listings[str(key)].variants}
            return {variant.id: variant for variant in value if variant.id in present}
        if fact is PAYMENTS:
            # In the rows it waits for the word of the provider.
            status = DECIDED_AS.get(value.status, value.status)
            return (status, value.id, value.buyer, value.claims, value.amount, value.parcels)
        return value

    def _check_read(self, fresh: ShowState) -> None:
        """What is read back is what was committed, and lists made of it are in the same order."""
        assert fresh == self.state, _difference(fresh, self.state)
        for staff in (False, True):
            ours, theirs = (
                state_view(state, self.world.rules, 0, staff=staff) for state in (fresh, self.state)
            )
            assert ours == theirs


def _difference(fresh: ShowState, state: ShowState) -> str:
    """The first parts in which two states differ."""
    heads = [(each.id, each.epoch, each.seq) for each in (fresh, state)]
    if heads[0] != heads[1]:
        return f"{heads[0]} is not {heads[1]}"
    kind: type[Slice] = next(kind for kind in state.slices if fresh[kind] != state[kind])
    mine, theirs = vars(fresh[kind]), vars(state[kind])
    name = next((name for name in mine if mine[name] != theirs[name]), "?")
    found, expected = mine.get(name), theirs.get(name)
    if isinstance(found, dict) and isinstance(expected, dict):
        differs = [k for k in {*found, *expected} if found.get(k) != expected.get(k)]
        found = {key: found.get(key) for key in differs}
        expected = {key: expected.get(key) for key in differs}
    return f"{kind.__name__}.{name}:\n rows    {found}\n memory  {expected}"
