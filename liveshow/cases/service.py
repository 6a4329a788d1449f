"""Cases: opened by a buyer, answered by the owner, ruled on by an operator.

What a case comes to is decided in its row (``liveshow.cases.course``). Money that goes back is then
asked of the room of its show, under the id of the case: what a crash left undone is asked again,
and happens once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import structlog

from liveshow.cases import course
from liveshow.cases.course import (
    ANSWER_MS,
    DAY_MS,
    MAX_PHOTOS,
    Action,
    Case,
    Decision,
    Entry,
    Said,
)
from liveshow.cases.ports import CaseFile, CaseStore, Cursor, DisputedOrder, Operators, Refunds
from liveshow.clock import Clock
from liveshow.domain.values import Person, Photo
from liveshow.errors import Conflict, Forbidden, LiveshowError, NotFound
from liveshow.ids import new_id
from liveshow.payments.orders import unknown_order
from liveshow.payments.records import OrderEdit

# Cases taken on at once by `look`; it goes on until it has seen all.
PAGE = 100
_REASONS: dict[str, str] = {
    "refunded": "Not as described: all of it goes back.",
    "partial": "Not as described: a part goes back.",
    "returned": "Not as described: the pieces were sent back.",
}

log = structlog.get_logger(__name__)


class Cases:
    """What the two sides and the operators can do about an order that is not as described."""

    def __init__(
        self,
        cases: CaseStore,
        orders: Refunds,
        operators: Operators,
        clock: Clock,
        *,
        days: int,
        told: Callable[[Collection[str]], None] = lambda users: None,
    ) -> None:
        """``days``: how long after delivery a buyer may say that something is wrong."""
        self._cases = cases
        self._orders = orders
        self._operators = operators
        self._clock = clock
        self._days = days
        self._told = told

    # --- the two sides --------------------------------------------------------------------------

    async def open(
        self,
        order_id: str,
        by: Person,
        reason: str,
        lines: Sequence[int] | None = None,
        photos: Sequence[str] = (),
    ) -> Case:
        """Say that pieces of an order (indexes of its lines, or all) are not as described."""
        pictures = await self._photos(by, photos)

        def decide(order: DisputedOrder) -> tuple[Case, OrderEdit]:
            return self._opened(order, by, reason, lines, pictures)

        case = await self._cases.open(order_id, decide)
        self._told(case.parties)
        return case

    def _opened(
        self,
        order: DisputedOrder,
        by: Person,
        reason: str,
        lines: Sequence[int] | None,
        photos: tuple[Photo, ...],
    ) -> tuple[Case, OrderEdit]:
        now = self._clock()
        if by.id not in (order.buyer.id, order.owner.id, order.host.id):
            raise unknown_order()
        if by.id != order.buyer.id:
            raise Forbidden(message="Only the buyer can do that.")
        if order.status not in ("shipped", "delivered"):
            shown = order.status.replace("_", " ")
            raise Conflict(
                "wrong_status",
                f"That cannot be done with an order that is {shown}.",
                status=order.status,
            )
        arrived = [step.at for step in order.history if step.status == "delivered"]
        if arrived and now > arrived[-1] + self._days * DAY_MS:
            raise Conflict(
                "too_late",
                f"That can be said for {self._days} days after a parcel arrived. "
                "Write to the seller all the same: they can still send money back.",
            )
        chosen = tuple(sorted(set(lines))) if lines is not None else tuple(range(len(order.lines)))
        if not chosen or chosen[-1] >= len(order.lines):
            raise NotFound("unknown_line", "The order has no such line.")
        case = Case(
            id=new_id(),
            order=order.id,
            lines=chosen,
            buyer=order.buyer,
            owner=order.owner,
            host=order.host,
            status="opened",
            due_at=now + ANSWER_MS,
            most=_most(order, chosen),
            before=order.status,
            entries=(Entry(now, "opened", by, reason, None, photos),),
            opened_at=now,
        )
        edit = OrderEdit(status="not_as_described", at=now, by=by, dispute_reason=reason)
        return case, edit

    async def act(
        self,
        case_id: str,
        action: Action,
        by: Person,
        *,
        text: str = "",
        amount: int | None = None,
        photos: Sequence[str] = (),
    ) -> Case:
        """Do or say something as one of the two sides."""
        pictures = await self._photos(by, photos)

        def decide(case: Case) -> Case:
            if case.role(by.id) is None:
                raise _unknown()
            return course.act(case, action, by, Said(text, amount, pictures), self._clock())

        return await self._changed(case_id, decide)

    async def get(self, case_id: str, viewer: Person) -> Case:
        """Return a case to its parties and to operators."""
        case = await self._cases.get(case_id)
        if case is None or not await self._may_see(case, viewer):
            raise _unknown()
        return case

    async def file(self, case_id: str, viewer: Person) -> CaseFile:
        """Return all that a case is decided on to its parties and to operators."""
        return await self._cases.file(await self.get(case_id, viewer))

    async def of_order(self, order_id: str, viewer: Person) -> list[Case]:
        """Return the cases about an order to one of its parties, newest first."""
        await self._orders.get(order_id, viewer.id)
        return await self._cases.of_order(order_id)

    async def page(
        self, viewer: Person, *, everybody: bool, open_only: bool, after: Cursor | None, limit: int
    ) -> list[Case]:
        """Return one's own cases, or to an operator those of ``everybody``, newest first."""
        if everybody and not await self._operators.is_operator(viewer.id):
            raise Forbidden(message="Only operators of this server can do that.")
        party = None if everybody else viewer.id
        return await self._cases.page(party, open_only=open_only, after=after, limit=limit)

    # --- operators ------------------------------------------------------------------------------

    async def rule(
        self, case_id: str, decision: Decision, by: Person, *, text: str, amount: int | None = None
    ) -> Case:
        """Decide a case as an operator. Either side may appeal once, to another operator."""
        if not await self._operators.is_operator(by.id):
            raise _unknown()
        said = Said(text, amount)
        return await self._changed(
            case_id, lambda case: course.rule(case, decision, by, said, self._clock())
        )

    # --- what happens meanwhile -----------------------------------------------------------------

    async def look(self) -> int:
        """Take on what time has ended, and money that has to go back; return how much is left."""
        now = self._clock()
        for case_id in await self._cases.due(now, PAGE):
            await self._changed(case_id, lambda case: _lapsed(case, now))
        for case_id in await self._cases.settled(PAGE):
            await self._changed(case_id, lambda case: course.settled(case, now))
        left = 0
        for case in await self._cases.refunding(PAGE):
            left += not await self._pay_back(case)
        return left

    async def _changed(self, case_id: str, decide: Callable[[Case], Case]) -> Case:
        case = await self._cases.change(case_id, decide)
        self._told(case.parties)
        if case.status == "refunding" and await self._pay_back(case):
            return await self._cases.get(case_id) or case
        return case

    async def _pay_back(self, case: Case) -> bool:
        """Have the money of a case sent back; what cannot be done now is tried again later."""
        try:
            amount = await self._refund(case)
        except LiveshowError as error:
            log.warning("case not paid back", case=case.id, reason=str(error))
            return False
        await self._cases.change(case.id, lambda now: _paid(now, amount, self._clock()))
        self._told(case.parties)
        return True

    async def _refund(self, case: Case) -> int:
        """Ask for the refund, and return what has gone back: there may be less left by now."""
        order = await self._orders.get(case.order, case.owner.id)
        known = [each.amount for each in order.refunds if each.reason == _reason(case)]
        if known:
            return known[-1]  # It was asked before, and the answer was lost.
        amount = min(case.amount, order.total - order.refunded)
        if amount < 1:
            return 0
        await self._orders.refund(case.order, case.owner, f"case-{case.id}", _reason(case), amount)
        return amount

    async def _may_see(self, case: Case, viewer: Person) -> bool:
        return viewer.id in case.parties or await self._operators.is_operator(viewer.id)

    async def _photos(self, by: Person, ids: Sequence[str]) -> tuple[Photo, ...]:
        if len(ids) > MAX_PHOTOS:
            raise Conflict("too_many_photos", f"{MAX_PHOTOS} photos at a time.")
        found = await self._cases.photos(by.id, ids) if ids else []
        if len(found) != len(set(ids)):
            raise NotFound("unknown_photo", "That photo does not exist, or is somebody else's.")
        return tuple(found)


def _reason(case: Case) -> str:
    return f"{_REASONS[case.outcome or 'refunded']} (case {case.id})"


def _most(order: DisputedOrder, lines: Sequence[int]) -> int:
    """What can go back for some lines: their price, and of all of them the shipping, too."""
    left = order.total - order.refunded
    if len(lines) == len(order.lines):
        return left
    return min(sum(order.lines[line].amount for line in lines), left)


def _lapsed(case: Case, now: int) -> Case:
    """It may have been answered in between."""
    if case.due_at is None or case.due_at > now:
        return case
    return course.lapse(case, now)


def _paid(case: Case, amount: int, now: int) -> Case:
    return course.paid_back(case, amount, now) if case.status == "refunding" else case


def _unknown() -> NotFound:
    return NotFound("unknown_case", "There is no such case.")
