"""The price of an auction, against a model that was written from the rules alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from liveshow.codes import CURRENCIES
from liveshow.domain.auctions.bidding import Maximum, after_bid, next_bid, standing, step, steps

BIDDERS = "abcdef"


def test_bids_go_up_by_what_bidders_know() -> None:
    """From $1 by 1, from 30 by 2, 50 by 3, 100 by 5, 300 by 10, 1000 by 20, 2000 by 50."""
    prices = {100: 1, 2900: 1, 3000: 2, 5000: 3, 10_000: 5, 30_000: 10, 100_000: 20, 200_000: 50}
    assert {price: step(price, "USD") // 100 for price in prices} == prices
    assert steps("EUR") == steps("USD")
    # Two yen are about a cent and a half, a fils three tenths of one.
    assert (step(1000, "JPY"), step(1000, "KWD")) == (200, 200)


def test_every_currency_has_steps_that_grow() -> None:
    for currency in CURRENCIES:
        starts, amounts = zip(*steps(currency), strict=True)
        assert starts[0] == 0
        assert all(amount >= 1 for amount in amounts)
        assert list(starts) == sorted(set(starts))
        assert list(amounts) == sorted(amounts)


def model(said: list[tuple[str, int]], start: int, reserve: int) -> tuple[str | None, int]:
    """Who wins at which price: sorted bids, a second price, one step, the first of equals."""
    best: dict[str, int] = {}
    leader, price = None, start
    for who, amount in said:
        best.pop(who, None) if who == leader else None
        best[who] = max(amount, best.get(who, 0))
        # A stable sort: of equals the one who said it first. Who leads stays in front of equals.
        order = sorted(best, key=lambda each: (-best[each], each != leader))
        if who != leader and len(order) > 1:
            second = best[order[1]]
            price = max(start, min(best[order[0]], second + step(second, "USD")))
        leader = order[0]
        if best[leader] >= reserve:
            price = max(price, reserve)
    return (leader, price) if leader and best[leader] >= reserve else (None, 0)


amounts = st.integers(min_value=1, max_value=60).map(lambda dollars: dollars * 100)
bids = st.lists(st.tuples(st.sampled_from(BIDDERS), amounts), max_size=20)


@given(said=bids, start=amounts, reserve=st.none() | amounts)
def test_the_winner_and_the_price_are_those_of_the_model(
    said: list[tuple[str, int]], start: int, reserve: int | None
) -> None:
    """Only what is enough gets in, as in an auction; then both agree, whatever the order."""
    maxima: dict[str, Maximum] = {}
    taken: list[tuple[str, int]] = []
    before = standing([], start, reserve, "USD")
    for seq, (who, amount) in enumerate(said):
        leads = before.leader == who
        enough = amount > maxima[who].amount if leads else amount >= next_bid(before, "USD")
        if not enough:
            continue
        taken.append((who, amount))
        maxima[who] = Maximum(who, amount, seq)
        plain = standing(maxima.values(), start, reserve, "USD")
        now = after_bid(before, plain, who, reserve)
        # Nobody sees a price fall, nor pays more than they said.
        assert now.price >= before.price
        assert now.leader is not None
        assert now.price <= max(maxima[now.leader].amount, start)
        if leads and now.reserve_met == before.reserve_met:
            assert now.price == before.price
        before = now
    sold = before.leader is not None and before.reserve_met
    found = (before.leader, before.price) if sold else (None, 0)
    assert found == model(taken, start, reserve or 0)


def test_of_equals_the_first_leads() -> None:
    stands = standing([Maximum("a", 2000, 7), Maximum("b", 2000, 3)], 100, None, "USD")
    assert (stands.leader, stands.price) == ("b", 2000)


def test_a_reserve_that_is_met_is_the_price() -> None:
    one = [Maximum("a", 5000, 1)]
    assert standing(one, 100, 4000, "USD").price == 4000
    low = standing(one, 100, 6000, "USD")
    assert (low.leader, low.price, low.reserve_met) == ("a", 100, False)
