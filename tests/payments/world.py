"""A show with real rooms, a real database and the real test provider; only time is the test's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import msgspec
from sqlmodel import SQLModel

from liveshow.cases.service import Cases
from liveshow.domain.checkout.parcels import cart
from liveshow.domain.claims.commands import Claimed, ClaimItem
from liveshow.domain.show.commands import Envelope, Tick
from liveshow.domain.show.facts import Rules
from liveshow.domain.values import Address, Person
from liveshow.ids import new_id
from liveshow.payments.cards import Cards
from liveshow.payments.chargebacks import Chargebacks
from liveshow.payments.orders import Orders
from liveshow.payments.provider import (
    Card,
    Charge,
    Client,
    Notification,
    PageSources,
    PaymentProvider,
    ProviderUnavailable,
)
from liveshow.payments.providers import Providers
from liveshow.payments.reconciler import Reconciler
from liveshow.payments.records import PaymentRecord
from liveshow.payments.service import Payments
from liveshow.payments.simulated import SimulatedProvider
from liveshow.payments.webhooks import Webhooks
from liveshow.rooms.registry import RoomRegistry
from liveshow.store.accounts import AccountRepository
from liveshow.store.cards import CardRepository
from liveshow.store.cases import CaseRepository
from liveshow.store.chargebacks import ChargebackRepository
from liveshow.store.database import Database
from liveshow.store.orders import OrderRepository
from liveshow.store.payments import PaymentRepository
from liveshow.store.room.store import SqlRoomStore
from liveshow.store.rows import insert_rows
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.listings import ListingRow, VariantRow
from liveshow.store.tables.mandates import MandateRow
from liveshow.store.tables.orders import LedgerRow, OrderRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow
from liveshow.store.tables.test_charges import ChargeRow
from tests.support import rows_of

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=SQLModel)

START = 1_800_000_000_000
HOLD_SECONDS = 300
CASE_DAYS = 3
SHOW = "show"

HOST = Person("host", "host", "Hana")
SELLER = Person("seller", "seller", "Sol")
ANA = Person("ana", "ana", "Ana")
BEN = Person("ben", "ben", "Ben")
STRANGER = Person("stranger", "stranger", "Sten")
EVERYBODY = (HOST, SELLER, ANA, BEN, STRANGER)

ADDRESS = Address("Ana", "1 Main Street", "", "Springfield", "NY", "12345", "US")
# As a client sends it.
ADDRESS_JSON: dict[str, str] = msgspec.to_builtins(ADDRESS)


def card(number: str, *, expiry: str = "12/40", cvc: str = "123") -> Card:
    return Card(number, expiry, cvc)


class Clock:
    """The one time of the test: servers, database and provider agree on it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


class Line:
    """The line to the provider. It can be cut before a request arrives, or before its answer."""

    def __init__(self, provider: SimulatedProvider) -> None:
        self.provider = provider
        self.cut: set[str] = set()
        self.answers_lost: set[str] = set()
        self.asked: list[str] = []

    @property
    def name(self) -> str:
        return self.provider.name

    @property
    def card_form(self) -> Line:
        return self

    @property
    def cards(self) -> None:
        return None

    @property
    def chargebacks(self) -> None:
        return None

    @property
    def page_sources(self) -> PageSources:
        return self.provider.page_sources

    async def client(self, payment_id: str) -> Client | None:
        return await self._ask("client", self.provider.client, payment_id)

    async def notification(self, headers: Any, body: bytes) -> Notification:
        return await self.provider.notification(headers, body)

    async def close(self) -> None:
        await self.provider.close()

    async def create(self, payment_id: str, amount: int, currency: str, until: int) -> Charge:
        return await self._ask("create", self.provider.create, payment_id, amount, currency, until)

    async def status(self, payment_id: str) -> Charge | None:
        return await self._ask("status", self.provider.status, payment_id)

    async def cancel(self, payment_id: str) -> Charge:
        return await self._ask("cancel", self.provider.cancel, payment_id)

    async def refund(self, payment_id: str, amount: int, key: str) -> None:
        await self._ask("refund", self.provider.refund, payment_id, amount, key)

    async def confirm(self, payment_id: str, paid_with: Card) -> Charge:
        return await self._ask("confirm", self.provider.confirm, payment_id, paid_with)

    async def challenge(self, payment_id: str, code: str) -> Charge:
        return await self._ask("challenge", self.provider.challenge, payment_id, code)

    async def _ask(
        self, what: str, method: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self.asked.append(what)
        if what in self.cut:
            raise ProviderUnavailable()
        result = await method(*args, **kwargs)
        if what in self.answers_lost:
            raise ProviderUnavailable()
        return result


@dataclass
class Piece:
    """An item of the show."""

    id: str
    listing: str
    variant: str


@dataclass
class World:
    """``Server`` processes come and go, this stays."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    fee_percent: int = 5
    servers: list[Server] = field(default_factory=list)
    items: int = 0

    @classmethod
    async def build(cls, database: Database) -> World:
        world = cls(database)

        async def now(_connection: Any) -> int:
            return world.clock()

        database.now = now  # type: ignore[assignment, method-assign]
        await world.add(
            *(
                UserRow(
                    id=who.id,
                    handle=who.handle,
                    name=who.name,
                    password_hash="",
                    created_at=START,
                )
                for who in EVERYBODY
            )
        )
        await world.add_show(SHOW)
        return world

    async def add_show(self, show_id: str) -> None:
        await self.add(
            ShowRow(
                id=show_id,
                host_id=HOST.id,
                title="Coats",
                status="live",
                currency="USD",
                hold_seconds=HOLD_SECONDS,
                claims_per_buyer=5,
                created_at=START,
            )
        )

    async def piece(
        self,
        price: int = 2_000,
        *,
        quantity: int = 1,
        shipping: int = 500,
        owner: Person = HOST,
        commission: int = 0,
        show: str = SHOW,
    ) -> Piece:
        """Put a listing into the run of show."""
        piece = Piece(new_id(), new_id(), new_id())
        self.items += 1
        mandate = new_id() if owner != HOST else None
        await self.add(
            ListingRow(
                id=piece.listing,
                owner_id=owner.id,
                title=f"Coat {self.items}",
                price=price,
                currency="USD",
                shipping_flat=shipping,
                created_at=START,
            )
        )
        await self.add(VariantRow(id=piece.variant, listing_id=piece.listing, quantity=quantity))
        if mandate:
            await self.add(
                MandateRow(
                    id=mandate,
                    listing_id=piece.listing,
                    owner_id=owner.id,
                    host_id=HOST.id,
                    floor=1,
                    commission_percent=commission,
                    status="active",
                    created_at=START,
                )
            )
        await self.add(
            ShowItemRow(
                id=piece.id,
                show_id=show,
                listing_id=piece.listing,
                mandate_id=mandate,
                number=self.items,
                position=self.items,
                price=price,
            )
        )
        return piece

    def server(self, *more: PaymentProvider, test_cards: bool = True) -> Server:
        """Start a server on the same database, as after a crash of the others.

        ``more`` are its providers before the test provider.
        """
        server = Server(self, more, test_cards)
        self.servers.append(server)
        return server

    async def close(self) -> None:
        for server in self.servers:
            await server.rooms.close()

    async def execute(self, statement: Any) -> None:
        async with self.database.write() as connection:
            await connection.execute(statement)

    async def add(self, *rows: SQLModel) -> None:
        async with self.database.write() as connection:
            await insert_rows(connection, *rows)

    async def rows(self, table: type[M]) -> list[M]:
        return await rows_of(self.database, table)

    async def stock(self, piece: Piece) -> tuple[int, int]:
        """Return ``(held, sold)``."""
        (row,) = [row for row in await self.rows(VariantRow) if row.id == piece.variant]
        return row.held, row.sold

    async def received(self) -> int:
        """What the provider has of everybody's money."""
        total = 0
        for row in await self.rows(ChargeRow):
            if "/" in row.payment_id:
                total -= row.amount
            elif row.status in ("succeeded", "refunded") or (
                row.answers_at is not None and row.answers_at <= self.clock()
            ):
                total += row.amount
        return total

    async def assert_books_balance(self) -> None:
        """Every order sums to zero; the house has exactly what the provider has."""
        sums: dict[tuple[str, str], int] = {}
        provider = 0
        for line in await self.rows(LedgerRow):
            key = (line.order_id, line.kind)
            sums[key] = sums.get(key, 0) + line.amount
            if line.account == "provider":
                provider += line.amount
        assert not any(sums.values())
        orders = await self.rows(OrderRow)
        assert {order for order, kind in sums if kind == "sale"} == {row.id for row in orders}
        assert provider == await self.received()


class Server:
    """What runs in one process: rooms and the services of this package."""

    def __init__(
        self, world: World, more: Sequence[PaymentProvider] = (), test_cards: bool = True
    ) -> None:
        self.world = world
        database, clock = world.database, world.clock
        self.rules = Rules(fee_percent=world.fee_percent)
        self.rooms = RoomRegistry(
            SqlRoomStore(database), rules=self.rules, clock=clock, steady=clock
        )
        self.line = Line(SimulatedProvider(database, clock))
        self.provider = self.line.provider
        self.payment_rows = PaymentRepository(database)
        self.providers = Providers([*more, *([self.line] if test_cards else [])])
        self.cards = Cards(CardRepository(database), self.providers, clock)
        self.payments = Payments(self.payment_rows, self.rooms, self.providers, clock, self.cards)
        self.chargebacks = Chargebacks(
            ChargebackRepository(database), self.payment_rows, self.rooms, self.providers, clock
        )
        self.webhooks = Webhooks(self.providers, self.payments.look, self.chargebacks.look)
        self.orders = Orders(OrderRepository(database), self.rooms, self.providers, clock)
        self.reconciler = Reconciler(self.payments, self.orders, self.chargebacks)
        self.cases = Cases(
            CaseRepository(database),
            self.orders,
            AccountRepository(database),
            clock,
            days=CASE_DAYS,
        )

    async def claim(
        self, buyer: Person, piece: Piece, quantity: int = 1, show: str = SHOW
    ) -> Claimed:
        command = ClaimItem(item=piece.id, quantity=quantity)
        answer = await self.rooms.submit(show, Envelope(command, buyer, new_id()))
        assert isinstance(answer, Claimed)
        return answer

    async def tick(self, show: str = SHOW) -> None:
        """Have the room notice what time it is."""
        await self.rooms.submit(show, Envelope(Tick()))

    async def total(self, buyer: Person = ANA, show: str = SHOW) -> int:
        """What the buyer's cart says."""
        held = cart((await self.rooms.get(show)).state, buyer.id, self.rules)
        return held.total if held else 0

    async def checkout(
        self,
        buyer: Person = ANA,
        *,
        key: str | None = None,
        show: str = SHOW,
        total: int | None = None,
    ) -> PaymentRecord:
        if total is None:
            total = await self.total(buyer, show)
        return await self.payments.open(show, buyer, key or new_id(), ADDRESS, total)

    async def bought(self, buyer: Person, *pieces: Piece, number: str) -> PaymentRecord:
        """Claim, check out and pay."""
        for piece in pieces:
            await self.claim(buyer, piece)
        payment = await self.checkout(buyer)
        return await self.payments.confirm(payment.id, buyer.id, card(number))
