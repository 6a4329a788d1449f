"""PROTOCOL.md 2.3: everything that is claimed and sold in a show, for those who run it."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.domain.values import Value
from liveshow.errors import Forbidden
from liveshow.fields import NOT_NULL, Id, OneLine
from liveshow.http.api import Endpoint
from liveshow.http.bodies import PageQuery, decode_cursor, encode_cursor
from liveshow.http.visible import Visible
from liveshow.payments.records import OrderStatus
from liveshow.payments.sales import Sale, SalesQueries, Unpaid


def _names(literal: object) -> list[str]:
    found = [_names(each) if get_args(each) else [each] for each in get_args(literal)]
    return [str(name) for names in found for name in names]


_STATES = list(dict.fromkeys((*_names(Unpaid), *_names(OrderStatus))))
_STATE = f"(?:{'|'.join(_STATES)})"
_SOME = f"^(?:{_STATE}(?:,{_STATE}){{0,19}})?$"


class SalesView(Value, frozen=True):
    """Newest first. ``next`` is the cursor of the page after it, which may be the last."""

    items: list[Sale]
    next: str | None


class SalesQuery(PageQuery):
    q: Annotated[str, OneLine(0, 100)] = ""
    user: Annotated[Id | None, NOT_NULL] = None
    state: Annotated[str, Field(pattern=_SOME, max_length=250)] = ""


class SalesResource:
    """The list of what a show has sold."""

    def __init__(self, sales: SalesQueries, visible: Visible) -> None:
        self._sales = sales
        self._visible = visible

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                "/api/shows/{show}/sales",
                self.list,
                "Claims, places in line and orders of a show, newest first",
                errors=("not_found", "banned", "forbidden"),
                returns=SalesView,
                compressed=True,
            )
        ]

    async def list(self, caller: Identity, show: str, query: SalesQuery) -> SalesView:
        state = await self._visible.to_staff(caller, show)
        if not state.show.may(caller.user_id, "sell"):
            raise Forbidden(message="Only the host and the co-hosts of this show may see this.")
        before = decode_cursor(query.after, int, str) if query.after else None
        found, following = await self._sales.sales(
            show,
            states=query.state.split(",") if query.state else (),
            text=query.q,
            user=query.user,
            before=(before[0], before[1]) if before else None,
            limit=query.limit,
        )
        return SalesView(found, encode_cursor(*following) if following else None)
