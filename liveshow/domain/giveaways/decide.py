"""Decisions about giveaways.

    open ──▶ frozen ──▶ drawn ──▶ claimed
                          ╰──▶ the next one's turn, again and again ──▶ over, nobody's

The clock of the entries stands still while a show is interrupted; that of a prize does not, and it
goes on when the show is over. What is drawn depends on nothing that is chosen after the entries
are known: see ``draw``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from liveshow import budgets
from liveshow.domain.chat.facts import FOLLOWERS
from liveshow.domain.checkout.parcels import CartLine
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.claims.offers import offer_id
from liveshow.domain.claims.state import Claims
from liveshow.domain.giveaways.beacon import PATIENCE_MS, Beacon, round_after
from liveshow.domain.giveaways.commands import (
    CancelGiveaway,
    ClaimPrize,
    Enter,
    Entered,
    GiveawayAsked,
    OpenGiveaway,
    PrizeOrdered,
    TellBeacon,
)
from liveshow.domain.giveaways.draw import commitment, entries_hash, picks, randomness
from liveshow.domain.giveaways.events import (
    GiveawayClaimed,
    GiveawayDrawn,
    GiveawayEntered,
    GiveawayFrozen,
    GiveawayLeft,
    GiveawayOpened,
    GiveawayOrdered,
    GiveawayOver,
    GiveawayPassed,
    GiveawaySealed,
    OutReason,
    OverReason,
    PassReason,
)
from liveshow.domain.giveaways.rules import rules
from liveshow.domain.giveaways.state import Entrant, Giveaway, Giveaways
from liveshow.domain.moderation.events import UserBanned
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.run_of_show.items import on_sale, pick_variant, sale_needs
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.running.events import ShowEnded, ShowStaffed
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import Needs
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import ItemRef, Person
from liveshow.errors import Conflict, Forbidden, NotFound

# So many people enter one giveaway; so many giveaways of a show wait for their end.
MAX_ENTRIES = budgets.ENTRIES.amount
MAX_WAITING = budgets.GIVEAWAYS.amount
# Whoever has won says so long where the prize goes.
CLAIM_HOURS = 48
CLAIM_MS = CLAIM_HOURS * 3_600_000
# A seed is made of so many new ids: of more chance than its 256 bits can hold.
_IDS_IN_SEED = 6


# --- opening -------------------------------------------------------------------------------


def open_needs(ctx: Context, command: OpenGiveaway) -> Needs:
    return sale_needs(ctx, command.item) if command.item else Needs()


def open_giveaway(ctx: Context, command: OpenGiveaway) -> Decision:
    """Publish the hash of a seed, and let people in."""
    me = ctx.require("sell")
    ctx.not_ended()
    if muted := ctx[Moderation].muted(me.id, ctx.now):
        raise muted
    if not ctx.show.on_air:
        raise Conflict("not_live", "The show has not started yet. Give it away on air.")
    giveaways = ctx[Giveaways]
    if giveaways.running:
        raise Conflict("giveaway_open", "A giveaway is running. Wait until it is drawn.")
    if len(giveaways.drawn()) >= MAX_WAITING:
        raise Conflict("too_many_giveaways", f"{MAX_WAITING} prizes wait to be claimed.")
    if command.who == "buyers" and not ctx.facts.rules.giveaways_for_buyers:
        raise Forbidden(
            "buyers_not_allowed",
            "The operator of this server does not allow giveaways for buyers alone. Choose "
            "everybody, or followers.",
        )
    item = _prize(ctx, command, me) if command.item else None
    sponsor = item.owner if item else me
    ends_at = ctx.show.clock(ctx.now) + command.seconds * 1000
    seed = sha256("".join(ctx.mint() for _ in range(_IDS_IN_SEED)).encode()).hexdigest()
    opened = GiveawayOpened(
        giveaway=ctx.mint(),
        title=command.title,
        item=item.ref() if item else None,
        variant=pick_variant(item, command.variant).id if item else None,
        who=command.who,
        ends_at=ends_at,
        rules=rules(command.title, command.who, sponsor, ctx.now, ends_at, CLAIM_HOURS),
        commitment=commitment(seed),
        sponsor=sponsor,
        by=me,
    )
    sealed = GiveawaySealed(opened.giveaway, seed)
    return Decision([opened, sealed], GiveawayAsked(opened.giveaway))


def _prize(ctx: Context, command: OpenGiveaway, me: Person) -> Item:
    """The item, if a piece of it is there and whoever asks may give it away."""
    item = ctx[RunOfShow].present(command.item or "")
    if item is None or item.lapsed(ctx.now):
        raise NotFound("unknown_item", "That item is not in this show.")
    on_sale(ctx, item)
    if item.owner.id not in (me.id, ctx.show.host.id):
        # A mandate lets a host sell, at a price that the owner has agreed to. Nothing is none.
        raise Forbidden("not_owner", "It is lent to this show: only its owner can give it away.")
    variant = pick_variant(item, command.variant)
    if ctx[Claims].waitlist(item.id).first_of(variant.id) is not None:
        raise Conflict("none_free", "Others are in line for this.")
    if variant.available < 1:
        raise Conflict("none_free", "None of these is free now.")
    return item


# --- taking part ---------------------------------------------------------------------------


def enter_needs(ctx: Context, command: Enter) -> Needs:
    known = ctx[Giveaways].known.get(command.giveaway)
    needs = Needs()
    if ctx.actor is not None and known is not None and known.who == "followers":
        needs.add(FOLLOWERS, ctx.actor.id)
    return needs


def enter(ctx: Context, command: Enter) -> Decision:
    """Let somebody take part, once; who is muted may."""
    me = ctx.me
    giveaway = _open(ctx, command.giveaway)
    ctx.not_ended()
    if ctx.show.is_staff(me.id) or me.id == giveaway.sponsor.id:
        raise Forbidden("team_member", "The team and the sponsor of a giveaway take no part in it.")
    if me.id in giveaway.entries:
        raise Conflict("already_entered", "You have entered. Stay until it is drawn.")
    _check_who(ctx, giveaway, me)
    if len(giveaway.entries) >= MAX_ENTRIES:
        raise Conflict("giveaway_full", "No more people can enter this one. Watch the draw.")
    entry = ctx.mint()
    return Decision([GiveawayEntered(giveaway.id, me, entry)], Entered(entry))


def _open(ctx: Context, giveaway_id: str) -> Giveaway:
    known = ctx[Giveaways].known.get(giveaway_id)
    if known is None:
        raise NotFound("unknown_giveaway", "That giveaway is over. Look for a newer one.")
    if known.status != "open" or known.ends_at <= ctx.show.clock(ctx.now):
        raise Conflict("entries_closed", "Entries are closed. Watch the draw.")
    return known


def _check_who(ctx: Context, giveaway: Giveaway, me: Person) -> None:
    if giveaway.who == "followers" and not ctx.facts.get(FOLLOWERS, me.id):
        raise Forbidden(
            "followers_only", f"Follow @{ctx.show.host.handle} to enter, then try again."
        )
    if giveaway.who == "buyers" and not _has_bought(ctx, me.id):
        raise Forbidden("buyers_only", "Only those who have bought something in this show enter.")


def _has_bought(ctx: Context, user_id: str) -> bool:
    """Whether somebody has paid for something here that was not taken back."""
    checkout = ctx[Checkout]
    waiting = [parcel for (buyer, _), parcel in checkout.paid.items() if buyer == user_id]
    sent = [
        parcel
        for (buyer, _), parcels in checkout.sent.items()
        if buyer == user_id
        for parcel in parcels.values()
    ]
    return any(paid.pieces for parcel in (*waiting, *sent) for paid in parcel.values())


def cancel_needs(ctx: Context, command: CancelGiveaway) -> Needs:
    known = ctx[Giveaways].known.get(command.giveaway)
    return _needs(ctx, known) if known else Needs()


def cancel(ctx: Context, command: CancelGiveaway) -> Decision:
    me = ctx.require("sell")
    giveaway = _open(ctx, command.giveaway)
    return Decision([_over(ctx, giveaway, "cancelled", command.reason, by=me)])


def _needs(ctx: Context, giveaway: Giveaway) -> Needs:
    return sale_needs(ctx, giveaway.item) if giveaway.item else Needs()


def _ref(ctx: Context, giveaway: Giveaway) -> ItemRef | None:
    return ctx[RunOfShow].items[giveaway.item].ref() if giveaway.item else None


def _over(
    ctx: Context,
    giveaway: Giveaway,
    reason: OverReason,
    note: str = "",
    *,
    former: Person | None = None,
    by: Person | None = None,
) -> GiveawayOver:
    # A piece that comes back cannot be too much: nothing has to be locked for that.
    return GiveawayOver(
        giveaway=giveaway.id,
        title=giveaway.title,
        item=_ref(ctx, giveaway),
        variant=giveaway.variant,
        reason=reason,
        note=note,
        former=former,
        by=by,
    )


# --- the draw ------------------------------------------------------------------------------


def _freeze(ctx: Context, giveaway: Giveaway) -> Iterable[Event]:
    """Close the entries: of those who are there. Without a beacon it is drawn at once."""
    absent = [user for user in giveaway.entries if not ctx.facts.here(user)]
    if absent:
        yield GiveawayLeft(giveaway.id, absent, "absent")
    entries = [entrant.entry for entrant in giveaway.entries.values()]
    beacon = round_after(ctx.now) if ctx.facts.rules.beacon and entries else None
    yield GiveawayFrozen(
        giveaway=giveaway.id,
        entries=len(entries),
        entries_hash=entries_hash(entries),
        beacon=beacon,
        until=ctx.now + PATIENCE_MS if beacon else None,
    )
    if beacon is None:
        yield from _draw(ctx, giveaway, None)


def _draw(ctx: Context, giveaway: Giveaway, beacon: Beacon | None) -> Iterable[Event]:
    entries = [entrant.entry for entrant in giveaway.entries.values()]
    if not entries:
        yield _over(ctx, giveaway, "nobody")
        return
    picked = picks(giveaway.seed, entries, beacon.randomness if beacon else "")
    (winner,) = giveaway.pick(picked[:1])
    yield GiveawayDrawn(
        giveaway=giveaway.id,
        title=giveaway.title,
        item=_ref(ctx, giveaway),
        variant=giveaway.variant,
        entries=len(entries),
        winner=winner.person,
        picks=picked,
        seed=giveaway.seed,
        beacon=beacon,
        until=ctx.now + CLAIM_MS,
    )


def beacon_needs(ctx: Context, command: TellBeacon) -> Needs:
    known = ctx[Giveaways].known.get(command.giveaway)
    return _needs(ctx, known) if known else Needs()


def tell_beacon(ctx: Context, command: TellBeacon) -> Decision:
    """Draw with what the beacon has come to; one that comes too late changes nothing."""
    known = ctx[Giveaways].known.get(command.giveaway)
    if known is None or known.status != "frozen" or known.beacon is None:
        return Decision()
    if known.beacon.round != command.round:
        return Decision()
    beacon = Beacon(
        known.beacon.chain, command.round, command.signature, randomness(command.signature)
    )
    return Decision(_draw(ctx, known, beacon))


# --- the prize -----------------------------------------------------------------------------


def claim_needs(ctx: Context, command: ClaimPrize) -> Needs:
    known = ctx[Giveaways].known.get(command.giveaway)
    return _needs(ctx, known) if known else Needs()


def claim(ctx: Context, command: ClaimPrize) -> Decision:
    """The prize becomes an order of nothing, which its sponsor packs and sends."""
    me = ctx.me
    giveaway = ctx[Giveaways].known.get(command.giveaway)
    turn = giveaway.turn if giveaway else None
    if giveaway is None or turn is None or turn.person.id != me.id:
        raise NotFound("not_yours", "There is no prize for you to claim here.")
    if giveaway.status == "claimed":
        raise Conflict("prize_claimed", "You have claimed it. It is among your orders.")
    line = _line(ctx, giveaway)
    claimed = GiveawayClaimed(
        giveaway=giveaway.id,
        title=giveaway.title,
        item=_ref(ctx, giveaway),
        variant=giveaway.variant,
        winner=me,
    )
    ordered = GiveawayOrdered(
        giveaway=giveaway.id,
        user=me,
        sponsor=giveaway.sponsor.id,
        order=ctx.mint(),
        payment=ctx.mint(),
        address=command.address,
        line=line,
        offer=giveaway.offer,
    )
    return Decision([claimed, ordered], PrizeOrdered(ordered.order))


def _line(ctx: Context, giveaway: Giveaway) -> CartLine:
    """What the order says of the prize: as it was promised when entries opened."""
    offer = giveaway.offer
    item = ctx[RunOfShow].items[giveaway.item] if giveaway.item else None
    return CartLine(
        claim=ctx.mint() if item else "",
        item=item.id if item else "",
        listing=item.listing if item else "",
        number=item.number if item else 0,
        title=offer.title,
        photo=offer.photo,
        variant=offer.variant,
        variant_id=giveaway.variant or "",
        commission_percent=0,
        quantity=1,
        price=0,
        amount=0,
        until=ctx.now,
        offer=offer_id(offer),
    )


# --- what ends by itself -------------------------------------------------------------------


def _due_id(giveaway: Giveaway) -> str:
    return f"giveaway:{giveaway.id}"


def _ends(state: ShowState, giveaway: Giveaway) -> int | None:
    """When something happens to it by itself (ms)."""
    if giveaway.status == "open":
        return None if state.show.interrupted_at is not None else giveaway.ends_at
    if giveaway.status == "drawn" and _banned(state, giveaway.turn):
        return 0
    return giveaway.until


def _banned(state: ShowState, entrant: Entrant | None) -> bool:
    return entrant is not None and (entrant.person.id, "ban") in state[Moderation].sanctions


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    ends = (
        _ends(state, each)
        for each in state[Giveaways].known.values()
        if each.waiting and _due_id(each) not in aside
    )
    return min((at for at in ends if at is not None), default=None)


def _passed(ctx: Context) -> list[Giveaway]:
    return [
        each
        for each in ctx[Giveaways].known.values()
        if each.waiting and (at := _ends(ctx.state, each)) is not None and at <= ctx.now
    ]


def due_needs(ctx: Context) -> Needs:
    needs = Needs()
    for giveaway in _passed(ctx):
        needs.update(_needs(ctx, giveaway))
    return needs


def due(ctx: Context) -> Iterable[Due]:
    for giveaway in _passed(ctx):
        if giveaway.status == "open":
            yield Due(_due_id(giveaway), _freeze(ctx, giveaway))
        elif giveaway.status == "frozen":
            # The beacon has not come: the seed alone draws.
            yield Due(_due_id(giveaway), _draw(ctx, giveaway, None))
        else:
            yield Due(_due_id(giveaway), _next(ctx, giveaway))


def _next(ctx: Context, giveaway: Giveaway) -> Iterable[Event]:
    """The prize is the next one's who may have it, or nobody's."""
    former = giveaway.picked[giveaway.place]
    reason: PassReason = "banned" if _banned(ctx.state, former) else "unclaimed"
    place = giveaway.place + 1
    while place < len(giveaway.picked) and _banned(ctx.state, giveaway.picked[place]):
        place += 1
    if place == len(giveaway.picked):
        yield _over(ctx, giveaway, "unclaimed", former=former.person)
        return
    yield GiveawayPassed(
        giveaway=giveaway.id,
        title=giveaway.title,
        item=_ref(ctx, giveaway),
        variant=giveaway.variant,
        reason=reason,
        winner=giveaway.picked[place].person,
        former=former.person,
        place=place,
        entry=giveaway.picked[place].entry,
        left=len(giveaway.picked) - place - 1,
        until=ctx.now + CLAIM_MS,
    )


def follow(ctx: Context, records: Sequence[Record]) -> Iterable[Event]:
    """Entries end with the show and with the item; who is banned or of the team takes no part.

    What is frozen when the show ends is drawn: nobody can prevent that any more.
    """
    if ctx[Giveaways].running is None:
        return
    for record in records:
        giveaway = ctx[Giveaways].running
        if giveaway is None:
            return
        match record.event:
            case ShowEnded() if giveaway.status == "open":
                yield _over(ctx, giveaway, "show_over")
            case ItemRemoved(item=item) if item == giveaway.item and giveaway.status == "open":
                yield _over(ctx, giveaway, "gone")
            case UserBanned(user=user):
                yield from _out(giveaway, user, "banned")
            case ShowStaffed(user=user):
                yield from _out(giveaway, user, "team")


def _out(giveaway: Giveaway, user: Person, reason: OutReason) -> Iterable[Event]:
    """Take somebody out, as long as the entries are not known."""
    if giveaway.status == "open" and user.id in giveaway.entries:
        yield GiveawayLeft(giveaway.id, [user.id], reason)
