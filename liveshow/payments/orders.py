"""Orders after the sale: packed, shipped, delivered, disputed, refunded.

    paid ──pack──▶ packed ──ship──▶ shipped ──deliver──▶ delivered
                                       ╰──────dispute──────┴────▶ not_as_described
    refund: from everywhere, once

Who is not a party to an order does not learn that it exists; a party who may not take a step is
told so. A refund is decided and put into the ledger first; then the provider is told, again and
again until it has confirmed, under the id of the order so that it happens once. It goes to the
provider that has the money; when that one is not set up any more, nothing is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import structlog

from liveshow.clock import Clock
from liveshow.domain.state import Person
from liveshow.errors import Forbidden, LiveshowError, NotFound
from liveshow.payments.ports import OrderStore
from liveshow.payments.provider import PaymentProvider
from liveshow.payments.providers import Providers
from liveshow.payments.records import Balance, Change, OrderRecord, Side

# Refunds read at once by `reconcile`; it goes on until it has seen all.
PAGE = 100

Role = Literal["buyer", "owner"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Step:
    status: str
    allowed: frozenset[str]
    roles: frozenset[Role]


_PACK = _Step("packed", frozenset({"paid"}), frozenset({"owner"}))
_SHIP = _Step("shipped", frozenset({"packed"}), frozenset({"owner"}))
_DELIVER = _Step("delivered", frozenset({"shipped"}), frozenset({"owner", "buyer"}))
_DISPUTE = _Step("not_as_described", frozenset({"shipped", "delivered"}), frozenset({"buyer"}))
_REFUND = _Step(
    "refunding",
    frozenset({"paid", "packed", "shipped", "delivered", "not_as_described"}),
    frozenset({"owner"}),
)


class Orders:
    """What the parties of an order can do with it."""

    def __init__(self, orders: OrderStore, providers: Providers, clock: Clock) -> None:
        self._orders = orders
        self._providers = providers
        self._clock = clock

    async def get(self, order_id: str, viewer_id: str) -> OrderRecord:
        """Return an order to one of its parties."""
        order = await self._orders.get(order_id)
        if order is None or viewer_id not in order.parties:
            raise NotFound(message="There is no such order.")
        return order

    async def page(
        self, side: Side, user_id: str, *, after: tuple[int, str] | None, limit: int
    ) -> list[OrderRecord]:
        """Return what one bought or sold, newest first."""
        return await self._orders.page(side, user_id, after=after, limit=limit)

    async def pack(self, order_id: str, by: Person) -> OrderRecord:
        return await self._step(order_id, by, _PACK)

    async def ship(self, order_id: str, by: Person, carrier: str, tracking: str) -> OrderRecord:
        return await self._step(order_id, by, _SHIP, carrier=carrier, tracking=tracking)

    async def deliver(self, order_id: str, by: Person) -> OrderRecord:
        return await self._step(order_id, by, _DELIVER)

    async def dispute(self, order_id: str, by: Person, reason: str) -> OrderRecord:
        return await self._step(order_id, by, _DISPUTE, reason=reason)

    async def refund(self, order_id: str, by: Person, reason: str) -> OrderRecord:
        """Send the money of an order back; if the provider is away now, then later."""
        order = await self._allowed(order_id, by, _REFUND)
        provider = self._providers.of(order.provider)
        await self._step(order_id, by, _REFUND, reason=reason)
        await self._send_back(provider, order.id, order.payment_id, order.total)
        return await self.get(order_id, by.id)

    async def balance(self, show_id: str, user_id: str) -> Balance:
        """Return the money of one who sells in a show."""
        balance = await self._orders.balance(show_id, user_id)
        if balance is None:
            raise NotFound(message="You sell nothing in this show.")
        return balance

    async def reconcile(self) -> int:
        """Ask again for every refund that is not confirmed; return how many remain.

        Those whose provider is not set up are kept and not counted: nothing can come of them now.
        """
        after: tuple[int, str] | None = None
        remain = 0
        while True:
            page = await self._orders.pending_refunds(after=after, limit=PAGE)
            for refund in page:
                provider = self._providers.get(refund.provider)
                if provider is not None:
                    remain += not await self._send_back(
                        provider, refund.order_id, refund.payment_id, refund.amount
                    )
            if len(page) < PAGE:
                return remain
            after = (page[-1].created_at, page[-1].order_id)

    async def _send_back(
        self, provider: PaymentProvider, order_id: str, payment_id: str, amount: int
    ) -> bool:
        try:
            await provider.refund(payment_id, amount, order_id)
        except LiveshowError as error:
            log.warning("refund not confirmed", order=order_id, reason=str(error))
            return False
        await self._orders.confirm_refunded(order_id)
        return True

    async def _step(self, order_id: str, by: Person, step: _Step, **values: str) -> OrderRecord:
        await self._allowed(order_id, by, step)
        change = Change(step.status, step.allowed, values)
        await self._orders.move(order_id, change, by=by.json(), at=self._clock())
        return await self.get(order_id, by.id)

    async def _allowed(self, order_id: str, by: Person, step: _Step) -> OrderRecord:
        """Return the order if ``by`` may take this step with it."""
        order = await self.get(order_id, by.id)
        roles: set[Role] = set()
        if by.id == order.owner["id"]:
            roles.add("owner")
        if by.id == order.buyer["id"]:
            roles.add("buyer")
        if not roles & step.roles:
            raise Forbidden(message=f"Only the {' or the '.join(sorted(step.roles))} can do that.")
        return order
