"""What cases ask of a database and of orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from liveshow.cases.course import Case
from liveshow.domain.values import Person, Photo, Value
from liveshow.payments.records import KeptLine, OrderEdit, OrderRecord, OrderStep

# Sort key of the last record of a page: when it was opened, id.
Cursor = tuple[int, str]


@dataclass(frozen=True, slots=True)
class DisputedOrder:
    """An order that is locked, as far as a case about it matters."""

    id: str
    status: str
    buyer: Person
    owner: Person
    host: Person
    lines: Sequence[KeptLine]
    shipping: int
    total: int
    refunded: int
    history: Sequence[OrderStep]


class SaidLine(Value, frozen=True):
    """What was said in the chat of the show, at a time (ms)."""

    at: int
    by: Person
    text: str


class ShownItem(Value, frozen=True):
    """An item that the host showed from a time on (ms), by its number and title."""

    at: int
    number: int
    title: str


class ClaimedLine(Value, frozen=True):
    """What was claimed: when (ms), and what was promised then."""

    claimed_at: int | None
    offer: dict[str, Any]
    quantity: int
    promises: Sequence[str]


class CaseFile(Value, frozen=True):
    """Everything that a case is decided on, as both sides can read it."""

    case: Case
    currency: str
    lines: Sequence[ClaimedLine]
    said: Sequence[SaidLine]
    shown: Sequence[ShownItem]


class CaseStore(Protocol):
    """Implemented by ``liveshow.store.cases.CaseRepository``. Each call is a transaction."""

    async def open(
        self, order_id: str, decide: Callable[[DisputedOrder], tuple[Case, OrderEdit]]
    ) -> Case:
        """Lock an order, and write the case and the step that ``decide`` returns.

        Raises what ``decide`` raises, ``not_found``, and ``case_open`` when one is open.
        """

    async def change(self, case_id: str, decide: Callable[[Case], Case]) -> Case:
        """Lock a case, write what ``decide`` makes of it, and return that.

        The order of one that closes is again what it was before, unless all of it went back.
        """

    async def get(self, case_id: str) -> Case | None:
        """Return a case as it is now."""

    async def of_order(self, order_id: str) -> list[Case]:
        """Return the cases about an order, newest first."""

    async def page(
        self, party: str | None, *, open_only: bool, after: Cursor | None, limit: int
    ) -> list[Case]:
        """Return the cases of a party, or of everybody, newest first."""

    async def due(self, now: int, limit: int) -> list[str]:
        """Return ids of cases whose time is over, oldest first."""

    async def settled(self, limit: int) -> list[str]:
        """Return ids of open cases about orders that were taken back as a whole."""

    async def refunding(self, limit: int) -> list[Case]:
        """Return cases whose money has to go back, oldest first."""

    async def file(self, case: Case) -> CaseFile:
        """Return what a case is decided on."""

    async def photos(self, owner_id: str, ids: Sequence[str]) -> list[Photo]:
        """Return pictures of somebody, those that are theirs."""


class Refunds(Protocol):
    """What cases ask of orders. ``liveshow.payments.orders.Orders`` does it."""

    async def get(self, order_id: str, viewer_id: str) -> OrderRecord:
        """Return an order to one of its parties."""

    async def refund(
        self, order_id: str, by: Person, key: str, reason: str, amount: int | None = None
    ) -> OrderRecord:
        """Send money of an order back, once for every ``key``."""


class Operators(Protocol):
    async def is_operator(self, user_id: str) -> bool:
        """Whether somebody runs this server."""
