"""Coupons in SQL. Their uses are payments: those that are open, and those that succeeded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, func, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.catalog.coupons import (
    MadeCoupon,
    Surroundings,
    code_taken,
    no_such_coupon,
)
from liveshow.domain.checkout.coupons import Coupon, CouponFacts, CouponFor, CouponItems, fold
from liveshow.domain.orders.decide import TAKEN_BACK
from liveshow.payments.records import OPEN
from liveshow.store.database import Database
from liveshow.store.rows import Read, insert_rows
from liveshow.store.tables.accounts import FollowRow, UserRow
from liveshow.store.tables.coupons import CouponRow
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.shows import ShowRow

_USES = (*OPEN, "succeeded")

Key = tuple[str, str]


async def coupon_facts(
    connection: AsyncConnection, keys: Collection[Key], *, lock: bool = False
) -> dict[Key, CouponFacts]:
    """Return coupons as buyers find them, by ``(folded code, buyer)``.

    ``lock``: until the transaction ends nobody else counts their uses in order to take one.
    """
    codes = {code for code, _ in keys}
    these = select(CouponRow).where(col(CouponRow.folded).in_(codes)).order_by(col(CouponRow.id))
    # Payments refer to the row; its key never changes.
    found = await connection.execute(these.with_for_update(key_share=True) if lock else these)
    coupons = {row[CouponRow.folded]: coupon_of(row) for row in map(Read, found)}
    wanted = [(key, coupons[key[0]]) for key in keys if key[0] in coupons]
    if not wanted:
        return {}
    used = await _uses(connection, [coupon.id for _, coupon in wanted])
    facts = {}
    for (code, buyer), coupon in wanted:
        by_buyer = used.get(coupon.id, {})
        facts[code, buyer] = CouponFacts(
            coupon,
            used=sum(by_buyer.values()),
            used_by_buyer=by_buyer.get(buyer, 0),
            follows=coupon.who == "followers" and await _follows(connection, coupon, buyer),
            bought=coupon.who == "new" and await _bought(connection, coupon, buyer),
        )
    return facts


async def _uses(connection: AsyncConnection, ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Return how often coupons are used, by id and buyer."""
    rows = await connection.execute(
        select(col(PaymentRow.coupon_id), col(PaymentRow.buyer_id), func.count())
        .where(col(PaymentRow.coupon_id).in_(ids), col(PaymentRow.status).in_(_USES))
        .group_by(col(PaymentRow.coupon_id), col(PaymentRow.buyer_id))
    )
    used: dict[str, dict[str, int]] = {}
    for coupon, buyer, count in rows:
        used.setdefault(str(coupon), {})[buyer] = count
    return used


async def _follows(connection: AsyncConnection, coupon: Coupon, buyer: str) -> bool:
    found = await connection.execute(
        select(col(FollowRow.follower_id)).where(
            col(FollowRow.follower_id) == buyer, col(FollowRow.followee_id) == coupon.maker
        )
    )
    return found.first() is not None


async def _bought(connection: AsyncConnection, coupon: Coupon, buyer: str) -> bool:
    """Whether somebody has bought from a coupon's maker, and it was not taken back."""
    sellers = [col(OrderRow.owner_id) == coupon.maker]
    if coupon.items == "show":
        sellers.append(col(OrderRow.host_id) == coupon.maker)
    seller = or_(*sellers) if coupon.items != "all" else true()
    found = await connection.execute(
        select(col(OrderRow.id))
        .where(col(OrderRow.buyer_id) == buyer, col(OrderRow.status).not_in(TAKEN_BACK), seller)
        .limit(1)
    )
    return found.first() is not None


def coupon_of(row: Read) -> Coupon:
    return Coupon(
        id=row[CouponRow.id],
        code=row[CouponRow.code],
        maker=row[CouponRow.maker_id],
        items=cast(CouponItems, row[CouponRow.items]),
        who=cast(CouponFor, row[CouponRow.who]),
        percent=row[CouponRow.percent],
        amount=row[CouponRow.amount],
        currency=row[CouponRow.currency],
        cap=row[CouponRow.cap],
        minimum=row[CouponRow.minimum],
        show=row[CouponRow.show_id],
        uses=row[CouponRow.uses],
        once=row[CouponRow.once],
        starts_at=row[CouponRow.starts_at],
        ends_at=row[CouponRow.ends_at],
        stopped=row[CouponRow.stopped],
    )


class CouponRepository:
    """Implements ``liveshow.catalog.coupons.CouponStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, maker: str | None, show: str | None, decide: Callable[[Surroundings], MadeCoupon]
    ) -> MadeCoupon:
        async with self._database.write() as connection:
            if maker is not None:
                # Two coupons of one maker take turns, so that both count right.
                this = select(col(UserRow.id)).where(col(UserRow.id) == maker)
                await connection.execute(this.with_for_update(key_share=True))
            made = decide(
                Surroundings(
                    count=await _count(connection, maker),
                    show_host=await _host_of(connection, show),
                )
            )
            try:
                await insert_rows(connection, _row(made))
            except IntegrityError as error:
                raise code_taken() from error
        return made

    async def change(
        self, coupon_id: str, maker: str | None, decide: Callable[[Coupon], Mapping[str, Any]]
    ) -> None:
        this = (col(CouponRow.id) == coupon_id, *_alive(maker))
        async with self._database.write() as connection:
            found = await connection.execute(
                select(CouponRow).where(*this).with_for_update(key_share=True)
            )
            row = found.first()
            if row is None:
                raise no_such_coupon()
            values = decide(coupon_of(Read(row)))
            if values:
                await connection.execute(update(CouponRow).where(*this).values(**values))

    async def get(self, coupon_id: str, maker: str | None) -> MadeCoupon | None:
        found = await self._read(maker, col(CouponRow.id) == coupon_id)
        return found[0] if found else None

    async def made_by(self, maker: str | None) -> list[MadeCoupon]:
        return await self._read(maker)

    async def find(self, code: str, buyer: str) -> CouponFacts | None:
        folded = fold(code)
        if not folded:
            return None
        async with self._database.read() as connection:
            return (await coupon_facts(connection, [(folded, buyer)])).get((folded, buyer))

    async def _read(self, maker: str | None, *more: ColumnElement[bool]) -> list[MadeCoupon]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(CouponRow, col(ShowRow.title))
                .join(ShowRow, col(ShowRow.id) == col(CouponRow.show_id), isouter=True)
                .where(*_alive(maker), *more)
                .order_by(col(CouponRow.created_at).desc(), col(CouponRow.id).desc())
            )
            rows = [Read(row) for row in found]
            used = await _uses(connection, [row[CouponRow.id] for row in rows])
        return [
            MadeCoupon(
                coupon_of(row),
                row[CouponRow.created_at],
                row[ShowRow.title] if row[CouponRow.show_id] else None,
                sum(used.get(row[CouponRow.id], {}).values()),
            )
            for row in rows
        ]


def _alive(maker: str | None) -> tuple[ColumnElement[bool], ...]:
    theirs = col(CouponRow.maker_id)
    this = theirs.is_(None) if maker is None else theirs == maker
    return (this, col(CouponRow.folded).is_not(None))


async def _count(connection: AsyncConnection, maker: str | None) -> int:
    found = await connection.execute(
        select(func.count()).select_from(CouponRow).where(*_alive(maker))
    )
    return found.scalar_one()


async def _host_of(connection: AsyncConnection, show: str | None) -> str | None:
    if show is None:
        return None
    found = await connection.execute(select(col(ShowRow.host_id)).where(col(ShowRow.id) == show))
    return found.scalar_one_or_none()


def _row(made: MadeCoupon) -> CouponRow:
    coupon = made.coupon
    return CouponRow(
        id=coupon.id,
        maker_id=coupon.maker,
        code=coupon.code,
        folded=fold(coupon.code),
        items=coupon.items,
        who=coupon.who,
        percent=coupon.percent,
        amount=coupon.amount,
        currency=coupon.currency,
        cap=coupon.cap,
        minimum=coupon.minimum,
        show_id=coupon.show,
        uses=coupon.uses,
        once=coupon.once,
        starts_at=coupon.starts_at,
        ends_at=coupon.ends_at,
        stopped=coupon.stopped,
        created_at=made.created_at,
    )
