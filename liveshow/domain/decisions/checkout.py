"""From holds to orders: opening a payment, closing it, and settling it, late or in time."""

from __future__ import annotations

from liveshow.domain.carts import cart_of, parcels
from liveshow.domain.commands import Checkout, ClosePayment, SettlePayment
from liveshow.domain.decisions import claims
from liveshow.domain.decisions.context import Context, Decision
from liveshow.domain.events import Event
from liveshow.domain.facts import PaymentFacts
from liveshow.domain.money import sale_lines
from liveshow.domain.state import Claim, Json, OpenPayment, ShowState
from liveshow.errors import Conflict, NotFound

# Whoever goes to checkout has at least this long to find their card; given once per hold.
CHECKOUT_MS = 120_000
# Why all of a payment goes back that arrived in time.
NOT_SAVED: Json = {
    "code": "not_saved",
    "message": "Your payment arrived, but the sale could not be saved. You get all of it back.",
}


def open_payment(ctx: Context, command: Checkout) -> Decision:
    """Take every hold of the buyer to checkout: one payment, one parcel per owner.

    Raises:
        Conflict: ``total_changed`` when it is not what the buyer was shown; ``cart`` is what it is.
    """
    me, state = ctx.me, ctx.state
    held = state.held_by(me.id)
    if any(claim.payment for claim in held):
        raise Conflict("checkout_open", "You are already paying. Finish or cancel that first.")
    now = state.clock(ctx.now)
    held = [claim for claim in held if claim.until > now]
    if not held:
        raise Conflict("nothing_to_pay", "You hold nothing in this show.")
    packed = parcels(state, held, ctx.facts.rules)
    amount = sum(parcel["total"] for parcel in packed)
    if command.total != amount:
        raise Conflict(
            "total_changed",
            "The total has changed since you looked. Nothing was charged: look at the cart again "
            "and go on if it is still right.",
            cart=cart_of(state, held, ctx.facts.rules),
        )
    payment_id = ctx.mint()
    events = [
        Event(
            "item.paying",
            {
                "item": claim.item,
                "claim": claim.id,
                "paying": True,
                "payment": payment_id,
                "until": claim.until if claim.extended else max(claim.until, now + CHECKOUT_MS),
            },
        )
        for claim in held
    ]
    until = min(event.data["until"] for event in events)
    opened = Event(
        "payment.opened",
        {
            "payment": payment_id,
            "user": me.json(),
            "claims": [claim.id for claim in held],
            "amount": amount,
            "currency": state.currency,
            "parcels": packed,
            "address": command.address,
            "until": until,
            "provider": command.provider,
        },
        to=me.id,
    )
    return Decision([*events, opened], {"payment": payment_id, "amount": amount, "until": until})


def close_payment(ctx: Context, command: ClosePayment) -> Decision:
    """The buyer gave up or the provider said no: the claims are holds again."""
    payment = ctx.state.payments.get(command.payment)
    if payment is None:
        raise Conflict("payment_settled", "This payment has already come to its end.")
    events = [claims.back_to_hold(claim) for claim in _own_claims(ctx.state, payment)]
    events.append(_closed(payment, command.status, command.error))
    return Decision(events)


def _closed(payment: OpenPayment | PaymentFacts, status: str, error: Json | None) -> Event:
    return Event(
        "payment.closed",
        {
            "payment": payment.id,
            "user": payment.buyer.json(),
            "status": status,
            "error": error,
        },
        to=payment.buyer.id,
    )


def settle_payment(ctx: Context, command: SettlePayment) -> Decision:
    """The money is there: everything is sold. Late, it is if stock allows, else refunded.

    Nothing of a payment that is given back touches the stock: that is what could not be saved.
    """
    payment: OpenPayment | PaymentFacts | None = ctx.state.payments.get(command.payment)
    if payment is None:
        past = ctx.facts.payments.get(command.payment)
        if past is None:
            raise NotFound(message="There is no such payment.")
        if past.status in ("succeeded", "refunding", "refunded"):
            return Decision([], {"status": past.status})
        payment = past
    if command.give_back or not _still_there(ctx, payment):
        rest = [claims.back_to_hold(claim) for claim in _own_claims(ctx.state, payment)]
        closed = _closed(payment, "refunded", NOT_SAVED if command.give_back else None)
        return Decision([*rest, closed], {"status": "refunded"})
    events = _close_others(ctx.state, payment)
    for parcel in payment.parcels:
        for line in parcel["lines"]:
            held = ctx.state.claims.get(line["claim"])
            variant = held.variant if held else line["variant_id"]
            events.append(claims.sold(ctx.state, line, line["claim"], variant, payment.buyer))
    events.append(_settled(ctx, payment))
    return Decision(events, {"status": "succeeded"})


def _close_others(state: ShowState, payment: OpenPayment | PaymentFacts) -> list[Event]:
    """End other checkouts of the same claims: the buyer has just paid what they gave up before."""
    held = (state.claims.get(claim_id) for claim_id in payment.claims)
    others = dict.fromkeys(claim.payment for claim in held if claim and claim.payment)
    others.pop(payment.id, None)
    events: list[Event] = []
    for other in (state.payments[payment_id] for payment_id in others):
        events.extend(claims.back_to_hold(claim) for claim in _own_claims(state, other))
        events.append(_closed(other, "cancelled", None))
    return events


def _own_claims(state: ShowState, payment: OpenPayment | PaymentFacts) -> list[Claim]:
    """The claims that are in this checkout and no other."""
    found = (state.claims.get(claim_id) for claim_id in payment.claims)
    return [claim for claim in found if claim and claim.payment == payment.id]


def _still_there(ctx: Context, payment: OpenPayment | PaymentFacts) -> bool:
    """Whether everything that was paid can be had: still held, or free; and not paid already."""
    state = ctx.state
    wanted: dict[tuple[str, str], int] = {}
    for parcel in payment.parcels:
        for line in parcel["lines"]:
            if line["claim"] in ctx.facts.sold:
                return False
            if line["claim"] in state.claims:
                continue
            key = (line["item"], line["variant_id"])
            wanted[key] = wanted.get(key, 0) + line["quantity"]
    return all(_available(state, *key) >= quantity for key, quantity in wanted.items())


def _available(state: ShowState, item_id: str, variant_id: str) -> int:
    item = state.items.get(item_id)
    found = (v.available for v in item.variants if v.id == variant_id) if item else iter(())
    return next(found, 0)


def _settled(ctx: Context, payment: OpenPayment | PaymentFacts) -> Event:
    state, rules = ctx.state, ctx.facts.rules
    orders = []
    for parcel in payment.parcels:
        owner = parcel["owner"]["id"]
        ledger = sale_lines(
            [(line["amount"], line["commission_percent"]) for line in parcel["lines"]],
            parcel["shipping"],
            owner=owner,
            host=state.host.id,
            fee_percent=rules.fee_percent,
        )
        orders.append(
            {
                "id": ctx.mint(),
                "owner": owner,
                "parcel": parcel,
                "ledger": [
                    {"account": line.account, "user": line.user, "amount": line.amount}
                    for line in ledger
                ],
            }
        )
    return Event(
        "payment.settled",
        {
            "payment": payment.id,
            "user": payment.buyer.json(),
            "currency": state.currency,
            "address": payment.address,
            "orders": orders,
        },
        to=payment.buyer.id,
    )
