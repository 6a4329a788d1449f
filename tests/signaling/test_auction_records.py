"""The record of an auction: who can have it, and that a stranger can compute it again."""

from __future__ import annotations

import json

from liveshow.domain.auctions.state import Auctions
from liveshow.verify import auction as verifier
from tests.stage import Stage


async def close(stage: Stage, auction: str) -> None:
    """Set the end of an auction to long ago, in memory, and have the room look at it."""
    room = await stage.parts.registry.get(stage.show)
    for state in filter(None, (room.state, room._ahead)):
        state[Auctions].known[auction].ends_at = 0
    await stage.command("chat", text="Going, going, gone")


async def test_who_bid_the_owner_and_the_team_can_compute_an_auction_again(stage: Stage) -> None:
    server = stage.server
    item = await stage.item(quantity=2)
    ann, ben, cat = [await server.account(name) for name in ("ann", "ben", "cat")]
    asked = {"item": item, "start_price": 1000, "reserve": 1200}
    auction = (await stage.command("auction", **asked))["auction"]
    for buyer, amount in ((ann, 2000), (ben, 3000)):
        await stage.command("bid", by=buyer, auction=auction, amount=amount, delay=80)
    path, past = f"/api/auctions/{auction}/record", f"/api/shows/{stage.show}/auctions"
    refused = await server.request("GET", path, by=ann, status=409)
    assert refused["code"] == "auction_not_over"
    assert (await server.get(past, by=ann))["items"] == []
    await close(stage, auction)
    for who in (ann, ben, stage.host):
        record = await server.get(path, by=who)
        assert record["over"]
        closed = next(entry for entry in record["entries"] if entry["type"] == "closed")
        assert (closed["bidder"], closed["price"]) == ("@ben", 2100)
        assert [each["auction"] for each in (await server.get(past, by=who))["items"]] == [auction]
    assert (await server.request("GET", path, by=cat, status=403))["code"] == "forbidden"
    assert (await server.get(past, by=cat))["items"] == []
    await server.request("GET", path, status=401)
    assert (await server.request("GET", "/api/auctions/none/record", by=ann, status=404))["code"]
    # Everything is right but for the end, which was set by hand.
    wrong = [step.words for step in verifier.verify(json.dumps(record)) if not step.ok]
    assert wrong == ["Piece 1 of 1: it closed before its time."]
