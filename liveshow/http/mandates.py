"""PROTOCOL.md 2.4: lending a listing to a show."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.catalog.mandates import MAX_COMMISSION, Mandate, Mandates, Terms
from liveshow.fields import Body, Handle, Id, Money, Ms, UserView, View
from liveshow.http.api import Endpoint
from liveshow.http.bodies import Page, PageQuery, decode_cursor, encode_cursor


class MandateBody(Body):
    """An offer of the listing's owner, or the request of a host."""

    listing: Id
    show: Id | None = None
    host: Handle | None = None
    floor: Money | None = None
    commission_percent: Annotated[int, Field(ge=0, le=MAX_COMMISSION)] = 0
    expires_at: Ms | None = None


class MandateShowView(View):
    id: str
    title: str


class MandateView(View):
    """``listing`` is its id; ``show`` null: all shows of the host."""

    id: str
    listing: str
    owner: UserView
    host: UserView
    show: MandateShowView | None
    floor: int
    currency: str
    commission_percent: int
    expires_at: int | None
    status: str
    created_at: int

    @classmethod
    def of(cls, mandate: Mandate) -> MandateView:
        show = mandate.show
        return cls(
            id=mandate.id,
            listing=mandate.listing_id,
            owner=UserView.of(mandate.owner),
            host=UserView.of(mandate.host),
            show=MandateShowView(id=show.id, title=show.title) if show else None,
            floor=mandate.floor,
            currency=mandate.currency,
            commission_percent=mandate.commission_percent,
            expires_at=mandate.expires_at,
            status=mandate.status,
            created_at=mandate.created_at,
        )


class MandatesQuery(PageQuery):
    side: Annotated[Literal["owner", "host"], Field(alias="as")]


_ANSWER_ERRORS = ("not_found", "forbidden", "conflict")


class MandateResource:
    """Routes of mandates."""

    def __init__(self, mandates: Mandates) -> None:
        self._mandates = mandates

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                "/api/mandates",
                self.propose,
                "Offer a listing, or ask for one",
                status=201,
                errors=(
                    "unknown_listing",
                    "unknown_user",
                    "not_found",
                    "forbidden",
                    "currency_mismatch",
                    "show_ended",
                    "in_the_past",
                    "conflict",
                ),
            ),
            Endpoint("GET", "/api/mandates", self.page, "Mandates of the caller, newest first"),
            Endpoint(
                "POST",
                "/api/mandates/{id}/accept",
                self.accept,
                "Accept an offer or a request",
                errors=(*_ANSWER_ERRORS, "show_ended", "unknown_listing"),
            ),
            Endpoint(
                "POST",
                "/api/mandates/{id}/decline",
                self.decline,
                "Decline an offer or a request",
                errors=_ANSWER_ERRORS,
            ),
            Endpoint(
                "POST",
                "/api/mandates/{id}/revoke",
                self.revoke,
                "Take a listing back, or give it back",
                errors=("not_found", "conflict"),
            ),
        ]

    async def propose(self, caller: Identity, body: MandateBody) -> MandateView:
        terms = Terms(
            listing_id=body.listing,
            show_id=body.show,
            host_handle=body.host,
            floor=body.floor,
            commission_percent=body.commission_percent,
            expires_at=body.expires_at,
        )
        return MandateView.of(await self._mandates.propose(caller.user, terms))

    async def page(self, caller: Identity, query: MandatesQuery) -> Page[MandateView]:
        before = decode_cursor(query.after, int, str) if query.after else None
        mandates = await self._mandates.page(
            caller.user_id,
            query.side,
            before=(before[0], before[1]) if before else None,
            limit=query.limit + 1,
        )
        shown = mandates[: query.limit]
        more = len(mandates) > query.limit
        return Page[MandateView](
            items=[MandateView.of(mandate) for mandate in shown],
            next=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
        )

    async def accept(self, caller: Identity, id_: str) -> MandateView:
        return MandateView.of(await self._mandates.answer(caller.user_id, id_, "active"))

    async def decline(self, caller: Identity, id_: str) -> MandateView:
        return MandateView.of(await self._mandates.answer(caller.user_id, id_, "declined"))

    async def revoke(self, caller: Identity, id_: str) -> MandateView:
        return MandateView.of(await self._mandates.revoke(caller.user_id, id_))
