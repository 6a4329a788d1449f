"""Second chances: who won and does not pay is as if they had never bid.

What an auction sold stays kept for it until it is paid. When the hold of the winner ends, the next
of those who said when they bid that they would buy then is asked, at the price that they would have
won at. Whoever takes it holds the piece like any winner, and may end like one. When nobody is left,
the piece is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liveshow.domain.auctions.commands import ChanceTaken, DeclineChance, TakeChance
from liveshow.domain.auctions.events import (
    AuctionChance,
    AuctionChanceOver,
    AuctionReleased,
    AuctionRetry,
    ChanceEnd,
)
from liveshow.domain.auctions.state import Auctions, Chance, Win
from liveshow.domain.checkout.events import PaymentClosed
from liveshow.domain.claims.decide import new_hold
from liveshow.domain.claims.events import ItemClaimed, ItemPaying, ItemReleased
from liveshow.domain.claims.state import Claims
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.run_of_show.items import on_sale, sale_needs
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.events import ShowEnded
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import Needs
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.errors import NotFound

# So long the next one has to say yes.
CHANCE_MS = 60_000
# So long a winner has when their payment was declined; given once.
RETRY_MS = 120_000


# --- taking and declining ------------------------------------------------------------------


def chance_needs(ctx: Context, command: TakeChance | DeclineChance) -> Needs:
    items = (win.item for win, chance in ctx[Auctions].chances() if chance.id == command.chance)
    return sale_needs(ctx, *items)


def _own(ctx: Context, chance_id: str) -> tuple[Win, Chance]:
    for win, chance in ctx[Auctions].chances_of(ctx.me.id):
        if chance.id == chance_id:
            return win, chance
    raise NotFound("unknown_chance", "That second chance is over.")


def take(ctx: Context, command: TakeChance) -> Decision:
    """Hold the piece at the price that was offered."""
    win, chance = _own(ctx, command.chance)
    item = on_sale(ctx, ctx[RunOfShow].items[win.item])
    hold = new_hold(ctx, win.variant, chance.user, 1, chance.price)
    over = _chance_over(win, chance, "taken", hold.claim)
    claimed = ItemClaimed(item.id, item.number, item.title, hold, "auction", None, source="auction")
    return Decision([over, claimed], ChanceTaken(hold.claim, hold.until))


def decline(ctx: Context, command: DeclineChance) -> Decision:
    win, chance = _own(ctx, command.chance)
    return Decision(_pass_on(ctx, win, chance, "declined"))


# --- who is asked --------------------------------------------------------------------------


def _chance_over(
    win: Win, chance: Chance, reason: ChanceEnd, claim: str | None = None
) -> AuctionChanceOver:
    return AuctionChanceOver(
        auction=win.auction,
        unit=win.unit,
        item=win.item,
        variant=win.variant,
        chance=chance.id,
        user=chance.user,
        reason=reason,
        claim=claim,
    )


def _pass_on(ctx: Context, win: Win, chance: Chance, reason: ChanceEnd) -> Iterable[Event]:
    yield _chance_over(win, chance, reason)
    yield _ask_next(ctx, win)


def _ask_next(ctx: Context, win: Win) -> Event:
    """The next one is asked; when nobody is left, or it cannot be sold, the piece is free."""
    item = ctx[RunOfShow].items[win.item]
    without = win.out | {who for who in win.maxima if ctx[Moderation].active(who, "ban", ctx.now)}
    found = win.runner_up(without, ctx.show.currency)
    if found is None or not ctx.show.on_air or item.removed or item.lapsed(ctx.now):
        return AuctionReleased(win.auction, win.unit, win.item, win.variant)
    user, price = found
    return AuctionChance(
        auction=win.auction,
        unit=win.unit,
        chance=ctx.mint(),
        item=item.id,
        number=item.number,
        title=item.title,
        variant=win.variant,
        user=user,
        price=price,
        until=ctx.show.clock(ctx.now) + CHANCE_MS,
        without=sorted(without),
    )


# --- what follows from what happens --------------------------------------------------------


def follow(ctx: Context, records: Sequence[Record]) -> Iterable[Event]:
    """A hold that ends unpaid is passed on; chances end with the show and with their item."""
    auctions = ctx[Auctions]
    if not auctions.wins:
        return
    back: list[ItemPaying] = []
    for record in records:
        match record.event:
            case ItemReleased(kept=True):
                for win in list(auctions.wins.values()):
                    if win.claim is None and win.chance is None:
                        yield _ask_next(ctx, win)
            case ItemPaying(paying=False):
                back.append(record.event)
            case PaymentClosed(status="failed"):
                yield from _retries(ctx, back)
            case ItemRemoved(item=item):
                for win, chance in auctions.chances():
                    if win.item == item:
                        yield from _pass_on(ctx, win, chance, "gone")
            case ShowEnded():
                for win, chance in auctions.chances():
                    yield from _pass_on(ctx, win, chance, "show_over")


def _retries(ctx: Context, back: Iterable[ItemPaying]) -> Iterable[Event]:
    """Winners whose payment was declined find another card: once for each."""
    until = ctx.show.clock(ctx.now) + RETRY_MS
    for paying in back:
        win, held = ctx[Auctions].win_of(paying.claim), ctx[Claims].holds.get(paying.claim)
        if win is None or held is None or win.retried or held.until >= until:
            continue
        yield ItemPaying(held.item, held.id, False, until, held.buyer.id, None)
        yield AuctionRetry(win.auction, win.unit, held.buyer, held.id, until)


# --- chances whose time is over ------------------------------------------------------------


def _due_id(chance: Chance) -> str:
    return f"chance:{chance.id}"


def _is_banned(state: ShowState, chance: Chance) -> bool:
    return (chance.user.id, "ban") in state[Moderation].sanctions


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    """When the next chance is over; that of somebody who is banned is over now."""
    ats = [
        0 if _is_banned(state, chance) else chance.until
        for _, chance in state[Auctions].chances()
        if _due_id(chance) not in aside
    ]
    return min(ats, default=None)


def over(ctx: Context) -> list[tuple[Win, Chance]]:
    """Second chances that are over now."""
    if ctx.show.interrupted_at is not None:
        return []
    return [
        (win, chance)
        for win, chance in ctx[Auctions].chances()
        if chance.until <= ctx.now or _is_banned(ctx.state, chance)
    ]


def due(ctx: Context) -> Iterable[Due]:
    for win, chance in over(ctx):
        reason: ChanceEnd = "banned" if _is_banned(ctx.state, chance) else "expired"
        yield Due(_due_id(chance), _pass_on(ctx, win, chance, reason))
