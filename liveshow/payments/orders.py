"""Orders after the sale: packed, shipped, delivered, disputed, taken back.

    paid ──pack──▶ packed ──ship──▶ shipped ──deliver──▶ delivered
      ╰─cancel─▶ cancelled             ╰───────case────────┴────▶ not_as_described
    refund: from everywhere, in parts or whole (refunded); of what is cancelled, what it has kept
    case: see ``liveshow.cases``; it brings the order back to what it was when it is closed

Who is not a party to an order does not learn that it exists; a party who may not take a step is
told so. What sends an order or takes it back is decided by the room of its show, which owns its
parcel, its stock and its notices, and is in the ledger with that. Then the provider is told, again
and again until it has confirmed, under the id of the refund so that it happens once. It goes to the
provider that has the money; when that one is not set up any more, nothing is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import structlog

from liveshow.clock import Clock
from liveshow.domain.orders.commands import (
    AnswerRestock,
    CancelOrder,
    Refunded,
    RefundOrder,
    SentBack,
    ShipOrder,
)
from liveshow.domain.show.commands import Envelope
from liveshow.domain.values import Person
from liveshow.errors import Conflict, Forbidden, LiveshowError, NotFound
from liveshow.payments.ledger import balance_of
from liveshow.payments.ports import OrderStore, Rooms
from liveshow.payments.provider import PaymentProvider
from liveshow.payments.providers import Providers
from liveshow.payments.records import (
    NO_PROVIDER,
    Balance,
    LockedOrder,
    OrderEdit,
    OrderRecord,
    Side,
)

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
_DELIVER = _Step("delivered", frozenset({"shipped"}), frozenset({"owner", "buyer"}))


class Orders:
    """What the parties of an order can do with it."""

    def __init__(
        self,
        orders: OrderStore,
        rooms: Rooms,
        providers: Providers,
        clock: Clock,
        told: Callable[[Collection[str]], None] = lambda users: None,
    ) -> None:
        """``told``: who there is news for, by id."""
        self._told = told
        self._orders = orders
        self._rooms = rooms
        self._providers = providers
        self._clock = clock

    async def get(self, order_id: str, viewer_id: str) -> OrderRecord:
        """Return an order to one of its parties."""
        order = await self._orders.get(order_id)
        if order is None or viewer_id not in order.parties:
            raise unknown_order()
        return order

    async def page(
        self, side: Side, user_id: str, *, after: tuple[int, str] | None, limit: int
    ) -> list[OrderRecord]:
        """Return what one bought or sold, newest first."""
        return await self._orders.page(side, user_id, after=after, limit=limit)

    async def pack(self, order_id: str, by: Person) -> OrderRecord:
        return await self._step(order_id, by, _PACK)

    async def ship(self, order_id: str, by: Person, carrier: str, tracking: str) -> OrderRecord:
        """Note that an order was sent. Its parcel is closed with it."""
        order = await self.get(order_id, by.id)
        _check_role(frozenset({"owner"}), by, buyer=order.buyer.id, owner=order.owner.id)
        command = ShipOrder(order_id, carrier, tracking)
        await self._rooms.submit(order.show.id, Envelope(command, by))
        self._told(order.parties)
        return await self.get(order_id, by.id)

    async def deliver(self, order_id: str, by: Person) -> OrderRecord:
        return await self._step(order_id, by, _DELIVER)

    async def refund(
        self, order_id: str, by: Person, key: str, reason: str, amount: int | None = None
    ) -> OrderRecord:
        """Send money of an order back, all that is left or an ``amount`` in minor units.

        If the provider is away now, then later. The same ``key`` does it once.
        """
        return await self._take_back(order_id, by, RefundOrder(order_id, reason, amount), key)

    async def cancel(self, order_id: str, by: Person, reason: str) -> OrderRecord:
        """Take back what is not packed yet, and send its money back."""
        return await self._take_back(order_id, by, CancelOrder(order_id, reason), None)

    async def _take_back(
        self, order_id: str, by: Person, command: RefundOrder | CancelOrder, key: str | None
    ) -> OrderRecord:
        order = await self.get(order_id, by.id)
        role: Role = "owner" if isinstance(command, RefundOrder) else "buyer"
        _check_role(frozenset({role}), by, buyer=order.buyer.id, owner=order.owner.id)
        # Nothing is promised that nobody can do. Of a prize no money goes back.
        prize = order.provider == NO_PROVIDER
        provider = None if prize else self._providers.of(order.provider)
        answer = await self._rooms.submit(order.show.id, Envelope(command, by, key))
        assert isinstance(answer, Refunded)
        if answer.amount and provider:
            await self._send_back(provider, answer.refund, order.payment_id, answer.amount)
        for back in answer.further:
            await self._pass_on(back)
        return await self.get(order_id, by.id)

    async def _pass_on(self, back: SentBack) -> None:
        """Send money of another order back; `reconcile` does it when its provider is away."""
        order = await self._orders.get(back.order)
        provider = self._providers.get(order.provider) if order else None
        if order and provider:
            await self._send_back(provider, back.refund, order.payment_id, back.amount)

    async def restock(self, order_id: str, by: Person, restock: bool) -> OrderRecord:
        """Say whether the pieces of an order that was taken back can be sold again, once."""
        order = await self.get(order_id, by.id)
        _check_role(frozenset({"owner"}), by, buyer=order.buyer.id, owner=order.owner.id)
        await self._rooms.submit(order.show.id, Envelope(AnswerRestock(order_id, restock), by))
        return await self.get(order_id, by.id)

    async def balance(self, show_id: str, user_id: str) -> Balance:
        """Return the money of one who sells in a show."""
        money = await self._orders.money(show_id, user_id)
        if money is None or not money.sells:
            raise NotFound(message="You sell nothing in this show.")
        return balance_of(money)

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
                        provider, refund.id, refund.payment_id, refund.amount
                    )
            if len(page) < PAGE:
                return remain
            after = (page[-1].created_at, page[-1].id)

    async def _send_back(
        self, provider: PaymentProvider, refund_id: str, payment_id: str, amount: int
    ) -> bool:
        try:
            await provider.refund(payment_id, amount, refund_id)
        except LiveshowError as error:
            log.warning("refund not confirmed", refund=refund_id, reason=str(error))
            return False
        await self._orders.confirm_refunded(refund_id)
        return True

    async def _step(self, order_id: str, by: Person, step: _Step) -> OrderRecord:
        changed = await self._orders.change(
            order_id, lambda order: _decide(step, order, by, self._clock())
        )
        self._told(changed.parties)
        return await self.get(order_id, by.id)


def _decide(step: _Step, order: LockedOrder, by: Person, now: int) -> OrderEdit:
    """Return what a step changes, or raise why it cannot be taken."""
    if by.id not in order.parties:
        raise unknown_order()
    _check_role(step.roles, by, buyer=order.buyer_id, owner=order.owner_id)
    if order.status not in step.allowed:
        shown = order.status.replace("_", " ")
        raise Conflict(
            "wrong_status",
            f"That cannot be done with an order that is {shown}.",
            status=order.status,
        )
    return OrderEdit(status=step.status, at=now, by=by)


def _check_role(allowed: frozenset[Role], by: Person, *, buyer: str, owner: str) -> None:
    """Raise ``forbidden`` unless ``by`` may take this step."""
    roles: set[Role] = set()
    if by.id == owner:
        roles.add("owner")
    if by.id == buyer:
        roles.add("buyer")
    if not roles & allowed:
        raise Forbidden(message=f"Only the {' or the '.join(sorted(allowed))} can do that.")


def unknown_order() -> NotFound:
    return NotFound(message="There is no such order.")
