"""Coupons: for whom one is, what it takes off a cart, and who pays for that.

A coupon takes something off what its maker may give away: a seller off their own pieces, a host off
what is in their show (of what was lent to them they pay it themselves), the operator off
everything. It never touches the shipping, and one payment has one coupon at most.

A use is counted by the payment: it is taken when the payment opens and given back when that closes
without a sale. What was sold stays a use, also when its money goes back afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from liveshow.domain.checkout.parcels import CouponRefusal, CouponView, Parcel
from liveshow.domain.checkout.reductions import Reduction, split
from liveshow.domain.money import Payer
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.facts import Fact
from liveshow.domain.show.state import ShowState
from liveshow.errors import Conflict, LiveshowError, NotFound

CouponFor = Literal["everyone", "new", "followers"]
# What a coupon takes something off: its maker's pieces, all pieces of their shows, everything.
CouponItems = Literal["own", "show", "all"]

# A payment that was nearly nothing could not be made: banks take no less.
LEAST_PAID = 100
# What is read for a digit when somebody types a code from paper (Crockford's base 32).
_DIGITS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GAPS = re.compile(r"[\s-]+")
_CODE = re.compile(r"[0-9A-Z]{4,24}")


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon as it is now. ``maker`` is None for the operator of the server.

    ``percent`` or ``amount`` (minor units of ``currency``) is taken off, ``cap`` at most, of
    ``minimum`` at least. ``show``: in this show only. Times are in ms.
    """

    id: str
    code: str
    maker: str | None
    items: CouponItems
    who: CouponFor = "everyone"
    percent: int | None = None
    amount: int | None = None
    currency: str | None = None
    cap: int | None = None
    minimum: int = 0
    show: str | None = None
    uses: int | None = None
    once: bool = True
    starts_at: int | None = None
    ends_at: int | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class CouponFacts:
    """A coupon as one buyer finds it: how often it was used, by them too, and what they are."""

    coupon: Coupon
    used: int = 0
    used_by_buyer: int = 0
    follows: bool = False
    bought: bool = False


# By folded code and buyer. The row of the coupon stays locked until the batch is over.
COUPONS: Fact[tuple[str, str], CouponFacts] = Fact("coupons", locks=True)


def fold(code: str) -> str:
    """Return what codes that are read alike have in common, "" for what can be none."""
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", code)).upper().translate(_DIGITS)
    return plain if _CODE.fullmatch(plain) else ""


def unknown_coupon() -> NotFound:
    return NotFound("unknown_coupon", "There is no such coupon. Check the code, letter by letter.")


# --- whether it may be used ----------------------------------------------------------------


def check_usable(known: CouponFacts | None, now: int) -> Coupon:
    """Return the coupon of somebody who may use it now; raise why they may not.

    Raises:
        NotFound: ``unknown_coupon``.
        Conflict: ``coupon_over``, ``coupon_used_up``, ``coupon_not_for_you``.
    """
    if known is None:
        raise unknown_coupon()
    coupon = known.coupon
    if coupon.starts_at is not None and now < coupon.starts_at:
        raise Conflict("coupon_over", "This coupon cannot be used yet.")
    if coupon.stopped or (coupon.ends_at is not None and now >= coupon.ends_at):
        raise Conflict("coupon_over", "This coupon has ended.")
    if coupon.once and known.used_by_buyer:
        raise Conflict("coupon_used_up", "You have used this coupon.")
    if coupon.uses is not None and known.used >= coupon.uses:
        raise Conflict("coupon_used_up", "This coupon has been used up by others.")
    if coupon.who == "new" and known.bought:
        raise Conflict("coupon_not_for_you", "This coupon is for a first order.")
    if coupon.who == "followers" and not known.follows:
        raise Conflict(
            "coupon_not_for_you", "This coupon is for followers. Follow its seller, then try again."
        )
    return coupon


# --- what it takes off ---------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    """A line that a coupon is for: where it is, what it still costs, and what may come off it."""

    parcel: int
    line: int
    payer: Payer
    amount: int
    most: int
    off: int = field(default=0)


def reduced(state: ShowState, packed: Sequence[Parcel], coupon: Coupon) -> list[Parcel]:
    """Return the parcels of one payment with a coupon taken off them.

    Raises:
        Conflict: ``coupon_does_not_apply``, ``coupon_minimum`` with the ``missing`` amount.
    """
    lines = _lines_for(state, packed, coupon)
    of = sum(line.amount for line in lines)
    if not lines or coupon.currency not in (None, state.show.currency):
        raise Conflict("coupon_does_not_apply", "This coupon is for nothing in this cart.")
    if of < coupon.minimum:
        missing = coupon.minimum - of
        raise Conflict(
            "coupon_minimum",
            "What this coupon is for costs too little. Add something, then try again.",
            missing=missing,
        )
    off = coupon.amount if coupon.percent is None else of * coupon.percent // 100
    off = min(off or 0, of, *(() if coupon.cap is None else (coupon.cap,)))
    total = sum(parcel.total for parcel in packed)
    off = max(0, min(off, sum(line.most for line in lines), total - min(LEAST_PAID, total)))
    if not off:
        raise Conflict("coupon_does_not_apply", "This coupon takes nothing off this cart.")
    _spread(lines, off)
    return [_taken_off(parcel, n, lines, coupon) for n, parcel in enumerate(packed)]


def _spread(lines: list[_Line], off: int) -> None:
    """Share an amount by price; what a floor forbids of one line is taken off the others."""
    while off:
        open_ = [line for line in lines if line.off < line.most]
        weights = [line.amount for line in open_]
        for line, part in zip(open_, split(min(off, sum(weights)), weights), strict=True):
            taken = min(part, line.most - line.off)
            line.off += taken
            off -= taken


def _lines_for(state: ShowState, packed: Sequence[Parcel], coupon: Coupon) -> list[_Line]:
    if coupon.show not in (None, state.id):
        return []
    host = state.show.host.id
    found = []
    for n, parcel in enumerate(packed):
        owner = parcel.owner.id
        if coupon.items == "own" and owner != coupon.maker:
            continue
        if coupon.items == "show" and host != coupon.maker:
            continue
        payer: Payer = "operator"
        if coupon.items != "all":
            payer = "owner" if owner == coupon.maker else "host"
        for m, line in enumerate(parcel.lines):
            amount = line.amount - line.owner_off
            most = amount
            if payer == "owner":
                most = max(0, amount - floor_of(state, line.item) * line.quantity)
            found.append(_Line(n, m, payer, amount, most))
    return found


def floor_of(state: ShowState, item_id: str) -> int:
    """Return what the owner of a piece that was lent gets for one at least; 0 for others."""
    lending = state[RunOfShow].items[item_id].lending
    return lending.floor if lending else 0


def _taken_off(parcel: Parcel, n: int, lines: list[_Line], coupon: Coupon) -> Parcel:
    own = [line for line in lines if line.parcel == n and line.off]
    if not own:
        return parcel
    off = sum(line.off for line in own)
    payer = own[0].payer
    at = {line.line: line.off for line in own if payer == "owner"}
    return msgspec.structs.replace(
        parcel,
        lines=[
            msgspec.structs.replace(line, owner_off=line.owner_off + at.get(m, 0))
            for m, line in enumerate(parcel.lines)
        ],
        total=parcel.total - off,
        reductions=[*parcel.reductions, Reduction("coupon", coupon.code, payer, off)],
    )


# --- what a cart would cost with it --------------------------------------------------------


class Trial:
    """A coupon that somebody tries in their carts, at a time (ms)."""

    def __init__(self, known: CouponFacts, now: int) -> None:
        self._known = known
        self._now = now

    def __call__(self, state: ShowState, packed: list[Parcel]) -> tuple[list[Parcel], CouponView]:
        """Return parcels with the coupon taken off them, or as they are and why."""
        code = self._known.coupon.code
        try:
            with_it = reduced(state, packed, check_usable(self._known, self._now))
        except LiveshowError as refused:
            reason = CouponRefusal(refused.code, refused.message)
            return packed, CouponView(code, 0, reason)
        off = sum(parcel.total for parcel in packed) - sum(parcel.total for parcel in with_it)
        return with_it, CouponView(code, off, None)
