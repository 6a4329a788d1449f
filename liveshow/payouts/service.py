"""Payouts: what somebody can have, what they were paid, and the statement of a month."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from liveshow.clock import Clock
from liveshow.domain.values import Person
from liveshow.errors import Conflict
from liveshow.ids import new_id
from liveshow.payouts import terms
from liveshow.payouts.ports import Payout, PayoutStore, StatementLine
from liveshow.payouts.terms import Owed, Standing

# The newest that are shown.
SHOWN = 50


class Payouts:
    """``days``: how long after delivery money is held."""

    def __init__(self, store: PayoutStore, clock: Clock, *, days: int) -> None:
        self._store = store
        self._clock = clock
        self._days = days

    async def standing(self, user_id: str) -> list[Standing]:
        """Return somebody's money by currency."""
        owed, paid = await self._store.owed(user_id), await self._store.paid(user_id)
        return terms.standings(owed, paid, self._clock(), self._days)

    async def payouts(self, user_id: str) -> list[Payout]:
        """Return the newest payouts of somebody, newest first."""
        return await self._store.payouts(user_id, SHOWN)

    async def creditors(self) -> list[tuple[Person, list[Standing]]]:
        """Return everybody whom the house owes something, and what."""
        return [(who, await self.standing(who.id)) for who in await self._store.creditors()]

    async def pay(self, user_id: str, currency: str, reference: str) -> Payout:
        """Note that somebody was paid all that is available to them in a currency.

        Raises:
            Conflict: ``nothing_to_pay_out``.
        """
        now = self._clock()

        def choose(owed: list[Owed]) -> list[tuple[str, int]]:
            of = [each for each in owed if each.currency == currency]
            return terms.payable(of, now, self._days)

        def payout(chosen: Sequence[tuple[str, int]]) -> Payout:
            amount = sum(part for _, part in chosen)
            if amount < 1:
                raise Conflict("nothing_to_pay_out", f"Nothing is available in {currency} now.")
            return Payout(new_id(), now, currency, amount, len(chosen), reference)

        return await self._store.pay(payout, user_id, choose)

    def statement(
        self, user_id: str, currency: str, since: int, until: int
    ) -> AsyncIterator[StatementLine]:
        """Yield what was earned, taken back and paid out between two times (ms)."""
        return self._store.statement(user_id, currency, since, until)
