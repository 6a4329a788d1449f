"""Shows without tasks and without SQL: a closet of shared stock, and what a room does with it.

A batch is decided as a room does it: the facts are read once, the locked stock comes first, then
what the closet changed, then the clock, then the commands; afterwards the new stock is written
back. After every single event both replicas must equal a fresh snapshot.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from liveshow.domain import commands as c
from liveshow.domain.carts import parcels
from liveshow.domain.decide import Outcome, step
from liveshow.domain.events import STAFF_FIELDS, Event, wire
from liveshow.domain.facts import Facts, ListingFacts, PaymentFacts, Rules
from liveshow.domain.state import Item, Json, Lending, Person, ShowState, Variant
from liveshow.domain.views import snapshot
from liveshow.errors import LiveshowError
from tests.domain.replica import Replica

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

ADDRESS: Json = {
    "name": "Anna",
    "line1": "Lane 1",
    "line2": "",
    "city": "Town",
    "region": "",
    "postcode": "1",
    "country": "DE",
}
PHOTO: Json = {"id": "p1", "url": "/p1", "thumb_url": "/t1", "width": 4, "height": 3}

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


@dataclass
class Payment:
    """A row of ``payments``, as the store keeps it."""

    id: str
    show: str
    buyer: Person
    claims: list[str]
    amount: int
    parcels: list[Json]
    address: Json
    status: str = "open"
    orders: list[Json] = field(default_factory=list)


class World:
    """A clock, accounts, a closet, and shows that sell from it."""

    def __init__(self, *, check: bool = True) -> None:
        self.now = START
        self.check = check
        self.rules = Rules(fee_percent=5)
        self.people = {person.id: person for person in EVERYONE}
        self.listings: dict[str, ListingFacts] = {}
        self.stock: dict[str, tuple[int, int, int]] = {}
        self.mandates: list[Mandate] = []
        self.shows: dict[str, PlainRoom] = {}
        self.payments: dict[str, Payment] = {}
        self.sold_claims: list[str] = []
        self.sales: dict[str, int] = {}
        self.followers: set[str] = set()
        self.sellers: set[str] = {HANNA.id, SELLER.id}
        self._ids = itertools.count(1)

    def mint(self) -> str:
        return f"id{next(self._ids)}"

    def wait(self, ms: int) -> None:
        self.now += ms

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
        variants = [
            Variant(f"{listing_id}-{label.lower().replace(' / ', '-') or 'one'}", label, 0)
            for label in stock
        ]
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
            "shipping": {"flat": 500},
        }
        self.listings[listing_id] = ListingFacts(
            id=listing_id, owner=owner, variants=variants, **(plain | fields)
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
        listing = self.listings[listing_id]
        found = self.mandate_of(listing_id, host)
        lending = None
        if found:
            lending = Lending(found.id, found.floor, found.commission_percent, found.expires_at)
        variants = [Variant(v.id, v.label, *self.stock[v.id]) for v in listing.variants]
        return replace(listing, variants=variants, lending=lending)

    # --- shows -----------------------------------------------------------------------------

    def show(self, show_id: str, host: Person, **fields: Any) -> PlainRoom:
        state = ShowState(id=show_id, host=host, title=show_id.title(), currency="USD", epoch=1)
        for name, value in fields.items():
            setattr(state, name, value)
        self.shows[show_id] = PlainRoom(self, state)
        return self.shows[show_id]


class PlainRoom:
    """The owner of one show's state in a `World`."""

    def __init__(self, world: World, state: ShowState) -> None:
        self.world = world
        self.state = state
        self.log: list[Event] = []
        # What each audience was sent, as bytes: what is mutated later shows.
        self.sent: dict[bool, list[str]] = {False: [], True: []}
        self.first = {staff: self.snapshot(staff=staff) for staff in (False, True)}
        self.replicas = {
            staff: Replica(json.loads(self.first[staff]), seq=state.seq, epoch=state.epoch)
            for staff in (False, True)
        }
        self.deleted: set[int] = set()
        # Told of each event while the state is exactly at it.
        self.listeners: list[Callable[[Event], None]] = []

    def snapshot(self, *, staff: bool) -> str:
        return json.dumps(snapshot(self.state, self.world.rules, staff=staff))

    # --- asking ----------------------------------------------------------------------------

    def ask(self, who: Person | None, command: Any) -> Json:
        """Have one command decided; return its answer or raise its refusal."""
        answer = self.batch(c.Envelope(command, who))[0]
        if isinstance(answer, LiveshowError):
            raise answer
        return answer

    def refuses(self, who: Person | None, command: Any) -> str:
        """Return the code with which a command is refused."""
        answer = self.batch(c.Envelope(command, who))[0]
        assert isinstance(answer, LiveshowError), f"{command} was not refused: {answer}"
        return answer.code

    def tick(self) -> None:
        self.batch()

    def batch(self, *envelopes: c.Envelope) -> list[Json | LiveshowError]:
        """Decide commands as one batch of a room."""
        facts = self.facts()
        lent = [
            c.Envelope(c.ListingChanged(item.listing))
            for item in self.state.items.values()
            if item.owner.id != self.state.host.id
        ]
        rows = {v.id for listing in self.world.listings.values() for v in listing.variants}
        seen = {variant: self.world.stock[variant] for variant in rows}
        first = [c.Envelope(c.StockSeen(seen)), *lent, c.Envelope(c.Tick())]
        for envelope in first:
            self._step(envelope, facts)
        answers: list[Json | LiveshowError] = []
        for envelope in envelopes:
            try:
                answers.append(self._step(envelope, facts).answer)
            except LiveshowError as error:
                answers.append(error)
        for item in self.state.items.values():
            for variant in (v for v in item.variants if v.id in rows):
                self.world.stock[variant.id] = (variant.quantity, variant.held, variant.sold)
        return answers

    def facts(self) -> Facts:
        world, state = self.world, self.state
        people = dict(world.people)
        people |= {f"@{person.handle}": person for person in world.people.values()}
        return Facts(
            rules=world.rules,
            listings={name: world.listing_facts(name, state.host.id) for name in world.listings},
            people=people,
            photos={PHOTO["id"]: PHOTO},
            followers=set(world.followers),
            sellers=set(world.sellers),
            events={event.seq: event for event in self.log},
            deleted=set(self.deleted),
            sold=set(world.sold_claims),
            payments={
                payment.id: PaymentFacts(
                    payment.id,
                    payment.buyer,
                    payment.status,
                    payment.claims,
                    payment.amount,
                    payment.parcels,
                    payment.address,
                )
                for payment in world.payments.values()
                if payment.show == state.id
            },
        )

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
        assert [event.seq for event in outcome.events] == list(range(seq + 1, self.state.seq + 1))
        json.dumps(outcome.answer)
        return outcome

    def _check_refusal(self, error: LiveshowError, before: str) -> None:
        assert error.code and error.message  # noqa: PT018 - one thing: it is told
        json.dumps(error.details)
        if self.world.check:
            assert repr(self.state) == before, f"{error.code} changed the state"

    def _record(self, event: Event) -> None:
        assert event.seq == self.state.seq
        assert event.at == self.world.now
        self.log.append(event)
        for staff, replica in self.replicas.items():
            text = json.dumps(wire(event, staff=staff), allow_nan=False)
            self.sent[staff].append(text)
            if self.world.check:
                seen = json.loads(text)
                replica.apply(seen)
                fresh = json.loads(self.snapshot(staff=staff))
                assert replica.state == fresh, _difference(event, replica.state, fresh)
                if not staff:
                    assert not STAFF_FIELDS.get(event.type, frozenset()) & set(seen["data"])
                    assert SECRET not in text
        self._project(event)
        for listener in self.listeners:
            listener(event)

    def _project(self, event: Event) -> None:
        """What the store would write besides the stock."""
        world, data = self.world, event.data
        match event.type:
            case "chat.deleted":
                self.deleted.add(data["message"])
            case "chat.restored":
                self.deleted.discard(data["message"])
            case "item.sold":
                world.sold_claims.append(data["claim"])
                sold = world.sales.get(data["variant"], 0)
                world.sales[data["variant"]] = sold + data["quantity"]
            case "payment.opened":
                world.payments[data["payment"]] = Payment(
                    data["payment"],
                    self.state.id,
                    world.people[data["user"]["id"]],
                    data["claims"],
                    data["amount"],
                    data["parcels"],
                    data["address"],
                )
            case "payment.closed":
                status: str = data["status"]
                world.payments[data["payment"]].status = (
                    "refunding" if status == "refunded" else status
                )
            case "payment.settled":
                payment = world.payments[data["payment"]]
                assert payment.status != "succeeded", "settled twice"
                payment.status = "succeeded"
                payment.orders = data["orders"]

    # --- helpers for readable tests --------------------------------------------------------

    def item(self, listing_id: str) -> Item:
        found = self.state.by_listing(listing_id)
        assert found, f"{listing_id} is not in {self.state.id}"
        return found

    def put(self, listing_id: str, **fields: Any) -> str:
        """Add a listing to the run of show; return the item's id."""
        item: str = self.ask(self.state.host, c.Add(listing=listing_id, **fields))["item"]
        return item

    def claim(self, who: Person | None, listing_id: str, **fields: Any) -> Json:
        return self.ask(who, c.ClaimItem(item=self.item(listing_id).id, **fields))

    def pay(self, who: Person) -> str:
        payment: str = self.ask(who, self.checkout(who))["payment"]
        return payment

    def checkout(self, who: Person) -> c.Checkout:
        """The command of a buyer who was shown what they owe now."""
        now = self.state.clock(self.world.now)
        held = [claim for claim in self.state.held_by(who.id) if claim.until > now]
        owed = sum(parcel["total"] for parcel in parcels(self.state, held, self.world.rules))
        return c.Checkout(ADDRESS, owed, "test")

    def settle(self, payment: str) -> str:
        status: str = self.ask(None, c.SettlePayment(payment))["status"]
        return status

    def types(self, since: int = 0) -> list[str]:
        return [event.type for event in self.log if event.seq > since]

    def happened(self, kind: str) -> list[Event]:
        return [event for event in self.log if event.type == kind]


def _difference(event: Event, ours: Json, theirs: Json) -> str:
    return f"after {event}:\n replica  {_leaves(ours, theirs)}"


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
            again = [json.dumps(wire(event, staff=staff)) for event in room.log]
            assert again == sent
