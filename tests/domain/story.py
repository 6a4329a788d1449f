"""One evening in two shows in which every event of the protocol happens at least once."""

from __future__ import annotations

from collections.abc import Callable

from liveshow.domain.auctions.state import Auctions
from liveshow.domain.checkout.events import PaymentError
from liveshow.domain.claims.state import Claims
from liveshow.domain.features import MACHINE
from liveshow.domain.giveaways.events import GiveawayDrawn, GiveawayPassed
from liveshow.domain.show.events import Record
from liveshow.domain.values import Shipping
from tests.domain import asks as c
from tests.domain.world import (
    ADDRESS,
    ANNA,
    BENO,
    BORIS,
    CARL,
    COHOST,
    DORA,
    HANNA,
    MODERATOR,
    PHOTO,
    SECRET,
    SELLER,
    PlainRoom,
    World,
)


def two_shows(
    world: World | None = None, *, check: bool = True
) -> tuple[World, PlainRoom, PlainRoom]:
    """Hanna's show `salon` and Boris's show `market`, live, with items that are in both."""
    world = world or World(check=check)
    world.listing("scarf", HANNA, {"": 1}, price=2500, shipping=Shipping(weight=300))
    world.listing("dress", SELLER, {"S": 2, "M": 1}, price=9000)
    world.listing("mug", HANNA, {"": 5}, price=700, shipping=Shipping(weight=400))
    world.lend("dress", HANNA, floor=5000, commission_percent=15)
    world.lend("dress", BORIS, floor=6000, commission_percent=0)
    world.lend("mug", BORIS, floor=500)
    salon = world.show("salon", HANNA, claims_per_buyer=2)
    market = world.show("market", BORIS)
    for room, listings in ((salon, ("scarf", "dress", "mug")), (market, ("dress", "mug"))):
        room.ask(room.state.show.host, c.AppointStaff(user=COHOST.handle, role="cohost"))
        room.ask(room.state.show.host, c.AppointStaff(user=MODERATOR.handle, role="moderator"))
        for listing in listings:
            room.put(listing)
        room.ask(room.state.show.host, c.Start())
        room.ask(None, c.StreamUp())
    return world, salon, market


def tell(
    arrive: Callable[[PlainRoom], object] = lambda room: None,
    world: World | None = None,
) -> tuple[World, PlainRoom, PlainRoom]:
    """Play the evening; return the world and its shows. ``arrive`` sees each show before."""
    world = world or World()
    world.listing("scarf", HANNA, {"": 1}, price=2500, shipping=Shipping(weight=300))
    world.listing("dress", SELLER, {"S": 2, "M": 1}, price=9000)
    world.listing("mug", HANNA, {"": 5}, price=700)
    world.lend("dress", HANNA, floor=5000, commission_percent=15)
    market_mandate = world.lend("dress", BORIS, floor=6000)
    salon = world.show("salon", HANNA)
    market = world.show("market", BORIS)
    arrive(salon)
    arrive(market)

    _prepare(world, salon, market)
    _promise(salon)
    _sell(world, salon, market)
    _talk(world, salon)
    _poll(world, salon)
    _auction(world, salon)
    _flash(world, salon)
    _offer(world, salon)
    _give_away(world, salon)
    _moderate(salon)
    _stop_and_go(world, salon)
    _change(world, salon)
    _rename(world, salon, market)
    world.revoke(market_mandate)
    _wait_for_what_does_not_come(world, salon)
    salon.ask(HANNA, c.OpenPoll(question="Again?", options=["Yes", "No"], seconds=600))
    salon.ask(HANNA, c.End())
    # Nobody sees anything of the other show any more, for too long.
    market.ask(None, c.StreamDown())
    market.ask(BORIS, c.Resume())
    world.wait(1_800_000)
    market.tick()
    return world, salon, market


def _wait_for_what_does_not_come(world: World, salon: PlainRoom) -> None:
    """Somebody is still in line when the show ends."""
    world.listing("vase", HANNA, {"": 1})
    salon.put("vase")
    for who in (CARL, DORA):
        salon.ask(who, c.ClaimItem(item=salon.item("vase").id))
    assert salon.state[Claims].waitlists
    # The last bowl is sold while somebody waits for it.
    world.listing("bowl", HANNA, {"": 2})
    salon.put("bowl")
    for who, quantity in ((CARL, 1), (ANNA, 2), (DORA, 1)):
        salon.claim(who, "bowl", quantity=quantity)
    salon.claim(ANNA, "bowl")
    salon.settle(salon.pay(ANNA))
    salon.settle(salon.pay(CARL))
    # Anna does not want hers any more, and it goes back to stock; Carl gets a part of the money.
    ours = [
        order
        for order in world.orders.values()
        if any(line.title == "Bowl" for line in order.lines)
    ]
    anna, carl = (next(o for o in ours if o.buyer.id == who.id) for who in (ANNA, CARL))
    salon.ask(ANNA, c.CancelOrder(anna.id, "Found another"))
    salon.ask(HANNA, c.AnswerRestock(anna.id, True))
    salon.ask(HANNA, c.RefundOrder(carl.id, "A scratch", 100))
    # His bank asks for the money twice.
    for chargeback, outcome in (("dp_1", "won"), ("dp_2", "lost")):
        for status in ("open", outcome):
            salon.ask(None, c.NoteChargeback(chargeback, [carl.id], 500, "Not me", status))
    world.pack(carl.id)
    salon.ask(HANNA, c.ShipOrder(carl.id, "Post", "T1"))


def _prepare(world: World, salon: PlainRoom, market: PlainRoom) -> None:
    salon.ask(HANNA, c.Configure(title="Salon at night", cover=PHOTO.id, claims_per_buyer=2))
    salon.ask(HANNA, c.Configure(shipping_cap=900, hold_seconds=120))
    salon.ask(HANNA, c.Schedule(at=world.now + 60_000))
    salon.ask(HANNA, c.AppointStaff(user="coco", role="moderator"))
    salon.ask(HANNA, c.AppointStaff(user="coco", role="cohost"))
    salon.ask(HANNA, c.AppointStaff(user="momo", role="moderator"))
    salon.ask(HANNA, c.AppointStaff(user="dora", role="moderator"))
    salon.ask(HANNA, c.DismissStaff(user="dora"))
    for listing in ("scarf", "dress", "mug"):
        salon.put(listing)
    market.put("dress")
    for room in (salon, market):
        room.ask(room.state.show.host, c.Start())
        room.ask(None, c.StreamUp())
    salon.ask(COHOST, c.Move(item=salon.item("mug").id, to=0))
    salon.ask(COHOST, c.Pin(item=salon.item("dress").id))
    salon.ask(COHOST, c.Reprice(item=salon.item("dress").id, price=8000))


def _promise(salon: PlainRoom) -> None:
    """The scarf leaves with a promise later on, and comes back without it."""
    for required in (True, False):
        salon.ask(HANNA, c.RequireCard(required=required))
    salon.ask(HANNA, c.PinNote(text="Everything ships from Lisbon on Mondays"))
    salon.ask(COHOST, c.PinNote(text=""))
    salon.ask(COHOST, c.PinNote(text="Combined shipping tonight"))
    for text in ("gift-wrapped", "ships Monday"):
        salon.ask(COHOST, c.MakePromise(item=salon.item("scarf").id, text=text))
    dress = salon.item("dress").id
    made = salon.ask(HANNA, c.MakePromise(item=dress, text="steamed"))["promise"]
    salon.ask(HANNA, c.MakePromise(item=dress, text="", promise=made))


def _sell(world: World, salon: PlainRoom, market: PlainRoom) -> None:
    held = salon.claim(ANNA, "scarf")
    salon.claim(BENO, "scarf")
    waiting = salon.claim(CARL, "scarf")
    salon.ask(CARL, c.LeaveWaitlist(entry=waiting["entry"]))
    salon.ask(ANNA, c.Release(claim=held["claim"]))  # Beno is promoted
    salon.ask(CARL, c.Chat(text="sold 2 x2 S"))
    market.claim(DORA, "dress", variant="dress-m")
    salon.tick()
    salon.ask(HANNA, c.CancelClaim(claim=salon.claim(DORA, "mug")["claim"], reason=SECRET))
    given = salon.ask(COHOST, c.HoldFor(user=DORA.id, item=salon.item("mug").id))
    salon.ask(COHOST, c.ChangeClaim(claim=given["claim"], quantity=2, reason=SECRET))
    salon.ask(DORA, c.Release(claim=given["claim"]))
    first = salon.pay(BENO)
    salon.ask(None, c.ClosePayment(first, "cancelled"))
    second = salon.pay(BENO)
    assert salon.settle(second) == "succeeded"
    failed = salon.pay(CARL)
    salon.ask(None, c.ClosePayment(failed, "failed", PaymentError("card_declined", "No.")))
    unsaved = salon.pay(CARL)
    salon.ask(None, c.SettlePayment(unsaved, give_back=True))
    salon.claim(ANNA, "mug", quantity=2)
    world.wait(121_000)
    salon.tick()
    market.tick()


def _talk(world: World, salon: PlainRoom) -> None:
    said = salon.ask(ANNA, c.Chat(text="Hello @hanna"))["seq"]
    salon.ask(HANNA, c.Chat(text="Welcome"))
    salon.ask(MODERATOR, c.Whisper(text=SECRET))
    mistaken = salon.ask(MODERATOR, c.Whisper(text=SECRET))["seq"]
    salon.ask(HANNA, c.Unwhisper(whisper=mistaken))
    salon.ask(MODERATOR, c.Announce(text="Combined shipping tonight"))
    deleted = salon.ask(MODERATOR, c.Delete(message=said, reason=SECRET))["seq"]
    salon.ask(HANNA, c.Undo(seq=deleted))
    salon.ask(MODERATOR, c.Delete(message=said, reason=SECRET))
    salon.ask(MODERATOR, c.Restore(message=said))
    salon.ask(MODERATOR, c.Delete(message=said, reason=SECRET))

    salon.ask(BENO, c.Chat(text="Hello everybody"))
    purged = salon.ask(MODERATOR, c.Purge(user="beno", reason=SECRET))["seq"]
    salon.ask(HANNA, c.Undo(seq=purged))
    salon.ask(BENO, c.Delete(message=salon.ask(BENO, c.Chat(text="My number is 5"))["seq"]))


def _poll(world: World, salon: PlainRoom) -> None:
    colours = c.OpenPoll(question="Which colour?", options=["Red", "Blue", "Green"], seconds=60)
    poll = salon.ask(MODERATOR, colours)["poll"]
    for who, option in ((ANNA, 1), (BENO, 0), (CARL, 1)):
        salon.ask(who, c.Vote(poll=poll, option=option))
    salon.ask(DORA, c.Chat(text="Blue, please"))
    salon.ask(HANNA, c.EndPoll(poll=poll))
    poll = salon.ask(HANNA, c.OpenPoll(question="Longer?", options=["Yes", "No"], seconds=30))[
        "poll"
    ]
    salon.ask(DORA, c.Vote(poll=poll, option=0))
    world.wait(30_000)
    salon.tick()


def _auction(world: World, salon: PlainRoom) -> None:
    world.listing("lamp", HANNA, {"": 4}, price=4000)
    lamp = salon.put("lamp")
    sets = c.PutUp(item=lamp, start_price=1000, reserve=2000, quantity=2, seconds=30, prepare=True)
    pair = salon.ask(HANNA, sets)["auction"]
    for who, amount in ((ANNA, 1500), (BENO, 3000), (CARL, 2900), (DORA, 9000)):
        salon.ask(who, c.PlaceBid(auction=pair, amount=amount))
    # Who joked is out, and the clock stands still for a while.
    banned = salon.ask(MODERATOR, c.Ban(user="dora", reason=SECRET))["seq"]
    salon.ask(HANNA, c.Undo(seq=banned))
    salon.ask(HANNA, c.OpenAuction(auction=pair))
    salon.ask(HANNA, c.Pause())
    world.wait(5_000)
    salon.ask(HANNA, c.Resume())
    world.wait(31_000)
    salon.tick()
    # Nobody wants the other one enough.
    salon.ask(ANNA, c.PlaceBid(auction=pair, amount=1100))
    salon.ask(COHOST, c.OpenAuction(auction=pair))
    world.wait(31_000)
    salon.tick()
    last = salon.ask(HANNA, c.PutUp(item=lamp, start_price=500, sudden_death=True))["auction"]
    salon.ask(HANNA, c.CancelAuction(auction=last))
    _second_chance(world, salon, lamp)


def _second_chance(world: World, salon: PlainRoom, lamp: str) -> None:
    """Who wins does not pay, the next one does not want it; the third one tries two cards."""
    auction = salon.ask(HANNA, c.PutUp(item=lamp, start_price=500, seconds=10))["auction"]
    for who, most in ((DORA, 1000), (CARL, 1500), (BENO, 1900), (ANNA, 2000)):
        salon.ask(who, c.PlaceBid(auction=auction, amount=most, second_chance=who is not ANNA))
    world.wait(5_000)
    salon.ask(ANNA, c.PlaceBid(auction=auction, amount=2000, maximum=2100))
    salon.ask(BENO, c.PlaceBid(auction=auction, amount=2300))
    world.wait(9_000)
    salon.tick()
    world.wait(120_000)
    salon.tick()
    # Beno let his hold run out; Carl declines at once; Dora has it.
    [offered] = [chance for _, chance in salon.state[Auctions].chances_of(CARL.id)]
    salon.ask(HANNA, c.Pause())
    world.wait(30_000)
    salon.ask(HANNA, c.Resume())
    salon.ask(CARL, c.DeclineChance(chance=offered.id))
    [offered] = [chance for _, chance in salon.state[Auctions].chances_of(DORA.id)]
    claim = salon.ask(DORA, c.TakeChance(chance=offered.id))["claim"]
    world.wait(60_000)
    declined = salon.pay(DORA)
    world.wait(1_000)
    salon.ask(None, c.ClosePayment(declined, "failed", PaymentError("card_declined", "No.")))
    salon.ask(DORA, c.Release(claim=claim))


def _flash(world: World, salon: PlainRoom) -> None:
    """It is put on flash twice: one is taken back, one is over after a stop and a promotion."""
    world.listing("hat", HANNA, {"": 2}, price=3000)
    hat = salon.put("hat")
    taken_back = salon.ask(COHOST, c.StartFlash(item=hat, price=2900, seconds=60))
    assert taken_back["until"] == world.now + 60_000
    salon.ask(HANNA, c.Undo(seq=salon.state.seq))
    salon.ask(HANNA, c.StartFlash(item=hat, price=2000, seconds=60, per_buyer=2))
    anna = salon.claim(ANNA, "hat", price=2000)
    salon.claim(BENO, "hat", price=2000)
    salon.claim(CARL, "hat", price=2000)
    salon.ask(HANNA, c.Pause())
    world.wait(5_000)
    salon.ask(HANNA, c.Resume())
    salon.ask(ANNA, c.Release(claim=anna["claim"]))
    world.wait(60_000)
    salon.tick()


def _offer(world: World, salon: PlainRoom) -> None:
    world.listing("coat", SELLER, {"": 3}, price=8000)
    world.lend("coat", HANNA, floor=6000)
    coat = salon.put("coat")
    # Below what its owner allows; then there is something in between.
    first = salon.ask(ANNA, c.MakeOffer(item=coat, amount=4000))["offer"]
    salon.ask(ANNA, c.AnswerOffer(offer=first, counter=5000))
    salon.ask(HANNA, c.Pause())
    world.wait(5_000)
    salon.ask(HANNA, c.Resume())
    salon.ask(ANNA, c.AnswerOffer(offer=first, accept=True))
    second = salon.ask(BENO, c.MakeOffer(item=coat, amount=6500))["offer"]
    salon.ask(SELLER, c.AnswerOffer(offer=second, counter=7500))
    salon.ask(BENO, c.AnswerOffer(offer=second, counter=7000))
    salon.ask(HANNA, c.AnswerOffer(offer=second, accept=True))
    third = salon.ask(CARL, c.MakeOffer(item=coat, amount=6100))["offer"]
    salon.ask(COHOST, c.AnswerOffer(offer=third))
    salon.ask(CARL, c.MakeOffer(item=coat, amount=6200))
    world.wait(120_000)
    salon.tick()
    salon.ask(CARL, c.MakeOffer(item=coat, amount=7000))
    salon.ask(HANNA, c.Reprice(item=coat, price=7000))


def _give_away(world: World, salon: PlainRoom) -> None:
    """One is won and claimed by the second one, one in words is claimed by nobody."""
    world.listing("pin", HANNA, {"": 2}, price=300)
    pin = salon.put("pin")
    ask = c.OpenGiveaway(title="A golden pin", item=pin, seconds=60)
    first = salon.ask(HANNA, ask)["giveaway"]
    for who in (ANNA, BENO, CARL, DORA):
        salon.ask(who, c.Enter(giveaway=first))
    banned = salon.ask(MODERATOR, c.Ban(user="dora", reason=SECRET))["seq"]
    salon.ask(HANNA, c.Undo(seq=banned))
    salon.ask(HANNA, c.Pause())
    world.wait(5_000)
    salon.ask(HANNA, c.Resume())
    world.wait(60_000)
    salon.tick()
    drawn = salon.happened(GiveawayDrawn)[-1]
    banned = salon.ask(MODERATOR, c.Ban(user=drawn.winner.id, reason=SECRET))["seq"]
    salon.tick()
    salon.ask(HANNA, c.Undo(seq=banned))
    (next_one,) = salon.happened(GiveawayPassed)
    salon.ask(world.people[next_one.winner.id], c.ClaimPrize(first, ADDRESS))
    second = salon.ask(COHOST, c.OpenGiveaway(title="A song", seconds=30))["giveaway"]
    salon.ask(ANNA, c.Enter(giveaway=second))
    salon.ask(HANNA, c.CancelGiveaway(giveaway=second, reason="Lost my voice"))


def _moderate(salon: PlainRoom) -> None:
    for first, then in (
        (c.Slow(seconds=30), c.Slow(seconds=5)),
        (c.Restrict(mode="followers"), c.Restrict(mode="everyone")),
        (c.Brake(minutes=60), c.Brake(minutes=0)),
        (c.BlockWord(word="spam"), c.BlockWord(word=SECRET)),
        (c.Mute(user="anna", reason=SECRET), None),
        (c.Ban(user="beno", seconds=60, reason=SECRET, purge=True), None),
    ):
        seq = salon.ask(MODERATOR, first)["seq"]
        salon.ask(HANNA, c.Undo(seq=seq))
        if then:
            salon.ask(MODERATOR, then)
    salon.ask(MODERATOR, c.Mute(user="anna", seconds=60, reason=SECRET))
    salon.ask(MODERATOR, c.Mute(user="anna", reason=SECRET))
    salon.ask(MODERATOR, c.Unmute(user="anna"))
    salon.claim(BENO, "mug")
    salon.ask(MODERATOR, c.Ban(user="beno", reason=SECRET))
    salon.pay(BENO)
    salon.ask(MODERATOR, c.Unban(user="beno"))
    # One is undone and the former is back; both end by themselves later in the evening.
    salon.ask(MODERATOR, c.Mute(user="anna", seconds=60, reason=SECRET))
    again = salon.ask(MODERATOR, c.Mute(user="anna", seconds=90, reason=SECRET))["seq"]
    salon.ask(HANNA, c.Undo(seq=again))
    salon.ask(MODERATOR, c.Ban(user="carl", seconds=60, reason=SECRET))


def _stop_and_go(world: World, salon: PlainRoom) -> None:
    salon.ask(None, c.StreamDown())
    world.wait(600_000)
    salon.claim(DORA, "mug")
    world.wait(5_000)
    salon.ask(None, c.StreamUp())
    salon.ask(HANNA, c.Pause())
    world.wait(1_000)
    salon.ask(HANNA, c.Resume())


def _rename(world: World, salon: PlainRoom, market: PlainRoom) -> None:
    """People who host, lend, hold, wait, moderate and are kept out get other names."""
    world.listing("belt", HANNA, {"": 1})
    salon.put("belt")
    for who in (CARL, DORA):
        salon.ask(who, c.ClaimItem(item=salon.item("belt").id))
    salon.ask(MODERATOR, c.Mute(user="anna", reason=SECRET))
    for who in (HANNA, SELLER, CARL, DORA, MODERATOR, ANNA):
        renamed = world.rename(who)
        for room in (salon, market):
            room.ask(None, c.Rename(renamed))
    salon.ask(HANNA, c.Unmute(user="anna"))


def _change(world: World, salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Restock(item=salon.item("scarf").id, quantity=3))
    salon.claim(CARL, "scarf", quantity=2)
    salon.claim(ANNA, "scarf")
    world.edit("scarf", title="Silk scarf", description="As new")
    salon.ask(HANNA, c.Remove(item=salon.item("scarf").id))
    salon.ask(CARL, c.Release(claim=salon.state[Claims].held_by(CARL.id)[-1].id))
    salon.put("scarf")
    salon.ask(HANNA, c.Pin(item=salon.item("scarf").id))
    salon.ask(HANNA, c.Unpin())
    world.edit("mug", archived=True)
    salon.claim(CARL, "dress", variant="dress-m")
    salon.ask(HANNA, c.Pause())
    world.wait(30_000)


def records_by_type() -> dict[str, list[Record]]:
    """Every event of the evening, by type; each type of the protocol is there."""
    _, salon, market = tell()
    found: dict[str, list[Record]] = {kind: [] for kind in MACHINE.events}
    for record in (*salon.log, *market.log):
        found[record.event.type].append(record)
    return found
