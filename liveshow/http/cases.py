"""PROTOCOL.md 2.9: what is not as described, from the buyer's word to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from aiohttp import web
from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.cases.course import (
    MAX_PHOTOS,
    Action,
    Case,
    CaseRole,
    Decision,
    Entry,
    Outcome,
    Status,
)
from liveshow.cases.ports import CaseFile
from liveshow.cases.service import Cases
from liveshow.domain.values import Person, Value
from liveshow.fields import NOT_NULL, Body, Id, Money, Text
from liveshow.http.api import Endpoint
from liveshow.http.bodies import PageQuery, decode_cursor, encode_cursor
from liveshow.payments.orders import Orders
from liveshow.payments.records import OrderView

# An order has as many lines as a cart.
_Line = Annotated[int, Field(ge=0, le=9_999)]
Photos = Annotated[list[Id], Field(max_length=MAX_PHOTOS)]


class RulingView(Value, frozen=True):
    """What was ruled. ``amount`` (minor units) goes back unless somebody appeals."""

    decision: Decision
    amount: int


class CaseView(Value, frozen=True):
    """A case. ``lines`` are indexes of the order's, ``role`` is the caller's.

    ``due_at`` (ms) is when silence ends it, ``most`` what can go back. An operator is not named.
    """

    id: str
    order: str
    role: CaseRole | None
    lines: Sequence[int]
    buyer: Person
    owner: Person
    host: Person
    status: Status
    due_at: int | None
    most: int
    proposed: int | None
    ruling: RulingView | None
    appealed: bool
    outcome: Outcome | None
    amount: int
    entries: Sequence[Entry]
    opened_at: int


class CasesView(Value, frozen=True):
    """One page of cases, newest first. ``next`` is the cursor of the page after it."""

    items: list[CaseView]
    next: str | None


class CasesQuery(PageQuery):
    """``everybody``: those of all people, for operators."""

    everybody: bool = False
    open: bool = False


class DisputeBody(Body):
    """``lines`` are indexes of the order's lines; without them it is all of the order."""

    reason: Annotated[str, Text(500, 1)]
    lines: Annotated[list[_Line] | None, Field(min_length=1, max_length=200), NOT_NULL] = None
    photos: Photos = []


class ActionBody(Body):
    action: Action
    text: Annotated[str, Text(1000)] = ""
    amount: Annotated[Money | None, NOT_NULL] = None
    photos: Photos = []


class RulingBody(Body):
    decision: Decision
    text: Annotated[str, Text(1000, 1)]
    amount: Annotated[Money | None, NOT_NULL] = None


class CaseResource:
    """Routes of cases."""

    def __init__(self, cases: Cases, orders: Orders) -> None:
        self._cases = cases
        self._orders = orders

    def endpoints(self) -> list[Endpoint]:
        amounts = ("amount_required", "amount_too_large")
        return [
            Endpoint(
                "POST",
                "/api/orders/{id}/dispute",
                self.open,
                "It is not as described: opens a case",
                errors=(
                    "not_found",
                    "forbidden",
                    "wrong_status",
                    "too_late",
                    "case_open",
                    "unknown_line",
                    "unknown_photo",
                ),
            ),
            Endpoint(
                "GET",
                "/api/orders/{id}/cases",
                self.of_order,
                "The cases about an order",
                errors=("not_found",),
            ),
            Endpoint("GET", "/api/cases", self.list, "One's cases", errors=("forbidden",)),
            Endpoint("GET", "/api/cases/{id}", self.case, "A case", errors=("unknown_case",)),
            Endpoint(
                "POST",
                "/api/cases/{id}",
                self.act,
                "Answer, or say something",
                errors=(
                    "unknown_case",
                    "forbidden",
                    "wrong_status",
                    "case_full",
                    "unknown_photo",
                    *amounts,
                ),
            ),
            Endpoint(
                "POST",
                "/api/cases/{id}/ruling",
                self.rule,
                "Decide a case, as an operator",
                errors=("unknown_case", "not_impartial", "wrong_status", *amounts),
            ),
            Endpoint(
                "GET",
                "/api/cases/{id}/file",
                self.file,
                "All that a case is decided on, to keep",
                errors=("unknown_case",),
                returns=CaseFile,
            ),
        ]

    async def open(self, caller: Identity, id_: str, body: DisputeBody) -> OrderView:
        await self._cases.open(id_, caller.user, body.reason, body.lines, body.photos)
        return (await self._orders.get(id_, caller.user_id)).view(caller.user_id)

    async def of_order(self, caller: Identity, id_: str) -> CasesView:
        found = await self._cases.of_order(id_, caller.user)
        return CasesView([_view(case, caller) for case in found], None)

    async def list(self, caller: Identity, query: CasesQuery) -> CasesView:
        after = decode_cursor(query.after, int, str) if query.after else None
        found = await self._cases.page(
            caller.user,
            everybody=query.everybody,
            open_only=query.open,
            after=(after[0], after[1]) if after else None,
            limit=query.limit + 1,
        )
        shown = found[: query.limit]
        more = len(found) > len(shown)
        return CasesView(
            [_view(case, caller) for case in shown],
            encode_cursor(shown[-1].opened_at, shown[-1].id) if more else None,
        )

    async def case(self, caller: Identity, id_: str) -> CaseView:
        return _view(await self._cases.get(id_, caller.user), caller)

    async def act(self, caller: Identity, id_: str, body: ActionBody) -> CaseView:
        case = await self._cases.act(
            id_,
            body.action,
            caller.user,
            text=body.text,
            amount=body.amount,
            photos=body.photos,
        )
        return _view(case, caller)

    async def rule(self, caller: Identity, id_: str, body: RulingBody) -> CaseView:
        case = await self._cases.rule(
            id_, body.decision, caller.user, text=body.text, amount=body.amount
        )
        return _view(case, caller)

    async def file(self, caller: Identity, id_: str) -> web.StreamResponse:
        file = await self._cases.file(id_, caller.user)
        shown = msgspec.structs.replace(file, case=_unnamed(file.case))
        return web.Response(
            body=msgspec.json.format(msgspec.json.encode(shown), indent=2),
            content_type="application/json",
            headers={
                "Content-Disposition": f'attachment; filename="case-{id_}.json"',
                "Cache-Control": "no-store",
            },
        )


def _view(case: Case, caller: Identity) -> CaseView:
    ruling = case.ruling
    return CaseView(
        id=case.id,
        order=case.order,
        role=case.role(caller.user_id),
        lines=case.lines,
        buyer=case.buyer,
        owner=case.owner,
        host=case.host,
        status=case.status,
        due_at=case.due_at,
        most=case.most,
        proposed=case.proposed,
        ruling=RulingView(ruling.decision, ruling.amount) if ruling else None,
        appealed=case.appealed,
        outcome=case.outcome,
        amount=case.amount,
        entries=_unnamed(case).entries,
        opened_at=case.opened_at,
    )


def _unnamed(case: Case) -> Case:
    """Return a case in which nobody is told which operator has ruled."""
    entries = tuple(
        msgspec.structs.replace(entry, by=None) if entry.kind == "ruling" else entry
        for entry in case.entries
    )
    return msgspec.structs.replace(case, entries=entries, ruling=None)
