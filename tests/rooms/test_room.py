"""The owner task: batches, crashes, fencing, and what other rooms must hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import SQLModel, col

from liveshow.clock import wall_clock
from liveshow.domain.auctions.state import Auctions
from liveshow.domain.chat.commands import Chatted
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.claims.commands import Claimed
from liveshow.domain.claims.events import ItemClaimed, ItemReleased
from liveshow.domain.claims.state import Claims
from liveshow.domain.features import MACHINE
from liveshow.domain.flash.state import Flashes
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.commands import CreateShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.feature import Does
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.state import ShowState
from liveshow.domain.show.views import state_view
from liveshow.domain.values import Address, Person
from liveshow.errors import LiveshowError
from liveshow.ids import new_id
from liveshow.rooms.planning import Planning
from liveshow.rooms.registry import RoomRegistry
from liveshow.store.database import Database
from liveshow.store.room.batch import RoomBatch
from liveshow.store.room.log import EventRows
from liveshow.store.room.state import load_state
from liveshow.store.room.store import SqlRoomStore
from liveshow.store.rows import insert_rows
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.listings import ListingRow, VariantRow
from liveshow.store.tables.mandates import MandateRow
from tests.domain import asks as c
from tests.support import eventually, rows_of, seconds

RULES = Rules(cards=True)
ADDRESS = Address("x", "1 Main Street", "", "Springfield", "", "12345", "US")


class World:
    """A database with people and listings, and the rooms over it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.store = SqlRoomStore(database)
        self.planning = Planning(self.store, RULES)
        self.serve()

    def serve(self) -> None:
        """Start a server on the database, as after a restart."""
        self.registry = RoomRegistry(self.store, rules=RULES, clock=wall_clock)

    async def person(self, handle: str) -> Person:
        who = Person(new_id(), handle, handle.title())
        user = UserRow(id=who.id, handle=handle, name=who.name, password_hash="-", created_at=0)
        await self.add(user)
        return who

    async def add(self, *rows: SQLModel) -> None:
        async with self.database.write() as connection:
            await insert_rows(connection, *rows)

    async def listing(self, owner: Person, quantity: int = 1, variants: int = 1) -> str:
        listing = new_id()
        await self.add(
            ListingRow(
                id=listing,
                owner_id=owner.id,
                title="Coat",
                price=1000,
                currency="USD",
                created_at=0,
            )
        )
        await self.add(
            *(
                VariantRow(
                    id=new_id(),
                    listing_id=listing,
                    position=n,
                    label="" if variants == 1 else "SML"[n],
                    quantity=quantity,
                )
                for n in range(variants)
            )
        )
        return listing

    async def show(self, host: Person, hold_seconds: int = 300) -> str:
        show = await self.plan(host, hold_seconds=hold_seconds)
        await self.do(show, c.Start(), host)
        return show

    async def plan(self, host: Person, title: str = "Show", **fields: Any) -> str:
        """Plan a show that has not started."""
        new = CreateShow(title=title, currency="USD", **fields)
        return (await self.planning.plan(host, new)).id

    async def do(
        self, show: str, command: Any, by: Person | None = None, key: str | None = None
    ) -> Any:
        return await self.registry.submit(show, c.Envelope(command, by, key))

    async def stock(self) -> list[tuple[int, int, int]]:
        variants = await rows_of(self.database, VariantRow)
        variants.sort(key=lambda row: (row.listing_id, row.position))
        return [(row.quantity, row.held, row.sold) for row in variants]

    async def reread(self, show: str) -> ShowState:
        async with self.database.read() as connection:
            return await load_state(connection, show)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    world = World(database)
    yield world
    await world.registry.close()


def same(one: ShowState, other: ShowState) -> bool:
    """Whether two states are equal, and the lists made of them are in the same order."""
    views = [state_view(state, RULES, 0, staff=True) for state in (one, other)]
    return one == other and views[0] == views[1]


async def test_what_is_in_memory_is_what_is_in_the_rows(world: World) -> None:
    host, buyer, other = [await world.person(h) for h in ("host", "buyer", "other")]
    show = await world.show(host)
    await world.do(show, c.Configure(claims_per_buyer=2), host)
    one = await world.do(show, c.Add(listing=await world.listing(host, 2, variants=3)), host)
    two = await world.do(show, c.Add(listing=await world.listing(host)), host)
    room = await world.registry.get(show)
    items = room.state[RunOfShow].items
    item = items[one.item]
    small, medium = item.variants[0].id, item.variants[1].id
    await world.do(show, c.PinNote(text="Ships Monday"), host)
    for promised in (one.item, two.item):
        await world.do(show, c.MakePromise(item=promised, text="wrapped"), host)
    held = await world.do(show, c.ClaimItem(item=item.id, variant=small, quantity=2), buyer)
    await world.do(show, c.MakePromise(item=item.id, text="", promise=1), host)
    await world.do(show, c.ClaimItem(item=item.id, variant=small), other)
    await world.do(show, c.ClaimItem(item=two.item), other)
    for amount in (600, 700):
        offered = await world.do(show, c.MakeOffer(item=two.item, amount=amount), buyer)
        await world.do(show, c.AnswerOffer(offer=offered.offer, counter=800), host)
        if amount == 600:
            await world.do(show, c.AnswerOffer(offer=offered.offer), buyer)
    await world.do(show, c.Reprice(item=two.item, price=900), host)
    flash = c.StartFlash(item=item.id, price=800, seconds=600, quantity=3, per_buyer=2)
    await world.do(show, flash, host)
    await world.do(show, c.ClaimItem(item=item.id, variant=medium, price=800), other)
    await world.do(show, c.Restock(item=item.id, variant=medium, quantity=7), host)
    await world.do(show, c.Move(item=two.item, to=0), host)
    await world.do(show, c.Pin(item=item.id), host)
    await world.do(show, c.AppointStaff(user="other", role="cohost"), host)
    await world.do(show, c.Chat(text="Hello @host"), buyer)
    said = await world.do(show, c.Chat(text="Bye"), other)
    await world.do(show, c.Delete(message=said.seq, reason="off topic"), host)
    purge = await world.do(show, c.Purge(user=buyer.id, reason="spam"), host)
    await world.do(show, c.Undo(seq=purge.seq), host)
    await world.do(show, c.Chat(text="Bye, too"), other)
    await world.do(show, c.Whisper(text="That one again"), host)
    mistaken = await world.do(show, c.Whisper(text="Not for here"), host)
    await world.do(show, c.Unwhisper(whisper=mistaken.seq), host)
    await world.do(show, c.Brake(minutes=10), host)
    await world.do(show, c.Ban(user=other.id, seconds=60, reason="spam", purge=True), host)
    await world.do(show, c.Unban(user=other.id), host)
    await world.do(show, c.Mute(user=buyer.id, seconds=60, reason="spam"), host)
    await world.do(show, c.BlockWord(word="scam"), host)
    await world.do(show, c.Configure(title="New", shipping_cap=500), host)
    await world.do(show, c.Pause(), host)
    await world.do(show, c.Resume(), host)
    await _auctions(world, show, host)
    third = await world.do(show, c.Add(listing=await world.listing(host, 3)), host)
    ask = c.OpenGiveaway(title="A coat", item=third.item, seconds=60)
    giveaway = (await world.do(show, ask, host)).giveaway
    await world.do(show, c.Enter(giveaway=giveaway), buyer)
    await world.do(show, c.Pause(), host)
    await world.do(show, c.Resume(), host)
    await world.do(show, c.OpenCheckout(ADDRESS, 2_000, "test"), buyer)
    await world.do(show, c.RequireCard(required=True), host)
    reread = await world.reread(show)
    assert same(room.state, reread)
    assert reread[Flashes].known[item.id].counts == (1, 1)
    payment = next(iter(room.state[Checkout].payments))
    await world.do(show, c.ClosePayment(payment, "cancelled"))
    await world.do(show, c.Release(claim=held.claim), buyer)
    await world.do(show, c.Remove(item=two.item), host)
    await world.do(show, c.Add(listing=items[two.item].listing), host)
    await world.do(show, c.End(), host)
    fresh = await world.reread(show)
    assert same(room.state, fresh)
    assert not fresh[Flashes].known
    assert fresh[Notices].boxes
    assert fresh[Claims].holds


async def _auctions(world: World, show: str, host: Person) -> None:
    """A unit of two that was given back and is offered to the other one; the next is prepared."""
    bidders = [await world.person(handle) for handle in ("low", "high")]
    listing = await world.listing(host, 3)
    item = (await world.do(show, c.Add(listing=listing), host)).item
    pair = c.PutUp(item=item, start_price=500, reserve=700, quantity=2)
    auction = (await world.do(show, pair, host)).auction
    # One is outbid again and again; that is told once.
    for who, most in ((0, 600), (1, 700), (0, 800), (1, 900), (0, 1_000), (1, 1_500)):
        ask = c.PlaceBid(auction=auction, amount=most, second_chance=True, delay=40)
        await world.do(show, ask, bidders[who])
    room = await world.registry.get(show)
    assert same(room.state, await world.reread(show))
    assert [each.kind for each in room.state[Notices].of(bidders[0].id)] == ["outbid"]
    # Its time is over.
    for state in filter(None, (room.state, room._ahead)):
        state[Auctions].known[auction].ends_at = 0
    await world.do(show, c.Chat(text="Sold"), host)
    [claim] = [each for each in room.state[Claims].holds.values() if each.via == "auction"]
    assert (claim.buyer.id, claim.price) == (bidders[1].id, 1_100)
    assert same(room.state, await world.reread(show))
    await world.do(show, c.Release(claim=claim.id), bidders[1])
    [(_, chance)] = room.state[Auctions].chances()
    assert (chance.user.id, chance.price) == (bidders[0].id, 700)
    await world.do(show, c.PlaceBid(auction=auction, amount=600), bidders[0])
    assert same(room.state, await world.reread(show))


async def test_a_batch_is_one_transaction_and_one_order(world: World) -> None:
    host = await world.person("host")
    show = await world.show(host)
    buyers = [await world.person(f"b{n}") for n in range(40)]
    added = await world.do(show, c.Add(listing=await world.listing(host, 7)), host)
    answers = await asyncio.gather(
        *(world.do(show, c.ClaimItem(item=added.item), buyer) for buyer in buyers)
    )
    assert [a.status for a in answers] == ["held"] * 7 + ["waitlisted"] * 33
    assert [a.place for a in answers[7:]] == list(range(1, 34))
    assert await world.stock() == [(7, 7, 0)]


async def test_two_shows_selling_the_same_pieces_never_oversell(world: World) -> None:
    one, two = await world.person("one"), await world.person("two")
    listing = await world.listing(one, 5)
    await world.add(
        MandateRow(
            id=new_id(),
            listing_id=listing,
            owner_id=one.id,
            host_id=two.id,
            floor=1,
            commission_percent=10,
            status="active",
            created_at=0,
        )
    )
    shows = [await world.show(one), await world.show(two)]
    items = [
        (await world.do(show, c.Add(listing=listing), host)).item
        for show, host in zip(shows, (one, two), strict=True)
    ]
    buyers = [await world.person(f"b{n}") for n in range(30)]
    answers = await asyncio.gather(
        *(
            world.do(shows[n % 2], c.ClaimItem(item=items[n % 2]), buyer)
            for n, buyer in enumerate(buyers)
        )
    )
    assert sum(a.status == "held" for a in answers) == 5
    assert await world.stock() == [(5, 5, 0)]
    first = next(n for n, a in enumerate(answers) if a.status == "held")
    await world.do(shows[first % 2], c.Release(claim=answers[first].claim), buyers[first])
    assert await world.stock() == [(5, 5, 0)]


async def test_a_command_that_crashes_takes_nobody_else_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    added = await world.do(show, c.Add(listing=await world.listing(host)), host)

    def crash(_ctx: Context, _command: object) -> Decision:
        raise ZeroDivisionError

    monkeypatch.setitem(MACHINE.does, c.Announce, Does(c.Announce, crash))
    outcomes = await asyncio.gather(
        world.do(show, c.Chat(text="before"), buyer),
        world.do(show, c.Announce(text="boom"), host),
        world.do(show, c.ClaimItem(item=added.item), buyer, "claim"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], Chatted)
    assert isinstance(outcomes[1], LiveshowError)
    assert outcomes[1].code == "internal"
    assert isinstance(outcomes[2], Claimed)
    assert outcomes[2].status == "held"
    room = await world.registry.get(show)
    assert same(room.state, await world.reread(show))


async def test_a_room_that_lost_its_show_writes_nothing_more(world: World) -> None:
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    room = await world.registry.get(show)
    elsewhere = SqlRoomStore(world.database)
    taken = await elsewhere.take_over(show)
    with pytest.raises(LiveshowError) as refused:
        await room.submit(c.Envelope(c.Chat(text="late"), buyer))
    assert refused.value.code == "unavailable"
    assert room.fenced
    assert (await world.reread(show)).seq == taken.seq
    await world.do(show, c.Chat(text="again"), buyer)
    assert (await world.registry.get(show)) is not room


async def test_a_hold_that_is_over_goes_to_the_next_in_line(world: World) -> None:
    host, buyer, next_ = [await world.person(h) for h in ("host", "buyer", "next")]
    show = await world.show(host, hold_seconds=1)
    added = await world.do(show, c.Add(listing=await world.listing(host)), host)
    await world.do(show, c.ClaimItem(item=added.item), buyer)
    await world.do(show, c.ClaimItem(item=added.item), next_)
    room = await world.registry.get(show)
    published: asyncio.Queue[Any] = asyncio.Queue()
    room.subscribe(published.put_nowait)
    async with asyncio.timeout(seconds(10)):
        told = await published.get()
    released, claimed = [record.event for record in told.records]
    assert isinstance(released, ItemReleased)
    assert isinstance(claimed, ItemClaimed)
    assert claimed.via == "waitlist"
    assert claimed.hold.user == next_


async def test_a_room_keeps_the_notices_of_its_last_event_alone(world: World) -> None:
    """What is to be written of a batch is not kept once it was: a room lives for days."""
    host, buyer, next_ = [await world.person(h) for h in ("host", "buyer", "next")]
    show = await world.show(host, hold_seconds=600)
    added = await world.do(show, c.Add(listing=await world.listing(host)), host)
    people = [buyer, next_]
    held = await world.do(show, c.ClaimItem(item=added.item), buyer)
    for _ in range(4):
        first, second = people
        await world.do(show, c.ClaimItem(item=added.item), second)
        await world.do(show, c.Release(claim=held.claim), first)
        room = await world.registry.get(show)
        [held] = [claim.hold() for claim in room.state[Claims].held_by(second.id)]
        people.reverse()
    assert len(room.state[Notices].of(buyer.id)) == len(room.state[Notices].of(next_.id)) == 2
    assert len(room.state[Notices].fresh) <= 1


async def test_a_hold_that_outlives_its_show_and_the_server_ends_and_goes_to_nobody(
    world: World,
) -> None:
    """faults.md 4."""
    host, buyer, next_ = [await world.person(h) for h in ("host", "buyer", "next")]
    show = await world.show(host)
    added = await world.do(show, c.Add(listing=await world.listing(host)), host)
    await world.do(show, c.ClaimItem(item=added.item), buyer)
    await world.do(show, c.ClaimItem(item=added.item), next_)
    # Only while a show is on do restarts make clocks stand still.
    await world.do(show, c.End(), host)
    async with world.database.write() as connection:
        await connection.execute(update(ClaimRow).values(until=1))
    # A restart: the room is opened again and sweeps on its own.
    await world.registry.close()
    world.serve()
    room = await world.registry.get(show)
    published: asyncio.Queue[Any] = asyncio.Queue()
    room.subscribe(published.put_nowait)
    async with asyncio.timeout(seconds(10)):
        told = await published.get()
    assert [record.event.type for record in told.records] == ["item.released"]
    assert room.state[Claims].holds == {}
    assert await world.stock() == [(1, 0, 0)]


async def test_a_show_on_air_when_the_server_died_is_interrupted_and_no_hold_is_lost(
    world: World,
) -> None:
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    await world.registry.tell(show, c.StreamUp())
    added = await world.do(show, c.Add(listing=await world.listing(host)), host)
    await world.do(show, c.ClaimItem(item=added.item), buyer)
    await world.registry.close()
    async with world.database.write() as connection:
        # As if the server had been away for longer than the hold.
        await connection.execute(update(ClaimRow).values(until=col(ClaimRow.created_at) + 1))
    world.serve()
    await world.registry.start()
    state = (await world.registry.get(show)).state
    await eventually(lambda: (state.show.status, state.show.reason) == ("interrupted", "restart"))
    assert len(state[Claims].holds) == 1
    await world.registry.tell(show, c.StreamUp())
    state = await world.registry.snapshot(show)
    assert state.show.status == "live"
    assert len(state[Claims].holds) == 1


async def test_idle_rooms_are_closed_and_opened_again_on_demand(world: World) -> None:
    host = await world.person("host")
    show = await world.plan(host)
    room = await world.registry.get(show)
    room.idle_since = 0
    await world.registry.close_idle()
    assert room.closed
    assert len(world.registry) == 0
    again = await world.registry.get(show)
    assert again.state.epoch == room.state.epoch + 1


async def test_an_item_can_leave_although_somebody_waits_for_two_of_its_sizes(
    world: World,
) -> None:
    host, first, other = [await world.person(h) for h in ("host", "first", "other")]
    show = await world.show(host)
    await world.do(show, c.Configure(claims_per_buyer=2), host)
    added = await world.do(show, c.Add(listing=await world.listing(host, 1, variants=2)), host)
    room = await world.registry.get(show)
    sizes = [variant.id for variant in room.state[RunOfShow].items[added.item].variants]
    for buyer in (first, other):
        for size in sizes:
            await world.do(show, c.ClaimItem(item=added.item, variant=size), buyer)
    await world.do(show, c.Remove(item=added.item), host)
    fresh = await world.reread(show)
    assert fresh[Claims].waitlists == {}
    assert [notice.kind for notice in fresh[Notices].of(other.id)] == ["cancelled"]
    assert room.state[Notices] == fresh[Notices]


async def test_what_was_freed_while_no_room_was_open_goes_to_the_first_in_line(
    world: World,
) -> None:
    host, buyer, first, late = [await world.person(h) for h in ("host", "buyer", "first", "late")]
    show = await world.show(host)
    added = await world.do(show, c.Add(listing=await world.listing(host)), host)
    await world.do(show, c.ClaimItem(item=added.item), buyer)
    await world.do(show, c.ClaimItem(item=added.item), first)
    await world.registry.close()
    # Elsewhere another piece of it was put on the shelf.
    async with world.database.write() as connection:
        await connection.execute(update(VariantRow).values(quantity=2))
    world.serve()
    room = await world.registry.get(show)
    published: asyncio.Queue[Any] = asyncio.Queue()
    room.subscribe(published.put_nowait)
    async with asyncio.timeout(seconds(10)):
        told = await published.get()
    promoted = [record.event for record in told.records if isinstance(record.event, ItemClaimed)]
    assert [event.via for event in promoted] == ["waitlist"]
    assert promoted[0].hold.user == first
    assert room.state[Claims].held_by(late.id) == []


async def test_a_batch_that_fails_is_decided_again_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what cannot be saved is refused, not what happened to come at the same time."""
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    added = await world.do(show, c.Add(listing=await world.listing(host)), host)
    room = await world.registry.get(show)
    written = EventRows.write

    async def write(self: EventRows, state: ShowState) -> None:
        if any(row["type"] == "chat.announced" for row in self._new):
            raise OSError("the disk does not like announcements")
        await written(self, state)

    monkeypatch.setattr(EventRows, "write", write)
    outcomes = await asyncio.gather(
        world.do(show, c.Chat(text="before"), buyer),
        world.do(show, c.Announce(text="boom"), host),
        world.do(show, c.ClaimItem(item=added.item), buyer, "claim"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], Chatted)
    assert isinstance(outcomes[1], LiveshowError)
    assert outcomes[1].code == "unavailable"
    assert isinstance(outcomes[2], Claimed)
    assert outcomes[2].status == "held"
    assert same(room.state, await world.reread(show))


async def test_nothing_is_decided_on_a_state_that_was_not_committed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, buyer = await world.person("host"), await world.person("buyer")
    show = await world.show(host)
    room = await world.registry.get(show)
    before = await world.reread(show)
    closing: list[asyncio.Task[None]] = []

    async def flush(self: RoomBatch, state: ShowState) -> None:
        closing.append(asyncio.create_task(room.close()))
        await asyncio.sleep(0)
        raise OSError("the disk is gone")

    monkeypatch.setattr(RoomBatch, "flush", flush)
    outcomes = await asyncio.gather(
        *(world.do(show, c.Chat(text=f"m{n}"), buyer) for n in range(3)), return_exceptions=True
    )
    assert all(isinstance(outcome, LiveshowError) for outcome in outcomes)
    await asyncio.gather(*closing)
    assert (await world.reread(show)).seq == before.seq
