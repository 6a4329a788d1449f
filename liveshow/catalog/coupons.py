"""Coupons as their makers see them: made, listed, changed, deleted.

What one takes off a cart, and whether somebody may use it, is ``liveshow.domain.checkout.coupons``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from liveshow.budgets import COUPONS_OF, Limits
from liveshow.clock import Clock
from liveshow.domain.checkout.coupons import Coupon, CouponFacts
from liveshow.errors import Conflict, Forbidden, NotFound
from liveshow.ids import new_id

# 50 bits: nobody guesses it. Written in two groups, because people read it aloud.
_GROUP = 5


@dataclass(frozen=True)
class MadeCoupon:
    """A coupon, since when (ms) it is there, the title of its show, and how often it is used."""

    coupon: Coupon
    created_at: int
    show_title: str | None = None
    used: int = 0


@dataclass(frozen=True)
class Surroundings:
    """What a new coupon is decided on: how many its maker has, and who hosts the show it is for."""

    count: int
    show_host: str | None


class CouponStore(Protocol):
    """Implemented by ``liveshow.store.coupons.CouponRepository``. ``maker`` None: the operator."""

    async def add(
        self, maker: str | None, show: str | None, decide: Callable[[Surroundings], MadeCoupon]
    ) -> MadeCoupon:
        """Add what ``decide`` says; raise what it raises, and ``code_taken``."""

    async def change(
        self, coupon_id: str, maker: str | None, decide: Callable[[Coupon], Mapping[str, Any]]
    ) -> None:
        """Lock a coupon and write the columns that ``decide`` says; raise ``not_found``."""

    async def get(self, coupon_id: str, maker: str | None) -> MadeCoupon | None:
        """Return a coupon of its maker."""

    async def made_by(self, maker: str | None) -> list[MadeCoupon]:
        """Return the coupons of a maker, newest first."""

    async def find(self, code: str, buyer: str) -> CouponFacts | None:
        """Return a coupon as a buyer finds it, by its code however they write it."""


def code_taken() -> Conflict:
    return Conflict(
        "code_taken", "That code is taken, or reads like one that is. Choose another, or none."
    )


def no_such_coupon() -> NotFound:
    return NotFound(message="There is no such coupon.")


class Coupons:
    """What sellers, hosts and the operator do with their coupons."""

    def __init__(self, store: CouponStore, limits: Limits, clock: Clock) -> None:
        self._store = store
        self._most = limits.amount(COUPONS_OF)
        self._clock = clock

    async def make(self, coupon: Coupon) -> MadeCoupon:
        """Make a coupon; its id is given, and its code where it has none.

        Raises:
            Conflict: ``code_taken``, ``too_many_coupons``, ``in_the_past``, ``bad_coupon``.
            NotFound: there is no such show.
            Forbidden: it is somebody else's.
        """
        now = self._clock()
        _check(coupon, now)
        code = coupon.code.upper() or _new_code()
        new = replace(coupon, id=new_id(), code=code)

        def decide(around: Surroundings) -> MadeCoupon:
            if around.count >= self._most:
                raise Conflict(
                    "too_many_coupons",
                    f"You have {around.count} coupons. Delete one that has ended.",
                )
            if coupon.show is not None and around.show_host is None:
                raise NotFound(message="There is no such show.")
            if coupon.items == "show" and coupon.show and around.show_host != coupon.maker:
                raise Forbidden(message="Only the host of that show can do that.")
            return MadeCoupon(new, now)

        await self._store.add(coupon.maker, coupon.show, decide)
        return await self.get(new.id, coupon.maker)

    async def get(self, coupon_id: str, maker: str | None) -> MadeCoupon:
        found = await self._store.get(coupon_id, maker)
        if found is None:
            raise no_such_coupon()
        return found

    async def made_by(self, maker: str | None) -> list[MadeCoupon]:
        return await self._store.made_by(maker)

    async def change(
        self, coupon_id: str, maker: str | None, changes: Mapping[str, Any]
    ) -> MadeCoupon:
        """Change when it ends, how often it can be used, or whether it is stopped.

        What is in a checkout already stays as it was shown there.
        """
        now = self._clock()

        def decide(known: Coupon) -> Mapping[str, Any]:
            _check(replace(known, **changes), now if "ends_at" in changes else None)
            return changes

        await self._store.change(coupon_id, maker, decide)
        return await self.get(coupon_id, maker)

    async def delete(self, coupon_id: str, maker: str | None) -> None:
        """Let nobody use a coupon any more, and free its code. What was paid with it stays."""
        await self._store.change(coupon_id, maker, lambda _: {"folded": None, "stopped": True})

    async def find(self, code: str, buyer: str) -> CouponFacts | None:
        """Return a coupon as a buyer finds it."""
        return await self._store.find(code, buyer)


def _check(coupon: Coupon, now: int | None) -> None:
    """Raise ``bad_coupon`` or ``in_the_past`` for what cannot be meant."""
    if (coupon.percent is None) == (coupon.amount is None):
        raise Conflict("bad_coupon", "Say what it takes off: a percentage or an amount, not both.")
    if coupon.cap is not None and coupon.amount is not None:
        raise Conflict("bad_coupon", "Only a percentage has a most that it takes off.")
    money = coupon.amount is not None or coupon.cap is not None or coupon.minimum
    if money and coupon.currency is None:
        raise Conflict("bad_coupon", "Say in which currency the amounts are.")
    if coupon.ends_at is not None:
        if now is not None and coupon.ends_at <= now:
            raise Conflict("in_the_past", "That time has passed.")
        if coupon.starts_at is not None and coupon.ends_at <= coupon.starts_at:
            raise Conflict("bad_coupon", "It ends before it begins.")


def _new_code() -> str:
    return f"{new_id(_GROUP)}-{new_id(_GROUP)}".upper()
