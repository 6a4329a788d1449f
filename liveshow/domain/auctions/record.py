"""The record of an auction: what is needed to compute again who won what at which price.

It is made of the log alone. As long as units are still to be sold, whoever bid is a number of the
order in which they came; when all is over they have their handle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from liveshow.domain.auctions.bidding import steps
from liveshow.domain.auctions.events import (
    AuctionBidderOut,
    AuctionCancelled,
    AuctionChance,
    AuctionChanceOver,
    AuctionClosed,
    AuctionClosing,
    AuctionExtended,
    AuctionMaximum,
    AuctionOpened,
    AuctionPutUp,
    AuctionReleased,
)
from liveshow.domain.auctions.state import GRACE_MS, LONGEST_MS
from liveshow.domain.running.events import ShowResumed
from liveshow.domain.show.events import Event, Record
from liveshow.domain.values import ItemRef, Value

AuctionEntryType = Literal[
    "opened",
    "bid",
    "extended",
    "closing",
    "banned",
    "stood",
    "closed",
    "chance",
    "chance_over",
    "released",
    "cancelled",
]


class AuctionEntry(Value, frozen=True):
    """Something that happened, at its place in the log; what does not apply is null.

    Times are milliseconds, money is minor units. ``price``: what it closed at, or what a second
    chance costs. ``without``: who counts as if they had never bid. ``stood``: so long the clock
    stood still.
    """

    seq: int
    at: int
    type: AuctionEntryType
    unit: int | None = None
    bidder: str | None = None
    amount: int | None = None
    maximum: int | None = None
    seen: int | None = None
    delay: int | None = None
    second_chance: bool | None = None
    ends_at: int | None = None
    extensions: int | None = None
    outcome: str | None = None
    price: int | None = None
    without: list[str] | None = None
    reason: str | None = None
    stood: int | None = None


class PriceStep(Value, frozen=True):
    """From the price ``at`` on the next bid is ``step`` higher."""

    at: int
    step: int


class AuctionRecord(Value, frozen=True):
    """An auction as far as it is over. ``steps``: from which price on the next bid is how much
    higher. ``you``: who of the bidders asks."""

    auction: str
    show: str
    item: ItemRef
    variant: str
    currency: str
    quantity: int
    start_price: int
    reserve: int | None
    seconds: int
    extension_seconds: int
    sudden_death: bool
    grace_ms: int
    longest_ms: int
    steps: list[PriceStep]
    over: bool
    you: str | None
    entries: list[AuctionEntry]


class PastAuction(Value, frozen=True):
    """An auction of which there is a record for who asks; ``at``: when it was prepared (ms)."""

    auction: str
    item: str
    at: int
    over: bool


class Log(Value, frozen=True):
    """What is kept of an auction. ``names``: handles by the id of their person."""

    show: str
    owner: str
    currency: str
    records: Sequence[Record]
    names: Mapping[str, str]

    @property
    def bidders(self) -> list[str]:
        """Ids of everybody who bid, in the order in which they came."""
        said = (r.event.user.id for r in self.records if isinstance(r.event, AuctionMaximum))
        return list(dict.fromkeys(said))


def record_of(log: Log, user_id: str) -> AuctionRecord | None:
    """Return the record of an auction, or None when no unit of it is over."""
    first = log.records[0].event
    assert isinstance(first, AuctionPutUp)
    events = [record.event for record in log.records]
    closed = {event.unit for event in events if isinstance(event, AuctionClosed)}
    over = len(closed) == first.quantity or any(isinstance(e, AuctionCancelled) for e in events)
    if not closed and not over:
        return None
    labels = {
        who: f"@{log.names.get(who, who)}" if over else f"bidder {number}"
        for number, who in enumerate(log.bidders, start=1)
    }
    entries = [
        entry
        for record in log.records
        if (entry := _entry(record, labels))
        and (over or entry.unit is None or entry.unit in closed)
    ]
    return AuctionRecord(
        auction=first.auction,
        show=log.show,
        item=ItemRef(first.item, first.number, first.title),
        variant=first.variant,
        currency=log.currency,
        quantity=first.quantity,
        start_price=first.start_price,
        reserve=first.reserve,
        seconds=first.seconds,
        extension_seconds=first.extension_seconds,
        sudden_death=first.sudden_death,
        grace_ms=GRACE_MS,
        longest_ms=LONGEST_MS,
        steps=[PriceStep(at, amount) for at, amount in steps(log.currency)],
        over=over,
        you=labels.get(user_id),
        entries=entries,
    )


def _entry(record: Record, labels: Mapping[str, str]) -> AuctionEntry | None:
    seq, at, event = record
    entry = _clock(seq, at, event) or _bidding(seq, at, event, labels)
    return entry or _after(seq, at, event, labels)


def _clock(seq: int, at: int, event: Event) -> AuctionEntry | None:
    match event:
        case AuctionOpened(unit=unit, ends_at=ends_at):
            return AuctionEntry(seq, at, "opened", unit, ends_at=ends_at)
        case AuctionExtended(unit=unit, ends_at=ends_at, extensions=count):
            return AuctionEntry(seq, at, "extended", unit, ends_at=ends_at, extensions=count)
        case AuctionClosing(unit=unit):
            return AuctionEntry(seq, at, "closing", unit)
        case ShowResumed(stood=stood):
            return AuctionEntry(seq, at, "stood", stood=stood)
    return None


def _bidding(seq: int, at: int, event: Event, labels: Mapping[str, str]) -> AuctionEntry | None:
    match event:
        case AuctionMaximum():
            return AuctionEntry(
                seq,
                at,
                "bid",
                event.unit,
                labels[event.user.id],
                amount=event.amount,
                maximum=event.maximum,
                seen=event.seen,
                delay=event.delay,
                second_chance=event.second_chance,
            )
        case AuctionBidderOut():
            return AuctionEntry(seq, at, "banned", event.unit, labels[event.user.id])
        case AuctionClosed():
            winner = labels[event.winner.id] if event.winner else None
            return AuctionEntry(
                seq, at, "closed", event.unit, winner, outcome=event.outcome, price=event.price
            )
    return None


def _after(seq: int, at: int, event: Event, labels: Mapping[str, str]) -> AuctionEntry | None:
    match event:
        case AuctionChance():
            without = [labels[who] for who in event.without]
            return AuctionEntry(
                seq,
                at,
                "chance",
                event.unit,
                labels[event.user.id],
                price=event.price,
                without=without,
            )
        case AuctionChanceOver():
            who = labels[event.user.id]
            return AuctionEntry(seq, at, "chance_over", event.unit, who, reason=event.reason)
        case AuctionReleased():
            return AuctionEntry(seq, at, "released", event.unit)
        case AuctionCancelled():
            return AuctionEntry(seq, at, "cancelled", reason=event.reason)
    return None
