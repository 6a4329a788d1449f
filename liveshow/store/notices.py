"""What somebody is told wherever they are, in SQL."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.catalog.inbox import CaseNews, Found, LendingNews, OrderNews, ShowNotice
from liveshow.catalog.mandates import STANDING
from liveshow.domain.orders.ends import STEP_NEWS, Party, Step
from liveshow.domain.values import ItemRef
from liveshow.store.database import Database
from liveshow.store.rows import Read, person, person_columns
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.cases import CaseRow
from liveshow.store.tables.listings import ListingRow
from liveshow.store.tables.log import NoticeRow
from liveshow.store.tables.mandates import MandateRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.shows import ShowRow

_Owner = aliased(UserRow, name="owners")
_Host = aliased(UserRow, name="hosts")
_By = aliased(UserRow, name="by")

# Every page asks often: these are made once, and their number does not depend on what they find.
_ME = bindparam("me", type_=String())
_NOW = bindparam("now", type_=BigInteger())
_MOST = bindparam("most", type_=Integer())


class NoticeRepository:
    """Implements ``liveshow.catalog.inbox.InboxStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, user_id: str, now: int, *, most: int, most_lending: int) -> Found:
        me, dialect = {"me": user_id}, self._database.dialect
        async with self._database.read() as connection:
            notices = await _rows(connection, _NOTICES, me, most=most)
            lending = await _rows(connection, _LENDING, me, now=now, most=most_lending)
            until = await connection.execute(_UNTIL, {**me, "now": now})
            orders = await _rows(connection, ORDER_NEWS[dialect], me, most=most)
            cases = await _rows(connection, _CASES, me, most=most)
            return Found(
                [_notice(row) for row in notices],
                [_lending(row, user_id) for row in lending],
                until.scalar_one(),
                [_order(row, row.of(_LINES[dialect]), user_id) for row in orders],
                [_case(row) for row in cases],
            )


async def _rows(
    connection: AsyncConnection,
    statement: Select[*tuple[Any, ...]],
    me: dict[str, str],
    **values: int,
) -> list[Read]:
    return [Read(row) for row in await connection.execute(statement, {**me, **values})]


# --- notices of shows ----------------------------------------------------------------------

_NOTICES = (
    select(NoticeRow, col(ShowRow.title), col(ShowRow.currency))
    .join(ShowRow, col(ShowRow.id) == col(NoticeRow.show_id))
    .where(col(NoticeRow.user_id) == _ME)
    .order_by(col(NoticeRow.at).desc(), col(NoticeRow.seq).desc())
    .limit(_MOST)
)


def _notice(row: Read) -> ShowNotice:
    item = row[NoticeRow.item]
    return ShowNotice(
        show_id=row[NoticeRow.show_id],
        show_title=row[ShowRow.title],
        id=row[NoticeRow.seq],
        at=row[NoticeRow.at],
        kind=row[NoticeRow.kind],
        item=ItemRef(**item) if item else None,
        text=row[NoticeRow.text],
        price=row[NoticeRow.price],
        currency=row[ShowRow.currency],
    )


# --- lending -------------------------------------------------------------------------------

_MINE = or_(col(MandateRow.owner_id) == _ME, col(MandateRow.host_id) == _ME)
_STANDS = col(MandateRow.status).in_(sorted(STANDING))
# `expired` is not stored: nobody does it.
_EXPIRED = and_(
    _STANDS, col(MandateRow.expires_at).is_not(None), col(MandateRow.expires_at) <= _NOW
)
_STATUS: ColumnElement[str] = case(
    (_EXPIRED, literal("expired")), else_=col(MandateRow.status)
).label("news")
_AT: ColumnElement[int] = case(
    (_EXPIRED, col(MandateRow.expires_at)),
    else_=func.coalesce(col(MandateRow.changed_at), col(MandateRow.created_at)),
).label("news_at")
_LENDING = (
    select(
        col(MandateRow.id),
        _STATUS,
        _AT,
        col(ListingRow.title),
        *person_columns(_Owner),
        *person_columns(_Host),
    )
    .join(ListingRow, col(ListingRow.id) == col(MandateRow.listing_id))
    .join(_Owner, col(_Owner.id) == col(MandateRow.owner_id))
    .join(_Host, col(_Host.id) == col(MandateRow.host_id))
    .where(
        _MINE,
        # What they did themselves is no news to them.
        or_(
            _EXPIRED,
            col(MandateRow.changed_by) != _ME,
            (col(MandateRow.status) == "requested") & (col(MandateRow.owner_id) == _ME),
            (col(MandateRow.status) == "offered") & (col(MandateRow.host_id) == _ME),
        ),
    )
    .order_by(_AT.desc(), col(MandateRow.id).desc())
    .limit(_MOST)
)
_UNTIL = select(func.min(col(MandateRow.expires_at))).where(
    _MINE, _STANDS, col(MandateRow.expires_at) > _NOW
)


def _lending(row: Read, user_id: str) -> LendingNews:
    owner, host = person(row, _Owner), person(row, _Host)
    return LendingNews(
        mandate=row[MandateRow.id],
        title=row[ListingRow.title],
        by=host if owner.id == user_id else owner,
        status=row.of(_STATUS),
        at=row.of(_AT),
    )


# --- orders --------------------------------------------------------------------------------

_BUYER, _OWNER, _HOST = col(OrderRow.buyer_id), col(OrderRow.owner_id), col(OrderRow.host_id)
_CHANGED_AT, _CHANGED_BY = col(OrderRow.changed_at), col(OrderRow.changed_by)
# Whose orders, and whose steps are news to them. The conditions are those of the indexes in
# ``liveshow.store.tables.orders``, so that the newest are found without looking at others.
_SIDES: dict[Party, tuple[Any, ColumnElement[bool]]] = {
    "buyer": (_BUYER, _CHANGED_BY != _BUYER),
    "owner": (_OWNER, _CHANGED_BY != _OWNER),
    "host": (_HOST, and_(_CHANGED_BY == _BUYER, _HOST != _BUYER, _HOST != _OWNER)),
}
_FIRST_TITLE: ColumnElement[str] = col(OrderRow.lines)[(0, "title")].as_string().label("first")


def _newest(role: Party) -> Select[*tuple[Any, ...]]:
    side, by_others = _SIDES[role]
    told = [step for step, parties in STEP_NEWS.items() if role in parties]
    newest = (
        select(col(OrderRow.id))
        .where(side == _ME, by_others, col(OrderRow.status).in_(told))
        .order_by(_CHANGED_AT.desc())
        .limit(_MOST)
        .subquery()
    )
    return select(newest.c.id)


def _last_steps(lines: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    """What others did last with the orders of somebody, newest first."""
    return (
        select(
            col(OrderRow.id),
            col(OrderRow.show_id),
            col(OrderRow.buyer_id),
            col(OrderRow.owner_id),
            col(OrderRow.status),
            col(OrderRow.items),
            col(OrderRow.changed_at),
            col(OrderRow.carrier),
            col(OrderRow.tracking),
            _FIRST_TITLE,
            lines,
            col(ShowRow.title),
            *person_columns(_By),
        )
        .join(ShowRow, col(ShowRow.id) == col(OrderRow.show_id))
        .join(_By, col(_By.id) == _CHANGED_BY)
        .where(col(OrderRow.id).in_(union_all(*map(_newest, _SIDES))))
        .order_by(_CHANGED_AT.desc(), col(OrderRow.id).desc())
        .limit(_MOST)
    )


_LINES: dict[str, ColumnElement[int]] = {
    "sqlite": func.json_array_length(col(OrderRow.lines), type_=Integer()).label("line_count"),
    "postgresql": func.jsonb_array_length(col(OrderRow.lines), type_=Integer()).label("line_count"),
}
# By dialect.
ORDER_NEWS = {dialect: _last_steps(lines) for dialect, lines in _LINES.items()}


def _order(row: Read, lines: int, user_id: str) -> OrderNews:
    parties: dict[str, Party] = {row[OrderRow.owner_id]: "owner", row[OrderRow.buyer_id]: "buyer"}
    return OrderNews(
        order=row[OrderRow.id],
        show_id=row[OrderRow.show_id],
        show_title=row[ShowRow.title],
        role=parties.get(user_id, "host"),
        title=row.of(_FIRST_TITLE),
        prize=row[OrderRow.items] == 0,
        more=lines - 1,
        status=cast(Step, row[OrderRow.status]),
        by=person(row, _By),
        at=row[OrderRow.changed_at],
        carrier=row[OrderRow.carrier],
        tracking=row[OrderRow.tracking],
    )


# --- cases ---------------------------------------------------------------------------------

# That one was opened is told as a step of its order.
_STEP_BY_OTHERS = and_(
    col(CaseRow.changed_at) > col(CaseRow.opened_at),
    or_(col(CaseRow.changed_by).is_(None), col(CaseRow.changed_by) != _ME),
)


def _newest_cases(side: Any) -> Select[*tuple[Any, ...]]:
    newest = (
        select(col(CaseRow.id))
        .where(side == _ME, _STEP_BY_OTHERS)
        .order_by(col(CaseRow.changed_at).desc())
        .limit(_MOST)
        .subquery()
    )
    return select(newest.c.id)


_CASES = (
    select(
        col(CaseRow.id),
        col(CaseRow.order_id),
        col(CaseRow.show_id),
        col(CaseRow.status),
        col(CaseRow.due_at),
        col(CaseRow.changed_at),
        col(CaseRow.changed_by),
        _FIRST_TITLE,
        col(ShowRow.title),
        *person_columns(_By),
    )
    .join(OrderRow, col(OrderRow.id) == col(CaseRow.order_id))
    .join(ShowRow, col(ShowRow.id) == col(CaseRow.show_id))
    .outerjoin(_By, col(_By.id) == col(CaseRow.changed_by))
    .where(
        col(CaseRow.id).in_(
            union_all(*(_newest_cases(col(side)) for side in (CaseRow.buyer_id, CaseRow.owner_id)))
        )
    )
    .order_by(col(CaseRow.changed_at).desc(), col(CaseRow.id).desc())
    .limit(_MOST)
)


def _case(row: Read) -> CaseNews:
    return CaseNews(
        case=row[CaseRow.id],
        order=row[CaseRow.order_id],
        show_id=row[CaseRow.show_id],
        show_title=row[ShowRow.title],
        title=row.of(_FIRST_TITLE),
        status=row[CaseRow.status],
        by=person(row, _By) if row[CaseRow.changed_by] else None,
        at=row[CaseRow.changed_at],
        due_at=row[CaseRow.due_at],
    )
