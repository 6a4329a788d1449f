"""PROTOCOL.md 2.8: what somebody is told on every page."""

from __future__ import annotations

from liveshow.accounts.identity import Identity
from liveshow.catalog.inbox import CaseNews, Inbox, OrderNews, ShowNotice
from liveshow.clock import Clock
from liveshow.domain.checkout.parcels import CartView
from liveshow.domain.orders.ends import Party, Step
from liveshow.domain.values import ItemRef, Person, Value
from liveshow.http.api import Endpoint
from liveshow.http.checkout import CartsOf


class NoticeShow(Value, frozen=True):
    id: str
    title: str


class HeldView(Value, frozen=True):
    """What is held for the caller until a time (ms); it stands still from ``interrupted_at``."""

    show: NoticeShow
    claim: str
    item: str
    number: int
    title: str
    quantity: int
    until: int
    interrupted_at: int | None
    paying: bool


class NoticeView(Value, frozen=True):
    show: NoticeShow
    id: int
    at: int
    kind: str
    item: ItemRef | None
    text: str
    price: int | None
    currency: str


class LendingNewsView(Value, frozen=True):
    mandate: str
    title: str
    by: Person
    status: str
    at: int


class LendingView(Value, frozen=True):
    """``until`` (ms): when the next mandate expires, which is news by time alone."""

    waiting: int
    until: int | None
    news: list[LendingNewsView]


class OrderNewsView(Value, frozen=True):
    """The last step of an order, by somebody else; ``more``: its lines beside the first."""

    order: str
    show: NoticeShow
    role: Party
    prize: bool
    title: str
    more: int
    status: Step
    by: Person
    at: int
    carrier: str
    tracking: str


class CaseNewsView(Value, frozen=True):
    """The last step of a case, by somebody else, or by time when ``by`` is null."""

    case: str
    order: str
    show: NoticeShow
    title: str
    status: str
    by: Person | None
    at: int
    due_at: int | None


class NoticesView(Value, frozen=True):
    now: int
    holds: list[HeldView]
    notices: list[NoticeView]
    lending: LendingView
    orders: list[OrderNewsView]
    cases: list[CaseNewsView]


class NoticeResource:
    """The route of notices. ``carts_of``: as in PROTOCOL.md 2.5."""

    def __init__(self, inbox: Inbox, carts_of: CartsOf, clock: Clock) -> None:
        self._inbox = inbox
        self._carts_of = carts_of
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                "/api/notices",
                self.notices,
                "What the caller holds, and what became of their claims, orders and lending",
            )
        ]

    async def notices(self, caller: Identity) -> NoticesView:
        carts = await self._carts_of(caller.user_id)
        news = await self._inbox.news(caller.user_id)
        return NoticesView(
            now=self._clock(),
            holds=[held for cart in carts for held in _held(cart)],
            notices=[_notice(notice) for notice in news.notices],
            lending=LendingView(
                news.lending.waiting,
                news.lending.until,
                [
                    LendingNewsView(lent.mandate, lent.title, lent.by, lent.status, lent.at)
                    for lent in news.lending.news
                ],
            ),
            orders=[_order(order) for order in news.orders],
            cases=[_case(case) for case in news.cases],
        )


def _case(news: CaseNews) -> CaseNewsView:
    return CaseNewsView(
        case=news.case,
        order=news.order,
        show=NoticeShow(news.show_id, news.show_title),
        title=news.title,
        status=news.status,
        # Which operator has ruled is nobody's business.
        by=None if news.status == "ruled" else news.by,
        at=news.at,
        due_at=news.due_at,
    )


def _order(news: OrderNews) -> OrderNewsView:
    return OrderNewsView(
        order=news.order,
        show=NoticeShow(news.show_id, news.show_title),
        role=news.role,
        title=news.title,
        prize=news.prize,
        more=news.more,
        status=news.status,
        by=news.by,
        at=news.at,
        carrier=news.carrier,
        tracking=news.tracking,
    )


def _notice(told: ShowNotice) -> NoticeView:
    return NoticeView(
        show=NoticeShow(told.show_id, told.show_title),
        id=told.id,
        at=told.at,
        kind=told.kind,
        item=told.item,
        text=told.text,
        price=told.price,
        currency=told.currency,
    )


def _held(cart: CartView) -> list[HeldView]:
    show = NoticeShow(cart.show.id, cart.show.title)
    return [
        HeldView(
            show=show,
            claim=line.claim,
            item=line.item,
            number=line.number,
            title=line.title,
            quantity=line.quantity,
            until=line.until,
            interrupted_at=cart.show.interrupted_at,
            paying=cart.payment is not None,
        )
        for parcel in cart.parcels
        for line in parcel.lines
    ]
