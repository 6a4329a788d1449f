"""PROTOCOL.md 2.5: carts, checkout, payments, the webhooks of providers."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Protocol

from aiohttp import web
from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.budgets import WEBHOOKS_FROM
from liveshow.clock import Clock
from liveshow.domain.checkout.coupons import Trial
from liveshow.domain.checkout.parcels import CartView, Tried
from liveshow.domain.show.commands import Key
from liveshow.domain.values import Value
from liveshow.fields import NOT_NULL, Address, Body, Query
from liveshow.http.api import Endpoint
from liveshow.http.bodies import read_bytes, ship_to
from liveshow.http.coupons import CodeToTry, CouponDesk
from liveshow.payments.provider import Card
from liveshow.payments.providers import Providers
from liveshow.payments.records import ClientView, PaymentRecord, PaymentView
from liveshow.payments.service import Payments
from liveshow.payments.webhooks import Webhooks

# Webhooks of known providers are some kilobytes; those that list line items are the largest.
MAX_WEBHOOK_BYTES = 256 * 1024
COUPON_REFUSALS = (
    "unknown_coupon",
    "coupon_over",
    "coupon_used_up",
    "coupon_not_for_you",
    "coupon_minimum",
    "coupon_does_not_apply",
)


class CartsOf(Protocol):
    """Returns the carts of a user, one per show, as PROTOCOL.md 2.5 shows them."""

    def __call__(self, user_id: str, tried: Tried = None) -> Awaitable[list[CartView]]:
        """``tried``: a coupon that they try."""


class CartsView(Value, frozen=True):
    """``payable``: whether this server takes payments at all; ``cards``: whether it keeps cards."""

    now: int
    payable: bool
    cards: bool
    carts: list[CartView]


class CartQuery(Query):
    """``coupon``: the code of one that is tried."""

    coupon: Annotated[CodeToTry | None, NOT_NULL] = None


class CheckoutBody(Body):
    """``total``: of the cart that the buyer was shown, in minor units, with the ``coupon``."""

    key: Key
    address: Address
    total: Annotated[int, Field(ge=0, le=2**53)]
    coupon: Annotated[CodeToTry | None, NOT_NULL] = None


class CardBody(Body):
    """Test cards only: real ones are entered in the payment provider's own form."""

    # The form of the test provider checks them, and says which are wrong in words for people.
    number: Annotated[
        str,
        Field(
            max_length=40,
            repr=False,
            description="With the check digit of ISO/IEC 7812-1.",
            json_schema_extra={"pattern": "^(?:[0-9][ -]?){11,18}[0-9]$"},
        ),
    ]
    expiry: Annotated[
        str,
        Field(
            max_length=10,
            repr=False,
            description="MM/YY, not over.",
            json_schema_extra={"pattern": "^(?:0[1-9]|1[0-2]) ?/ ?(?:20)?[0-9]{2}$"},
        ),
    ]
    cvc: Annotated[
        str, Field(max_length=8, repr=False, json_schema_extra={"pattern": "^[0-9]{3,4}$"})
    ]


class ConfirmBody(Body):
    card: CardBody


class ChallengeBody(Body):
    code: Annotated[str, Field(min_length=1, max_length=20)]


class CheckoutResource:
    """Routes from the cart to the money."""

    def __init__(
        self,
        payments: Payments,
        webhooks: Webhooks,
        providers: Providers,
        carts_of: CartsOf,
        coupons: CouponDesk,
        clock: Clock,
    ) -> None:
        self._payments = payments
        self._webhooks = webhooks
        self._providers = providers
        self._carts_of = carts_of
        self._coupons = coupons
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        return [*self._always(), *(self._cards() if self._providers.card_form else [])]

    def _always(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                "/api/cart",
                self.cart,
                "What the caller holds, in every show",
                errors=("unknown_coupon", "rate_limited"),
            ),
            Endpoint(
                "POST",
                "/api/shows/{show}/checkout",
                self.checkout,
                "Take everything held in a show to checkout",
                status=201,
                errors=(
                    "nothing_to_pay",
                    "total_changed",
                    *COUPON_REFUSALS,
                    "no_payments",
                    "checkout_open",
                    "payment_settled",
                    "key_reused",
                    "not_found",
                    "unavailable",
                    "wrong_postcode",
                ),
            ),
            Endpoint("GET", "/api/payments/{id}", self.payment, "A payment", errors=("not_found",)),
            Endpoint(
                "POST",
                "/api/payments/{id}/cancel",
                self.cancel,
                "Go back to holds",
                errors=("not_found", "payment_settled", "unavailable"),
            ),
            Endpoint(
                "POST",
                "/api/payments/{id}/card",
                self.pay_with_card,
                "Pay with the card on file",
                errors=("not_found", "payment_settled", "unavailable"),
            ),
            Endpoint(
                "POST",
                "/api/payments/webhooks/{provider}",
                self.webhook,
                "A payment provider tells that something happened",
                consumes=("application/json",),
                errors=("not_found", "invalid", "too_large", "unavailable"),
                paced_by=(WEBHOOKS_FROM,),
            ),
        ]

    def _cards(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                "/api/payments/{id}/confirm",
                self.confirm,
                "Pay with a test card",
                errors=("not_found", "payment_settled", "unavailable"),
            ),
            Endpoint(
                "POST",
                "/api/payments/{id}/challenge",
                self.challenge,
                "Answer the second step of a test card",
                errors=("not_found", "payment_settled", "wrong_status", "unavailable"),
            ),
        ]

    async def cart(self, request: web.Request, caller: Identity, query: CartQuery) -> CartsView:
        now, tried = self._clock(), None
        if query.coupon is not None:
            tried = Trial(await self._coupons.find(request, caller, query.coupon), now)
        carts = await self._carts_of(caller.user_id, tried)
        return CartsView(now, self._providers.payable, self._providers.keeps_cards, carts)

    async def checkout(
        self, request: web.Request, caller: Identity, show: str, body: CheckoutBody
    ) -> PaymentView:
        if body.coupon is not None:
            await self._coupons.find(request, caller, body.coupon)
        payment = await self._payments.open(
            show, caller.user, body.key, ship_to(body.address), body.total, body.coupon or ""
        )
        return await self._view(payment)

    async def payment(self, caller: Identity, id_: str) -> PaymentView:
        return await self._view(await self._payments.get(id_, caller.user_id))

    async def cancel(self, caller: Identity, id_: str) -> PaymentView:
        return await self._view(await self._payments.cancel(id_, caller.user_id))

    async def pay_with_card(self, caller: Identity, id_: str) -> PaymentView:
        return await self._view(await self._payments.pay_with_card(id_, caller.user_id))

    async def confirm(self, caller: Identity, id_: str, body: ConfirmBody) -> PaymentView:
        card = Card(body.card.number, body.card.expiry, body.card.cvc)
        return await self._view(await self._payments.confirm(id_, caller.user_id, card))

    async def challenge(self, caller: Identity, id_: str, body: ChallengeBody) -> PaymentView:
        return await self._view(await self._payments.challenge(id_, caller.user_id, body.code))

    async def webhook(self, request: web.Request, provider: str) -> None:
        self._webhooks.provider(provider)  # Before a stranger's body is read.
        body = await read_bytes(request, MAX_WEBHOOK_BYTES)
        await self._webhooks.take(provider, request.headers, body)

    async def _view(self, payment: PaymentRecord) -> PaymentView:
        client = await self._payments.client(payment)
        return payment.view(ClientView(client.form, dict(client.parameters)) if client else None)
