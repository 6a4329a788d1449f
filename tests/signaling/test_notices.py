"""What somebody is told wherever they are: over the light channel, and what it says to look at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from sqlalchemy import delete
from sqlmodel import col

from liveshow.clock import wall_clock
from liveshow.listener import SPARE
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.tables.accounts import TokenRow
from signaling import notices
from signaling.notices import MAX_SOCKETS_PER_USER, PATH
from tests.payments.world import ADDRESS_JSON
from tests.stage import Stage
from tests.support import Account, seconds

NOTHING = {"waiting": 0, "until": None, "news": []}


@asynccontextmanager
async def page(stage: Stage, account: Account | None, **headers: str) -> AsyncIterator[Any]:
    """A page of the site that listens; without an account, a guest's."""
    shown = {**(account.headers if account else {}), **headers}
    async with stage.server.http.ws_connect(f"{stage.server.url}{PATH}", headers=shown) as socket:
        yield socket


async def hears(socket: ClientWebSocketResponse) -> None:
    message = await socket.receive(timeout=seconds(10))
    assert (message.type, message.data) == (WSMsgType.TEXT, '{"changed":true}')


async def ended(socket: ClientWebSocketResponse) -> None:
    while (message := await socket.receive(timeout=seconds(10))).type is WSMsgType.TEXT:
        pass
    assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)


async def look(stage: Stage, account: Account) -> Any:
    return await stage.server.get("/api/notices", by=account)


async def test_whoever_is_promoted_hears_of_it_on_any_page(stage: Stage) -> None:
    """faults.md 59: "We tell you when it is yours" holds outside the page of the show."""
    coat = await stage.item(title="Camel coat")
    ann, ben = await stage.server.account("ann"), await stage.server.account("ben")
    held = (await stage.command("claim", by=ann, item=coat))["claim"]
    await stage.command("claim", by=ben, item=coat)
    assert (await look(stage, ben))["holds"] == []
    async with page(stage, ben) as socket:
        await stage.command("release", by=ann, claim=held)
        await hears(socket)
        found = await look(stage, ben)
    [hold] = found["holds"]
    assert (hold["number"], hold["title"], hold["paying"]) == (1, "Camel coat", False)
    assert hold["show"] == {"id": stage.show, "title": "The show"}
    assert hold["until"] > found["now"]
    [notice] = found["notices"]
    assert (notice["kind"], notice["item"]["id"]) == ("promoted", coat)
    assert notice["show"]["id"] == stage.show
    # What is somebody else's is in nobody's answer.
    assert (await look(stage, ann))["holds"] == []
    assert (await look(stage, ann))["notices"] == []


async def test_the_clock_of_a_hold_stands_still_with_its_show(stage: Stage) -> None:
    coat = await stage.item(title="Camel coat")
    ann = await stage.server.account("ann")
    await stage.command("claim", by=ann, item=coat)
    await stage.command("pause")
    [hold] = (await look(stage, ann))["holds"]
    assert hold["interrupted_at"] is not None


async def test_both_sides_of_a_mandate_hear_what_the_other_did(stage: Stage) -> None:
    """faults.md 59: a request to lend, and its acceptance, are told without reloading."""
    vera = await stage.server.account("vera")
    listing = await stage.listing(by=vera, title="Jacket")
    ask = {"listing": listing["id"], "show": stage.show}
    async with page(stage, vera) as owner, page(stage, stage.host) as host:
        mandate = await stage.server.post("/api/mandates", ask, by=stage.host)
        await hears(owner)
        lending = (await look(stage, vera))["lending"]
        assert lending["waiting"] == 1
        [news] = lending["news"]
        assert (news["status"], news["title"], news["by"]["handle"]) == (
            "requested",
            "Jacket",
            "host",
        )
        await hears(host)
        assert (await look(stage, stage.host))["lending"] == NOTHING
        await stage.server.post(f"/api/mandates/{mandate['id']}/accept", by=vera)
        await hears(host)
        lending = (await look(stage, stage.host))["lending"]
        assert lending["waiting"] == 0
        assert [(n["status"], n["by"]["handle"]) for n in lending["news"]] == [("active", "vera")]
        assert (await look(stage, vera))["lending"] == NOTHING


async def _checked_out(stage: Stage, vera: Account, ann: Account) -> str:
    """Ann is about to pay for Vera's jacket; returns the payment."""
    listing = await stage.listing(by=vera, title="Jacket")
    ask = {"listing": listing["id"], "show": stage.show}
    mandate = await stage.server.post("/api/mandates", ask, by=stage.host)
    await stage.server.post(f"/api/mandates/{mandate['id']}/accept", by=vera)
    item = (await stage.command("add", listing=listing["id"]))["item"]
    await stage.command("claim", by=ann, item=item)
    total = await stage.total(ann)
    checkout = {"key": "k", "address": ADDRESS_JSON, "total": total}
    payment = await stage.server.post(f"/api/shows/{stage.show}/checkout", checkout, by=ann)
    return str(payment["id"])


async def _told(stage: Stage, account: Account) -> list[tuple[str, str, str]]:
    orders = (await look(stage, account))["orders"]
    return [(news["status"], news["role"], news["by"]["handle"]) for news in orders]


async def test_each_step_of_an_order_is_told_at_once_to_the_others(stage: Stage) -> None:
    """faults.md 59: what they wait for is told to buyers, owners and hosts, on any page."""
    vera, ann = await stage.server.account("vera"), await stage.server.account("ann")
    payment = await _checked_out(stage, vera, ann)
    card = {"card": {"number": SUCCEEDS, "expiry": "12/40", "cvc": "123"}}
    async with page(stage, vera) as owner:
        paid = await stage.server.post(f"/api/payments/{payment}/confirm", card, by=ann)
        [order] = paid["orders"]
        await hears(owner)
    assert await _told(stage, vera) == [("paid", "owner", "ann")]
    assert await _told(stage, stage.host) == []
    path = f"/api/orders/{order}"
    async with page(stage, ann) as buyer, page(stage, stage.host) as host:
        await stage.server.post(f"{path}/pack", by=vera)
        await hears(buyer)
        sent = {"carrier": "Post", "tracking": "T1"}
        await stage.server.post(f"{path}/ship", sent, by=vera)
        await hears(buyer)
        [news] = (await look(stage, ann))["orders"]
        assert (news["status"], news["carrier"], news["tracking"]) == ("shipped", "Post", "T1")
        assert (news["order"], news["title"], news["more"]) == (order, "Jacket", 0)
        assert news["show"] == {"id": stage.show, "title": "The show"}
        assert await _told(stage, vera) == []
        async with page(stage, vera) as owner:
            await stage.server.post(f"{path}/dispute", {"reason": "torn"}, by=ann)
            await hears(owner)
        await hears(host)
    assert await _told(stage, vera) == [("not_as_described", "owner", "ann")]
    assert await _told(stage, stage.host) == [("not_as_described", "host", "ann")]
    assert await _told(stage, ann) == []


async def test_a_mandate_that_expires_during_a_show_ends_there_and_is_told(stage: Stage) -> None:
    """faults.md 59: by time alone; the page knows when to ask again."""
    vera, ann = await stage.server.account("vera"), await stage.server.account("ann")
    listing = await stage.listing(by=vera, title="Jacket")
    ends = wall_clock() + int(seconds(2) * 1000)
    ask = {"listing": listing["id"], "show": stage.show, "expires_at": ends}
    mandate = await stage.server.post("/api/mandates", ask, by=stage.host)
    await stage.server.post(f"/api/mandates/{mandate['id']}/accept", by=vera)
    item = (await stage.command("add", listing=listing["id"]))["item"]
    for account in (vera, stage.host):
        assert (await look(stage, account))["lending"]["until"] == ends
    seat = await stage.seat(ann)
    await seat.until(lambda: any(e["type"] == "item.removed" for e in seat.events), within=20)
    [removed] = [e["data"] for e in seat.events if e["type"] == "item.removed"]
    assert removed == {"item": item, "reason": "mandate_expired"}
    refused = await seat.say("claim", item=item)
    assert refused["error"]["code"] == "unknown_item"
    for account, other in ((vera, "host"), (stage.host, "vera")):
        lending = (await look(stage, account))["lending"]
        news = lending["news"][0]
        assert (news["status"], news["by"]["handle"], news["at"]) == ("expired", other, ends)
        assert lending["until"] is None


async def test_guests_and_pages_of_others_do_not_listen(stage: Stage) -> None:
    ann = await stage.server.account("ann")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with page(stage, None):
            pass
    assert refused.value.status == 401
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with page(stage, ann, Origin="https://elsewhere.example"):
            pass
    assert refused.value.status == 403


async def test_a_page_that_says_anything_is_closed(stage: Stage) -> None:
    async with page(stage, await stage.server.account("ann")) as socket:
        await socket.send_str("hello")
        await ended(socket)


async def test_one_account_has_so_many_pages_and_no_more(stage: Stage) -> None:
    ann, ben = await stage.server.account("ann"), await stage.server.account("ben")
    url = f"{stage.server.url}{PATH}"
    connect = stage.server.http.ws_connect
    pages = [await connect(url, headers=ann.headers) for _ in range(MAX_SOCKETS_PER_USER)]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await connect(url, headers=ann.headers)
    assert refused.value.status == 409
    async with page(stage, ben):
        pass
    for one in pages:
        await one.close()
    async with page(stage, ann):
        pass


async def test_the_server_has_so_many_pages_and_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MAX_SOCKETS", 0)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with page(stage, await stage.server.account("ann")):
            pass
    assert refused.value.status == 503


async def test_when_there_is_no_room_the_oldest_page_does_without(stage: Stage) -> None:
    """faults.md 20: the kind. Pages that listen say nothing, be they meant or not."""
    assert stage.parts.notices.spare_the_oldest in stage.server.app[SPARE]
    ann, ben = await stage.server.account("ann"), await stage.server.account("ben")
    assert not stage.parts.notices.spare_the_oldest()
    async with page(stage, ann) as oldest, page(stage, ben) as newest:
        assert stage.parts.notices.spare_the_oldest()
        await ended(oldest)
        stage.parts.notices.tell({ben.id})
        await hears(newest)
    async with page(stage, ann):
        pass


async def test_listening_ends_with_the_sign_in(stage: Stage) -> None:
    ann = await stage.server.account("ann")
    async with page(stage, ann) as socket:
        await stage.server.request("DELETE", "/api/session", by=ann)
        await ended(socket)


async def test_a_sign_in_that_another_process_ended_is_noticed(stage: Stage) -> None:
    ann, ben = await stage.server.account("ann"), await stage.server.account("ben")
    async with page(stage, ann) as gone, page(stage, ben) as stays:
        async with stage.parts.database.write() as connection:
            await connection.execute(delete(TokenRow).where(col(TokenRow.user_id) == ann.id))
        await stage.parts.notices.end_revoked()
        await ended(gone)
        stage.parts.notices.tell({ben.id})
        await hears(stays)
