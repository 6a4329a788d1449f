"""Decisions about payments."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import to_builtins

from liveshow.domain.checkout.commands import (
    ClosePayment,
    OpenCheckout,
    Opened,
    Settled,
    SettlePayment,
)
from liveshow.domain.checkout.coupons import (
    COUPONS,
    Coupon,
    CouponFacts,
    Trial,
    check_usable,
    fold,
    reduced,
)
from liveshow.domain.checkout.events import (
    ClosedStatus,
    OrderDraft,
    PaymentClosed,
    PaymentError,
    PaymentOpened,
    PaymentSettled,
)
from liveshow.domain.checkout.facts import PAID, PAYMENTS, PaymentFacts
from liveshow.domain.checkout.parcels import CartLine, cart_of, pack
from liveshow.domain.checkout.state import Checkout, OpenPayment
from liveshow.domain.claims.decide import over, released
from liveshow.domain.claims.events import ItemPaying, ItemSold
from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.money import sale_postings
from liveshow.domain.run_of_show.items import on_sale, sale_needs
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event
from liveshow.domain.show.facts import Needs
from liveshow.domain.show.feature import Due
from liveshow.errors import Conflict, NotFound

# Whoever goes to checkout has at least this long to find their card; given once per hold.
CHECKOUT_MS = 120_000
# Why all of a payment goes back that arrived in time.
NOT_SAVED = PaymentError(
    "not_saved", "Your payment arrived, but the sale could not be saved. You get all of it back."
)

Payment = OpenPayment | PaymentFacts


# --- opening and closing -------------------------------------------------------------------


def open_needs(ctx: Context, command: OpenCheckout) -> Needs:
    code = fold(command.coupon)
    return Needs().add(COUPONS, (code, ctx.me.id)) if code and ctx.actor else Needs()


def open_checkout(ctx: Context, command: OpenCheckout) -> Decision:
    """Take every hold of the buyer to checkout: one payment, one parcel per owner.

    Raises:
        Conflict: ``total_changed`` when it is not what the buyer was shown; ``cart`` is what it is.
            What ``coupons.check_usable`` and ``coupons.reduced`` refuse.
    """
    me = ctx.me
    held = ctx[Claims].held_by(me.id)
    if any(claim.payment for claim in held):
        raise Conflict("checkout_open", "You are already paying. Finish or cancel that first.")
    now = ctx.show.clock(ctx.now)
    held = [claim for claim in held if claim.until > now]
    if not held:
        raise Conflict("nothing_to_pay", "You hold nothing in this show.")
    known, coupon = _coupon(ctx, command)
    packed = pack(ctx.state, held, ctx.facts.rules)
    if coupon:
        packed = reduced(ctx.state, packed, coupon)
    amount = sum(parcel.total for parcel in packed)
    if command.total != amount:
        raise Conflict(
            "total_changed",
            "The total has changed since you looked. Nothing was charged: look at the cart again "
            "and go on if it is still right.",
            cart=to_builtins(
                cart_of(
                    ctx.state,
                    held,
                    ctx.facts.rules,
                    Trial(known, ctx.now) if known else None,
                )
            ),
        )
    payment = ctx.mint()
    paying = [_to_checkout(claim, payment, now) for claim in held]
    until = min(event.until for event in paying)
    opened = PaymentOpened(
        payment=payment,
        user=me,
        claims=[claim.id for claim in held],
        amount=amount,
        currency=ctx.show.currency,
        parcels=packed,
        address=command.address,
        until=until,
        provider=command.provider,
        coupon=coupon.id if coupon else "",
    )
    return Decision([*paying, opened], Opened(payment, amount, until))


def _coupon(ctx: Context, command: OpenCheckout) -> tuple[CouponFacts | None, Coupon | None]:
    if not command.coupon:
        return None, None
    code = fold(command.coupon)
    known = ctx.facts.get(COUPONS, (code, ctx.me.id)) if code else None
    return known, check_usable(known, ctx.now)


def _to_checkout(claim: Claim, payment: str, now: int) -> ItemPaying:
    return ItemPaying(
        item=claim.item,
        claim=claim.id,
        paying=True,
        until=claim.until if claim.extended else max(claim.until, now + CHECKOUT_MS),
        user=claim.buyer.id,
        payment=payment,
    )


def _back_to_hold(claim: Claim) -> ItemPaying:
    """The hold comes back from checkout with the time that it had left."""
    return ItemPaying(claim.item, claim.id, False, claim.until, claim.buyer.id, None)


def close_payment(ctx: Context, command: ClosePayment) -> Decision:
    """The buyer gave up or the provider said no: the claims are holds again."""
    payment = ctx[Checkout].payments.get(command.payment)
    if payment is None:
        raise Conflict("payment_settled", "This payment has already come to its end.")
    back = [_back_to_hold(claim) for claim in _own_claims(ctx, payment)]
    return Decision([*back, _closed(payment, command.status, command.error)])


def _closed(payment: Payment, status: ClosedStatus, error: PaymentError | None) -> PaymentClosed:
    return PaymentClosed(payment.id, payment.buyer, status, error)


def _own_claims(ctx: Context, payment: Payment) -> list[Claim]:
    """The claims that are in this checkout and no other."""
    found = (ctx[Claims].holds.get(claim_id) for claim_id in payment.claims)
    return [claim for claim in found if claim and claim.payment == payment.id]


# --- settling ------------------------------------------------------------------------------


def settle_needs(ctx: Context, command: SettlePayment) -> Needs:
    needs = Needs().add(PAYMENTS, command.payment)
    payment: Payment | None = ctx[Checkout].payments.get(command.payment)
    if payment is None and ctx.facts.knows(PAYMENTS, command.payment):
        payment = ctx.facts.get(PAYMENTS, command.payment)
    if payment is not None:
        needs.add(PAID, *payment.claims)
        needs.update(sale_needs(ctx, *(line.item for line in _lines(payment))))
    return needs


def _lines(payment: Payment) -> list[CartLine]:
    return [line for parcel in payment.parcels for line in parcel.lines]


def settle_payment(ctx: Context, command: SettlePayment) -> Decision:
    """The money is there: everything is sold. Late, it is if stock allows, else refunded.

    Nothing of a payment that is given back touches the stock: that is what could not be saved.
    """
    payment: Payment | None = ctx[Checkout].payments.get(command.payment)
    if payment is None:
        past = ctx.facts.get(PAYMENTS, command.payment)
        if past is None:
            raise NotFound(message="There is no such payment.")
        if past.status in ("succeeded", "refunding", "refunded"):
            return Decision([], Settled(past.status))
        payment = past
    if command.give_back or not _still_there(ctx, payment):
        back = [_back_to_hold(claim) for claim in _own_claims(ctx, payment)]
        closed = _closed(payment, "refunded", NOT_SAVED if command.give_back else None)
        return Decision([*back, closed], Settled("refunded"))
    events: list[Event] = [*_close_others(ctx, payment)]
    events += [_sold(ctx, line, payment) for line in _lines(payment)]
    return Decision([*events, _settled(ctx, payment)], Settled("succeeded"))


def _sold(ctx: Context, line: CartLine, payment: Payment) -> ItemSold:
    item = on_sale(ctx, ctx[RunOfShow].items[line.item])
    held = ctx[Claims].holds.get(line.claim)
    return ItemSold(
        item=item.id,
        number=item.number,
        title=line.title,
        claim=line.claim,
        user=payment.buyer,
        variant=held.variant if held else line.variant_id,
        quantity=line.quantity,
        late=held is None,
    )


def _close_others(ctx: Context, payment: Payment) -> Iterable[Event]:
    """End other checkouts of the same claims: the buyer has just paid what they gave up before."""
    held = (ctx[Claims].holds.get(claim_id) for claim_id in payment.claims)
    others = dict.fromkeys(claim.payment for claim in held if claim and claim.payment)
    others.pop(payment.id, None)
    for other in (ctx[Checkout].payments[payment_id] for payment_id in others):
        yield from (_back_to_hold(claim) for claim in _own_claims(ctx, other))
        yield _closed(other, "cancelled", None)


def _still_there(ctx: Context, payment: Payment) -> bool:
    """Whether everything that was paid can be had: still held, or free; and not paid already."""
    wanted: dict[tuple[str, str], int] = {}
    for line in _lines(payment):
        if ctx.facts.get(PAID, line.claim):
            return False
        if line.claim in ctx[Claims].holds:
            continue
        key = (line.item, line.variant_id)
        wanted[key] = wanted.get(key, 0) + line.quantity
    return all(_available(ctx, *key) >= quantity for key, quantity in wanted.items())


def _available(ctx: Context, item_id: str, variant_id: str) -> int:
    item = ctx[RunOfShow].items.get(item_id)
    variant = on_sale(ctx, item).variant(variant_id) if item else None
    return variant.available if variant else 0


def _settled(ctx: Context, payment: Payment) -> PaymentSettled:
    orders = [
        OrderDraft(
            id=ctx.mint(),
            owner=parcel.owner.id,
            parcel=parcel,
            ledger=sale_postings(
                [(line.amount - line.owner_off, line.commission_percent) for line in parcel.lines],
                parcel.shipping,
                parcel.support,
                owner=parcel.owner.id,
                host=ctx.show.host.id,
                fee_percent=ctx.facts.rules.fee_percent,
                discounts=parcel.discounts,
            ),
        )
        for parcel in payment.parcels
    ]
    return PaymentSettled(payment.id, payment.buyer, ctx.show.currency, payment.address, orders)


# --- payments whose holds end --------------------------------------------------------------


def due(ctx: Context) -> Iterable[Due]:
    """A payment ends as a whole: what is over is released, its other claims are plain holds."""
    for payment_id in dict.fromkeys(held.payment for held in over(ctx) if held.payment):
        yield Due(f"payment:{payment_id}", _expired(ctx, ctx[Checkout].payments[payment_id]))


def _expired(ctx: Context, payment: OpenPayment) -> Iterable[Event]:
    claims = sorted(
        _own_claims(ctx, payment), key=lambda held: (held.until, held.created_at, held.id)
    )
    yield from [released(ctx, held, "expired") for held in claims if held.until <= ctx.now]
    yield from [_back_to_hold(held) for held in claims if held.until > ctx.now]
    yield _closed(payment, "expired", None)
