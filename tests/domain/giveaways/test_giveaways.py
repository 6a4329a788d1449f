"""Giveaways: who takes part, what is drawn, and what becomes of the prize."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from liveshow.domain.giveaways import draw
from liveshow.domain.giveaways.decide import CLAIM_MS
from liveshow.domain.giveaways.events import (
    GiveawayDrawn,
    GiveawayFrozen,
    GiveawayLeft,
    GiveawayOrdered,
    GiveawayOver,
    GiveawayPassed,
)
from liveshow.domain.giveaways.state import Giveaways
from liveshow.domain.orders.facts import OrderFacts
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.feature import Look
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.views import mine
from liveshow.domain.values import Person
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import (
    ADDRESS,
    ANNA,
    BENO,
    CARL,
    COHOST,
    DORA,
    HANNA,
    MODERATOR,
    SELLER,
    PlainRoom,
    World,
)

Evening = tuple[World, PlainRoom]


@pytest.fixture
def evening() -> Evening:
    world, salon, _ = two_shows()
    return world, salon


def give(room: PlainRoom, listing: str | None = "mug", by: Person = HANNA, **fields: Any) -> str:
    item = room.item(listing).id if listing else None
    command = c.OpenGiveaway(**{"title": "A mug", "item": item, "seconds": 60, **fields})
    giveaway: str = room.ask(by, command)["giveaway"]
    return giveaway


def enter(room: PlainRoom, giveaway: str, *who: Person) -> list[str]:
    return [room.ask(person, c.Enter(giveaway=giveaway))["entry"] for person in who]


def drawn(world: World, room: PlainRoom) -> GiveawayDrawn:
    world.wait(60_000)
    room.tick()
    return room.happened(GiveawayDrawn)[-1]


def stock(room: PlainRoom, listing: str = "mug") -> tuple[int, int]:
    (variant,) = room.item(listing).variants
    return variant.held, variant.sold


def notices(room: PlainRoom, who: Person) -> list[str]:
    return [notice.kind for notice in room.state[Notices].of(who.id)]


def view(room: PlainRoom) -> Any:
    return msgspec.json.decode(room.snapshot(staff=False))["giveaway"]


def own(room: PlainRoom, who: Person) -> Any:
    look = Look(room.state, room.world.rules, room.world.now)
    return msgspec.to_builtins(mine(look, who))


# --- opening -------------------------------------------------------------------------------


def test_a_piece_is_kept_for_it_and_the_hash_of_the_seed_is_known_before_anybody_enters(
    evening: Evening,
) -> None:
    _, room = evening
    give(room)
    assert stock(room) == (1, 0)
    giveaway = room.state[Giveaways].newest
    assert giveaway is not None
    assert view(room)["commitment"] == draw.commitment(giveaway.seed)
    assert len(bytes.fromhex(giveaway.seed)) == 32


def test_nobody_is_told_the_seed_before_the_draw(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    known = room.state[Giveaways].newest
    assert known is not None
    told = [*room.sent[True], *room.sent[False], room.snapshot(staff=True)]
    told += [str(msgspec.json.encode(record.event)) for record in room.log]
    told += [repr(room.state), str(own(room, HANNA)), str(own(room, ANNA))]
    assert not any(known.seed in text for text in told)
    assert drawn(world, room).seed == known.seed


def test_only_who_sells_here_opens_one_and_one_at_a_time(evening: Evening) -> None:
    _, room = evening
    command = c.OpenGiveaway(title="A song", seconds=60)
    assert room.refuses(None, command) == "unauthenticated"
    for who in (ANNA, MODERATOR):
        assert room.refuses(who, command) == "forbidden"
    give(room, None, COHOST)
    assert room.refuses(HANNA, command) == "giveaway_open"


def test_what_is_lent_is_given_away_by_its_owner_alone(evening: Evening) -> None:
    """A mandate lets the host sell at a price that the owner has agreed to."""
    world, room = evening
    command = c.OpenGiveaway(
        title="A dress", item=room.item("dress").id, variant="dress-s", seconds=60
    )
    for who in (HANNA, COHOST):
        assert room.refuses(who, command) == "not_owner"
    room.ask(HANNA, c.AppointStaff(user=SELLER.handle, role="cohost"))
    giveaway = room.ask(SELLER, command)["giveaway"]
    assert view(room)["sponsor"]["id"] == SELLER.id
    enter(room, giveaway, ANNA)
    drawn(world, room)
    room.ask(ANNA, c.ClaimPrize(giveaway, ADDRESS))
    assert room.happened(GiveawayOrdered)[0].sponsor == SELLER.id


def test_what_is_not_free_is_not_given_away(evening: Evening) -> None:
    _, room = evening
    room.claim(ANNA, "scarf")
    assert room.refuses(HANNA, _scarf(room)) == "none_free"
    room.claim(BENO, "scarf")
    assert room.refuses(HANNA, _scarf(room)) == "none_free"
    assert room.refuses(HANNA, c.OpenGiveaway(title="?", item="x", seconds=60)) == "unknown_item"
    dress = c.OpenGiveaway(title="A dress", item=room.item("dress").id, seconds=60)
    assert room.refuses(HANNA, dress) == "not_owner"


def _scarf(room: PlainRoom) -> c.OpenGiveaway:
    return c.OpenGiveaway(title="A scarf", item=room.item("scarf").id, seconds=60)


def test_nothing_is_given_away_when_the_show_is_not_on(evening: Evening) -> None:
    world, room = evening
    room.ask(HANNA, c.End())
    assert room.refuses(HANNA, c.OpenGiveaway(title="A song", seconds=60)) == "show_ended"
    early = world.show("early", HANNA)
    assert early.refuses(HANNA, c.OpenGiveaway(title="A song", seconds=60)) == "not_live"


def test_who_is_muted_says_nothing_in_a_title_either(evening: Evening) -> None:
    _, room = evening
    room.ask(HANNA, c.Mute(user=COHOST.id, reason="Too loud"))
    assert room.refuses(COHOST, c.OpenGiveaway(title="Ha", seconds=60)) == "muted"


def test_the_rules_say_the_prize_the_sponsor_the_dates_who_may_and_the_odds(
    evening: Evening,
) -> None:
    _, room = evening
    give(room)
    rules = view(room)["rules"]
    for said in ("A mug", "@hanna", "No purchase is necessary", "2027-01-15", "Odds", "48 hours"):
        assert said in rules


# --- taking part ---------------------------------------------------------------------------


def test_everybody_enters_once_and_knows_their_own_entry_alone(evening: Evening) -> None:
    _, room = evening
    giveaway = give(room)
    (entry,) = enter(room, giveaway, ANNA)
    assert room.refuses(ANNA, c.Enter(giveaway=giveaway)) == "already_entered"
    assert room.refuses(None, c.Enter(giveaway=giveaway)) == "unauthenticated"
    assert own(room, ANNA)["giveaway_entry"] == {"giveaway": giveaway, "entry": entry}
    assert own(room, BENO)["giveaway_entry"] is None
    assert entry not in room.snapshot(staff=True)


def test_the_team_and_the_sponsor_take_no_part(evening: Evening) -> None:
    _, room = evening
    giveaway = give(room)
    for who in (HANNA, COHOST, MODERATOR):
        assert room.refuses(who, c.Enter(giveaway=giveaway)) == "team_member"


def test_who_joins_the_team_is_out(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA, BENO)
    room.ask(HANNA, c.AppointStaff(user=BENO.handle, role="moderator"))
    assert "giveaway_over" in notices(room, BENO)
    assert drawn(world, room).entries == 1


def test_followers_only_means_those_who_follow_the_host(evening: Evening) -> None:
    world, room = evening
    world.followers.add(ANNA.id)
    giveaway = give(room, who="followers")
    enter(room, giveaway, ANNA)
    assert room.refuses(BENO, c.Enter(giveaway=giveaway)) == "followers_only"


def test_buyers_alone_is_for_the_operator_to_allow(evening: Evening) -> None:
    world, room = evening
    command = c.OpenGiveaway(title="A song", seconds=60, who="buyers")
    assert room.refuses(HANNA, command) == "buyers_not_allowed"
    world.rules = Rules(giveaways_for_buyers=True)
    room.claim(ANNA, "mug")
    room.settle(room.pay(ANNA))
    giveaway = room.ask(HANNA, command)["giveaway"]
    enter(room, giveaway, ANNA)
    assert room.refuses(BENO, c.Enter(giveaway=giveaway)) == "buyers_only"
    assert "No purchase" not in view(room)["rules"]


def test_who_has_won_something_has_not_bought(evening: Evening) -> None:
    world, room = evening
    world.rules = Rules(giveaways_for_buyers=True)
    first = give(room)
    enter(room, first, ANNA)
    drawn(world, room)
    room.ask(ANNA, c.ClaimPrize(first, ADDRESS))
    second = give(room, None, who="buyers")
    assert room.refuses(ANNA, c.Enter(giveaway=second)) == "buyers_only"


def test_nobody_enters_when_time_is_over_or_what_is_not_there(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    world.wait(60_000)
    assert room.refuses(BENO, c.Enter(giveaway=giveaway)) == "entries_closed"
    assert room.refuses(BENO, c.Enter(giveaway="nothing")) == "unknown_giveaway"


def test_a_muted_person_can_enter_and_a_banned_one_is_out(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    room.ask(MODERATOR, c.Mute(user=ANNA.id, reason="Spam"))
    enter(room, giveaway, ANNA, BENO)
    room.ask(MODERATOR, c.Ban(user=BENO.id, reason="Rude"))
    assert room.refuses(BENO, c.Enter(giveaway=giveaway)) == "banned"
    event = drawn(world, room)
    assert (event.entries, event.winner.id) == (1, ANNA.id)
    assert "giveaway_over" in notices(room, BENO)


def test_more_than_the_limit_cannot_enter(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, room = evening
    monkeypatch.setattr("liveshow.domain.giveaways.decide.MAX_ENTRIES", 1)
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    assert room.refuses(BENO, c.Enter(giveaway=giveaway)) == "giveaway_full"


def test_the_count_is_told_beside_the_log(evening: Evening) -> None:
    _, room = evening
    giveaway = give(room)
    before = room.state.seq
    enter(room, giveaway, ANNA, BENO)
    assert room.state.seq == before
    (count,) = [each for each in room.state.machine.live(room.state) if "giveaway" in each.name]
    assert msgspec.to_builtins(count.payload) == {"giveaway": giveaway, "count": 2}


# --- the draw ------------------------------------------------------------------------------


def test_what_was_published_is_enough_to_draw_again(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    commitment = view(room)["commitment"]
    entries = enter(room, giveaway, ANNA, BENO, CARL, DORA)
    event = drawn(world, room)
    (frozen,) = room.happened(GiveawayFrozen)
    assert draw.commitment(event.seed) == commitment
    assert draw.entries_hash(entries) == frozen.entries_hash
    assert event.picks == draw.picks(event.seed, entries)
    assert view(room)["entry"] == event.picks[0]
    assert own(room, event.winner)["giveaway_entry"]["entry"] == event.picks[0]


def test_who_is_not_there_at_the_end_takes_no_part(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA, BENO)
    world.away = {BENO.id}
    event = drawn(world, room)
    assert (event.entries, event.winner.id) == (1, ANNA.id)
    (left,) = room.happened_unlogged(GiveawayLeft)
    assert (left.users, left.reason) == ([BENO.id], "absent")
    assert "giveaway_over" in notices(room, BENO)


def test_nothing_is_drawn_when_nobody_is_there(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    world.away = {ANNA.id}
    world.wait(60_000)
    room.tick()
    (over,) = room.happened(GiveawayOver)
    assert over.reason == "nobody"
    assert stock(room) == (0, 0)


def test_the_clock_stands_still_while_the_show_is_interrupted(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    room.ask(HANNA, c.Pause())
    world.wait(600_000)
    room.tick()
    enter(room, giveaway, BENO)
    room.ask(HANNA, c.Resume())
    assert view(room)["ends_at"] == world.now + 60_000
    assert drawn(world, room).entries == 2


def test_everybody_hears_how_it_ended(evening: Evening) -> None:
    world, room = evening
    enter(room, give(room), ANNA, BENO, CARL)
    winner = drawn(world, room).winner.id
    for who in (ANNA, BENO, CARL):
        assert notices(room, who)[-1] == ("prize" if who.id == winner else "giveaway_over")


def test_the_end_of_the_show_before_the_draw_ends_it(evening: Evening) -> None:
    _, room = evening
    enter(room, give(room), ANNA)
    room.ask(HANNA, c.End())
    assert room.happened(GiveawayOver)[0].reason == "show_over"
    assert stock(room) == (0, 0)
    assert "giveaway_over" in notices(room, ANNA)


def test_an_item_that_leaves_the_show_takes_its_giveaway_with_it(evening: Evening) -> None:
    _, room = evening
    enter(room, give(room), ANNA)
    room.ask(HANNA, c.Remove(item=room.item("mug").id))
    assert room.happened(GiveawayOver)[0].reason == "gone"
    assert "giveaway_over" in notices(room, ANNA)


def test_the_team_can_take_it_back_as_long_as_one_can_enter(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    assert room.refuses(ANNA, c.CancelGiveaway(giveaway=giveaway)) == "forbidden"
    room.ask(HANNA, c.CancelGiveaway(giveaway=giveaway, reason="It broke"))
    assert "It broke" in room.state[Notices].of(ANNA.id)[-1].text
    assert stock(room) == (0, 0)
    other = give(room)
    enter(room, other, ANNA)
    drawn(world, room)
    assert room.refuses(HANNA, c.CancelGiveaway(giveaway=other)) == "entries_closed"


# --- a public beacon -----------------------------------------------------------------------


def test_with_a_beacon_the_draw_waits_for_a_round_that_nobody_knows_yet(evening: Evening) -> None:
    world, room = evening
    world.rules = Rules(beacon=True)
    giveaway = give(room)
    entries = enter(room, giveaway, ANNA, BENO, CARL)
    world.wait(60_000)
    room.tick()
    (frozen,) = room.happened(GiveawayFrozen)
    assert frozen.beacon is not None
    assert not room.happened(GiveawayDrawn)
    assert room.refuses(DORA, c.Enter(giveaway=giveaway)) == "entries_closed"
    wrong = c.TellBeacon(giveaway, frozen.beacon.round - 1, "ab")
    room.ask(None, wrong)
    assert not room.happened(GiveawayDrawn)
    room.ask(None, c.TellBeacon(giveaway, frozen.beacon.round, "abcd"))
    (event,) = room.happened(GiveawayDrawn)
    assert event.beacon is not None
    assert event.beacon.randomness == draw.randomness("abcd")
    assert event.picks == draw.picks(event.seed, entries, event.beacon.randomness)


def test_a_beacon_that_does_not_come_is_not_waited_for(evening: Evening) -> None:
    world, room = evening
    world.rules = Rules(beacon=True)
    giveaway = give(room)
    entries = enter(room, giveaway, ANNA, BENO)
    world.wait(60_000)
    room.tick()
    room.ask(HANNA, c.End())
    world.wait(60_000)
    room.tick()
    (event,) = room.happened(GiveawayDrawn)
    assert event.beacon is None
    assert event.picks == draw.picks(event.seed, entries)


# --- the prize -----------------------------------------------------------------------------


def order(world: World, room: PlainRoom) -> OrderFacts:
    return world.orders[room.happened(GiveawayOrdered)[-1].order]


def test_a_prize_becomes_an_order_of_nothing_and_the_piece_is_gone(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    drawn(world, room)
    assert own(room, ANNA)["prizes"][0]["giveaway"] == giveaway
    room.ask(HANNA, c.End())
    room.ask(ANNA, c.ClaimPrize(giveaway, ADDRESS))
    assert stock(room) == (0, 1)
    made = order(world, room)
    assert (made.total, made.shipping, made.ledger) == (0, 0, [])
    assert (made.buyer.id, made.owner.id, made.lines[0].title) == (ANNA.id, HANNA.id, "Mug")
    assert own(room, ANNA)["prizes"] == []
    assert room.refuses(ANNA, c.ClaimPrize(giveaway, ADDRESS)) == "prize_claimed"


def test_what_is_won_is_as_it_was_when_entries_opened(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    world.edit("mug", title="A plain cup")
    drawn(world, room)
    room.ask(ANNA, c.ClaimPrize(giveaway, ADDRESS))
    assert order(world, room).lines[0].title == "Mug"


def test_a_prize_of_words_becomes_an_order_too(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room, None, title="A song")
    enter(room, giveaway, ANNA)
    drawn(world, room)
    room.ask(ANNA, c.ClaimPrize(giveaway, ADDRESS))
    assert order(world, room).lines[0].title == "A song"


def test_nobody_claims_what_is_not_theirs(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA, BENO)
    assert room.refuses(ANNA, c.ClaimPrize(giveaway, ADDRESS)) == "not_yours"
    winner = drawn(world, room).winner
    loser = BENO if winner.id == ANNA.id else ANNA
    assert room.refuses(loser, c.ClaimPrize(giveaway, ADDRESS)) == "not_yours"
    assert room.refuses(None, c.ClaimPrize(giveaway, ADDRESS)) == "unauthenticated"
    assert room.refuses(winner, c.ClaimPrize("nothing", ADDRESS)) == "not_yours"


def test_what_is_not_claimed_in_time_is_the_next_ones_and_at_the_end_stock(
    evening: Evening,
) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA, BENO)
    event = drawn(world, room)
    room.ask(HANNA, c.End())
    world.wait(CLAIM_MS)
    room.tick()
    (passed,) = room.happened(GiveawayPassed)
    assert passed.winner.id != event.winner.id
    assert notices(room, passed.winner)[-1] == "prize"
    assert room.refuses(event.winner, c.ClaimPrize(giveaway, ADDRESS)) == "not_yours"
    world.wait(CLAIM_MS)
    room.tick()
    (over,) = room.happened(GiveawayOver)
    assert over.reason == "unclaimed"
    assert stock(room) == (0, 0)
    assert notices(room, passed.winner)[-1] == "giveaway_over"


def test_who_is_banned_does_not_keep_a_prize(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA, BENO, CARL)
    event = drawn(world, room)
    room.ask(MODERATOR, c.Ban(user=event.winner.id, reason="Rude"))
    room.tick()
    (passed,) = room.happened(GiveawayPassed)
    assert passed.reason == "banned"
    assert passed.entry == event.picks[1]


def test_a_piece_that_comes_back_goes_to_who_waits_for_it(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room, "scarf")
    enter(room, giveaway, ANNA)
    room.claim(BENO, "scarf")
    assert not room.held_by(BENO.id)
    world.away = {ANNA.id}
    world.wait(60_000)
    room.tick()
    assert [claim.item for claim in room.held_by(BENO.id)] == [room.item("scarf").id]


def test_a_prize_that_is_sent_back_can_be_stock_again(evening: Evening) -> None:
    world, room = evening
    giveaway = give(room)
    enter(room, giveaway, ANNA)
    drawn(world, room)
    room.ask(ANNA, c.ClaimPrize(giveaway, ADDRESS))
    made = order(world, room)
    room.ask(ANNA, c.CancelOrder(made.id, "No room for it"))
    room.ask(HANNA, c.AnswerRestock(made.id, True))
    assert stock(room) == (0, 0)


def test_several_prizes_wait_at_a_time(evening: Evening) -> None:
    world, room = evening
    first = give(room)
    enter(room, first, ANNA)
    drawn(world, room)
    second = give(room, None, title="A song")
    assert [each["giveaway"] for each in own(room, ANNA)["prizes"]] == [first]
    enter(room, second, BENO)
    room.ask(ANNA, c.ClaimPrize(first, ADDRESS))
    drawn(world, room)
    assert room.state[Giveaways].newest is not None
    room.ask(BENO, c.ClaimPrize(second, ADDRESS))
    assert view(room)["status"] == "claimed"
