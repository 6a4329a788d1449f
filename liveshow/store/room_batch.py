"""One transaction of a room: lock and read first, decide (elsewhere), then write everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.domain import commands as c
from liveshow.domain.commands import Envelope
from liveshow.domain.decisions.chat import meant_claim
from liveshow.domain.decisions.claims import ends_with
from liveshow.domain.events import Event
from liveshow.domain.facts import Facts, Rules
from liveshow.domain.state import Json, ShowState
from liveshow.rooms.ports import Answer
from liveshow.store.listing_facts import listing_facts
from liveshow.store.payments import payment_facts, sold_claims
from liveshow.store.room_writes import RoomWrites
from liveshow.store.show_state import event_from, people, photos, rows
from liveshow.store.tables import metadata

_users = metadata.tables["users"]
_photos = metadata.tables["photos"]
_listings = metadata.tables["listings"]
_variants = metadata.tables["variants"]
_follows = metadata.tables["follows"]
_events = metadata.tables["events"]
_keys = metadata.tables["command_keys"]


# These change stock.
_TAKES_STOCK = frozenset({"item.claimed", "item.released", "item.sold", "item.stocked"})


class StockNotLocked(Exception):
    """A decision changed stock that was not locked: a defect, and nothing is written."""


class RoomBatch:
    """Implements ``liveshow.rooms.ports.Batch``."""

    def __init__(
        self, connection: AsyncConnection, show_id: str, host_id: str, now: int, rules: Rules
    ) -> None:
        self.now = now
        self._connection = connection
        self._show_id = show_id
        self._host_id = host_id
        self._rules = rules
        self._writes = RoomWrites(show_id, host_id)
        self._answers: list[Json] = []
        self._locked: set[str] = set()

    async def answers(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Answer]:
        wanted = list(keys)
        if not wanted:
            return {}
        found = await rows(
            self._connection,
            select(_keys).where(
                _keys.c.show_id == self._show_id,
                tuple_(_keys.c.user_id, _keys.c.key).in_(wanted),
            ),
        )
        return {
            (row["user_id"], row["key"]): Answer(
                (row["user_id"], row["key"]), row["digest"], row["answer"]
            )
            for row in found
        }

    async def prepare(
        self, state: ShowState, envelopes: Sequence[Envelope]
    ) -> tuple[Facts, list[Envelope]]:
        facts = Facts(rules=self._rules)
        await self._people(facts, envelopes)
        await self._events(facts, envelopes)
        late = [e.command.payment for e in envelopes if isinstance(e.command, c.SettlePayment)]
        facts.payments = await payment_facts(self._connection, late)
        facts.sold = await sold_claims(self._connection, facts.payments.values())
        touched = self._touched_listings(state, envelopes, facts)
        if not touched:
            return facts, []
        stock = self._writes.locked = await self._lock(touched)
        self._locked = touched
        fresh = {e.command.listing for e in envelopes if isinstance(e.command, c.ListingChanged)}
        lent = {
            listing
            for listing in touched
            if (item := state.by_listing(listing)) and item.owner.id != state.host.id
        }
        known = {item.listing for item in state.items.values()}
        wanted = (touched - known) | fresh | lent | self._priced(state, envelopes)
        facts.listings = await listing_facts(
            self._connection, wanted, show_id=state.id, host_id=state.host.id, now=self.now
        )
        # A mandate that was revoked a moment ago must not be sold under.
        first = [Envelope(c.ListingChanged(listing)) for listing in sorted(lent)]
        return facts, [Envelope(c.StockSeen(stock)), *first]

    def record(self, state: ShowState, event: Event) -> None:
        """Remember to write an event; raise `StockNotLocked` when it must not be written."""
        if event.type in _TAKES_STOCK:
            item = state.items[event.data["item"]]
            if item.listing not in self._locked:
                raise StockNotLocked(f"{event.type} of item {item.id}")
        self._writes.record(state, event)

    def remember(self, answer: Answer) -> None:
        user, key = answer.key
        self._answers.append(
            {
                "show_id": self._show_id,
                "user_id": user,
                "key": key,
                "digest": answer.digest,
                "answer": answer.ack,
                "at": self.now,
            }
        )

    async def flush(self, state: ShowState) -> None:
        await self._writes.flush(self._connection, state)
        if self._answers:
            await self._connection.execute(insert(_keys), self._answers)

    async def _lock(self, listings: set[str]) -> dict[str, tuple[int, int, int]]:
        # The listings first, as whoever edits one does: no variant can be added or withdrawn from
        # here on. In the order of the ids, so that two rooms cannot deadlock.
        await self._connection.execute(
            select(_listings.c.id)
            .where(_listings.c.id.in_(listings))
            .order_by(_listings.c.id)
            .with_for_update(key_share=True)
        )
        found = await self._connection.execute(
            select(_variants.c.id, _variants.c.quantity, _variants.c.held, _variants.c.sold)
            .where(_variants.c.listing_id.in_(listings))
            .order_by(_variants.c.id)
            .with_for_update()
        )
        return {row.id: (row.quantity, row.held, row.sold) for row in found}

    def _touched_listings(
        self, state: ShowState, envelopes: Sequence[Envelope], facts: Facts
    ) -> set[str]:
        """Listings whose stock or price the commands may depend on."""
        items: set[str] = set()
        listings: set[str] = set()
        for envelope in envelopes:
            match envelope.command:
                case c.ClaimItem(item=item) | c.Restock(item=item) | c.Reprice(item=item):
                    items.add(item)
                case c.Pin(item=item) | c.Remove(item=item):
                    items.add(item)
                case c.Chat(text=text):
                    if meant := meant_claim(state, text):
                        items.add(meant.item)
                case c.Release(claim=claim) | c.CancelClaim(claim=claim):
                    if held := state.claims.get(claim):
                        items.add(held.item)
                case c.LeaveWaitlist(entry=entry):
                    items.update(
                        item
                        for item, line in state.waitlists.items()
                        if any(waiting.id == entry for waiting in line)
                    )
                case c.Opened(items=lines):
                    items.update(lines)
                case c.Tick(aside=aside):
                    items.update(
                        held.item
                        for held in state.claims.values()
                        if held.until <= self.now and ends_with(held) not in aside
                    )
                case c.Add(listing=listing) | c.ListingChanged(listing=listing):
                    listings.add(listing)
                case c.SettlePayment(payment=payment):
                    open_payment = state.payments.get(payment) or facts.payments.get(payment)
                    if open_payment:
                        items.update(
                            line["item"]
                            for parcel in open_payment.parcels
                            for line in parcel["lines"]
                        )
        listings.update(state.items[item].listing for item in items if item in state.items)
        return listings

    @staticmethod
    def _priced(state: ShowState, envelopes: Sequence[Envelope]) -> set[str]:
        """Listings that are read whole, although their stock does not matter."""
        wanted = set()
        for envelope in envelopes:
            if isinstance(envelope.command, c.Pin | c.Reprice | c.Add):
                command = envelope.command
                if isinstance(command, c.Add):
                    wanted.add(command.listing)
                elif item := state.items.get(command.item):
                    wanted.add(item.listing)
        return wanted

    async def _people(self, facts: Facts, envelopes: Sequence[Envelope]) -> None:
        ids: set[str] = set()
        handles: set[str] = set()
        speakers: set[str] = set()
        covers: set[tuple[str, str]] = set()
        for envelope in envelopes:
            match envelope.command:
                case c.Mute() | c.Unmute() | c.Ban() | c.Unban() as command:
                    ids.add(command.user)
                case c.AppointStaff() | c.DismissStaff() as command:
                    handles.add(command.user)
                case c.Configure(cover=str(cover)) if envelope.actor:
                    covers.add((cover, envelope.actor.id))
                case c.Chat() if envelope.actor:
                    speakers.add(envelope.actor.id)
        facts.people = await people(self._connection, ids)
        if handles:
            found = await rows(
                self._connection,
                select(_users.c.id).where(_users.c.handle.in_(handles)),
            )
            known = await people(self._connection, [row["id"] for row in found])
            facts.people |= {f"@{person.handle}": person for person in known.values()}
        if covers:
            owned = await rows(
                self._connection,
                select(_photos.c.id).where(tuple_(_photos.c.id, _photos.c.owner_id).in_(covers)),
            )
            facts.photos = await photos(self._connection, [row["id"] for row in owned])
        if speakers:
            await self._standing(facts, speakers)

    async def _standing(self, facts: Facts, speakers: set[str]) -> None:
        """Who of the speakers follows the host, and who sells."""
        followers = await self._connection.execute(
            select(_follows.c.follower_id).where(
                _follows.c.followee_id == self._host_id, _follows.c.follower_id.in_(speakers)
            )
        )
        facts.followers = set(followers.scalars())
        sellers = await self._connection.execute(
            select(_listings.c.owner_id)
            .where(_listings.c.owner_id.in_(speakers), _listings.c.archived_at.is_(None))
            .distinct()
        )
        facts.sellers = set(sellers.scalars())

    async def _events(self, facts: Facts, envelopes: Sequence[Envelope]) -> None:
        wanted: set[int] = set()
        for envelope in envelopes:
            match envelope.command:
                case c.Delete(message=seq) | c.Restore(message=seq) | c.Undo(seq=seq):
                    wanted.add(seq)
        await self._read_events(facts, wanted)
        # What an undo takes back may itself be about a message.
        about = {
            event.data["message"] for event in facts.events.values() if event.type == "chat.deleted"
        }
        await self._read_events(facts, about - wanted)

    async def _read_events(self, facts: Facts, seqs: set[int]) -> None:
        if not seqs:
            return
        found = await rows(
            self._connection,
            select(_events).where(_events.c.show_id == self._show_id, _events.c.seq.in_(seqs)),
        )
        for row in found:
            facts.events[row["seq"]] = event_from(row)
            if row["deleted"]:
                facts.deleted.add(row["seq"])
