"""Decisions about orders that are taken back."""

from __future__ import annotations

from liveshow.domain.checkout.parcels import Paid, shipping_added
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.money import refund_postings
from liveshow.domain.orders.commands import AnswerRestock, CancelOrder, Refunded, RefundOrder
from liveshow.domain.orders.events import ItemReturned, OrderRefunded, OrderRestocked, TakenBack
from liveshow.domain.orders.facts import ORDERS, OrderFacts, SoldLine
from liveshow.domain.run_of_show.items import on_sale, sale_needs
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event
from liveshow.domain.show.facts import Needs
from liveshow.errors import Conflict, Forbidden, NotFound

TAKEN_BACK = ("refunded", "cancelled")


def order_needs(ctx: Context, command: RefundOrder | CancelOrder) -> Needs:
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


# --- money that goes back ------------------------------------------------------------------


def refund(ctx: Context, command: RefundOrder) -> Decision:
    order = _owners(ctx, command.order)
    if order.status in TAKEN_BACK:
        raise _wrong_status(order, f"That cannot be done with an order that is {order.status}.")
    amount = order.left if command.amount is None else command.amount
    if amount > order.left:
        raise Conflict(
            "refund_too_large",
            "That is more than is left of what was paid. Choose a smaller amount.",
            left=order.left,
        )
    status: TakenBack = "refunded" if amount == order.left else ""
    return _back(ctx, order, amount, 0, status, command.reason)


def cancel(ctx: Context, command: CancelOrder) -> Decision:
    """Take back what is not packed yet.

    If the buyer still gets other pieces in the same parcel, its shipping stays paid as far as it is
    theirs.
    """
    order = _order(ctx, command.order)
    if order.buyer.id != ctx.me.id:
        raise Forbidden(message="Only the buyer can do that.")
    if order.status != "paid":
        shown = order.status.replace("_", " ")
        raise _wrong_status(order, f"It is {shown} already. Ask the seller to take it back.")
    kept = min(_still_shipped(ctx, order), order.left)
    return _back(ctx, order, order.left - kept, kept, "cancelled", command.reason)


def _still_shipped(ctx: Context, order: OrderFacts) -> int:
    """What of an order's shipping the rest of its parcel needs."""
    parcel = ctx[Checkout].paid.get((order.buyer.id, order.owner.id), {})
    rest = [paid for other, paid in parcel.items() if other != order.id]
    pieces = [piece for paid in rest for piece in paid.pieces]
    if not pieces:
        return 0
    rates = ctx.facts.rules.rates(ctx.show.currency)
    needed = shipping_added(Paid([], 0, 0), pieces, rates)
    return min(order.shipping, max(0, needed - sum(paid.shipping for paid in rest)))


def _back(
    ctx: Context, order: OrderFacts, amount: int, kept: int, status: TakenBack, reason: str
) -> Decision:
    refund_id = ctx.mint()
    event = OrderRefunded(
        order=order.id,
        refund=refund_id,
        user=order.buyer,
        seller=order.owner,
        by=ctx.me,
        amount=amount,
        kept=kept,
        status=status,
        reason=reason,
        ledger=refund_postings(order.ledger, amount, kept),
    )
    return Decision([event], Refunded(refund_id, amount))


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
