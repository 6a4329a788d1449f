"""Shows without tasks and without SQL: a closet of shared stock, and what a room does with it.

A batch is decided as a room does it: exactly what the commands need is loaded, the locked stock
comes first, then the clock, then the commands; the differences that they made to stock are written
back. After every single event both replicas must equal a fresh snapshot.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from liveshow.domain.auctions.facts import MARKS, MarkKind
from liveshow.domain.cards.facts import CARD_ON_FILE
from liveshow.domain.chargebacks.events import ChargebackClosed, ChargebackOpened
from liveshow.domain.chargebacks.facts import CHARGEBACKS
from liveshow.domain.chat.events import ChatAnnounced, ChatSaid
from liveshow.domain.chat.facts import FOLLOWERS, SELLERS, SINCE
from liveshow.domain.checkout.coupons import COUPONS, Coupon, CouponFacts, Trial, fold
from liveshow.domain.checkout.events import (
    OrderDraft,
    PaymentClosed,
    PaymentOpened,
    PaymentSettled,
)
from liveshow.domain.checkout.facts import PAID, PAYMENTS, PaymentFacts
from liveshow.domain.checkout.parcels import CartLine, Parcel, pack
from liveshow.domain.claims.events import ItemSold
from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.features import MACHINE
from liveshow.domain.flash.events import FlashEnded, FlashStarted
from liveshow.domain.flash.state import Flashes
from liveshow.domain.giveaways.events import GiveawayOrdered
from liveshow.domain.moderation.events import (
    ChatDeleted,
    ChatPurged,
    ChatRestored,
    ChatUnpurged,
)
from liveshow.domain.moderation.facts import MOST_PURGED, RECORDS, STANDING
from liveshow.domain.moderation.staff import AuditEntry, audit, messages_of
from liveshow.domain.orders.events import (
    ItemReturned,
    OrderRefunded,
    OrderRestocked,
    OrderShipped,
)
from liveshow.domain.orders.facts import ORDERS, OrderFacts, SoldLine
from liveshow.domain.prices import Change, lowest
from liveshow.domain.run_of_show.events import (
    ItemAdded,
    ItemChanged,
    ItemRemoved,
    ItemRepriced,
)
from liveshow.domain.run_of_show.facts import LISTINGS, LOWEST, STOCK, ListingFacts
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.running.events import ShowEnded
from liveshow.domain.show.context import Context
from liveshow.domain.show.events import Event, Record, Stored, seen, staff_fields
from liveshow.domain.show.facts import HANDLES, PEOPLE, PHOTOS, Fact, Facts, Needs, Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.show.step import Outcome, step
from liveshow.domain.show.views import state_view
from liveshow.domain.values import Address, Lending, Person, Photo, Shipping, Variant
from liveshow.domain.whispers.events import ChatUnwhispered
from liveshow.errors import LiveshowError
from tests.domain import asks as c
from tests.domain.replica import Replica

Json = dict[str, Any]
E = TypeVar("E", bound=Event)

START = 1_800_000_000_000

HANNA = Person("hanna", "hanna", "Hanna")
BORIS = Person("boris", "boris", "Boris")
SELLER = Person("sela", "sela", "Sela")
COHOST = Person("coco", "coco", "Coco")
MODERATOR = Person("momo", "momo", "Momo")
ANNA = Person("anna", "anna", "Anna")
BENO = Person("beno", "beno", "Beno")
CARL = Person("carl", "carl", "Carl")
DORA = Person("dora", "dora", "Dora")
BUYERS = (ANNA, BENO, CARL, DORA)
EVERYONE = (HANNA, BORIS, SELLER, COHOST, MODERATOR, *BUYERS)

ADDRESS = Address("Anna", "Lane 1", "", "Town", "", "1", "DE")
PHOTO = Photo("p1", "/photos/p1/full.webp", "/photos/p1/thumb.webp", 4, 3)

# What only staff may ever read is written with this in the tests.
SECRET = "secret-of-the-staff"


@dataclass
class Mandate:
    id: str
    listing: str
    host: str
    floor: int
    commission_percent: int
    expires_at: int | None = None
    active: bool = True
    shipping: Shipping | None = None


@dataclass
class Payment:
    """A row of ``payments``, as the store keeps it."""

    id: str
    show: str
    buyer: Person
    claims: list[str]
    amount: int
    parcels: list[Parcel]
    address: Address
    status: str = "open"
    orders: list[OrderDraft] = field(default_factory=list)
    coupon: str = ""


class World:
    """A clock, accounts, a closet, and shows that sell from it."""

    def __init__(self, *, check: bool = True) -> None:
        self.now = START
        self.check = check
        self.rules = Rules(fee_percent=5, cards=True)
        self.cards: set[str] = set()
        self.chargebacks: dict[tuple[str, str], str] = {}
        self.people = {person.id: person for person in EVERYONE}
        self.listings: dict[str, ListingFacts] = {}
        self.stock: dict[str, tuple[int, int, int]] = {}
        self.mandates: list[Mandate] = []
        self.shows: dict[str, PlainRoom] = {}
        self.payments: dict[str, Payment] = {}
        self.sold_claims: list[str] = []
        self.orders: dict[str, OrderFacts] = {}
        self.sales: dict[str, int] = {}
        # What listings have cost in shows.
        self.prices: dict[str, list[Change]] = {}
        self.followers: set[str] = set()
        self.coupons: dict[str, Coupon] = {}
        # Who is not connected to any show.
        self.away: set[str] = set()
        # What accounts have in common with others, by person.
        self.marks: dict[str, frozenset[tuple[MarkKind, str]]] = {}
        # Accounts are old, but for these: since when (ms).
        self.new: dict[str, int] = {}
        self.sellers: set[str] = {HANNA.id, SELLER.id}
        self._ids = itertools.count(1)

    def mint(self) -> str:
        return f"id{next(self._ids)}"

    def wait(self, ms: int) -> None:
        self.now += ms

    def called(self, who: Person | None) -> Person | None:
        """Somebody by the name that they have now."""
        return self.people.get(who.id, who) if who else None

    def rename(self, who: Person) -> Person:
        """Give somebody another name, as the accounts do it."""
        renamed = msgspec.structs.replace(who, name=f"{who.name} the second")
        self.people[who.id] = renamed
        for listing in list(self.listings.values()):
            if listing.owner.id == who.id:
                self.listings[listing.id] = replace(listing, owner=renamed)
        for payment in self.payments.values():
            if payment.buyer.id == who.id:
                payment.buyer = renamed
        return renamed

    # --- the closet ------------------------------------------------------------------------

    def listing(
        self,
        listing_id: str,
        owner: Person,
        stock: dict[str, int],
        *,
        price: int = 1000,
        **fields: Any,
    ) -> str:
        """Put a listing into the closet; ``stock`` is quantity by label."""
        variants = [Variant(f"{listing_id}-{_id_of(label)}", label, 0) for label in stock]
        for variant, quantity in zip(variants, stock.values(), strict=True):
            self.stock[variant.id] = (quantity, 0, 0)
        plain: dict[str, Any] = {
            "title": listing_id.title(),
            "description": "",
            "price": price,
            "currency": "USD",
            "photos": [PHOTO],
            "brand": "",
            "category": "",
            "condition": "good",
            "shipping": Shipping(flat=500),
        }
        self.listings[listing_id] = ListingFacts(
            id=listing_id, owner=self.people[owner.id], variants=variants, **(plain | fields)
        )
        return listing_id

    def edit(self, listing_id: str, **changes: Any) -> None:
        """Edit a listing; every show that has it is told."""
        self.listings[listing_id] = replace(self.listings[listing_id], **changes)
        self.tell(listing_id)

    def tell(self, listing_id: str) -> None:
        for room in self.shows.values():
            room.batch(c.Envelope(c.ListingChanged(listing_id)))

    def lend(self, listing_id: str, host: Person, **fields: Any) -> Mandate:
        plain: dict[str, Any] = {"floor": 100, "commission_percent": 10}
        mandate = Mandate(self.mint(), listing_id, host.id, **(plain | fields))
        self.mandates.append(mandate)
        return mandate

    def revoke(self, mandate: Mandate) -> None:
        mandate.active = False
        self.tell(mandate.listing)

    def mandate_of(self, listing_id: str, host: str) -> Mandate | None:
        return next(
            (
                mandate
                for mandate in self.mandates
                if mandate.listing == listing_id
                and mandate.host == host
                and mandate.active
                and (mandate.expires_at is None or mandate.expires_at > self.now)
            ),
            None,
        )

    def listing_facts(self, listing_id: str, host: str) -> ListingFacts:
        found = self.mandate_of(listing_id, host)
        lending = None
        if found:
            lending = Lending(
                found.id,
                found.floor,
                found.commission_percent,
                found.expires_at,
                found.shipping,
            )
        listing = self.listings[listing_id]
        return replace(listing, variants=self.rows(listing_id), lending=lending)

    def pack(self, order_id: str) -> None:
        """Its owner packs an order, which no room is told."""
        self.orders[order_id] = replace(self.orders[order_id], status="packed")

    def coupon(self, code: str, maker: Person | None, **fields: Any) -> Coupon:
        """Make a coupon, of the operator when nobody is its ``maker``."""
        items = "own" if maker else "all"
        made = Coupon(self.mint(), code, maker and maker.id, **({"items": items} | fields))
        self.coupons[fold(code)] = made
        return made

    def coupon_facts(self, folded: str, buyer: str) -> CouponFacts:
        coupon = self.coupons[folded]
        used = [
            payment.buyer.id
            for payment in self.payments.values()
            if payment.coupon == coupon.id and payment.status in ("open", "succeeded")
        ]
        bought = [
            order
            for order in self.orders.values()
            if order.buyer.id == buyer and coupon.maker in (None, order.owner.id)
        ]
        follows = buyer in self.followers
        return CouponFacts(coupon, len(used), used.count(buyer), follows, bool(bought))

    # --- shows -----------------------------------------------------------------------------

    def show(self, show_id: str, host: Person, **fields: Any) -> PlainRoom:
        """Plan a show; ``fields`` are those of `CreateShow`."""
        plan = {"title": show_id.title(), "currency": "USD", **fields}
        room = self.room(MACHINE.new_state(show_id, epoch=1))
        self.shows[show_id] = room
        room.ask(host, c.CreateShow(**plan))
        room.begin()
        return room

    def room(self, state: ShowState) -> PlainRoom:
        return PlainRoom(self, state)

    # --- what a store loads ----------------------------------------------------------------

    def load(
        self, room: PlainRoom, fact: Fact[Any, Any], keys: Iterable[Hashable]
    ) -> dict[Any, Any]:
        """The values of a kind of fact, for those keys that have one."""
        everything = self._everything(room)[fact]()
        return {key: everything[key] for key in keys if key in everything}

    def _everything(self, room: PlainRoom) -> dict[Fact[Any, Any], Callable[[], dict[Any, Any]]]:
        """What there is of each kind of fact; made only when it is asked for."""
        host = room.state.show.host.id
        return {
            PEOPLE: lambda: dict(self.people),
            HANDLES: lambda: {person.handle: person for person in self.people.values()},
            PHOTOS: lambda: {(PHOTO.id, person): PHOTO for person in self.people},
            FOLLOWERS: lambda: dict.fromkeys(self.followers, True),
            SELLERS: lambda: dict.fromkeys(self.sellers, True),
            CHARGEBACKS: lambda: dict(self.chargebacks),
            CARD_ON_FILE: lambda: dict.fromkeys(self.cards, True),
            SINCE: lambda: dict.fromkeys(self.people, 0) | self.new,
            LISTINGS: lambda: {name: self.listing_facts(name, host) for name in self.listings},
            LOWEST: self.lowest_prices,
            STOCK: lambda: {name: self.rows(name) for name in self.listings},
            RECORDS: lambda: {
                record.seq: Stored(record, room.withdrawn.get(record.seq)) for record in room.log
            },
            STANDING: lambda: {person: room.standing(person) for person in self.people},
            COUPONS: lambda: {
                (code, person): self.coupon_facts(code, person)
                for code in self.coupons
                for person in self.people
            },
            PAID: lambda: dict.fromkeys(self.sold_claims, True),
            MARKS: lambda: dict(self.marks),
            ORDERS: lambda: {order.id: order for order in self.orders.values()},
            PAYMENTS: lambda: {
                payment.id: PaymentFacts(
                    payment.id,
                    payment.buyer,
                    payment.status,
                    payment.claims,
                    payment.amount,
                    payment.parcels,
                    payment.address,
                    payment.coupon,
                )
                for payment in self.payments.values()
                if payment.show == room.state.id
            },
        }

    def lowest_prices(self) -> dict[str, int]:
        """The lowest price of the last 30 days, of listings that had one."""
        found = {listing: lowest(each, self.now) for listing, each in self.prices.items()}
        return {listing: price for listing, price in found.items() if price is not None}

    def rows(self, listing_id: str) -> list[Variant]:
        """The stock of a listing as it is in the closet."""
        variants = self.listings[listing_id].variants
        return [Variant(v.id, v.label, *self.stock[v.id]) for v in variants]


class PlainRoom:
    """The owner of one show's state in a `World`."""

    def __init__(self, world: World, state: ShowState) -> None:
        self.world = world
        self.state = state
        self.log: list[Record] = []
        # What happened without a place in it.
        self.unlogged: list[Record] = []
        # What each audience was sent, as bytes: what is mutated later shows.
        self.sent: dict[bool, list[str]] = {False: [], True: []}
        self.first: dict[bool, str] = {}
        self.replicas: dict[bool, Replica] = {}
        # Messages that were taken away, by the event that did.
        self.withdrawn: dict[int, int | None] = {}
        # Told of each event while the state is exactly at it.
        self.listeners: list[Callable[[Record], None]] = []

    def stored(self, after: int = 0) -> list[Stored]:
        """The log as it is read again."""
        return [Stored(each, self.withdrawn.get(each.seq)) for each in self.log[after:]]

    def standing(self, person: str) -> list[int]:
        """What somebody said that is there to read, newest first."""
        said = [
            record.seq
            for record, withdrawn in self.stored()
            if isinstance(record.event, ChatSaid | ChatAnnounced)
            and record.event.user.id == person
            and withdrawn is None
        ]
        return said[::-1][:MOST_PURGED]

    def begin(self) -> None:
        """Let a replica of each audience follow from here."""
        self.first = {staff: self.snapshot(staff=staff) for staff in (False, True)}
        self.replicas = {
            staff: Replica(json.loads(first), seq=self.state.seq, epoch=self.state.epoch)
            for staff, first in self.first.items()
        }
        self.began = self.state.seq

    def snapshot(self, *, staff: bool) -> str:
        view = state_view(self.state, self.world.rules, self.world.now, staff=staff)
        return msgspec.json.encode(view).decode()

    # --- asking ----------------------------------------------------------------------------

    def ask(self, who: Person | None, command: Any) -> Json:
        """Have one command decided; return its answer or raise its refusal."""
        answer = self.batch(c.Envelope(command, self.world.called(who)))[0]
        if isinstance(answer, LiveshowError):
            raise answer
        return answer

    def refuses(self, who: Person | None, command: Any) -> str:
        """Return the code with which a command is refused."""
        answer = self.batch(c.Envelope(command, self.world.called(who)))[0]
        assert isinstance(answer, LiveshowError), f"{command} was not refused: {answer}"
        return answer.code

    def tick(self) -> None:
        """Time passes, and the room hears of all that happened elsewhere to its listings."""
        items = self.state[RunOfShow].items.values()
        self.batch(*[c.Envelope(c.ListingChanged(item.listing)) for item in items])

    def batch(self, *envelopes: c.Envelope) -> list[Json | LiveshowError]:
        """Decide commands as one batch of a room."""
        facts = self.facts(*envelopes)
        for envelope in (c.Envelope(c.Observe()), c.Envelope(c.Tick())):
            self._step(envelope, facts)
        answers: list[Json | LiveshowError] = []
        for envelope in envelopes:
            try:
                answers.append(msgspec.to_builtins(self._step(envelope, facts).answer))
            except LiveshowError as error:
                answers.append(error)
        return answers

    def facts(self, *envelopes: c.Envelope) -> Facts:
        """Load what a batch of these commands needs, and nothing else."""
        facts = Facts(self.world.rules, lambda user: user not in self.world.away)
        for locks in (False, False, False, True):
            self._load(self._needs(envelopes, facts).missing(facts, locks=locks), facts)
        return facts

    def _needs(self, envelopes: Sequence[c.Envelope], facts: Facts) -> Needs:
        def ctx(who: Person | None) -> Context:
            return Context(self.state, self.world.now, facts, self.world.mint, who)

        needs = Needs().update(MACHINE.due_needs(ctx(None)))
        for envelope in envelopes:
            needs.update(MACHINE.needs(ctx(envelope.actor), envelope.command))
        return needs

    def _load(self, needs: Needs, facts: Facts) -> None:
        for fact, keys in needs.items():
            facts.put(fact, keys, self.world.load(self, fact, keys))

    def _step(self, envelope: c.Envelope, facts: Facts) -> Outcome:
        before = repr(self.state) if self.world.check else ""
        seq = self.state.seq
        try:
            outcome = step(
                self.state,
                envelope,
                now=self.world.now,
                facts=facts,
                mint=self.world.mint,
                record=self._record,
            )
        except LiveshowError as error:
            self._check_refusal(error, before)
            raise
        logged = [record.seq for record in outcome.records if record.event.logged]
        assert logged == list(range(seq + 1, self.state.seq + 1))
        msgspec.json.encode(outcome.answer)
        return outcome

    def _check_refusal(self, error: LiveshowError, before: str) -> None:
        assert error.code and error.message  # noqa: PT018 - one thing: it is told
        json.dumps(error.details)
        if self.world.check:
            assert repr(self.state) == before, f"{error.code} changed the state"

    def _record(self, record: Record) -> None:
        assert record.seq == self.state.seq
        assert record.at == self.world.now
        self._write_stock(record.event)
        self._project(record.event, record.seq)
        if record.event.logged:
            self.log.append(record)
            self._show(record)
        else:
            self.unlogged.append(record)
        for listener in self.listeners:
            listener(record)

    def _show(self, record: Record) -> None:
        """What each audience is sent leads it to the state that somebody who joins now sees."""
        for staff in (False, True):
            text = msgspec.json.encode(seen(record, staff=staff)).decode()
            self.sent[staff].append(text)
            if staff not in self.replicas or not self.world.check:
                continue
            shown = json.loads(text)
            replica = self.replicas[staff]
            replica.apply(shown)
            fresh = json.loads(self.snapshot(staff=staff))
            assert replica.state == fresh, _difference(record, replica.state, fresh)
            if not staff:
                assert not staff_fields(type(record.event)) & set(shown["data"])
                assert SECRET not in text

    def _write_stock(self, event: Event) -> None:
        """Stock is written as differences, as a store does it."""
        for move in event.moves():
            quantity, held, sold = self.world.stock[move.variant]
            self.world.stock[move.variant] = (
                quantity + move.quantity,
                held + move.held,
                sold + move.sold,
            )

    def _project(self, event: Event, seq: int) -> None:
        """What the store would write besides the stock."""
        world = self.world
        self._note_prices(event)
        match event:
            case ChatDeleted() | ChatPurged() | ChatUnwhispered():
                self.withdrawn |= dict.fromkeys(event.withdraws(), seq)
            case ChatRestored(message=message):
                self.withdrawn[message] = None
            case ChatUnpurged(messages=messages):
                self.withdrawn |= dict.fromkeys(messages)
            case ItemSold():
                world.sold_claims.append(event.claim)
                world.sales[event.variant] = world.sales.get(event.variant, 0) + event.quantity
            case PaymentOpened():
                world.payments[event.payment] = Payment(
                    event.payment,
                    self.state.id,
                    world.people[event.user.id],
                    event.claims,
                    event.amount,
                    event.parcels,
                    event.address,
                    coupon=event.coupon,
                )
            case PaymentClosed(status=status):
                kept = "refunding" if status == "refunded" else status
                world.payments[event.payment].status = kept
            case PaymentSettled():
                payment = world.payments[event.payment]
                assert payment.status != "succeeded", "settled twice"
                payment.status = "succeeded"
                payment.orders = event.orders
                for order in event.orders:
                    world.orders[order.id] = self._order(order, payment)
            case OrderRefunded():
                known = world.orders[event.order]
                world.orders[event.order] = replace(
                    known,
                    status=event.status or known.status,
                    refunded=known.refunded + event.amount,
                    ledger=[*known.ledger, *event.ledger],
                )
            case OrderShipped():
                world.orders[event.order] = replace(world.orders[event.order], status="shipped")
            case OrderRestocked():
                known = world.orders[event.order]
                world.orders[event.order] = replace(known, restocked=event.restock)
            case GiveawayOrdered():
                line = event.line
                world.payments[event.payment] = Payment(
                    event.payment,
                    self.state.id,
                    world.people[event.user.id],
                    [line.claim] if line.claim else [],
                    0,
                    [],
                    event.address,
                    status="succeeded",
                )
                world.orders[event.order] = OrderFacts(
                    id=event.order,
                    payment=event.payment,
                    status="paid",
                    buyer=world.people[event.user.id],
                    owner=world.people[event.sponsor],
                    shipping=0,
                    total=0,
                    refunded=0,
                    restocked=None,
                    lines=[_sold(line)],
                    ledger=[],
                )
                if line.claim:
                    world.sold_claims.append(line.claim)
                    world.sales[line.variant_id] = world.sales.get(line.variant_id, 0) + 1
            case ChargebackOpened():
                world.chargebacks[event.chargeback, event.order] = "open"
            case ChargebackClosed():
                world.chargebacks[event.chargeback, event.order] = event.outcome
            case ItemReturned():
                world.sales[event.variant] -= event.quantity

    def _note_prices(self, event: Event) -> None:
        """What items cost from this event on."""
        run, flashes = self.state[RunOfShow], self.state[Flashes].known
        match event:
            case ItemAdded(item=view) | ItemChanged(item=view):
                changed = [view.id]
            case ItemRepriced() | ItemRemoved() | FlashStarted() | FlashEnded():
                changed = [event.item]
            case ShowEnded():
                changed = list(run.order)
            case _:
                return
        for item in (run.items[each] for each in changed):
            price = flashes[item.id].price if item.id in flashes else item.price
            over = item.removed or self.state.show.status == "ended"
            change = Change(self.state.id, None if over else price, self.world.now)
            self.world.prices.setdefault(item.listing, []).append(change)

    def _order(self, order: OrderDraft, payment: Payment) -> OrderFacts:
        parcel = order.parcel
        return OrderFacts(
            id=order.id,
            payment=payment.id,
            status="paid",
            buyer=payment.buyer,
            owner=parcel.owner,
            shipping=parcel.shipping,
            total=parcel.total,
            refunded=0,
            restocked=None,
            lines=[_sold(line) for line in parcel.lines],
            ledger=order.ledger,
            paid_at=self.world.now,
        )

    # --- helpers for readable tests --------------------------------------------------------

    def item(self, listing_id: str) -> Item:
        found = self.state[RunOfShow].by_listing(listing_id)
        assert found, f"{listing_id} is not in {self.state.id}"
        return found

    def put(self, listing_id: str, **fields: Any) -> str:
        """Add a listing to the run of show; return the item's id."""
        item: str = self.ask(self.state.show.host, c.Add(listing=listing_id, **fields))["item"]
        return item

    def claim(self, who: Person | None, listing_id: str, **fields: Any) -> Json:
        return self.ask(who, c.ClaimItem(item=self.item(listing_id).id, **fields))

    def held_by(self, who: str) -> list[Claim]:
        return self.state[Claims].held_by(who)

    def holds(self) -> list[Claim]:
        return list(self.state[Claims].holds.values())

    def checkout(self, who: Person, coupon: str = "") -> c.OpenCheckout:
        """The command of a buyer who was shown what they owe now."""
        now = self.state.show.clock(self.world.now)
        held = [claim for claim in self.held_by(who.id) if claim.until > now]
        packed = pack(self.state, held, self.world.rules)
        if fold(coupon) in self.world.coupons:
            known = self.world.coupon_facts(fold(coupon), who.id)
            packed, _ = Trial(known, self.world.now)(self.state, packed)
        owed = sum(parcel.total for parcel in packed)
        return c.OpenCheckout(ADDRESS, owed, "test", coupon)

    def pay(self, who: Person, coupon: str = "") -> str:
        payment: str = self.ask(who, self.checkout(who, coupon))["payment"]
        return payment

    def settle(self, payment: str) -> str:
        status: str = self.ask(None, c.SettlePayment(payment))["status"]
        return status

    def audited(self) -> list[Stored]:
        """What the list of the staff is made of, newest first."""
        return [
            Stored(record, self.withdrawn.get(record.seq))
            for record in reversed(self.log)
            if record.event.audited
        ]

    def audit(self, who: Person) -> list[AuditEntry]:
        """What moderators did, as somebody of the staff reads it."""
        stored = self.audited()
        messages = self.world.load(self, RECORDS, messages_of(stored))
        return audit(self.state, who, self.world.now, stored, messages)

    def types(self, since: int = 0) -> list[str]:
        return [record.event.type for record in self.log if record.seq > since]

    def happened(self, kind: type[E]) -> list[E]:
        """The events of a type, in order."""
        return [record.event for record in self.log if isinstance(record.event, kind)]

    def happened_unlogged(self, kind: type[E]) -> list[E]:
        """The events of a type that has no place in the log, in order."""
        return [record.event for record in self.unlogged if isinstance(record.event, kind)]


def _sold(line: CartLine) -> SoldLine:
    return SoldLine(
        line.quantity,
        line.title,
        line.number,
        line.item,
        line.listing,
        line.variant_id,
        line.claim,
    )


def _id_of(label: str) -> str:
    return re.sub(r"\W+", "-", label.lower()) or "one"


def _difference(record: Record, ours: Json, theirs: Json) -> str:
    return f"after {record}:\n replica  {_leaves(ours, theirs)}"


def _leaves(ours: Any, theirs: Any, path: str = "state") -> str:
    """The first place where two JSON values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(set(ours) | set(theirs)):
            if name not in ours or name not in theirs:
                return f"{path}.{name} is in one only"
            if ours[name] != theirs[name]:
                return _leaves(ours[name], theirs[name], f"{path}.{name}")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            if one != other:
                return _leaves(one, other, f"{path}[{index}]")
    return f"{path}: {ours!r} is not {theirs!r}"


def check_log_is_frozen(rooms: Sequence[PlainRoom]) -> None:
    """What was sent is what the recorded events still say: none shares state that changed."""
    for room in rooms:
        for staff, sent in room.sent.items():
            again = [msgspec.json.encode(seen(r, staff=staff)).decode() for r in room.log]
            assert again == sent
