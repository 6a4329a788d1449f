"""Claims over real sockets: fair, exact, and everybody knows where they stand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.browser.people import buy, upload
from tests.stage import Seat, Stage


async def told(seat: Seat, name: str) -> list[Any]:
    """Wait until somebody's private state has something under a name; return it."""
    found: list[Any] = await seat.until(lambda: seat.mine and seat.mine[name])
    return found


async def test_300_buyers_race_for_3_pieces_and_everybody_knows_their_place(stage: Stage) -> None:
    item = await stage.item(quantity=3)
    buyers = await stage.crowd(300)
    acks = await asyncio.gather(*(buyer.say("claim", item=item) for buyer in buyers))
    held = [ack for ack in acks if ack.get("status") == "held"]
    waiting = [ack for ack in acks if ack.get("status") == "waitlisted"]
    assert len(held) == 3
    assert sorted(ack["place"] for ack in waiting) == list(range(1, 298))

    head = (await stage.fresh())["seq"]
    for buyer in buyers:
        replica = await buyer.reach(head)
        assert replica.state["items"][0]["waiting"] == 297
        assert replica.state["items"][0]["variants"][0]["held"] == 3
    for buyer, ack in zip(buyers, acks, strict=True):
        if ack["status"] == "held":
            assert (await told(buyer, "claims"))[0]["claim"] == ack["claim"]
        else:
            assert (await told(buyer, "waitlist"))[0]["place"] == ack["place"]

    winner = next(b for b, ack in zip(buyers, acks, strict=True) if ack["status"] == "held")
    second = next(b for b, ack in zip(buyers, acks, strict=True) if ack.get("place") == 1)
    last = next(b for b, ack in zip(buyers, acks, strict=True) if ack.get("place") == 297)
    assert winner.mine is not None
    await winner.do("release", claim=winner.mine["claims"][0]["claim"])
    await second.until(lambda: second.mine and second.mine["claims"])
    assert second.mine is not None
    assert second.mine["notices"][-1]["kind"] == "promoted"
    await last.until(lambda: last.mine and last.mine["waitlist"][0]["place"] == 296)


async def test_a_repeated_key_returns_the_first_answer_and_claims_once(stage: Stage) -> None:
    item = await stage.item(quantity=5)
    buyer = await stage.seat("buyer")
    first = await buyer.say("claim", key="once", item=item)
    again = await asyncio.gather(*(buyer.say("claim", key="once", item=item) for _ in range(5)))
    assert first["ok"]
    assert all(ack == first for ack in again)
    other = await buyer.say("claim", key="once", item=item, quantity=2)
    assert other["error"]["code"] == "key_reused"
    state = (await stage.fresh())["state"]
    assert state["items"][0]["variants"][0]["held"] == 1


async def test_an_answer_given_again_is_counted_as_repeated(stage: Stage) -> None:
    """faults.md 77: ``repeated`` was documented and never counted, for refusals too."""

    def counted(outcome: str) -> float:
        labels = {"type": "claim", "outcome": outcome}
        registry = stage.parts.metrics.registry
        return registry.get_sample_value("liveshow_room_commands_total", labels) or 0.0

    outcomes = ("ok", "claim_limit", "key_reused", "repeated")
    before = {outcome: counted(outcome) for outcome in outcomes}
    item = await stage.item(quantity=5)
    buyer = await stage.seat("buyer")
    for key in ("held", "refused", "held", "held", "refused"):
        await buyer.say("claim", key=key, item=item)
    await buyer.say("claim", key="held", item=item, quantity=2)
    difference = {outcome: counted(outcome) - before[outcome] for outcome in outcomes}
    assert difference == {"ok": 1, "claim_limit": 1, "key_reused": 1, "repeated": 3}


async def test_the_same_key_of_another_buyer_is_another_key(stage: Stage) -> None:
    item = await stage.item(quantity=2)
    one, two = await stage.seat("one"), await stage.seat("two")
    acks = [await one.say("claim", key="k", item=item), await two.say("claim", key="k", item=item)]
    assert [ack["status"] for ack in acks] == ["held", "held"]
    assert acks[0]["claim"] != acks[1]["claim"]


async def test_a_comment_claims_like_the_button(stage: Stage) -> None:
    item = await stage.item(variants=[{"size": "S", "quantity": 1}, {"size": "M", "quantity": 2}])
    buyer = await stage.seat("buyer")
    ack = await buyer.do("chat", text="SOLD #1 m")
    assert ack["claim"]["status"] == "held"
    await buyer.until(lambda: buyer.mine and buyer.mine["claims"])
    assert buyer.mine is not None
    assert buyer.mine["claims"][0]["item"] == item
    too_much = await buyer.do("chat", text="sold 1 m")
    assert too_much["claim"]["error"]["code"] == "claim_limit"
    just_talk = await buyer.do("chat", text="sold 12 of these last week")
    assert "claim" not in just_talk


async def test_a_piece_in_two_shows_is_sold_once_and_the_other_show_sees_it(stage: Stage) -> None:
    listing = await stage.listing()
    here = await stage.command("add", listing=listing["id"])
    other = await Stage.set(stage.server, title="The other show")
    there = await other.command("add", listing=listing["id"])
    buyer, rival = await stage.seat("buyer"), await other.seat("rival")
    acks = await asyncio.gather(
        buyer.say("claim", item=here["item"]), rival.say("claim", item=there["item"])
    )
    assert sorted(ack["status"] for ack in acks) == ["held", "waitlisted"]
    winner, loser = (buyer, rival) if acks[0]["status"] == "held" else (rival, buyer)
    await loser.until(lambda: loser.replica and loser.replica.state["items"][0]["sold_out"])
    await winner.do("release", claim=(await told(winner, "claims"))[0]["claim"])
    assert await told(loser, "claims")
    await other.clear()


async def test_a_revoked_mandate_takes_the_item_out_and_honours_standing_holds(
    stage: Stage,
) -> None:
    seller = await stage.server.account("seller")
    listing = await stage.listing(by=seller)
    mandate = await stage.server.post(
        "/api/mandates", {"listing": listing["id"], "show": stage.show, "floor": 4000}, by=seller
    )
    refused = await stage.server.request(
        "POST",
        f"/api/shows/{stage.show}/commands",
        {"type": "add", "key": "early", "listing": listing["id"]},
        by=stage.host,
        status=403,
    )
    assert refused["code"] == "no_mandate"
    await stage.server.post(f"/api/mandates/{mandate['id']}/accept", {}, by=stage.host)
    item = (await stage.command("add", listing=listing["id"]))["item"]
    host, buyer, late = (
        await stage.seat(stage.host),
        await stage.seat("buyer"),
        await stage.seat("late"),
    )
    floor = await host.say("reprice", item=item, price=3999)
    assert floor["error"]["code"] == "below_floor"
    await buyer.do("claim", item=item)
    await late.do("claim", item=item)
    await stage.server.post(f"/api/mandates/{mandate['id']}/revoke", {}, by=seller)
    await late.until(lambda: late.replica and late.replica.state["items"] == [])
    await late.until(lambda: late.mine and late.mine["notices"])
    assert late.mine is not None
    assert late.mine["waitlist"] == []
    assert late.mine["notices"][-1]["kind"] == "cancelled"
    assert buyer.mine is not None
    assert len(buyer.mine["claims"]) == 1
    assert buyer.account is not None
    address = {"name": "B", "line1": "1 St", "city": "X", "postcode": "12207", "country": "DE"}
    body = {"key": "pay", "address": address, "total": await stage.total(buyer.account)}
    payment = await stage.server.post(f"/api/shows/{stage.show}/checkout", body, by=buyer.account)
    card = {"number": "4242424242424242", "expiry": "12/39", "cvc": "123"}
    paid = await stage.server.post(
        f"/api/payments/{payment['id']}/confirm", {"card": card}, by=buyer.account
    )
    assert paid["status"] == "succeeded"


async def test_countdowns_stand_still_while_the_show_is_interrupted(stage: Stage) -> None:
    item = await stage.item()
    buyer = await stage.seat("buyer")
    held = await buyer.do("claim", item=item)
    await stage.command("pause")
    await asyncio.sleep(0.05)
    await stage.command("resume")
    await buyer.until(lambda: buyer.mine and buyer.mine["claims"][0]["until"] > held["until"])
    await buyer.until(lambda: buyer.replica and buyer.replica.state["show"]["status"] == "live")
    assert buyer.mine is not None
    assert buyer.replica is not None
    hold = buyer.replica.state["items"][0]["holds"][0]
    assert hold["until"] == buyer.mine["claims"][0]["until"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "invalid"),
        ({"item": 7}, "invalid"),
        ({"item": "x" * 65}, "invalid"),
        ({"item": "nosuchitem"}, "unknown_item"),
        ({"item": "ITEM", "quantity": 0}, "invalid"),
        ({"item": "ITEM", "quantity": 10**9}, "invalid"),
        ({"item": "ITEM", "quantity": "1"}, "invalid"),
        ({"item": "ITEM", "quantity": True}, "invalid"),
        ({"item": "ITEM", "quantity": 3}, "quantity_too_large"),
        ({"item": "ITEM", "variant": "nosuchvariant"}, "unknown_variant"),
        ({"item": "ITEM", "key": ""}, "invalid"),
        ({"item": "ITEM", "key": "x" * 65}, "invalid"),
        ({"item": "ITEM", "key": "spaces are bad"}, "invalid"),
        ({"item": "ITEM", "key": None}, "invalid"),
        ({"item": "ITEM", "unknown": 1}, "invalid"),
    ],
)
async def test_a_bad_claim_is_refused_and_changes_nothing(
    stage: Stage, fields: dict[str, object], code: str
) -> None:
    item = await stage.item(quantity=2)
    buyer = await stage.seat("buyer")
    before = await stage.fresh()
    if fields.get("item") == "ITEM":
        fields = fields | {"item": item}
    ack = await buyer.say("claim", **fields)
    assert ack["error"]["code"] == code
    assert (await stage.fresh())["state"] == before["state"]


@pytest.mark.parametrize("payload", [None, 7, "text", [], [1, 2], {}])
async def test_anything_at_all_is_answered_with_a_refusal(stage: Stage, payload: object) -> None:
    buyer = await stage.seat("buyer")
    for command in ("claim", "mute", "nonsense"):
        ack = await buyer.call(command, payload)
        assert ack["ok"] is False
        assert ack["error"]["code"] == "invalid"


async def test_a_guest_may_watch_but_not_act(stage: Stage) -> None:
    item = await stage.item()
    guest = await stage.seat()
    for command, fields in (("claim", {"item": item}), ("chat", {"text": "hi"})):
        ack = await guest.say(command, **fields)
        assert ack["error"]["code"] == "unauthenticated"


async def test_a_viewer_may_not_do_what_the_host_does(stage: Stage) -> None:
    item = await stage.item()
    viewer = await stage.seat("viewer")
    assert viewer.account is not None
    asked: dict[str, dict[str, Any]] = {
        "pin": {"item": item},
        "reprice": {"item": item, "price": 1},
        "end": {},
        "staff": {"user": "viewer", "role": "moderator"},
        "mute": {"user": stage.host.id, "reason": "no"},
        "delete": {"message": 1},
        "block_word": {"word": "spam"},
    }
    for command, fields in asked.items():
        ack = await viewer.say(command, **fields)
        assert ack["error"]["code"] == "forbidden", command


async def test_claims_in_an_ended_show_are_refused(stage: Stage) -> None:
    item = await stage.item()
    buyer = await stage.seat("buyer")
    await stage.command("end")
    assert (await buyer.say("claim", item=item))["error"]["code"] == "show_ended"
    assert (await buyer.say("chat", text="hello?"))["error"]["code"] == "show_ended"


async def test_a_client_that_sends_too_fast_is_told_to_wait(stage: Stage) -> None:
    buyer = await stage.seat("buyer")
    stage.parts.channel._pace._amount = 3
    acks = [await buyer.say("leave_waitlist", entry="none") for _ in range(5)]
    assert [ack["error"]["code"] for ack in acks[:3]] == ["unknown_entry"] * 3
    assert acks[-1]["error"]["code"] == "rate_limited"
    assert acks[-1]["error"]["retry_after"] > 0


async def test_what_was_promised_keeps_its_picture(stage: Stage) -> None:
    """scandipwa/scandipwa#2758: the photo of an order was gone with that of its product.

    The photo is deleted by a seller who took it out of the listing: while somebody holds, waits
    for, or has bought what it shows, it stays, and counts as the seller's.
    """
    server, host = stage.server, stage.host
    photo = await upload(server, host)
    listing = await stage.listing(photos=[photo], quantity=1)
    item = (await stage.command("add", listing=listing["id"]))["item"]
    buyer, late = await stage.seat("buyer"), await stage.seat("late")
    assert buyer.account is not None
    assert late.account is not None
    await buyer.do("claim", item=item)
    await late.do("claim", item=item)
    edit = {"version": 1, "photos": []}
    await server.request("PATCH", f"/api/listings/{listing['id']}", edit, by=host)

    async def refused() -> str:
        path = f"/api/photos/{photo}"
        answer = await server.request("DELETE", path, by=host, status=409)
        assert answer["code"] == "photo_in_use"
        for size in ("full", "thumb"):
            async with server.http.get(f"{server.url}/photos/{photo}/{size}.webp") as picture:
                assert picture.status == 200
        return str(answer["detail"])

    assert "hold" in await refused()
    [order] = await buy(stage, buyer.account)
    sold = await server.get(f"/api/orders/{order}", by=buyer.account)
    assert sold["lines"][0]["photo"]["id"] == photo
    assert "ordered" in await refused()

    # A picture that only somebody in line was promised; then everything is given up.
    other, photo = await upload(server, host), await upload(server, host)
    listing = await stage.listing(photos=[other], quantity=1)
    path = f"/api/listings/{listing['id']}"
    item = (await stage.command("add", listing=listing["id"]))["item"]
    claim = (await buyer.do("claim", item=item))["claim"]
    await server.request("PATCH", path, {"version": 1, "photos": [photo]}, by=host)
    entry = (await late.do("claim", item=item))["entry"]
    await server.request("PATCH", path, {"version": 2, "photos": []}, by=host)
    assert "wait" in await refused()
    await late.do("leave_waitlist", entry=entry)
    await server.request("DELETE", f"/api/photos/{photo}", by=host, status=204)
    photo = other
    assert "hold" in await refused()
    await buyer.do("release", claim=claim)
    await server.request("DELETE", f"/api/photos/{other}", by=host, status=204)
