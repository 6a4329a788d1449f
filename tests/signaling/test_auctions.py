"""Three hundred bidders at once: one of them wins, and everybody knows where they stand."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from liveshow.domain.auctions.bidding import step
from liveshow.domain.auctions.state import Auctions
from tests.stage import Json, Seat, Stage

BIDDERS = 300
HIGHEST = 500_000


@pytest.mark.slow
async def test_three_hundred_bid_at_once_and_one_wins(stage: Stage) -> None:
    item = await stage.item(quantity=1)
    seats = await stage.crowd(BIDDERS, "bidder")
    opened = await stage.command("auction", item=item, start_price=1000, seconds=60)
    auction = opened["auction"]

    async def bid(number: int, seat: Seat) -> tuple[int, Json]:
        # Neither in order nor backwards; one is far above all others.
        place = number * 7 % BIDDERS
        most = HIGHEST if place == BIDDERS - 1 else 1000 + 100 * place
        return most, await seat.say("bid", auction=auction, amount=most, sure=True)

    answers = await asyncio.gather(*(bid(n, seat) for n, seat in enumerate(seats)))
    accepted = {most: ack for most, ack in answers if ack["ok"]}
    refused = [ack["error"] for _, ack in answers if not ack["ok"]]
    # Whoever was too late with too little was told what is enough.
    assert Counter(error["code"] for error in refused) == Counter(bid_too_low=len(refused))
    assert all(error["next"] > 1000 for error in refused)
    assert all(ack["status"] in ("leading", "outbid") for ack in accepted.values())
    first, second = sorted(accepted, reverse=True)[:2]
    assert first == HIGHEST
    price = min(first, second + step(second, "USD"))

    room = await stage.parts.registry.get(stage.show)
    assert len(room.state[Auctions].known[auction].maxima) == len(accepted)
    for state in filter(None, (room.state, room._ahead)):
        state[Auctions].known[auction].ends_at = 0
    await stage.command("chat", text="Going, going, gone")
    [winner] = [s for s, (most, _) in zip(seats, answers, strict=True) if most == first]
    bidders = [s for s, (most, _) in zip(seats, answers, strict=True) if most in accepted]

    def told(seat: Seat) -> set[str]:
        return {notice["kind"] for notice in (seat.mine or {})["notices"]}

    for seat in bidders:
        await seat.until(lambda seat=seat: told(seat) & {"won", "auction_over"}, within=20)
    assert [seat for seat in bidders if "won" in told(seat)] == [winner]
    assert winner.mine
    assert [(c["item"], c["price"]) for c in winner.mine["claims"]] == [(item, price)]
    # Everybody saw the same end, with the same price, one after the other.
    head = room.state.seq
    for seat in seats:
        replica = await seat.reach(head)
        [found] = [each for each in replica.state["items"] if each["id"] == item]
        assert [hold["price"] for hold in found["holds"]] == [price]
        assert replica.state["auctions"] == []
