"""Any order of commands in two shows that share their stock keeps every promise.

`PlainRoom` checks after each event that replicas equal a fresh snapshot and after each refusal that
nothing has changed; here is what must hold over both shows. More examples:

    HYPOTHESIS_PROFILE=thorough python -m pytest tests/domain/test_machine.py
"""

from __future__ import annotations

import copy
import os
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from liveshow.domain.auctions.events import AuctionChanceOver, AuctionClosed, AuctionPutUp
from liveshow.domain.auctions.state import Auctions
from liveshow.domain.chat.events import ChatSaid
from liveshow.domain.checkout.events import PaymentClosed, PaymentSettled
from liveshow.domain.checkout.state import Checkout
from liveshow.domain.claims.events import ItemClaimed, ItemWaitlisted
from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.flash.state import Flashes
from liveshow.domain.giveaways import draw
from liveshow.domain.giveaways.decide import CLAIM_MS
from liveshow.domain.giveaways.events import (
    GiveawayClaimed,
    GiveawayDrawn,
    GiveawayEntered,
    GiveawayFrozen,
    GiveawayLeft,
    GiveawayOpened,
    GiveawayOver,
)
from liveshow.domain.giveaways.state import Giveaways
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.notes.events import ItemPromised
from liveshow.domain.notes.state import Notes
from liveshow.domain.offers.events import OfferAccepted, OfferCountered, OfferEnded, OfferMade
from liveshow.domain.offers.state import MAX_COUNTERS, PriceOffers
from liveshow.domain.polls.events import PollClosed, PollOpened
from liveshow.domain.polls.state import Polls
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.values import Person, Variant
from liveshow.errors import LiveshowError
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import (
    ADDRESS,
    BORIS,
    BUYERS,
    COHOST,
    EVERYONE,
    HANNA,
    MODERATOR,
    SECRET,
    PlainRoom,
    World,
    check_log_is_frozen,
)

_THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"

rooms = st.sampled_from(["salon", "market"])
buyers = st.sampled_from(BUYERS)
anybody = st.sampled_from(EVERYONE)
crew = st.sampled_from([HANNA, BORIS, COHOST, MODERATOR, *BUYERS[:1]])
team = st.sampled_from([COHOST, COHOST, MODERATOR])
listings = st.sampled_from(["scarf", "dress", "mug"])
variants = st.sampled_from([None, "dress-s", "dress-m", "scarf-one", "mug-one", "gone"])
quantities = st.sampled_from([1, 1, 1, 1, 2, 3, 100])
prices = st.sampled_from([50, 499, 500, 5_000, 6_000, 99_999_999])
promises = st.sampled_from(["", "wrapped", "signed", "steamed", "ironed", "boxed", "on Monday"])
pick = st.integers(0, 7)


class Shows(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world, salon, market = two_shows(self.new_world())
        self.rooms = {"salon": salon, "market": market}
        self.texts = 0
        # Time that each hold had left when its show was interrupted.
        self.left: dict[str, dict[str, int]] = {"salon": {}, "market": {}}

    def new_world(self) -> World:
        return World()

    # --- asking ----------------------------------------------------------------------------

    def ask(self, name: str, who: Person | None, command: Any) -> dict[str, Any] | str:
        """Return the answer, or the code of the refusal; check what must hold for each step."""
        room = self.rooms[name]
        room.tick()
        self.check_nobody_waits_in_vain(room)
        before = room.state.seq
        answer = room.batch(c.Envelope(command, who))[0]
        self.check_cap(room, before)
        self.check_floor(room, before)
        self.check_nobody_waits_in_vain(room)
        self.share()
        return answer.code if isinstance(answer, LiveshowError) else answer

    def share(self) -> None:
        """Every other room hears that stock has changed."""
        for _ in range(2):
            for room in self.rooms.values():
                room.tick()
                self.check_nobody_waits_in_vain(room)

    def one_of(self, values: Any, index: int) -> str:
        found = list(values)
        return found[index % len(found)] if found else "nothing"

    def item(self, name: str, listing: str) -> str:
        found = self.rooms[name].state[RunOfShow].by_listing(listing)
        return found.id if found else "nothing"

    # --- buying ----------------------------------------------------------------------------

    @rule(
        name=rooms,
        who=buyers | buyers | anybody,
        listing=listings,
        variant=variants,
        quantity=quantities,
    )
    def claim(
        self, name: str, who: Person, listing: str, variant: str | None, quantity: int
    ) -> None:
        state = self.rooms[name].state
        command = c.ClaimItem(item=self.item(name, listing), variant=variant, quantity=quantity)
        muted = state[Moderation].active(who.id, "mute", self.world.now)
        if not muted:
            self.ask(name, who, command)
            return
        # A mute takes nothing away: the same claim by the same person without it ends the same.
        twin = copy.deepcopy(self.rooms[name])
        del twin.state[Moderation].sanctions[who.id, "mute"]
        twin.world.check = False
        answer = twin.batch(c.Envelope(command, who))[0]
        theirs = answer.code if isinstance(answer, LiveshowError) else answer
        assert self.ask(name, who, command) == theirs

    @rule(
        name=rooms,
        who=buyers,
        verb=st.sampled_from(["sold", "Claim", "BUY"]),
        number=st.integers(0, 4),
        rest=st.sampled_from(["", " x2", " S", " x2 m", " x0", " XL", " x 3"]),
    )
    def claim_by_comment(self, name: str, who: Person, verb: str, number: int, rest: str) -> None:
        self.say(name, who, f"{verb} #{number}{rest}")

    @precondition(lambda self: self.all_claims())
    @rule(name=rooms, who=st.none() | buyers, index=pick)
    def release(self, name: str, who: Person | None, index: int) -> None:
        """By whoever holds it, or by somebody else."""
        claims = self.rooms[name].state[Claims].holds
        claim = self.one_of(claims, index)
        if who is None and claim in claims:
            who = claims[claim].buyer
        self.ask(name, who, c.Release(claim=claim))

    @precondition(lambda self: self.all_claims())
    @rule(name=rooms, who=crew, index=pick)
    def cancel(self, name: str, who: Person, index: int) -> None:
        claim = self.one_of(self.rooms[name].state[Claims].holds, index)
        self.ask(name, who, c.CancelClaim(claim=claim, reason=SECRET))

    @precondition(lambda self: self.all_claims())
    @rule(name=rooms, who=crew, index=pick, variant=variants, quantity=quantities)
    def change_claim(
        self, name: str, who: Person, index: int, variant: str | None, quantity: int
    ) -> None:
        claim = self.one_of(self.rooms[name].state[Claims].holds, index)
        change = c.ChangeClaim(claim=claim, variant=variant, quantity=quantity, reason=SECRET)
        self.ask(name, who, change)

    @precondition(lambda self: any(room.state[Claims]._entries_of for room in self.rooms.values()))
    @rule(name=rooms, who=buyers, index=pick)
    def leave_waitlist(self, name: str, who: Person, index: int) -> None:
        entries = sorted(self.rooms[name].state[Claims]._entries_of.get(who.id, ()))
        self.ask(name, who, c.LeaveWaitlist(entry=self.one_of(entries, index)))

    @precondition(lambda self: self.all_claims())
    @rule(index=pick)
    def checkout(self, index: int) -> None:
        """Whoever holds something goes to checkout."""
        held = [(name, claim) for name, r in self.rooms.items() for claim in r.holds()]
        name, claim = held[index % len(held)]
        self.ask(name, claim.buyer, self.rooms[name].checkout(claim.buyer))

    @precondition(lambda self: self.all_claims())
    @rule(index=pick, status=st.sampled_from(["cancelled", "failed"]))
    def checkout_again(self, index: int, status: Any) -> None:
        """The buyer gives a checkout up and starts another one with the same holds."""
        held = [(name, claim) for name, r in self.rooms.items() for claim in r.holds()]
        name, claim = held[index % len(held)]
        if claim.payment:
            self.ask(name, None, c.ClosePayment(claim.payment, status))
        self.ask(name, claim.buyer, self.rooms[name].checkout(claim.buyer))

    @precondition(lambda self: self.world.payments)
    @rule(index=pick, status=st.sampled_from(["cancelled", "failed"]))
    def close_payment(self, index: int, status: Any) -> None:
        payment = self.one_of(reversed(self.world.payments), index)
        self.ask(self.world.payments[payment].show, None, c.ClosePayment(payment, status))

    @precondition(lambda self: self.world.payments)
    @rule(index=pick, times=st.sampled_from([1, 1, 2]))
    def settle(self, index: int, times: int) -> None:
        """In time, late, again: whatever payment there ever was, the newest first."""
        payment = self.one_of(reversed(self.world.payments), index)
        room = self.rooms[self.world.payments[payment].show]
        answers = room.batch(*[c.Envelope(c.SettlePayment(payment))] * times)
        assert all(isinstance(answer, dict) for answer in answers)
        assert len({str(answer).replace("refunding", "refunded") for answer in answers}) == 1
        self.share()

    @precondition(lambda self: self.world.orders)
    @rule(index=pick, what=st.sampled_from(["pack", "ship", "ship", "cancel", "refund", "part"]))
    def after_the_sale(self, index: int, what: str) -> None:
        """Orders are packed, sent and taken back, the newest first."""
        order = self.world.orders[self.one_of(reversed(self.world.orders), index)]
        name = self.world.payments[order.payment].show
        if what == "pack" and order.status == "paid":
            self.world.pack(order.id)
        elif what == "ship":
            self.ask(name, order.owner, c.ShipOrder(order.id, "Post", ""))
        elif what == "cancel":
            self.ask(name, order.buyer, c.CancelOrder(order.id))
        elif what != "pack":
            part = 1 if what == "part" else None
            self.ask(name, order.owner, c.RefundOrder(order.id, "Torn", part))

    @invariant()
    def what_has_left_carries_nothing_new(self) -> None:
        for room in self.rooms.values():
            checkout = room.state[Checkout]
            for parcel in checkout.paid.values():
                assert parcel, "a parcel that nobody pays for is kept"
                for order, paid in parcel.items():
                    assert not paid.pieces or self.world.orders[order].status in ("paid", "packed")
            for parcels in checkout.sent.values():
                assert parcels
                assert all(parcels.values())
        for each in self.world.orders.values():
            assert 0 <= each.refunded <= each.total
            assert sum(line.amount for line in each.ledger) == 0

    @rule(ms=st.sampled_from([1, 1_000, 5_000, 59_000, 120_000, 299_999, 300_000, 900_000]))
    def wait(self, ms: int) -> None:
        self.world.wait(ms)
        held = {name: set(room.state[Claims].holds) for name, room in self.rooms.items()}
        self.share()
        for name, room in self.rooms.items():
            if room.state.show.status == "interrupted":
                assert held[name] <= set(room.state[Claims].holds), (
                    "a hold expired while timers stand"
                )

    # --- run of show -----------------------------------------------------------------------

    @rule(name=rooms, who=crew, listing=listings, price=st.none() | prices)
    def add(self, name: str, who: Person, listing: str, price: int | None) -> None:
        self.ask(name, who, c.Add(listing=listing, price=price))

    @rule(name=rooms, who=team, listing=listings)
    def remove(self, name: str, who: Person, listing: str) -> None:
        self.ask(name, who, c.Remove(item=self.item(name, listing)))

    @rule(name=rooms, who=crew, listing=listings, to=st.integers(0, 4))
    def move(self, name: str, who: Person, listing: str, to: int) -> None:
        self.ask(name, who, c.Move(item=self.item(name, listing), to=to))

    @rule(name=rooms, who=crew, listing=listings, pinned=st.booleans())
    def pin(self, name: str, who: Person, listing: str, pinned: bool) -> None:
        self.ask(name, who, c.Pin(item=self.item(name, listing)) if pinned else c.Unpin())

    @rule(name=rooms, who=crew, listing=listings, price=prices)
    def reprice(self, name: str, who: Person, listing: str, price: int) -> None:
        self.ask(name, who, c.Reprice(item=self.item(name, listing), price=price))
        found = self.rooms[name].state[RunOfShow].by_listing(listing)
        if found and not found.removed and found.lending:
            assert found.price >= found.lending.floor

    @rule(name=rooms, who=crew, listing=listings, variant=variants, quantity=st.integers(0, 6))
    def restock(
        self, name: str, who: Person, listing: str, variant: str | None, quantity: int
    ) -> None:
        item = self.item(name, listing)
        self.ask(name, who, c.Restock(item=item, variant=variant, quantity=quantity))

    @rule(name=rooms, who=crew, listing=listings, text=promises, index=st.none() | pick)
    def promise(self, name: str, who: Person, listing: str, text: str, index: int | None) -> None:
        """Another one, or one instead of what is promised; nothing at all instead of it."""
        item = self.item(name, listing)
        made = self.rooms[name].state[Notes].promised(item).in_force
        replaced = made[index % len(made)].id if made and index is not None else None
        self.ask(name, who, c.MakePromise(item=item, text=text, promise=replaced))
        self.ask(name, who, c.PinNote(text=text))

    # --- the closet ------------------------------------------------------------------------

    @rule(listing=listings, archived=st.booleans())
    def edit_listing(self, listing: str, archived: bool) -> None:
        self.texts += 1
        self.world.edit(listing, title=f"Edition {self.texts}", archived=archived)
        self.share()

    @rule(back=st.booleans())
    def change_sizes(self, back: bool) -> None:
        """The dress loses the sizes that nobody holds or has bought; they may come back."""
        small, medium = Variant("dress-s", "S", 0), Variant("dress-m", "M", 0)
        stays = [small, medium]
        if not back and self.world.stock["dress-m"][1:] == (0, 0):
            stays = [small]
        self.world.edit("dress", variants=stays)
        self.share()

    @rule(name=rooms, who=buyers, listing=listings)
    def edit_in_the_same_batch(self, name: str, who: Person, listing: str) -> None:
        """Facts are read before the batch: what happens in it must not be forgotten."""
        room = self.rooms[name]
        self.texts += 1
        self.world.listings[listing] = replace(
            self.world.listings[listing], title=f"Edition {self.texts}"
        )
        claim = c.Envelope(c.ClaimItem(item=self.item(name, listing), variant=None), who)
        room.batch(claim, c.Envelope(c.ListingChanged(listing)), claim)
        self.share()

    @rule(index=pick, active=st.booleans(), floor=prices, expires=st.none() | st.just(100_000))
    def change_mandate(self, index: int, active: bool, floor: int, expires: int | None) -> None:
        mandate = self.world.mandates[index % len(self.world.mandates)]
        mandate.active, mandate.floor = active, floor
        mandate.expires_at = None if expires is None else self.world.now + expires
        self.world.tell(mandate.listing)
        self.share()

    # --- the course of the show ------------------------------------------------------------

    @rule(name=rooms, how=st.sampled_from([c.StreamDown(), c.Pause(), c.StreamDown("restart")]))
    def interrupt(self, name: str, how: Any) -> None:
        room = self.rooms[name]
        was = room.state.show.status
        self.ask(name, room.state.show.host, how)
        if was == "live" and room.state.show.status == "interrupted":
            since = room.state.show.interrupted_at
            assert since is not None
            self.left[name] = {claim.id: claim.until - since for claim in room.holds()}

    @rule(name=rooms, how=st.sampled_from([c.StreamUp(), c.Resume(), c.StreamUp()]))
    def go_on(self, name: str, how: Any) -> None:
        room = self.rooms[name]
        was = room.state.show.status
        since, claims = room.state.show.interrupted_at, dict(room.state[Claims].holds)
        left = {claim.id: claim.until - (since or 0) for claim in claims.values()}
        paying = {claim.id for claim in claims.values() if claim.extended}
        self.ask(name, room.state.show.host, how)
        if was == "interrupted" and room.state.show.status == "live":
            for claim in room.holds():
                assert claim.until - self.world.now == left[claim.id]
                before = self.left[name].get(claim.id)
                assert before is None or claim.id in paying or left[claim.id] == before

    @rule(name=rooms, really=st.integers(0, 9))
    def end(self, name: str, really: int) -> None:
        if really == 0:
            self.ask(name, self.rooms[name].state.show.host, c.End())

    @rule(name=rooms, who=crew, cap=st.integers(1, 3), seconds=st.sampled_from([30, 300]))
    def configure(self, name: str, who: Person, cap: int, seconds: int) -> None:
        changes = c.Configure(claims_per_buyer=cap, hold_seconds=seconds, shipping_cap=cap * 100)
        self.ask(name, who, changes)

    @rule(name=rooms, who=buyers, role=st.sampled_from(["cohost", "moderator", None]))
    def staff(self, name: str, who: Person, role: Any) -> None:
        command = (
            c.AppointStaff(user=who.handle, role=role) if role else c.DismissStaff(user=who.handle)
        )
        self.ask(name, self.rooms[name].state.show.host, command)

    # --- chat and moderation ---------------------------------------------------------------

    def say(self, name: str, who: Person, text: str) -> dict[str, Any] | str:
        room = self.rooms[name]
        muted = room.state[Moderation].active(who.id, "mute", self.world.now) is not None
        before = len(room.log)
        answer = self.ask(name, who, c.Chat(text=text))
        if muted:
            for _, _, event in room.log[before:]:
                assert not isinstance(event, ChatSaid) or event.user.id != who.id
            assert not any(text in sent for sent in room.sent[True][before:])
        return answer

    @rule(name=rooms, who=anybody)
    def chat(self, name: str, who: Person) -> None:
        self.texts += 1
        self.say(name, who, f"unique-text-{self.texts}")

    @rule(name=rooms)
    def silence_a_moderator(self, name: str) -> None:
        """The host mutes one of the team, who tries what they can."""
        room = self.rooms[name]
        host = room.state.show.host
        self.ask(name, host, c.Mute(user=MODERATOR.id, seconds=60, reason=SECRET))
        self.announce(name, MODERATOR)
        self.lift(name, MODERATOR, MODERATOR, ban=False)
        self.chat(name, MODERATOR)

    @rule(name=rooms, who=crew)
    def announce(self, name: str, who: Person) -> None:
        room = self.rooms[name]
        muted = room.state[Moderation].active(who.id, "mute", self.world.now)
        answer = self.ask(name, who, c.Announce(text="Listen"))
        assert not muted or isinstance(answer, str), "a muted moderator was heard"

    @rule(
        name=rooms,
        who=crew,
        whom=anybody,
        ban=st.integers(0, 3),
        seconds=st.none() | st.just(60),
    )
    def sanction(self, name: str, who: Person, whom: Person, ban: int, seconds: int | None) -> None:
        room = self.rooms[name]
        kind = c.Mute if ban else c.Ban
        held = {
            claim.id
            for claim in room.state[Claims].held_by(whom.id)
            if claim.until > self.world.now
        }
        self.ask(name, who, kind(user=whom.id, seconds=seconds, reason=SECRET))
        assert {claim.id for claim in room.state[Claims].held_by(whom.id)} >= held

    @rule(name=rooms, who=crew, whom=anybody, ban=st.booleans())
    def lift(self, name: str, who: Person, whom: Person, ban: bool) -> None:
        room = self.rooms[name]
        muted = room.state[Moderation].active(who.id, "mute", self.world.now)
        self.ask(name, who, (c.Unban if ban else c.Unmute)(user=whom.id))
        if muted and who is whom:
            assert room.state[Moderation].active(who.id, "mute", self.world.now), (
                "lifted their own mute"
            )

    @rule(name=rooms, who=crew, index=st.integers(0, 200), how=st.integers(0, 2))
    def moderate(self, name: str, who: Person, index: int, how: int) -> None:
        """Delete, restore or undo; mostly what exists."""
        log = self.rooms[name].log
        wanted = (("chat.said", "chat.announced"), ("chat.said",), ("chat.", "user."))[how]
        seqs = [seq for seq, _, event in log if event.type.startswith(wanted)]
        seq = seqs[index % len(seqs)] if seqs else 1
        commands = (c.Delete(message=seq, reason=SECRET), c.Restore(message=seq), c.Undo(seq=seq))
        self.ask(name, who, commands[how])

    @rule(
        name=rooms,
        who=crew,
        command=st.sampled_from(
            [
                c.Slow(seconds=30),
                c.Slow(seconds=0),
                c.Restrict(mode="followers"),
                c.Restrict(mode="everyone"),
                c.BlockWord(word=SECRET),
                c.UnblockWord(word=SECRET),
            ]
        ),
    )
    def chat_settings(self, name: str, who: Person, command: Any) -> None:
        self.ask(name, who, command)

    # --- polls -----------------------------------------------------------------------------

    def poll_of(self, name: str) -> str:
        newest = self.rooms[name].state[Polls].newest
        return newest.id if newest else "nothing"

    @rule(name=rooms, who=crew, seconds=st.sampled_from([30, 600]))
    def open_poll(self, name: str, who: Person, seconds: int) -> None:
        poll = c.OpenPoll(question="Which?", options=["One", "Other", "None"], seconds=seconds)
        self.ask(name, who, poll)

    @rule(name=rooms, who=anybody, option=st.integers(0, 3))
    def vote(self, name: str, who: Person, option: int) -> None:
        room = self.rooms[name]
        room.tick()
        poll = room.state[Polls].newest
        voted = poll is not None and who.id in poll.votes
        answer = self.ask(name, who, c.Vote(poll=self.poll_of(name), option=option))
        assert not voted or isinstance(answer, str), "voted twice"

    @rule(name=rooms, who=crew)
    def end_poll(self, name: str, who: Person) -> None:
        self.ask(name, who, c.EndPoll(poll=self.poll_of(name)))

    @invariant()
    def polls_end_one_after_the_other_with_every_vote_counted(self) -> None:
        for room in self.rooms.values():
            opened = [event.poll for event in room.happened(PollOpened)]
            closed = [event.poll for event in room.happened(PollClosed)]
            newest = room.state[Polls].newest
            assert opened[: len(closed)] == closed
            assert len(opened) - len(closed) == int(room.state[Polls].open is not None)
            assert room.state[Polls].open is None or room.state.show.on_air
            if newest:
                assert newest.counts == [
                    list(newest.votes.values()).count(option) for option in range(3)
                ]
            if newest and newest.closed_at is not None:
                assert room.happened(PollClosed)[-1].counts == newest.counts

    # --- auctions --------------------------------------------------------------------------

    def auction_of(self, name: str, index: int) -> str:
        return self.one_of(self.rooms[name].state[Auctions].known, index)

    @rule(
        name=rooms,
        who=crew,
        listing=listings,
        variant=variants,
        units=st.sampled_from([1, 1, 2]),
        prepare=st.booleans(),
        start=prices,
        reserve=st.none() | prices,
        sudden=st.booleans(),
    )
    def put_up(
        self,
        name: str,
        who: Person,
        listing: str,
        variant: str | None,
        units: int,
        start: int,
        reserve: int | None,
        sudden: bool,
        prepare: bool,
    ) -> None:
        item = self.item(name, listing)
        ask = c.PutUp(
            item=item,
            variant=variant,
            quantity=units,
            start_price=start,
            reserve=reserve,
            seconds=10,
            sudden_death=sudden,
            prepare=prepare,
        )
        self.ask(name, who, ask)

    @rule(name=rooms, who=crew, index=pick)
    def open_auction(self, name: str, who: Person, index: int) -> None:
        self.ask(name, who, c.OpenAuction(auction=self.auction_of(name, index)))

    @rule(
        name=rooms,
        who=anybody,
        index=pick,
        steps=st.integers(-1, 20),
        more=st.none() | st.integers(-1, 20),
        sure=st.booleans(),
        again=st.none() | st.booleans(),
    )
    def bid(
        self,
        name: str,
        who: Person,
        index: int,
        steps: int,
        more: int | None,
        sure: bool,
        again: bool | None,
    ) -> None:
        room = self.rooms[name]
        room.tick()
        auction = self.auction_of(name, index)
        known = room.state[Auctions].known.get(auction)
        price = known.stands.price if known else 100
        amount = max(1, min(price + 100 * steps, 99_999_999))
        before = known.stands if known else None
        most = None if more is None else max(1, min(amount + 100 * more, 99_999_999))
        ask = c.PlaceBid(
            auction=auction, amount=amount, maximum=most, sure=sure, second_chance=again
        )
        answer = self.ask(name, who, ask)
        if known and before and not isinstance(answer, str):
            assert known.stands.price >= before.price
            assert who.id not in (known.item, room.state.show.host.id)

    @rule(name=rooms, who=crew, index=pick)
    def cancel_auction(self, name: str, who: Person, index: int) -> None:
        room = self.rooms[name]
        room.tick()
        auction = self.auction_of(name, index)
        known = room.state[Auctions].known.get(auction)
        bid = known is not None and bool(known.maxima)
        answer = self.ask(name, who, c.CancelAuction(auction=auction))
        assert not bid or answer in ("has_bids", "forbidden", "banned"), (
            "took back what was bid for"
        )

    @precondition(lambda self: any(r.state[Auctions].wins for r in self.rooms.values()))
    @rule(name=rooms, who=st.none() | buyers, index=pick, yes=st.booleans())
    def answer_chance(self, name: str, who: Person | None, index: int, yes: bool) -> None:
        """By whoever is asked, or by somebody else; when nobody is, a winner gives it back."""
        room = self.rooms[name]
        room.tick()
        chances = room.state[Auctions].chances()
        if not chances:
            wins = [win for win in room.state[Auctions].wins.values() if win.claim]
            claim = room.state[Claims].holds[wins[index % len(wins)].claim or ""] if wins else None
            if claim:
                self.ask(name, claim.buyer, c.Release(claim=claim.id))
            return
        win, chance = chances[index % len(chances)]
        own = who is None or who.id == chance.user.id
        kind = c.TakeChance if yes else c.DeclineChance
        answer = self.ask(name, chance.user if who is None else who, kind(chance=chance.id))
        if not isinstance(answer, str):
            assert own, "took the chance of somebody else"
            assert chance.price <= win.maxima[chance.user.id].amount or not yes
            assert chance.price >= (win.reserve or 0)

    @invariant()
    def what_was_won_is_held_by_its_claim_or_offered(self) -> None:
        for room in self.rooms.values():
            for win in room.state[Auctions].wins.values():
                assert (win.claim is None) is (win.chance is not None)
                assert win.claim is None or win.claim in room.state[Claims].holds
                if win.chance:
                    assert win.chance.user.id not in win.out
                    assert win.chance.user.id in win.willing
            held = {win.claim for win in room.state[Auctions].wins.values()}
            assert {c.id for c in room.holds() if c.via == "auction"} <= held

    @invariant()
    def auctions_are_won_once_above_every_floor(self) -> None:
        for room in self.rooms.values():
            known = room.state[Auctions].known
            assert sum(auction.open for auction in known.values()) <= 1
            assert room.state.show.status != "ended" or not known
            sold = [event for event in room.happened(AuctionClosed) if event.winner]
            won = [event for event in room.happened(ItemClaimed) if event.via == "auction"]
            taken = {e.claim for e in room.happened(AuctionChanceOver) if e.claim}
            assert [(e.claim, e.winner, e.price, e.item) for e in sold] == [
                (e.hold.claim, e.hold.user, e.hold.price, e.item)
                for e in won
                if e.hold.claim not in taken
            ]
            assert {e.hold.claim for e in won} == taken | {e.claim for e in sold}
            units = [(event.auction, event.unit) for event in room.happened(AuctionClosed)]
            assert len(units) == len(set(units))
            reserves = {event.auction: event.reserve for event in room.happened(AuctionPutUp)}
            assert all(event.price >= (reserves[event.auction] or 0) for event in sold)

    # --- flash prices ----------------------------------------------------------------------

    @rule(
        name=rooms,
        who=crew,
        listing=listings,
        price=prices,
        seconds=st.sampled_from([10, 60, 1_200]),
        quantity=st.none() | st.integers(1, 3),
        cap=st.none() | st.integers(1, 2),
    )
    def start_flash(
        self,
        name: str,
        who: Person,
        listing: str,
        price: int,
        seconds: int,
        quantity: int | None,
        cap: int | None,
    ) -> None:
        item = self.item(name, listing)
        self.ask(
            name,
            who,
            c.StartFlash(item=item, price=price, seconds=seconds, quantity=quantity, per_buyer=cap),
        )

    @rule(name=rooms, who=crew, listing=listings)
    def end_flash(self, name: str, who: Person, listing: str) -> None:
        self.ask(name, who, c.EndFlash(item=self.item(name, listing)))

    @rule(name=rooms, who=buyers, listing=listings, price=prices, quantity=quantities)
    def claim_at_a_price(
        self, name: str, who: Person, listing: str, price: int, quantity: int
    ) -> None:
        """Nobody who says what they were shown gets a claim or a place that costs more."""
        room, item = self.rooms[name], self.item(name, listing)
        claim = c.ClaimItem(item=item, quantity=quantity, price=price)
        answer = self.ask(name, who, claim)
        if isinstance(answer, str):
            return
        held = room.state[Claims].holds.get(answer.get("claim", ""))
        entry = room.state[Claims].entry(who.id, answer.get("entry", ""))
        assert held is None or held.price <= price
        assert held is not None or entry is None or entry.offer.price <= price

    @invariant()
    def flash_prices_count_every_piece_and_keep_every_limit(self) -> None:
        for room in self.rooms.values():
            state = room.state
            assert state.show.on_air or not state[Flashes].known
            for item_id, flash in state[Flashes].known.items():
                assert not state[RunOfShow].items[item_id].removed
                assert flash.taken == sum(each.quantity for each in flash.pieces.values())
                assert flash.quantity is None or flash.taken <= flash.quantity
                for buyer in {each.buyer for each in flash.pieces.values()}:
                    own = [e.quantity for e in flash.pieces.values() if e.buyer == buyer]
                    assert flash.of(buyer) == sum(own)
                    assert flash.per_buyer is None or sum(own) <= flash.per_buyer
                there = {
                    *state[Claims].holds,
                    *(entry.id for entry in state[Claims].waitlist(item_id)),
                }
                assert {key for key, each in flash.pieces.items() if each.status != "sold"} <= there

    # --- giveaways -------------------------------------------------------------------------

    def giveaway_of(self, name: str) -> str:
        newest = self.rooms[name].state[Giveaways].newest
        return newest.id if newest else "nothing"

    @rule(
        name=rooms,
        who=crew,
        listing=st.none() | listings,
        variant=variants,
        may=st.sampled_from(["everyone", "everyone", "followers", "buyers"]),
        beacon=st.booleans(),
    )
    def give_away(
        self,
        name: str,
        who: Person,
        listing: str | None,
        variant: str | None,
        may: Any,
        beacon: bool,
    ) -> None:
        self.world.rules = replace(self.world.rules, giveaways_for_buyers=True, beacon=beacon)
        item = self.item(name, listing) if listing else None
        ask = c.OpenGiveaway(title="A gift", item=item, variant=variant, seconds=60, who=may)
        self.ask(name, who, ask)

    @rule(name=rooms, who=buyers | buyers | anybody, away=st.booleans())
    def enter(self, name: str, who: Person, away: bool) -> None:
        room = self.rooms[name]
        room.tick()
        known = room.state[Giveaways].newest
        entered = known is not None and who.id in known.entries
        answer = self.ask(name, who, c.Enter(giveaway=self.giveaway_of(name)))
        assert not entered or isinstance(answer, str), "entered twice"
        (self.world.away.add if away else self.world.away.discard)(who.id)

    @rule(name=rooms, who=crew)
    def cancel_giveaway(self, name: str, who: Person) -> None:
        self.ask(name, who, c.CancelGiveaway(giveaway=self.giveaway_of(name)))

    @rule(name=rooms, number=st.integers(-1, 0))
    def beacon_comes(self, name: str, number: int) -> None:
        running = self.rooms[name].state[Giveaways].running
        if running and running.beacon:
            told = c.TellBeacon(running.id, running.beacon.round + number, "ab" * 48)
            self.ask(name, None, told)

    @precondition(lambda self: any(r.state[Giveaways].drawn() for r in self.rooms.values()))
    @rule(name=rooms, index=pick, who=st.none() | buyers, later=st.booleans())
    def claim_prize(self, name: str, index: int, who: Person | None, later: bool) -> None:
        """By whoever won it, or by somebody else; or the next one gets it."""
        waiting = self.rooms[name].state[Giveaways].drawn()
        if not waiting:
            return
        giveaway = waiting[index % len(waiting)]
        if later:
            self.wait(CLAIM_MS)
        turn = giveaway.turn
        answer = self.ask(name, who or (turn and turn.person), c.ClaimPrize(giveaway.id, ADDRESS))
        if turn and who and who.id != turn.person.id:
            assert isinstance(answer, str)

    @invariant()
    def giveaways_are_drawn_from_what_was_published_and_claimed_once(self) -> None:
        for room in self.rooms.values():
            known = room.state[Giveaways].known
            assert sum(each.status in ("open", "frozen") for each in known.values()) <= 1
            promised = {event.giveaway: event.commitment for event in room.happened(GiveawayOpened)}
            frozen = {event.giveaway: event for event in room.happened(GiveawayFrozen)}
            entries: dict[str, dict[str, str]] = {}
            for _, _, event in room.unlogged:
                if isinstance(event, GiveawayEntered):
                    entries.setdefault(event.giveaway, {})[event.user.id] = event.entry
                elif isinstance(event, GiveawayLeft):
                    for user in event.users:
                        del entries[event.giveaway][user]
            drawn = room.happened(GiveawayDrawn)
            assert len({event.giveaway for event in drawn}) == len(drawn)
            for event in drawn:
                own = list(entries[event.giveaway].values())
                randomness = event.beacon.randomness if event.beacon else ""
                assert draw.commitment(event.seed) == promised[event.giveaway]
                assert draw.entries_hash(own) == frozen[event.giveaway].entries_hash
                assert draw.picks(event.seed, own, randomness) == event.picks
            ended = [event.giveaway for event in room.happened(GiveawayClaimed)]
            ended += [event.giveaway for event in room.happened(GiveawayOver)]
            assert len(set(ended)) == len(ended)
            waiting = {each.id for each in known.values() if each.waiting}
            assert waiting == set(promised) - set(ended)

    def check_floor(self, room: PlainRoom, since: int) -> None:
        """What was claimed in this step costs no less than the owner allows.

        An auction keeps the floor that there was when it was prepared.
        """
        for seq, _, event in room.log:
            if seq > since and isinstance(event, ItemClaimed) and event.via != "auction":
                lending = room.state[RunOfShow].items[event.item].lending
                assert lending is None or event.hold.price >= lending.floor

    # --- offers ----------------------------------------------------------------------------

    @rule(
        name=rooms,
        who=buyers | anybody,
        listing=listings,
        variant=variants,
        quantity=st.sampled_from([1, 1, 2]),
        percent=st.sampled_from([20, 40, 60, 80, 99, 100]),
    )
    def offer(
        self,
        name: str,
        who: Person,
        listing: str,
        variant: str | None,
        quantity: int,
        percent: int,
    ) -> None:
        found = self.rooms[name].state[RunOfShow].by_listing(listing)
        amount = max(1, (found.price if found else 100) * percent // 100)
        item = self.item(name, listing)
        ask = c.MakeOffer(item=item, variant=variant, quantity=quantity, amount=amount)
        self.ask(name, who, ask)

    @precondition(lambda self: any(r.state[PriceOffers].standing for r in self.rooms.values()))
    @rule(
        index=pick,
        who=st.none() | anybody,
        how=st.sampled_from(["accept", "accept", "counter", "decline", "withdraw"]),
        percent=st.integers(0, 100),
    )
    def answer_offer(self, index: int, who: Person | None, how: str, percent: int) -> None:
        """By somebody, or by the side whose turn it is."""
        name, room = next((n, r) for n, r in self.rooms.items() if r.state[PriceOffers].standing)
        known = room.state[PriceOffers].standing
        offer = known[self.one_of(known, index)]
        price = room.state[RunOfShow].items[offer.item].price
        if who is None:
            who = offer.buyer if offer.turn == "buyer" else room.state.show.host
        match how:
            case "withdraw":
                self.ask(name, offer.buyer, c.WithdrawOffer(offer=offer.id))
            case "counter":
                amount = offer.offered + (price - offer.offered) * percent // 100
                self.ask(name, who, c.AnswerOffer(offer=offer.id, counter=max(1, amount)))
            case _:
                self.ask(name, who, c.AnswerOffer(offer=offer.id, accept=how == "accept"))

    @invariant()
    def offers_come_to_one_end_and_one_hold_above_every_floor(self) -> None:
        for room in self.rooms.values():
            state = room.state
            made = [event.offer for event in room.happened(OfferMade)]
            ends = [
                *(event.offer for event in room.happened(OfferAccepted)),
                *(event.offer for event in room.happened(OfferEnded)),
            ]
            assert len(ends) == len(set(ends))
            assert set(made) == set(ends) | set(state[PriceOffers].standing)
            accepted = {event.claim: event for event in room.happened(OfferAccepted)}
            held = {e.hold.claim: e for e in room.happened(ItemClaimed) if e.via == "offer"}
            assert accepted.keys() == held.keys()
            for claim, event in accepted.items():
                assert held[claim].hold.user == event.user
                assert held[claim].hold.price == event.amount
            countered = [event.offer for event in room.happened(OfferCountered)]
            assert all(countered.count(offer) <= MAX_COUNTERS for offer in set(countered))
            for offer in state[PriceOffers].standing.values():
                item = state[RunOfShow].items[offer.item]
                assert not item.removed
                assert offer.amount >= (item.lending.floor if item.lending else 0)
                assert offer.amount < item.price
                assert not state.show.may(offer.buyer.id, "sell")
                assert state.show.status != "ended"

    # --- what must always hold -------------------------------------------------------------

    def check_nobody_waits_in_vain(self, room: PlainRoom) -> None:
        for item_id, line in room.state[Claims].waitlists.items():
            free = {v.id: v.available for v in room.state[RunOfShow].items[item_id].variants}
            for entry in line:
                assert entry.variant in free, "waits for what does not exist any more"
                assert free[entry.variant] < entry.quantity, f"{entry} could be had"

    def check_cap(self, room: PlainRoom, since: int) -> None:
        """Whoever has just claimed has no more than one may have at a time."""
        state = room.state
        for seq, _, event in room.log:
            if seq <= since or not isinstance(event, ItemClaimed | ItemWaitlisted):
                continue
            if isinstance(event, ItemClaimed) and event.via == "waitlist":
                continue
            user = event.hold.user if isinstance(event, ItemClaimed) else event.user
            own = [held for held in state[Claims].held_by(user.id) if held.item == event.item]
            waiting = state[Claims].waiting_of(user.id, event.item)
            pieces = sum(held.quantity for held in (*own, *waiting))
            assert pieces <= state.show.claims_per_buyer

    def all_claims(self) -> list[Claim]:
        return [claim for room in self.rooms.values() for claim in room.holds()]

    @invariant()
    def stock_is_exact_over_both_shows(self) -> None:
        for variant, (quantity, held, sold) in self.world.stock.items():
            assert held >= 0
            assert sold >= 0
            assert held + sold <= quantity
            claims = [claim for claim in self.all_claims() if claim.variant == variant]
            kept = [
                auction.quantity - auction.unit + 1
                for room in self.rooms.values()
                for auction in room.state[Auctions].known.values()
                if auction.variant == variant
            ]
            offered = [
                win
                for room in self.rooms.values()
                for win, _ in room.state[Auctions].chances()
                if win.variant == variant
            ]
            prizes = [
                giveaway
                for room in self.rooms.values()
                for giveaway in room.state[Giveaways].known.values()
                if giveaway.variant == variant and giveaway.waiting
            ]
            waiting = sum(kept) + len(offered) + len(prizes)
            assert held == sum(claim.quantity for claim in claims) + waiting
            assert sold == self.world.sales.get(variant, 0)

    @invariant()
    def no_claim_is_in_two_payments_or_sold_twice(self) -> None:
        assert len(self.world.sold_claims) == len(set(self.world.sold_claims))
        for room in self.rooms.values():
            paying = [
                (claim, payment.id)
                for payment in room.state[Checkout].payments.values()
                for claim in payment.claims
            ]
            assert len(paying) == len({claim for claim, _ in paying})
            marked = {(c.id, c.payment) for c in room.state[Claims].holds.values() if c.payment}
            assert marked == set(paying)
            for payment in room.state[Checkout].payments.values():
                untils = [room.state[Claims].holds[claim].until for claim in payment.claims]
                assert payment.until == min(untils)

    @invariant()
    def what_a_buyer_was_promised_stays(self) -> None:
        for room in self.rooms.values():
            kept = _promised_with_claims(room)
            for claim in room.holds():
                assert room.state.machine.promises(room.state, claim.id) == kept[claim.id]
            assert set(room.state[Notes].frozen) <= set(room.state[Claims].holds)
            for settled in room.happened(PaymentSettled):
                for line in (line for order in settled.orders for line in order.parcel.lines):
                    assert line.promises == kept[line.claim]

    @invariant()
    def payments_are_charged_once_and_ledgers_balance(self) -> None:
        for room in self.rooms.values():
            settled = [event.payment for event in room.happened(PaymentSettled)]
            assert len(settled) == len(set(settled))
            closed = [
                event.payment
                for event in room.happened(PaymentClosed)
                if event.status == "refunded"
            ]
            assert len(closed) == len(set(closed))
            assert not set(settled) & set(closed)
        for payment in self.world.payments.values():
            if payment.status == "succeeded":
                charged = 0
                for order in payment.orders:
                    amounts = [line.amount for line in order.ledger]
                    assert sum(amounts) == 0
                    charged += order.parcel.total
                assert charged == payment.amount

    @invariant()
    def indexes_say_what_the_state_says(self) -> None:
        for room in self.rooms.values():
            state = room.state
            claims: dict[str, set[str]] = {}
            for claim in state[Claims].holds.values():
                claims.setdefault(claim.buyer.id, set()).add(claim.id)
            assert state[Claims]._holds_of == claims
            entries: dict[str, set[str]] = {}
            for line in state[Claims].waitlists.values():
                for entry in line:
                    entries.setdefault(entry.buyer.id, set()).add(entry.id)
            known = state[Claims]._entries_of
            assert {who: set(own) for who, own in known.items()} == entries

    @invariant()
    def the_log_has_no_gaps(self) -> None:
        for room in self.rooms.values():
            assert [record.seq for record in room.log] == list(range(1, len(room.log) + 1))

    def teardown(self) -> None:
        check_log_is_frozen(list(self.rooms.values()))


def _promised_with_claims(room: PlainRoom) -> dict[str, list[str]]:
    """What the log says was promised when each claim was made."""
    in_force: dict[str, list[str]] = {}
    kept: dict[str, list[str]] = {}
    for _, _, event in room.log:
        match event:
            case ItemPromised(item=item, promises=made):
                in_force[item] = [promise.text for promise in made]
            case ItemRemoved(item=item):
                in_force.pop(item, None)
            case ItemClaimed(item=item, hold=hold):
                kept[hold.claim] = in_force.get(item, [])
    return kept


Shows.TestCase.settings = settings(
    max_examples=2_000 if _THOROUGH else 40,
    stateful_step_count=100 if _THOROUGH else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestShows = Shows.TestCase
