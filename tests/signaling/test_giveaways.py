"""A giveaway on a running server: told, drawn, proved and claimed."""

from __future__ import annotations

import json

from liveshow.rooms.presence import GRACE_MS
from liveshow.verify import giveaway as verifying
from tests.browser.people import ADDRESS
from tests.stage import Json, Seat, Stage, new_key
from tests.support import eventually


async def opened(stage: Stage, **fields: object) -> str:
    answer = await stage.command("giveaway", **{"title": "A coat", "seconds": 10, **fields})
    return str(answer["giveaway"])


def counted(seat: Seat) -> list[int]:
    return [payload["count"] for name, payload in seat.ephemeral if name == "giveaway_entries"]


async def proof(stage: Stage, giveaway: str) -> Json:
    found: Json = await stage.server.get(f"/api/giveaways/{giveaway}/proof")
    return found


async def test_who_entered_and_stays_wins_and_says_where_it_goes(stage: Stage) -> None:
    """Somebody who has entered without being connected takes no part."""
    item = await stage.item(quantity=1)
    ann, guest = await stage.seat("ann"), await stage.seat()
    giveaway = await opened(stage, item=item)
    early = await proof(stage, giveaway)
    assert (early["status"], early["seed"], early["entry_ids"]) == ("open", None, None)
    entry = (await ann.do("enter", giveaway=giveaway))["entry"]
    for seat in (ann, guest):
        await seat.until(lambda seat=seat: counted(seat)[-1:] == [1])
    await ann.until(lambda: ann.mine and ann.mine["giveaway_entry"] is not None)
    assert entry not in json.dumps(guest.events)
    await ann.until(lambda: ann.mine and ann.mine["prizes"], within=30)
    drawn = await proof(stage, giveaway)
    assert (drawn["winner"]["handle"], drawn["entry_ids"]) == ("ann", [entry])
    assert drawn["commitment"] == early["commitment"]
    assert verifying.agrees(verifying.verify(json.dumps(drawn)))

    server, account = stage.server, ann.account
    assert account is not None
    prizes = await server.get("/api/prizes", by=account)
    assert [prize["giveaway"] for prize in prizes["items"]] == [giveaway]
    body = {"key": new_key(), "address": ADDRESS}
    path = f"/api/giveaways/{giveaway}/claim"
    wrong = {**body, "key": new_key(), "address": {**ADDRESS, "postcode": "?"}}
    refused = await server.request("POST", path, wrong, by=account, status=409)
    assert refused["code"] == "wrong_postcode"
    refused = await server.request("POST", path, body, by=stage.host, status=404)
    assert refused["code"] == "not_yours"
    order = (await server.post(path, body, by=account))["order"]
    assert (await server.post(path, body, by=account))["order"] == order
    assert (await server.get("/api/prizes", by=account))["items"] == []

    bought = await server.get(f"/api/orders/{order}", by=account)
    assert (bought["total"], bought["ledger"], bought["address"]) == (0, [], ADDRESS)
    news = (await server.get("/api/notices", by=stage.host))["orders"]
    assert [(each["order"], each["status"]) for each in news] == [(order, "paid")]
    for step in ("pack", "ship", "deliver"):
        await server.post(
            f"/api/orders/{order}/{step}", {} if step == "ship" else None, by=stage.host
        )
    payment = await server.get(f"/api/payments/{bought['payment']}", by=account)
    assert (payment["status"], payment["amount"], payment["client"]) == ("succeeded", 0, None)
    balance = await server.get(f"/api/shows/{stage.show}/balance", by=stage.host)
    assert balance["balance"] == 0


async def test_strangers_and_the_banned_get_refusals(stage: Stage) -> None:
    refused = await stage.server.request("GET", "/api/giveaways/none/proof", status=404)
    assert refused["code"] == "unknown_giveaway"
    path = "/api/giveaways/none/claim"
    await stage.server.request("POST", path, {}, status=401)
    ann = await stage.server.account("ann")
    refused = await stage.server.request("POST", path, {}, by=ann, status=400)
    assert refused["code"] == "invalid"
    body = {"key": new_key(), "address": ADDRESS}
    refused = await stage.server.request("POST", path, body, by=ann, status=404)
    assert refused["code"] == "unknown_giveaway"
    giveaway = await opened(stage)
    await stage.command("ban", user=ann.id, reason="Rude")
    refused = await stage.server.request(
        "GET", f"/api/giveaways/{giveaway}/proof", by=ann, status=403
    )
    assert refused["code"] == "banned"


async def test_the_channel_says_who_is_in_the_show(stage: Stage) -> None:
    presence = stage.parts.channel._audiences._presence
    presence._started -= 2 * GRACE_MS
    ann = await stage.seat("ann")
    assert ann.account is not None
    who = (stage.show, ann.account.id)
    assert presence.here(*who)
    await ann.leave()
    await eventually(lambda: who in presence._left)
    assert presence.here(*who)
    presence._left[who] -= GRACE_MS + 1
    assert not presence.here(*who)
