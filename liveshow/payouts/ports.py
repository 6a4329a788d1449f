"""What payouts ask of a database; ``liveshow.store.payouts`` implements it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from liveshow.domain.values import Person, Value
from liveshow.payouts.terms import Owed


class Payout(Value, frozen=True):
    """Money that somebody was paid, at a time (ms); ``reference`` is that of the transfer."""

    id: str
    at: int
    currency: str
    amount: int
    orders: int
    reference: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of somebody's ledger. ``amount``: what they get, below 0 what is taken or paid out."""

    at: int
    kind: str
    account: str
    order: str
    show: str
    currency: str
    amount: int


class PayoutStore(Protocol):
    async def owed(self, user_id: str) -> list[Owed]:
        """Return what somebody has earned and was not paid, oldest orders first."""

    async def paid(self, user_id: str) -> dict[str, int]:
        """Return what somebody was paid so far, by currency."""

    async def payouts(self, user_id: str, limit: int) -> list[Payout]:
        """Return what somebody was paid, newest first."""

    async def creditors(self) -> list[Person]:
        """Return everybody who was not paid all of what they have earned, by handle."""

    async def pay(
        self,
        payout: Callable[[Sequence[tuple[str, int]]], Payout],
        user_id: str,
        choose: Callable[[list[Owed]], list[tuple[str, int]]],
    ) -> Payout:
        """Lock what is owed to somebody, and write a payout of what ``choose`` says of it.

        Two at once are one after the other: the second finds nothing. Raises what ``payout`` does.
        """

    def statement(
        self, user_id: str, currency: str, since: int, until: int
    ) -> AsyncIterator[StatementLine]:
        """Yield the lines of somebody's ledger between two times, oldest first."""
