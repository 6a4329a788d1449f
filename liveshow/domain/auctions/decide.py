"""Decisions about auctions.

While a show is interrupted its clocks stand still, and nobody bids: what an auction does in that
time nobody can see. The pieces of an auction are kept for it from the moment that it is prepared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liveshow import budgets
from liveshow.domain.auctions import chances
from liveshow.domain.auctions.bidding import Standing, next_bid
from liveshow.domain.auctions.commands import (
    BidAnswer,
    CancelAuction,
    OpenAuction,
    PlaceBid,
    PutUp,
    PutUpAnswer,
)
from liveshow.domain.auctions.events import (
    AuctionBid,
    AuctionBidderOut,
    AuctionCancelled,
    AuctionClosed,
    AuctionClosing,
    AuctionExtended,
    AuctionMaximum,
    AuctionOpened,
    AuctionPutUp,
    CancelReason,
)
from liveshow.domain.auctions.facts import MARKS
from liveshow.domain.auctions.state import Auction, Auctions
from liveshow.domain.cards.decide import card_needs, check_card
from liveshow.domain.claims.decide import for_sale, new_hold
from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.claims.state import Claims
from liveshow.domain.moderation.events import UserBanned
from liveshow.domain.run_of_show.commands import Remove
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.run_of_show.facts import LISTINGS
from liveshow.domain.run_of_show.items import check_price, on_sale, pick_variant, sale_needs
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.running.events import ShowEnded
from liveshow.domain.show.commands import Envelope
from liveshow.domain.show.context import AnswerOf, Context, Decision
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import Needs
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.errors import Conflict, Forbidden, Invalid, NotFound

# So many auctions of a show are prepared at a time.
MAX_PREPARED = budgets.AUCTIONS.amount
# So many people bid for one unit.
MAX_BIDDERS = budgets.BIDDERS.amount
# A bid of more than so many times the price is asked for again.
FAR_ABOVE = 5


# --- preparing -----------------------------------------------------------------------------


def put_up(ctx: Context, command: PutUp) -> Decision:
    me = ctx.require("sell")
    ctx.not_ended()
    item = ctx[RunOfShow].present(command.item)
    if item is None or item.lapsed(ctx.now):
        raise NotFound("unknown_item", "That item is not in this show.")
    on_sale(ctx, item)
    variant = pick_variant(item, command.variant)
    if len(ctx[Auctions].known) >= MAX_PREPARED:
        raise Conflict("too_many_auctions", f"{MAX_PREPARED} auctions are prepared.")
    if ctx[Claims].waitlist(item.id).first_of(variant.id) is not None:
        raise Conflict("none_free", "Others are in line for this.")
    if command.quantity > variant.available:
        raise Conflict("none_free", f"Only {variant.available} of these are free now.")
    reserve = _reserve(ctx, item, command)
    event = AuctionPutUp(
        auction=ctx.mint(),
        item=item.id,
        number=item.number,
        title=item.title,
        variant=variant.id,
        quantity=command.quantity,
        start_price=command.start_price,
        seconds=command.seconds,
        extension_seconds=command.extension_seconds,
        sudden_death=command.sudden_death,
        has_reserve=reserve is not None,
        reserve=reserve,
        by=me,
    )
    opens = not command.prepare and ctx.show.status == "live" and ctx[Auctions].open is None
    events: list[Event] = [event]
    if opens:
        events.append(AuctionOpened(event.auction, 1, ctx.now + command.seconds * 1000))
    return Decision(events, PutUpAnswer(event.auction, opens))


def _reserve(ctx: Context, item: Item, command: PutUp) -> int | None:
    """The lowest price: the owner's floor always holds, whoever sells."""
    listing = ctx.facts.get(LISTINGS, item.listing)
    if listing is not None and command.reserve is not None:
        check_price(command.reserve, listing)
    floor = listing.lending.floor if listing and listing.lending else 0
    reserve = max(command.reserve or 0, floor)
    return reserve if reserve > command.start_price else None


# --- the course ----------------------------------------------------------------------------


def auction_needs(ctx: Context, command: OpenAuction | CancelAuction | PlaceBid) -> Needs:
    known = ctx[Auctions].known.get(command.auction)
    return sale_needs(ctx, known.item) if known else Needs()


def _auction(ctx: Context, auction_id: str) -> Auction:
    known = ctx[Auctions].known.get(auction_id)
    if known is None:
        raise NotFound("unknown_auction", "That auction is over.")
    return known


def open_auction(ctx: Context, command: OpenAuction) -> Decision:
    ctx.require("sell")
    auction = _auction(ctx, command.auction)
    for_sale(ctx, auction.item)
    if ctx.show.status != "live":
        raise Conflict("not_live", "The show is interrupted. Open it when you are back.")
    running = ctx[Auctions].open
    if running is not None:
        said = "It is open already." if running is auction else "Another auction is open. Wait."
        raise Conflict("auction_open", said)
    return Decision([AuctionOpened(auction.id, auction.unit, ctx.now + auction.seconds * 1000)])


def cancel(ctx: Context, command: CancelAuction) -> Decision:
    me = ctx.require("sell")
    auction = _auction(ctx, command.auction)
    _no_bids(auction)
    return Decision([_cancelled(ctx, auction, "cancelled", me)])


def _no_bids(auction: Auction) -> None:
    if auction.maxima:
        raise Conflict("has_bids", "Somebody has bid. The auction goes on to its end.")


def guard(ctx: Context, envelope: Envelope) -> None:
    """Nobody of the team takes an item out of the show to get rid of the bids for it."""
    command = envelope.command
    if isinstance(command, Remove) and ctx.actor and ctx.show.may(ctx.actor.id, "sell"):
        for auction in ctx[Auctions].of_item(command.item):
            _no_bids(auction)


def _cancelled(
    ctx: Context, auction: Auction, reason: CancelReason, by: Person | None = None
) -> AuctionCancelled:
    # What comes back cannot be too much: nothing has to be locked for that.
    item = ctx[RunOfShow].items[auction.item]
    return AuctionCancelled(
        auction=auction.id,
        item=item.id,
        number=item.number,
        title=item.title,
        variant=auction.variant,
        quantity=auction.quantity - auction.unit + 1,
        reason=reason,
        by=by,
    )


# --- bidding -------------------------------------------------------------------------------


def bid_needs(ctx: Context, command: PlaceBid) -> Needs:
    """Who bids is compared with the owner of the item and with the host."""
    needs = Needs().update(auction_needs(ctx, command)).update(card_needs(ctx))
    known = ctx[Auctions].known.get(command.auction)
    if known and ctx.actor:
        owner = ctx[RunOfShow].items[known.item].owner.id
        needs.add(MARKS, ctx.actor.id, owner, ctx.show.host.id)
    return needs


def bid(ctx: Context, command: PlaceBid) -> Decision:
    """Take the most that somebody would pay, and say where they stand."""
    me, auction = ctx.me, _auction(ctx, command.auction)
    if command.most < command.amount:
        said_so = "Your maximum is less than what you bid now."
        raise Invalid(message=said_so, errors=[{"field": "maximum", "message": said_so}])
    item = for_sale(ctx, auction.item)
    _check_bidder(ctx, item, me)
    check_card(ctx)
    if ctx.show.interrupted_at is not None:
        raise Conflict("show_interrupted", "The show stands still. Bid when it goes on.")
    closes_at = auction.closes_at()
    if closes_at is not None and ctx.now >= closes_at:
        raise Conflict("auction_over", "The auction is over.")
    if command.seen is not None and command.seen > ctx.state.seq:
        raise Conflict("not_seen_yet", "Nobody can have seen that yet. Reload the page.")
    before = auction.stands
    _check_amount(command, auction, before, next_bid(before, ctx.show.currency), me)
    if me.id not in auction.maxima and len(auction.maxima) >= MAX_BIDDERS:
        raise Conflict("auction_full", "No more people can bid for this one.")
    willing = command.second_chance
    said = AuctionMaximum(
        auction=auction.id,
        unit=auction.unit,
        user=me,
        amount=command.amount,
        maximum=command.most,
        seen=command.seen,
        second_chance=me.id in auction.willing if willing is None else willing,
        delay=command.delay,
    )
    return Decision(_bidding(ctx, auction, said, before), _answer(ctx, auction, me))


def _check_bidder(ctx: Context, item: Item, me: Person) -> None:
    """Nobody bids who gains from a higher price."""
    if item.owner.id == me.id:
        raise Conflict("own_item", "This is your own item.")
    if ctx.show.may(me.id, "sell"):
        raise Forbidden("sells_here", "Who runs a show does not bid in it.")
    _check_marks(ctx, item, me)


def _check_marks(ctx: Context, item: Item, me: Person) -> None:
    """Nor anybody of the household or the purse of those who sell."""
    sellers = {item.owner.id, ctx.show.host.id}
    theirs = {mark for seller in sellers for mark in ctx.facts.get(MARKS, seller) or ()}
    own = ctx.facts.get(MARKS, me.id)
    shared = {kind for kind, _ in own & theirs} if own else set()
    if "card" in shared:
        raise Forbidden("same_card", "You pay with the same card as whoever sells this.")
    if shared:
        raise Forbidden("same_address", "You have the same address as whoever sells this.")


def _check_amount(
    command: PlaceBid, auction: Auction, before: Standing, lowest: int, me: Person
) -> None:
    own = auction.maxima.get(me.id)
    if before.leader == me.id:
        if own is not None and command.most <= own.amount:
            raise Conflict(
                "bid_too_low", "You lead with a maximum of as much already.", next=own.amount + 1
            )
    elif command.amount < lowest:
        raise Conflict("bid_too_low", "That is not enough any more.", next=lowest)
    if command.most > FAR_ABOVE * max(before.price, lowest) and not command.sure:
        raise Conflict(
            "bid_far_above",
            "That is far above the price. Say again that you mean it.",
            next=lowest,
        )


def _bidding(
    ctx: Context, auction: Auction, said: AuctionMaximum, before: Standing
) -> Iterable[Event]:
    """Events of one bid; the maximum is applied before it is asked what follows from it."""
    ends_at = auction.prolonged(ctx.now)
    yield said
    currency = ctx.show.currency
    now = auction.bid(said.user.id, currency)
    assert now.leader is not None
    # One who raises their own maximum tells nobody, and gives nobody more time.
    if now == before and now.leader == said.user.id:
        return
    yield AuctionBid(
        auction=auction.id,
        unit=auction.unit,
        user=said.user,
        leader=auction.people[now.leader],
        price=now.price,
        next=next_bid(now, currency),
        bids=auction.bids + 1,
        reserve_met=now.reserve_met,
        outbid=None if before.leader == now.leader else before.leader,
    )
    if ends_at is not None:
        yield AuctionExtended(auction.id, auction.unit, ends_at, auction.extensions + 1)


def _answer(ctx: Context, auction: Auction, me: Person) -> AnswerOf:
    def answer(records: Sequence[Record]) -> BidAnswer:
        now = auction.stands
        return BidAnswer(
            seq=records[0].seq,
            status="leading" if now.leader == me.id else "outbid",
            price=now.price,
            next=next_bid(now, ctx.show.currency),
            maximum=auction.maxima[me.id].amount,
        )

    return answer


# --- the end -------------------------------------------------------------------------------


def _due_id(auction: Auction) -> str:
    return f"auction:{auction.id}"


def _ends(auction: Auction) -> int | None:
    """When something is to be told of its clock: that it is at zero, then that it is over."""
    return auction.closes_at() if auction.closing else auction.ends_at


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    if state.show.interrupted_at is not None:
        return None
    auction = state[Auctions].open
    ends = _ends(auction) if auction and _due_id(auction) not in aside else None
    ats = (ends, chances.deadline(state, aside))
    return min((at for at in ats if at is not None), default=None)


def _at_zero(ctx: Context) -> Auction | None:
    auction = ctx[Auctions].open
    if auction is None or ctx.show.interrupted_at is not None:
        return None
    ends = _ends(auction)
    return auction if ends is not None and ends <= ctx.now else None


def due_needs(ctx: Context) -> Needs:
    auction = _at_zero(ctx)
    needs = sale_needs(ctx, auction.item) if auction else Needs()
    return needs.update(sale_needs(ctx, *(win.item for win, _ in chances.over(ctx))))


def due(ctx: Context) -> Iterable[Due]:
    if auction := _at_zero(ctx):
        yield Due(_due_id(auction), _end(ctx, auction))
    yield from chances.due(ctx)


def _end(ctx: Context, auction: Auction) -> Iterable[Event]:
    """The clock is at zero; when the grace is over, too, the unit is."""
    if not auction.closing:
        yield AuctionClosing(auction.id, auction.unit)
    closes_at = auction.closes_at()
    if closes_at is not None and closes_at <= ctx.now:
        yield from _close(ctx, auction)


def _close(ctx: Context, auction: Auction) -> Iterable[Event]:
    """A unit is over: its winner holds it at the price that it came to."""
    item = on_sale(ctx, ctx[RunOfShow].items[auction.item])
    stands = auction.stands
    sold = stands.leader is not None and stands.reserve_met
    winner = auction.people[stands.leader] if sold and stands.leader else None
    hold = new_hold(ctx, auction.variant, winner, 1, stands.price) if winner else None
    yield AuctionClosed(
        auction=auction.id,
        item=item.id,
        number=item.number,
        title=item.title,
        variant=auction.variant,
        unit=auction.unit,
        outcome="sold" if winner else "passed",
        winner=winner,
        price=stands.price,
        bids=auction.bids,
        left=auction.quantity - auction.unit,
        claim=hold.claim if hold else None,
    )
    if hold:
        yield ItemClaimed(item.id, item.number, item.title, hold, "auction", None, source="auction")


def follow(ctx: Context, records: Sequence[Record]) -> Iterable[Event]:
    """Auctions end with the show and with their item; who is banned has never bid."""
    yield from chances.follow(ctx, records)
    if not ctx[Auctions].known:
        return
    for record in records:
        match record.event:
            case ShowEnded():
                for auction in list(ctx[Auctions].known.values()):
                    yield _cancelled(ctx, auction, "show_over")
            case ItemRemoved(item=item):
                for auction in ctx[Auctions].of_item(item):
                    yield _cancelled(ctx, auction, "gone")
            case UserBanned(user=user):
                for auction in ctx[Auctions].of_bidder(user.id):
                    yield _bidder_out(ctx, auction, user)


def _bidder_out(ctx: Context, auction: Auction, user: Person) -> AuctionBidderOut:
    stands = auction.without(user.id, ctx.show.currency)
    return AuctionBidderOut(
        auction=auction.id,
        unit=auction.unit,
        user=user,
        leader=auction.people[stands.leader] if stands.leader else None,
        price=stands.price,
        next=next_bid(stands, ctx.show.currency),
        bids=auction.bids,
        reserve_met=stands.reserve_met,
    )
