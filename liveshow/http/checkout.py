"""PROTOCOL.md 2.5: carts, checkout, payments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.domain.commands import Key
from liveshow.domain.state import Person
from liveshow.fields import Address, Body, UserView, View
from liveshow.http.api import Endpoint
from liveshow.http.photos import PhotoView
from liveshow.payments.provider import Card
from liveshow.payments.records import PaymentRecord
from liveshow.payments.service import Payments

#: Returns the carts of a user, one per show, as PROTOCOL.md 2.5 shows them.
CartsOf = Callable[[str], Awaitable[list[dict[str, Any]]]]


class CartLineView(View):
    """What one claim puts into a parcel."""

    claim: str
    item: str
    listing: str
    number: int
    title: str
    photo: PhotoView | None
    variant: str
    variant_id: str
    quantity: int
    price: int
    amount: int
    until: int


class ParcelView(View):
    """What one owner sends; shipping is for all of it."""

    owner: UserView
    lines: list[CartLineView]
    items: int
    shipping: int
    total: int


class CartShowView(View):
    id: str
    title: str
    status: str


class CartView(View):
    """Everything the caller holds in one show. ``payment``: the id of an open checkout."""

    show: CartShowView
    currency: str
    parcels: list[ParcelView]
    items: int
    shipping: int
    total: int
    until: int
    payment: str | None


class CartsView(View):
    carts: list[CartView]


class PaymentErrorView(View):
    code: Literal["card_declined", "challenge_failed", "provider_timeout"]
    message: str


class PaymentView(View):
    """A checkout. ``until`` is when its holds run out."""

    id: str
    show: str
    status: Literal[
        "open",
        "challenge",
        "processing",
        "succeeded",
        "failed",
        "cancelled",
        "expired",
        "refunded",
    ]
    amount: int
    currency: str
    parcels: list[ParcelView]
    until: int
    provider: str
    error: PaymentErrorView | None
    orders: list[str]
    created_at: int


class CheckoutBody(Body):
    key: Key
    address: Address


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

    def __init__(self, payments: Payments, carts_of: CartsOf) -> None:
        self._payments = payments
        self._carts_of = carts_of

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/api/cart", self.cart, "What the caller holds, in every show"),
            Endpoint(
                "POST",
                "/api/shows/{show}/checkout",
                self.checkout,
                "Take everything held in a show to checkout",
                status=201,
                errors=(
                    "nothing_to_pay",
                    "checkout_open",
                    "payment_settled",
                    "key_reused",
                    "not_found",
                    "unavailable",
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

    async def cart(self, caller: Identity) -> CartsView:
        carts = await self._carts_of(caller.user_id)
        return CartsView(carts=[CartView.model_validate(cart) for cart in carts])

    async def checkout(self, caller: Identity, show: str, body: CheckoutBody) -> PaymentView:
        payment = await self._payments.open(
            show, person(caller), body.key, body.address.model_dump()
        )
        return _view(payment)

    async def payment(self, caller: Identity, id_: str) -> PaymentView:
        return _view(await self._payments.get(id_, caller.user_id))

    async def cancel(self, caller: Identity, id_: str) -> PaymentView:
        return _view(await self._payments.cancel(id_, caller.user_id))

    async def confirm(self, caller: Identity, id_: str, body: ConfirmBody) -> PaymentView:
        card = Card(body.card.number, body.card.expiry, body.card.cvc)
        return _view(await self._payments.confirm(id_, caller.user_id, card))

    async def challenge(self, caller: Identity, id_: str, body: ChallengeBody) -> PaymentView:
        return _view(await self._payments.challenge(id_, caller.user_id, body.code))


def person(caller: Identity) -> Person:
    """The caller as the domain knows people."""
    return Person(caller.user_id, caller.handle, caller.name)


def _view(payment: PaymentRecord) -> PaymentView:
    return PaymentView.model_validate(payment.view())
