"""Fills an empty database with the demo, through the same services that requests go through."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlmodel import col

from liveshow.accounts.ports import Account
from liveshow.catalog.listings import Draft
from liveshow.catalog.mandates import Terms
from liveshow.clock import wall_clock
from liveshow.demo import pictures
from liveshow.demo.chatter import total_of
from liveshow.demo.wardrobe import (
    ADDRESSES,
    ALL_PIECES,
    COMING,
    FOLLOWS,
    GUESTS,
    OFFERED,
    PASSWORD,
    PAST,
    REQUESTED,
    ROLES,
    RUN_OF_SHOW,
    SHIRT,
    SHOW,
    SMALL_TALK,
    WELCOME,
    Piece,
)
from liveshow.domain.chat.commands import Announce, Chat
from liveshow.domain.claims.commands import ClaimItem
from liveshow.domain.flash.commands import StartFlash
from liveshow.domain.giveaways.commands import OpenGiveaway
from liveshow.domain.run_of_show.commands import Add, Added, Pin
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.commands import AppointStaff, Configure, CreateShow, End, Start
from liveshow.domain.show.commands import Answer, Command, Envelope
from liveshow.domain.values import Person, Variant
from liveshow.errors import NotFound
from liveshow.payments.provider import Card
from liveshow.store.tables import metadata
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.shows import ShowRow

if TYPE_CHECKING:
    from liveshow.app import Parts

HOUR = 3_600_000
DAY = 24 * HOUR
CURRENCY = "USD"
# Drawing and encoding release the interpreter: two at a time keep two cores busy.
AT_ONCE = 2
TEST_CARD = Card("4242424242424242", "12/30", "123")


@dataclass
class Evening:
    """What was seeded: people by handle, listings and photos by key, items by show and key."""

    people: dict[str, Person] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)
    photos: dict[str, str] = field(default_factory=dict)
    items: dict[tuple[str, str], str] = field(default_factory=dict)


async def seed(parts: Parts, *, live: bool) -> Evening:
    """Make the demo's accounts, listings and shows.

    ``live``: the show is on; otherwise it is scheduled, for a real host to start. A database
    that has the demo already is left as it is.
    """
    try:
        await parts.shows.role(SHOW, "")
    except NotFound:
        return await _Seeder(parts).everything(live=live)
    evening = Evening()
    for account in await parts.accounts.all():
        evening.people[account.handle] = _person(account)
    return evening


class _Seeder:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._evening = Evening()

    async def everything(self, *, live: bool) -> Evening:
        await self._people()
        await self._photos()
        await self._listings()
        await self._past_show()
        await self._tonight(live=live)
        await self._coming_show()
        return self._evening

    # --- people and things ---------------------------------------------------------------------

    async def _people(self) -> None:
        accounts = self._parts.accounts
        made = await asyncio.gather(
            *(accounts.create(who.handle, PASSWORD, who.name, public=True) for who in ROLES),
            # Nobody signs in as these.
            *(accounts.create(who.handle, None, who.name) for who in GUESTS),
        )
        for account in made:
            self._evening.people[account.handle] = _person(account)
        for who in ROLES:
            await accounts.update(self._id(who.handle), {"bio": who.bio})
        for handle, address in ADDRESSES.items():
            await accounts.update(self._id(handle), {"address": address})
        for follower, followed in FOLLOWS:
            await accounts.follow(self._id(follower), followed)

    async def _photos(self) -> None:
        """Draw and upload every picture, as its owner would."""
        free = asyncio.Semaphore(AT_ONCE)
        leaving = asyncio.Event()

        async def upload(owner: str, name: str) -> None:
            async with free:
                if not leaving.is_set():
                    data = await asyncio.to_thread(pictures.paint, name)
                    photo = await self._parts.photos.add(self._id(owner), data)
                    self._evening.photos[name] = photo.id

        wanted = [(piece.owner, name) for piece in ALL_PIECES for name in piece.pictures]
        wanted += [("host", "cover-tonight"), ("host", "cover-past"), ("seller", "cover-coming")]
        uploading = asyncio.gather(*(upload(owner, name) for owner, name in wanted))
        try:
            await asyncio.shield(uploading)
        except asyncio.CancelledError:
            # A thread cannot be cancelled: it would write into the folder after its end.
            leaving.set()
            await uploading
            raise

    async def _listings(self) -> None:
        # The last one made is the first one seen.
        for piece in reversed(ALL_PIECES):
            draft = Draft(
                title=piece.title,
                price=piece.price,
                currency=CURRENCY,
                description=piece.description,
                brand=piece.brand,
                category=piece.category,
                condition=piece.condition,
                shipping=piece.shipping,
            )
            listing = await self._parts.listings.create(
                self._user(piece.owner),
                draft,
                photos=[self._evening.photos[name] for name in piece.pictures],
                quantity=piece.quantity,
                variants=piece.variants or None,
            )
            self._evening.listings[piece.key] = listing.id

    # --- shows ---------------------------------------------------------------------------------

    async def _past_show(self) -> None:
        """A show that is over: something was sold in it, paid, and is on its way."""
        await self._create(
            PAST,
            "host",
            "Linen Week",
            "Undyed, washed, worn in: everything linen, and a few things for the sun.",
            cover="cover-past",
        )
        await self._lend(REQUESTED, show=PAST)
        await self._add(PAST, "host", (SHIRT, REQUESTED))
        await self._do(PAST, "host", Start())
        await self._do(PAST, "lotte", Chat(text="linen forever"))
        shirt, boots = self._item(PAST, SHIRT.key), self._item(PAST, REQUESTED.key)
        medium = next(v.id for v in await self._variants(PAST, shirt) if v.label == "M")
        await self._do(PAST, "viewer", ClaimItem(item=shirt, variant=medium))
        await self._do(PAST, "viewer", ClaimItem(item=boots))
        await self._pay(PAST, "viewer")
        await self._do(PAST, "host", End())
        # Closed, so that what is read from now on is read from the database.
        await (await self._parts.registry.get(PAST)).close()
        await self._long_ago(PAST, 6 * DAY, lasted=HOUR)

    async def _tonight(self, *, live: bool) -> None:
        await self._create(
            SHOW,
            "host",
            "The Saturday Rail",
            "Coats, denim and one very good dress, from my wardrobe and from Noor's. "
            "Ask anything; claim with the button or by writing “sold 4”.",
            cover="cover-tonight",
            scheduled_at=None if live else wall_clock() + HOUR,
        )
        for piece in RUN_OF_SHOW:
            if piece.owner != "host":
                await self._lend(piece, show=None if piece.key == "sunglasses" else SHOW)
        await self._lend(OFFERED, show=SHOW, accept=False)
        await self._parts.mandates.propose(
            self._user("host"),
            Terms(
                self._evening.listings[REQUESTED.key],
                show_id=SHOW,
                floor=REQUESTED.floor,
                commission_percent=REQUESTED.commission,
            ),
        )
        await self._do(SHOW, "host", AppointStaff(user="moderator", role="moderator"))
        await self._do(SHOW, "host", Configure(shipping_cap=1_495))
        await self._add(SHOW, "host", RUN_OF_SHOW)
        if live:
            await self._do(SHOW, "host", Start())
            await self._do(SHOW, "host", Announce(text=WELCOME))
            for handle, text in SMALL_TALK:
                await self._do(SHOW, handle, Chat(text=text))
            shoes = self._item(SHOW, "sneakers")
            flash = StartFlash(item=shoes, price=4_900, seconds=1_200, quantity=3, per_buyer=1)
            await self._do(SHOW, "host", flash)
            gift = OpenGiveaway(title="A hand-knitted scarf in your colour", seconds=900)
            await self._do(SHOW, "host", gift)
        await self._do(SHOW, "host", Pin(item=self._item(SHOW, "coat")))

    async def _coming_show(self) -> None:
        tomorrow = wall_clock() // HOUR * HOUR + DAY
        await self._create(
            COMING,
            "seller",
            "Sunday Silk",
            "Blouses, scarves and slips. Slow, quiet, with tea.",
            cover="cover-coming",
            scheduled_at=tomorrow,
        )
        await self._add(COMING, "seller", (_piece("blouse"), _piece("skirt"), OFFERED))

    async def _create(
        self,
        show: str,
        host: str,
        title: str,
        description: str,
        *,
        cover: str,
        scheduled_at: int | None = None,
    ) -> None:
        new = CreateShow(
            title=title,
            currency=CURRENCY,
            description=description,
            cover=self._evening.photos[cover],
            scheduled_at=scheduled_at,
        )
        await self._parts.planning.plan(self._evening.people[host], new, show_id=show)

    async def _add(self, show: str, host: str, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            listing = self._evening.listings[piece.key]
            answer = await self._do(show, host, Add(listing=listing))
            if isinstance(answer, Added):
                self._evening.items[show, piece.key] = answer.item

    async def _lend(self, piece: Piece, *, show: str | None, accept: bool = True) -> None:
        """The seller offers a piece to a show, or to all shows of the host; the host accepts."""
        mandate = await self._parts.mandates.propose(
            self._user(piece.owner),
            Terms(
                self._evening.listings[piece.key],
                show_id=show,
                host_handle=None if show else "host",
                floor=piece.floor,
                commission_percent=piece.commission,
            ),
        )
        if accept:
            await self._parts.mandates.answer(self._id("host"), mandate.id, "active")

    async def _pay(self, show: str, buyer: str) -> None:
        payments = self._parts.payments
        person = self._evening.people[buyer]
        state = await self._parts.registry.snapshot(show)
        total = total_of(state, person)
        payment = await payments.open(show, person, f"seed-{show}", ADDRESSES[buyer], total)
        payment = await payments.confirm(payment.id, person.id, TEST_CARD)
        orders = self._parts.orders
        for order_id in payment.orders:
            order = await orders.get(order_id, person.id)
            if order.owner.handle == "host":  # the other seller still has to pack hers
                host = self._evening.people["host"]
                await orders.pack(order_id, host)
                await orders.ship(order_id, host, "USPS", "9400 1000 0000 0000 0000 00")

    async def _long_ago(self, show: str, by: int, *, lasted: int) -> None:
        """Move everything about a show into the past: only a demo may rewrite history."""
        async with self._parts.database.write() as connection:
            await connection.execute(
                update(ShowRow)
                .where(col(ShowRow.id) == show)
                .values(started_at=col(ShowRow.started_at) - lasted)
            )
            rows = await connection.execute(
                select(col(OrderRow.id), col(OrderRow.history)).where(col(OrderRow.show_id) == show)
            )
            for order_id, steps in rows.all():
                history = [step | {"at": step["at"] - by} for step in steps]
                await connection.execute(
                    update(OrderRow).where(col(OrderRow.id) == order_id).values(history=history)
                )
            for table in metadata.tables.values():
                key = table.c.get("show_id") if table.name != "shows" else table.c.id
                times = [c for c in table.c if c.name == "at" or c.name.endswith("_at")]
                if key is None or not times:
                    continue
                earlier = {column.name: column - by for column in times}
                await connection.execute(update(table).where(key == show).values(earlier))

    # --- small help ----------------------------------------------------------------------------

    async def _do(self, show: str, handle: str, command: Command) -> Answer:
        person = self._evening.people[handle]
        return await self._parts.registry.submit(show, Envelope(command, person))

    async def _variants(self, show: str, item: str) -> list[Variant]:
        state = await self._parts.registry.snapshot(show)
        return list(state[RunOfShow].items[item].variants)

    def _id(self, handle: str) -> str:
        return self._evening.people[handle].id

    def _user(self, handle: str) -> Person:
        return self._evening.people[handle]

    def _item(self, show: str, key: str) -> str:
        return self._evening.items[show, key]


def _piece(key: str) -> Piece:
    return next(piece for piece in ALL_PIECES if piece.key == key)


def _person(account: Account) -> Person:
    return Person(account.id, account.handle, account.name)
