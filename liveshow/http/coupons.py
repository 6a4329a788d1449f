"""PROTOCOL.md 2.5: coupons, as those who make them see them."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.budgets import COUPON_GUESSES, COUPON_GUESSES_FROM
from liveshow.catalog.coupons import Coupons, MadeCoupon
from liveshow.domain.checkout.coupons import Coupon, CouponFacts, CouponFor, unknown_coupon
from liveshow.fields import NOT_NULL, Body, Currency, Id, Money, Ms, View
from liveshow.http.api import Endpoint
from liveshow.http.identity import address_key, client_address
from liveshow.pace import Paces, of_person

# Signs that are read aloud, with a hyphen between two of them.
CodeToMake = Annotated[
    str,
    Field(max_length=24, pattern="^[A-Za-z0-9](?:-?[A-Za-z0-9]){3,15}$"),
]
# However somebody writes what they have read or heard.
CodeToTry = Annotated[str, Field(min_length=1, max_length=40)]
Uses = Annotated[int, Field(ge=1, le=1_000_000)]
Percent = Annotated[int, Field(ge=1, le=90)]


class CouponBody(Body):
    """``percent`` (``cap`` at most) or ``amount``; money is in ``currency``.

    ``items`` ``own``: the caller's own pieces, wherever they are sold; ``show``: what is in the
    caller's shows, and of what was lent to them the caller pays it.
    """

    code: Annotated[CodeToMake | None, NOT_NULL] = None
    percent: Annotated[Percent | None, NOT_NULL] = None
    amount: Annotated[Money | None, NOT_NULL] = None
    currency: Annotated[Currency | None, NOT_NULL] = None
    cap: Annotated[Money | None, NOT_NULL] = None
    minimum: Annotated[Money | None, NOT_NULL] = None
    items: Literal["own", "show"] = "own"
    who: CouponFor = "everyone"
    show: Annotated[Id | None, NOT_NULL] = None
    uses: Annotated[Uses | None, NOT_NULL] = None
    once: bool = True
    starts_at: Annotated[Ms | None, NOT_NULL] = None
    ends_at: Annotated[Ms | None, NOT_NULL] = None


class CouponPatch(Body):
    """``uses`` and ``ends_at`` null: as often and as long as one likes."""

    uses: Uses | None = None
    ends_at: Ms | None = None
    stopped: Annotated[bool | None, NOT_NULL] = None


class CouponShowView(View):
    id: str
    title: str


class MadeCouponView(View):
    """A coupon, as who made it sees it. ``used`` counts payments that are open, too."""

    id: str
    code: str
    percent: int | None
    amount: int | None
    currency: str | None
    cap: int | None
    minimum: int
    items: str
    who: str
    show: CouponShowView | None
    uses: int | None
    used: int
    once: bool
    starts_at: int | None
    ends_at: int | None
    stopped: bool
    created_at: int

    @classmethod
    def of(cls, made: MadeCoupon) -> MadeCouponView:
        coupon = made.coupon
        show = CouponShowView(id=coupon.show, title=made.show_title or "") if coupon.show else None
        return cls(
            id=coupon.id,
            code=coupon.code,
            percent=coupon.percent,
            amount=coupon.amount,
            currency=coupon.currency,
            cap=coupon.cap,
            minimum=coupon.minimum,
            items=coupon.items,
            who=coupon.who,
            show=show,
            uses=coupon.uses,
            used=made.used,
            once=coupon.once,
            starts_at=coupon.starts_at,
            ends_at=coupon.ends_at,
            stopped=coupon.stopped,
            created_at=made.created_at,
        )


class CouponsView(View):
    items: list[MadeCouponView]


class CouponResource:
    """Routes of coupons."""

    def __init__(self, coupons: Coupons) -> None:
        self._coupons = coupons

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                "/api/coupons",
                self.make,
                "Make a coupon",
                status=201,
                errors=(
                    "code_taken",
                    "too_many_coupons",
                    "bad_coupon",
                    "in_the_past",
                    "not_found",
                    "forbidden",
                ),
            ),
            Endpoint("GET", "/api/coupons", self.list, "The caller's coupons, newest first"),
            Endpoint(
                "PATCH",
                "/api/coupons/{id}",
                self.change,
                "Change or stop a coupon",
                errors=("not_found", "bad_coupon", "in_the_past"),
            ),
            Endpoint(
                "DELETE",
                "/api/coupons/{id}",
                self.delete,
                "Delete a coupon",
                errors=("not_found",),
            ),
        ]

    async def make(self, caller: Identity, body: CouponBody) -> MadeCouponView:
        made = await self._coupons.make(
            Coupon(
                id="",
                code=body.code or "",
                maker=caller.user_id,
                items=body.items,
                who=body.who,
                percent=body.percent,
                amount=body.amount,
                currency=body.currency,
                cap=body.cap,
                minimum=body.minimum or 0,
                show=body.show,
                uses=body.uses,
                once=body.once,
                starts_at=body.starts_at,
                ends_at=body.ends_at,
            )
        )
        return MadeCouponView.of(made)

    async def list(self, caller: Identity) -> CouponsView:
        made = await self._coupons.made_by(caller.user_id)
        return CouponsView(items=[MadeCouponView.of(each) for each in made])

    async def change(self, caller: Identity, id_: str, body: CouponPatch) -> MadeCouponView:
        changes = {name: getattr(body, name) for name in body.model_fields_set}
        return MadeCouponView.of(await self._coupons.change(id_, caller.user_id, changes))

    async def delete(self, caller: Identity, id_: str) -> None:
        await self._coupons.delete(id_, caller.user_id)


class CouponDesk:
    """Looks codes up for buyers, and counts the ones that nobody made."""

    def __init__(self, coupons: Coupons, paces: Paces) -> None:
        self._coupons = coupons
        self._paces = paces

    async def find(self, request: web.Request, caller: Identity, code: str) -> CouponFacts:
        """Return a coupon as the caller finds it.

        Raises:
            NotFound: ``unknown_coupon``.
            RateLimited: they, or their address, have guessed too often.
        """
        counted = (
            (self._paces[COUPON_GUESSES], of_person(caller.user_id)),
            (self._paces[COUPON_GUESSES_FROM], address_key(client_address(request))),
        )
        for pace, name in counted:
            pace.check(name)
        found = await self._coupons.find(code, caller.user_id)
        if found is None:
            for pace, name in counted:
                pace.take(name)
            raise unknown_coupon()
        return found
