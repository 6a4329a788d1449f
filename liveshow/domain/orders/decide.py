"""Decisions about orders that are taken back."""

from __future__ import annotations

from liveshow.domain.checkout.parcels import Paid, shipping_added
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.money import refund_postings
from liveshow.domain.orders.commands import (
    AnswerRestock,
    CancelOrder,
    Refunded,
    RefundOrder,
    SentBack,
    ShipOrder,
)
from liveshow.domain.orders.events import (
    ItemReturned,
    OrderRefunded,
    OrderRestocked,
    OrderShipped,
    TakenBack,
)
from liveshow.domain.orders.facts import ORDERS, OrderFacts, SoldLine
from liveshow.domain.run_of_show.items import on_sale, sale_needs
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event
from liveshow.domain.show.facts import Needs
from liveshow.errors import Conflict, Forbidden, NotFound

TAKEN_BACK = ("refunded", "cancelled")
NOT_SENT = ("paid", "packed")


def order_needs(ctx: Context, command: RefundOrder | CancelOrder) -> Needs:
    """The order, and those that go on paying for the shipping of its parcel."""
    needs = Needs().add(ORDERS, command.order)
    order = ctx.facts.get(ORDERS, command.order) if ctx.facts.knows(ORDERS, command.order) else None
    if order is not None:
        needs.add(ORDERS, *(other for other, paid in _rest(ctx, order) if not paid.pieces))
    return needs


def ship_needs(ctx: Context, command: ShipOrder) -> Needs:
    return Needs().add(ORDERS, command.order)


def restock_needs(ctx: Context, command: AnswerRestock) -> Needs:
    needs = Needs().add(ORDERS, command.order)
    order = ctx.facts.get(ORDERS, command.order) if ctx.facts.knows(ORDERS, command.order) else None
    if order is not None:
        needs.update(sale_needs(ctx, *(line.item for line in order.lines)))
    return needs


def _order(ctx: Context, order_id: str) -> OrderFacts:
    """The order, for its buyer and its owner alone."""
    order = ctx.facts.get(ORDERS, order_id)
    if order is None or ctx.me.id not in (order.buyer.id, order.owner.id):
        raise NotFound(message="There is no such order.")
    return order


def _owners(ctx: Context, order_id: str) -> OrderFacts:
    order = _order(ctx, order_id)
    if order.owner.id != ctx.me.id:
        raise Forbidden(message="Only the owner can do that.")
    return order


def _wrong_status(order: OrderFacts, message: str) -> Conflict:
    return Conflict("wrong_status", message, status=order.status)


# --- what is sent --------------------------------------------------------------------------


def ship(ctx: Context, command: ShipOrder) -> Decision:
    """Note that an order was sent: its parcel is closed with all that was paid for it until now."""
    order = _owners(ctx, command.order)
    if order.status != "packed":
        shown = order.status.replace("_", " ")
        raise _wrong_status(order, f"That cannot be done with an order that is {shown}.")
    waiting = ctx[Checkout].paid.get((order.buyer.id, order.owner.id), {})
    shipped = OrderShipped(
        order=order.id,
        user=order.buyer,
        seller=order.owner,
        carrier=command.carrier,
        tracking=command.tracking,
        closes=list(waiting) if order.id in waiting else [],
    )
    return Decision([shipped])


# --- money that goes back ------------------------------------------------------------------


def refund(ctx: Context, command: RefundOrder) -> Decision:
    order = _owners(ctx, command.order)
    # What a cancelled order has kept for shipping can still be given back.
    if order.status == "refunded" or (order.status == "cancelled" and not order.left):
        raise _wrong_status(order, f"That cannot be done with an order that is {order.status}.")
    amount = order.left if command.amount is None else command.amount
    if amount > order.left:
        raise Conflict(
            "refund_too_large",
            "That is more than is left of what was paid. Choose a smaller amount.",
            left=order.left,
        )
    if amount < order.left or order.status == "cancelled":
        return _answered([_back(ctx, order, amount, 0, "", command.reason)])
    events = [_back(ctx, order, amount, 0, "refunded", command.reason)]
    if order.status in NOT_SENT:
        events += _no_longer_needed(ctx, order, 0)
    return _answered(events)


def cancel(ctx: Context, command: CancelOrder) -> Decision:
    """Take back what is not packed yet, or was not sent in time.

    If the buyer still gets other pieces in the same parcel, its shipping stays paid as far as it is
    theirs, until these are taken back, too.
    """
    order = _order(ctx, command.order)
    if order.buyer.id != ctx.me.id:
        raise Forbidden(message="Only the buyer can do that.")
    late = order.status == "packed" and ctx.now >= order.ship_by
    if order.status != "paid" and not late:
        shown = order.status.replace("_", " ")
        raise _wrong_status(order, f"It is {shown} already. Ask the seller to take it back.")
    kept = min(_still_shipped(ctx, order), order.left)
    events = [_back(ctx, order, order.left - kept, kept, "cancelled", command.reason)]
    return _answered([*events, *_no_longer_needed(ctx, order, kept)])


def _answered(events: list[OrderRefunded]) -> Decision:
    asked, *others = events
    further = [SentBack(other.order, other.refund, other.amount) for other in others]
    return Decision(list(events), Refunded(asked.refund, asked.amount, further))


def _rest(ctx: Context, order: OrderFacts) -> list[tuple[str, Paid]]:
    """What other orders have paid of the same parcel, those that came first in front."""
    parcel = ctx[Checkout].parcel_of(order.buyer.id, order.owner.id, order.id)
    return [(other, paid) for other, paid in parcel.items() if other != order.id]


def _over(ctx: Context, order: OrderFacts) -> int:
    """What others have paid more for shipping than the rest of the parcel needs; less: below 0."""
    rest = [paid for _, paid in _rest(ctx, order)]
    pieces = [piece for paid in rest for piece in paid.pieces]
    rates = ctx.facts.rules.rates(ctx.show.currency)
    needed = shipping_added(Paid([], 0, 0), pieces, rates) if pieces else 0
    return sum(paid.shipping for paid in rest) - needed


def _still_shipped(ctx: Context, order: OrderFacts) -> int:
    """What of an order's shipping the rest of its parcel needs."""
    return min(order.shipping, max(0, -_over(ctx, order)))


def _no_longer_needed(ctx: Context, order: OrderFacts, kept: int) -> list[OrderRefunded]:
    """Give back what cancelled orders went on paying for shipping, as far as nothing needs it."""
    over = kept + _over(ctx, order)
    events: list[OrderRefunded] = []
    for other, paid in reversed(_rest(ctx, order)):
        known = None if paid.pieces else ctx.facts.get(ORDERS, other)
        amount = min(over, paid.shipping, known.left) if known else 0
        if known and amount > 0:
            over -= amount
            events.append(_back(ctx, known, amount, 0, "", "Nothing is sent for it any more."))
    return events


def _back(
    ctx: Context, order: OrderFacts, amount: int, kept: int, status: TakenBack, reason: str
) -> OrderRefunded:
    return OrderRefunded(
        order=order.id,
        refund=ctx.mint(),
        user=order.buyer,
        seller=order.owner,
        by=ctx.me,
        amount=amount,
        kept=kept,
        status=status,
        reason=reason,
        ledger=refund_postings(order.ledger, amount, kept),
    )


# --- pieces that come back -----------------------------------------------------------------


def restock(ctx: Context, command: AnswerRestock) -> Decision:
    order = _owners(ctx, command.order)
    if order.status not in TAKEN_BACK:
        raise _wrong_status(order, "Its pieces are the buyer's: nothing was taken back.")
    if order.restocked is not None:
        raise Conflict("already_answered", "You have said that before.", restocked=order.restocked)
    events: list[Event] = [OrderRestocked(order.id, order.owner, command.restock)]
    if command.restock:
        events += [_returned(ctx, line) for line in order.lines if _known(ctx, line)]
    return Decision(events)


def _known(ctx: Context, line: SoldLine) -> bool:
    """Whether the piece can be traced to its stock, which it cannot in old orders."""
    return bool(line.claim) and line.item in ctx[RunOfShow].items


def _returned(ctx: Context, line: SoldLine) -> ItemReturned:
    item = on_sale(ctx, ctx[RunOfShow].items[line.item])
    return ItemReturned(item.id, line.claim, line.variant_id, line.quantity)
