"""The record of an auction, computed again; and random auctions against a model of a few lines."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liveshow.cli import main
from liveshow.domain.auctions.bidding import step
from liveshow.domain.auctions.record import AuctionRecord, Log, record_of
from liveshow.domain.auctions.state import Auctions
from liveshow.domain.values import Person
from liveshow.errors import LiveshowError
from liveshow.verify import auction as verifier
from tests.domain import asks as c
from tests.domain.auctions.sale import Sale
from tests.domain.world import ANNA, BENO, BUYERS, CARL, DORA, HANNA, MODERATOR

HOLD_MS = 300_000


def log_of(sale: Sale, auction: str) -> Log:
    """What a store keeps of an auction."""
    records = [
        record
        for record in sale.room.log
        if getattr(record.event, "auction", None) == auction or record.event.type == "show.resumed"
    ]
    first = next(n for n, record in enumerate(records) if record.event.type == "auction.put_up")
    names = {person.id: person.handle for person in BUYERS}
    return Log("salon", "hanna", "USD", records[first:], names)


def record(sale: Sale, auction: str, who: Person = ANNA) -> AuctionRecord | None:
    return record_of(log_of(sale, auction), who.id)


def text(sale: Sale, auction: str) -> str:
    return msgspec.json.encode(record(sale, auction)).decode()


@pytest.fixture
def sold() -> tuple[Sale, str]:
    """Two mugs: bans, a late bid, an interruption, and two second chances of the first one."""
    sale = Sale()
    auction = sale.open("mug", quantity=2, start_price=500, reserve=600)
    for who, most in ((DORA, 700), (CARL, 900), (BENO, 1500), (ANNA, 2000)):
        sale.bid(who, auction, most, second_chance=True, seen=3, delay=250, sure=True)
    sale.room.ask(MODERATOR, c.Ban(user=DORA.id, reason="Joking"))
    sale.world.wait(28_000)
    sale.bid(BENO, auction, 2300)
    sale.room.ask(HANNA, c.Pause())
    sale.world.wait(60_000)
    sale.room.ask(HANNA, c.Resume())
    assert sale.close().winner == BENO
    sale.pass_time(HOLD_MS)
    [(_, chance)] = sale.room.state[Auctions].chances()
    sale.room.ask(ANNA, c.DeclineChance(chance=chance.id))
    return sale, auction


def test_a_record_agrees_and_says_everything_of_its_bids(sold: tuple[Sale, str]) -> None:
    sale, auction = sold
    found = record(sale, auction)
    assert found
    assert (found.over, found.you, found.reserve) == (False, "bidder 4", 600)
    bid = next(entry for entry in found.entries if entry.type == "bid")
    assert (bid.bidder, bid.amount, bid.maximum, bid.seen, bid.delay) == (
        "bidder 1",
        700,
        700,
        3,
        250,
    )
    kinds = [entry.type for entry in found.entries]
    assert {"banned", "extended", "stood", "closing", "closed", "chance", "chance_over"} <= {*kinds}
    assert kinds.count("chance") == 2
    steps = verifier.verify(text(sale, auction))
    assert verifier.agrees(steps), steps
    assert [step.words for step in steps] == [
        "Piece 1 of 2: all 5 bids were enough, and came in time.",
        "Piece 1 of 2: bidder 3 wins at 2100, as recorded.",
        "Piece 1 of 2: the second chance is of bidder 4 at 1000, as recorded.",
        "Piece 1 of 2: the second chance is of bidder 2 at 600, as recorded.",
    ]


def test_there_is_no_record_of_a_unit_that_is_not_over(sold: tuple[Sale, str]) -> None:
    sale, auction = sold
    fresh = sale.open("scarf")
    sale.bid(ANNA, fresh, 2000)
    assert record(sale, fresh) is None
    # Nor are bids for the second mug in the record of the first.
    sale.close()
    sale.room.ask(HANNA, c.OpenAuction(auction=auction))
    sale.bid(CARL, auction, 12345, sure=True)
    assert "12345" not in text(sale, auction)
    sale.close()
    found = record(sale, auction, CARL)
    assert found
    assert (found.over, found.you) == (True, "@carl")
    assert "12345" in text(sale, auction)
    assert verifier.agrees(verifier.verify(text(sale, auction)))


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("closed", "price", 2000),
        ("closed", "bidder", "bidder 4"),
        ("chance", "price", 900),
        ("chance", "bidder", "bidder 2"),
        ("chance", "without", []),
        ("bid", "maximum", 1),
        ("bid", "at", 10**15),
        ("extended", "ends_at", 5),
    ],
)
def test_a_record_that_was_changed_does_not_agree(
    sold: tuple[Sale, str], kind: str, field: str, value: Any
) -> None:
    told = json.loads(text(*sold))
    next(entry for entry in told["entries"] if entry["type"] == kind)[field] = value
    assert not verifier.agrees(verifier.verify(json.dumps(told)))


def test_the_command_says_so_in_words_and_by_its_exit(
    sold: tuple[Sale, str], tmp_path: Any
) -> None:
    file = tmp_path / "record.json"
    file.write_text(text(*sold))
    run = CliRunner()
    result = run.invoke(main, ["verify", "auction", str(file)])
    assert (result.exit_code, "This agrees." in result.output) == (0, True), result.output
    file.write_text(text(*sold).replace('"price":2100', '"price":2200'))
    result = run.invoke(main, ["verify", "auction", str(file)])
    assert result.exit_code != 0
    assert "bidder 3 wins at 2100, but the record says bidder 3 at 2200" in result.output
    for nonsense in ("", "[]", '{"entries": [{}]}', '{"entries": []}'):
        file.write_text(nonsense)
        assert run.invoke(main, ["verify", "auction", str(file)]).exit_code != 0


# --- a model -----------------------------------------------------------------------------------

dollars = st.integers(1, 40).map(lambda amount: amount * 100)
streams = st.lists(
    st.tuples(
        st.sampled_from(BUYERS),
        dollars,
        st.sampled_from([0, 0, 0, 100, 1_700, 90_000]),
        st.sampled_from([0, 0, 1, 4_000, 9_000, 9_999, 10_000, 10_399]),
        st.booleans(),
    ),
    max_size=25,
)


def second_price(most: dict[str, tuple[int, int]], start: int, reserve: int) -> tuple[str, int]:
    """Who wins at which price: of equals the first, a step above the next one."""
    order = sorted(most, key=lambda who: (-most[who][0], most[who][1]))
    tops = [most[who][0] for who in order[:2]]
    price = start
    for top, second in pairwise(tops):
        price = max(start, min(top, second + step(second, "USD")))
    return order[0], max(price, reserve) if tops[0] >= reserve else price


@given(stream=streams, start=dollars, reserve=st.none() | dollars, sudden=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_auction_ends_as_a_model_says_and_its_record_agrees(
    stream: list[Any], start: int, reserve: int | None, sudden: bool
) -> None:
    sale = Sale()
    sale.world.check = False
    auction = sale.open(
        start_price=start, reserve=reserve, seconds=10, extension_seconds=5, sudden_death=sudden
    )
    most: dict[str, tuple[int, int]] = {}
    willing: dict[str, bool] = {}
    leader, price = "", start
    ends, opened, set_back = sale.world.now + 10_000, sale.world.now, 0
    for number, (who, amount, more, wait, again) in enumerate(stream):
        sale.world.wait(wait)
        now = sale.world.now
        maximum = amount + more
        if now >= ends + 400:
            break
        enough = (
            maximum > most[leader][0]
            if who.id == leader
            else amount >= (price + step(price, "USD") if leader else start)
        )
        ask = {"maximum": maximum, "second_chance": again, "sure": True}
        if not enough:
            assert sale.refused(who, auction, amount, **ask) == "bid_too_low"
            continue
        answer = sale.bid(who, auction, amount, **ask)
        was = (leader, price)
        most[who.id], willing[who.id] = (maximum, number), again
        leader, price = second_price(most, start, reserve or 0)
        if who.id == was[0] == leader:
            price = max(was[1], reserve or 0) if maximum >= (reserve or 0) else was[1]
        if (leader, price) != was and not sudden:
            set_back += (later := min(now + 5_000, opened + 300_000)) > ends
            ends = max(ends, later)
        assert answer["status"] == ("leading" if who.id == leader else "outbid")
        assert answer["price"] == price
        known = sale.known(auction)
        assert (known.ends_at, known.extensions) == (ends, set_back)
    sale.world.wait(max(0, ends + 400 - sale.world.now))
    sale.room.tick()
    won = leader if leader and most[leader][0] >= (reserve or 0) else None
    [claim] = sale.room.holds() or [None]
    assert (claim and (claim.buyer.id, claim.price)) == (won and (won, price))
    out: set[str] = set()
    while won:
        # Nobody ever pays: each time the next who wanted to be asked, as if they had never bid.
        out.add(won)
        for held in sale.room.holds():
            sale.room.ask(held.buyer, c.Release(claim=held.id))
        left = sorted((who for who in most if who not in out), key=lambda who: _rank(most[who]))
        places = [n for n, who in enumerate(left) if willing[who]]
        rest = {who: most[who] for who in left[places[0] :]} if places else {}
        won, price = second_price(rest, start, reserve or 0) if rest else (None, 0)
        won = won if won and rest[won][0] >= (reserve or 0) else None
        offered = [(ch.user.id, ch.price) for _, ch in sale.room.state[Auctions].chances()]
        assert offered == ([(won, price)] if won else [])
        for _, chance in sale.room.state[Auctions].chances():
            sale.room.ask(chance.user, c.TakeChance(chance=chance.id))
    assert not sale.room.state[Auctions].wins
    steps = verifier.verify(text(sale, auction))
    assert verifier.agrees(steps), steps


def _rank(said: tuple[int, int]) -> tuple[int, int]:
    return -said[0], said[1]


# --- what is nonsense --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": 0}, "invalid"),
        ({"amount": -100}, "invalid"),
        ({"amount": 10**12}, "invalid"),
        ({"amount": "1000"}, "invalid"),
        ({"amount": 1000.5}, "invalid"),
        ({"amount": 1000, "maximum": 10**9}, "invalid"),
        ({"amount": 1000, "seen": -1}, "invalid"),
        ({"amount": 1000, "delay": -1}, "invalid"),
        ({"amount": 1000, "delay": 60_001}, "invalid"),
        ({"amount": 1000, "maximum": 999}, "invalid"),
        ({"amount": 999}, "bid_too_low"),
        ({"amount": 1099}, "bid_too_low"),
        ({"amount": 99_999_999}, "bid_far_above"),
        ({"amount": 1100, "seen": 10**9}, "not_seen_yet"),
        ({"auction": "another", "amount": 1100}, "unknown_auction"),
    ],
)
def test_a_bid_that_is_nonsense_is_refused_with_its_code_and_changes_nothing(
    fields: dict[str, Any], code: str
) -> None:
    from liveshow.domain.features import MACHINE

    sale = Sale()
    auction = sale.open()
    sale.bid(BENO, auction, 2000)
    before, head = sale.known(auction).stands, sale.room.state.seq
    try:
        asked = MACHINE.client_command.validate_python(
            {"type": "bid", "auction": auction, **fields}
        )
    except ValueError:
        assert code == "invalid"
        return
    with pytest.raises(LiveshowError) as refusal:
        sale.room.ask(ANNA, asked)
    assert refusal.value.code == code
    assert (sale.known(auction).stands, sale.room.state.seq) == (before, head)


def test_what_a_page_saw_long_ago_is_kept_with_its_bid() -> None:
    sale = Sale()
    auction = sale.open()
    sale.bid(ANNA, auction, 1000, seen=1)
    assert sale.known(auction).maxima["anna"].amount == 1000
