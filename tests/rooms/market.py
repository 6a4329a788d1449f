"""Two live shows that sell from one closet, over real rooms and a real database.

Time is the test's: rooms, database and payment provider agree on `Market.clock`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlmodel import SQLModel, col

from liveshow.catalog.listings import Listings
from liveshow.catalog.stock import WantedVariant
from liveshow.domain.checkout.parcels import cart
from liveshow.domain.running.commands import CreateShow
from liveshow.domain.show.facts import Rules
from liveshow.domain.values import Address, Person
from liveshow.ids import new_id
from liveshow.payments.orders import Orders
from liveshow.payments.providers import Providers
from liveshow.payments.records import PaymentRecord
from liveshow.payments.service import Payments
from liveshow.payments.simulated import SimulatedProvider
from liveshow.rooms.observing import RoomObserver
from liveshow.rooms.planning import Planning
from liveshow.rooms.registry import RoomRegistry
from liveshow.store.database import Database
from liveshow.store.listings import ListingRepository
from liveshow.store.orders import OrderRepository
from liveshow.store.payments import PaymentRepository
from liveshow.store.room.store import SqlRoomStore
from liveshow.store.rows import insert_rows
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.listings import VariantRow
from liveshow.store.tables.mandates import MandateRow
from tests.domain import asks as c
from tests.support import rows_of

M = TypeVar("M", bound=SQLModel)

START = 1_800_000_000_000
HOLD_SECONDS = 300
RULES = Rules()
ADDRESS = Address("Ana", "1 Main Street", "", "Springfield", "", "12345", "US")


class Clock:
    def __init__(self) -> None:
        self.now = START
        self.stepped = 0

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += int(seconds * 1000)

    def step(self, seconds: float) -> None:
        """Set the clock, as an operator or a machine that slept does."""
        self.stepped += int(seconds * 1000)
        self.advance(seconds)

    def steady(self) -> int:
        return self.now - self.stepped


class CountedStore(SqlRoomStore):
    """Counts the transactions that rooms begin."""

    begun = 0

    def batch(self, show_id: str, epoch: int) -> Any:
        self.begun += 1
        return super().batch(show_id, epoch)


@dataclass
class Piece:
    """A listing, and its item and number in each show that has it."""

    listing: str
    # By label.
    variants: dict[str, str]
    items: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


class Market:
    """``one`` is the host of show ``a`` and owns everything; ``two`` is lent it for show ``b``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.events: Counter[str] = Counter()
        self.aside: Counter[str] = Counter()
        self.people: dict[str, Person] = {}
        # Who is connected to which show, by the ids of both.
        self.here: Callable[[str, str], bool] = lambda show, user: True

        async def now(_connection: Any) -> int:
            return self.clock()

        database.now = now  # type: ignore[method-assign, assignment]
        self.serve()

    def serve(self) -> None:
        """Start a server on the database, as after a restart."""
        self.store = CountedStore(self.database)
        self.rooms = RoomRegistry(
            self.store,
            rules=RULES,
            clock=self.clock,
            # Time that a test lets pass is lived through; `clock.step` is not.
            steady=self.clock.steady,
            here=self.here,
            observer=RoomObserver(event=self._seen, aside=self._aside),
        )
        self.listings = Listings(
            ListingRepository(self.database), changed=self.rooms.listing_changed, clock=self.clock
        )
        self.provider = SimulatedProvider(self.database, self.clock)
        self.payment_rows = PaymentRepository(self.database)
        providers = Providers([self.provider])
        self.payments = Payments(self.payment_rows, self.rooms, providers, self.clock)
        self.orders = Orders(OrderRepository(self.database), self.rooms, providers, self.clock)

    def _seen(self, kind: str) -> None:
        self.events[kind] += 1

    def _aside(self, kind: str) -> None:
        self.aside[kind] += 1

    async def open(self, *, hold_seconds: int = HOLD_SECONDS, claims_per_buyer: int = 5) -> None:
        """Start both shows."""
        self.one, self.two = await self.person("one"), await self.person("two")
        new = CreateShow(
            title="Show",
            currency="USD",
            hold_seconds=hold_seconds,
            claims_per_buyer=claims_per_buyer,
        )
        planning = Planning(self.store, RULES)
        self.a = (await planning.plan(self.one, new)).id
        self.b = (await planning.plan(self.two, new)).id
        self.hosts = {self.a: self.one, self.b: self.two}
        for show, host in self.hosts.items():
            await self.do(show, c.Start(), host)

    async def person(self, handle: str) -> Person:
        who = Person(new_id(), handle, handle.title())
        await self.add(
            UserRow(id=who.id, handle=handle, name=who.name, password_hash="-", created_at=0)
        )
        self.people[handle] = who
        return who

    async def piece(self, quantity: int = 1, *labels: str, shows: str = "ab") -> Piece:
        """List something with ``quantity`` of each variant and put it into the shows."""
        wanted = [WantedVariant(quantity, label) for label in labels]
        listing = await self.listings.create(
            self.one,
            {"title": "Coat", "price": 1000, "currency": "USD"},
            quantity=None if labels else quantity,
            variants=wanted or None,
        )
        piece = Piece(listing.id, {variant.label: variant.id for variant in listing.variants})
        if "b" in shows:
            await self.add(
                MandateRow(
                    id=new_id(),
                    listing_id=listing.id,
                    owner_id=self.one.id,
                    host_id=self.two.id,
                    floor=1,
                    commission_percent=10,
                    status="active",
                    created_at=0,
                )
            )
        for name in shows:
            show = self.a if name == "a" else self.b
            added = await self.do(show, c.Add(listing=listing.id), self.hosts[show])
            piece.items[show], piece.numbers[show] = added.item, added.number
        return piece

    async def do(
        self, show: str, command: Any, by: Person | None = None, key: str | None = None
    ) -> Any:
        return await self.rooms.submit(show, c.Envelope(command, by, key))

    async def tick(self, show: str) -> None:
        """Have the room notice what time it is."""
        await self.do(show, c.Tick())

    async def restart(self) -> None:
        await self.rooms.close()
        self.serve()

    async def execute(self, statement: Any) -> None:
        async with self.database.write() as connection:
            await connection.execute(statement)

    async def add(self, *rows: SQLModel) -> None:
        async with self.database.write() as connection:
            await insert_rows(connection, *rows)

    async def rows(self, table: type[M]) -> list[M]:
        return await rows_of(self.database, table)

    async def total(self, show: str, buyer: Person) -> int:
        """What the buyer's cart says."""
        held = cart(await self.rooms.snapshot(show), buyer.id, RULES)
        return held.total if held else 0

    async def checkout(self, show: str, buyer: Person, key: str) -> PaymentRecord:
        """Take what the buyer holds to checkout, at the total that the cart says."""
        total = await self.total(show, buyer)
        return await self.payments.open(show, buyer, key, ADDRESS, total)

    async def stock(self, variant: str) -> tuple[int, int, int]:
        """Return ``(quantity, held, sold)``."""
        (row,) = [row for row in await self.rows(VariantRow) if row.id == variant]
        return row.quantity, row.held, row.sold

    async def check_stock(self) -> None:
        """Compare the stock with the claims of all shows, at one moment."""
        # One statement is one moment on both kinds of database.
        joined: Any = select(
            col(VariantRow.id),
            col(VariantRow.quantity),
            col(VariantRow.held),
            col(VariantRow.sold),
            col(ClaimRow.status),
            col(ClaimRow.quantity).label("pieces"),
        ).outerjoin_from(VariantRow, ClaimRow, col(ClaimRow.variant_id) == col(VariantRow.id))
        async with self.database.read() as connection:
            found = (await connection.execute(joined)).all()
        held: Counter[str] = Counter()
        sold: Counter[str] = Counter()
        for row in found:
            if row.status in ("held", "checkout"):
                held[row.id] += row.pieces
            elif row.status == "paid":
                sold[row.id] += row.pieces
        for row in found:
            assert row.held == held[row.id], f"{row.id}: held {row.held}, claims {held[row.id]}"
            assert row.sold == sold[row.id], f"{row.id}: sold {row.sold}, claims {sold[row.id]}"
            assert row.held >= 0
            assert row.held + row.sold <= row.quantity

    async def close(self) -> None:
        await self.rooms.close()
