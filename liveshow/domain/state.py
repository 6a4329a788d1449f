"""What a show is at one `(epoch, seq)`: plain data, owned by its room.

Times are milliseconds since 1970 UTC, money is in minor units of the show's currency.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from liveshow.domain.waitlist import Waitlists

Json = dict[str, Any]

Role = Literal["", "host", "cohost", "moderator"]
Permission = Literal["chat", "claim", "sell", "moderate", "direct"]

_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "": frozenset({"chat", "claim"}),
    "moderator": frozenset({"chat", "claim", "moderate"}),
    "cohost": frozenset({"chat", "claim", "sell", "moderate", "direct"}),
    "host": frozenset({"chat", "claim", "sell", "moderate", "direct"}),
}

LINES_KEPT = 100
NOTICES_KEPT = 20
MAX_ITEMS = 1_000
MAX_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    id: str
    handle: str
    name: str

    def json(self) -> Json:
        return {"id": self.id, "handle": self.handle, "name": self.name}


@dataclass(slots=True)
class Variant:
    """A kind of one listing with its own stock; ``0 <= held + sold <= quantity``."""

    id: str
    label: str
    quantity: int
    held: int = 0
    sold: int = 0

    @property
    def available(self) -> int:
        return self.quantity - self.held - self.sold

    def json(self) -> Json:
        return {
            "id": self.id,
            "label": self.label,
            "quantity": self.quantity,
            "held": self.held,
            "sold": self.sold,
        }


@dataclass(frozen=True, slots=True)
class Lending:
    """The mandate under which another seller's item is in this show."""

    mandate: str
    floor: int
    commission_percent: int
    expires_at: int | None


@dataclass(slots=True)
class Item:
    """A listing in the run of show. A removed one stays known: it may be held, or come back."""

    id: str
    number: int
    listing: str
    title: str
    price: int
    owner: Person
    variants: list[Variant]
    description: str = ""
    photos: list[Json] = field(default_factory=list)
    brand: str = ""
    category: str = ""
    condition: str = ""
    shipping: Json = field(default_factory=lambda: {"flat": 0})
    lending: Lending | None = None
    # Pieces sold in this show; the variants count what was sold anywhere.
    sold_here: int = 0
    removed: bool = False

    @property
    def sold_out(self) -> bool:
        return all(variant.available <= 0 for variant in self.variants)

    def variant(self, variant_id: str) -> Variant:
        return next(variant for variant in self.variants if variant.id == variant_id)

    def ref(self) -> Json:
        return {"id": self.id, "number": self.number, "title": self.title}


@dataclass(slots=True)
class Claim:
    """A hold: pieces that are one buyer's until ``until``, unless they are paid before."""

    id: str
    item: str
    variant: str
    buyer: Person
    quantity: int
    price: int
    until: int
    created_at: int
    via: str
    commission_percent: int = 0
    payment: str | None = None
    # Going to checkout prolongs a hold once, so that leaving and coming back cannot hoard it.
    extended: bool = False

    def json(self) -> Json:
        return {
            "claim": self.id,
            "user": self.buyer.json(),
            "variant": self.variant,
            "quantity": self.quantity,
            "price": self.price,
            "until": self.until,
            "paying": self.payment is not None,
        }


@dataclass(slots=True)
class Entry:
    """A place in the waitlist of an item."""

    id: str
    item: str
    variant: str
    buyer: Person
    quantity: int
    at: int

    def json(self) -> Json:
        return {
            "entry": self.id,
            "user": self.buyer.json(),
            "variant": self.variant,
            "quantity": self.quantity,
            "at": self.at,
        }


@dataclass(slots=True)
class OpenPayment:
    """A checkout that has not come to its end."""

    id: str
    buyer: Person
    claims: list[str]
    amount: int
    parcels: list[Json]
    address: Json
    until: int


@dataclass(frozen=True, slots=True)
class Sanction:
    """A mute or a ban; ``until`` None lasts as long as the show."""

    user: Person
    kind: Literal["mute", "ban"]
    until: int | None
    reason: str
    by: Person
    seq: int

    def active(self, now: int) -> bool:
        return self.until is None or self.until > now

    def json(self) -> Json:
        return {
            "user": self.user.json(),
            "kind": self.kind,
            "until": self.until,
            "reason": self.reason,
            "by": self.by.json(),
            "seq": self.seq,
        }


@dataclass(slots=True)
class Line:
    """One line of the chat: a message, or what the client words by ``kind``."""

    id: int
    at: int
    kind: str
    user: Json | None = None
    text: str = ""
    item: Json | None = None
    deleted: bool = False

    def json(self, *, staff: bool) -> Json:
        return {
            "id": self.id,
            "at": self.at,
            "kind": self.kind,
            "user": self.user,
            "text": self.text if staff or not self.deleted else "",
            "item": self.item,
            "deleted": self.deleted,
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that one buyer must not miss."""

    id: int
    at: int
    kind: str
    item: Json | None = None
    text: str = ""

    def json(self) -> Json:
        return {
            "id": self.id,
            "at": self.at,
            "kind": self.kind,
            "item": self.item,
            "text": self.text,
        }


@dataclass(slots=True, weakref_slot=True)
class ShowState:
    """Everything that commands are decided on. Changed only by ``apply``."""

    id: str
    host: Person
    title: str
    currency: str
    description: str = ""
    cover: Json | None = None
    status: str = "draft"
    reason: str | None = None
    scheduled_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    interrupted_at: int | None = None
    hold_seconds: int = 300
    claims_per_buyer: int = 1
    shipping_cap: int | None = None
    slow_seconds: int = 0
    chat_mode: str = "everyone"
    words: list[str] = field(default_factory=list)
    pinned: str | None = None
    streaming: bool = False
    next_number: int = 1
    epoch: int = 0
    seq: int = 0
    staff: dict[str, tuple[Person, Role]] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    waitlists: Waitlists = field(default_factory=Waitlists)
    payments: dict[str, OpenPayment] = field(default_factory=dict)
    sanctions: dict[tuple[str, str], Sanction] = field(default_factory=dict)
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    notices: dict[str, deque[Notice]] = field(default_factory=dict)
    # Notices of the events applied since the last step began, for whoever records them.
    new_notices: list[tuple[str, Notice]] = field(default_factory=list)
    # Indexes over the above, kept by `apply`.
    claims_of: dict[str, set[str]] = field(default_factory=dict)
    entries_of: dict[str, set[str]] = field(default_factory=dict)
    last_said: dict[str, deque[int]] = field(default_factory=dict)

    def role(self, user_id: str) -> Role:
        if user_id == self.host.id:
            return "host"
        known = self.staff.get(user_id)
        return known[1] if known else ""

    def may(self, user_id: str, permission: Permission) -> bool:
        return permission in _PERMISSIONS[self.role(user_id)]

    def permissions(self, user_id: str) -> list[Permission]:
        return sorted(_PERMISSIONS[self.role(user_id)])

    def is_staff(self, user_id: str) -> bool:
        return self.role(user_id) != ""

    def sanction(self, user_id: str, kind: str, now: int) -> Sanction | None:
        """Return the mute or ban that is in force at ``now``, if any."""
        found = self.sanctions.get((user_id, kind))
        return found if found and found.active(now) else None

    def clock(self, now: int) -> int:
        """The time by which holds run: it stands still while the show is interrupted."""
        return now if self.interrupted_at is None else self.interrupted_at

    def waiting_of(self, user_id: str, item_id: str) -> list[Entry]:
        """The buyer's places in an item's line."""
        line = self.waitlists.get(item_id)
        if line is None:
            return []
        own = (line.get(entry) for entry in self.entries_of.get(user_id, ()))
        return [entry for entry in own if entry]

    @property
    def on_air(self) -> bool:
        return self.status in ("live", "interrupted")

    def in_run(self, item_id: str) -> Item | None:
        """Return the item if it is in the run of show now."""
        item = self.items.get(item_id)
        return item if item and not item.removed else None

    def by_number(self, number: int) -> Item | None:
        return next((self.items[i] for i in self.order if self.items[i].number == number), None)

    def by_listing(self, listing_id: str) -> Item | None:
        return next((item for item in self.items.values() if item.listing == listing_id), None)

    def held_by(self, user_id: str) -> list[Claim]:
        """The buyer's holds, oldest first."""
        own = [self.claims[claim] for claim in self.claims_of.get(user_id, ())]
        return sorted(own, key=lambda claim: (claim.created_at, claim.id))
