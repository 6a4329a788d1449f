"""``kill -9`` while people buy, pack, cancel, refund and restock: money and stock add up."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.browser.people import ADDRESS, CARD
from tests.rooms.test_kill import serving, tokens
from tests.support import eventually, free_port

BUYERS = 8
PIECES = 400
ROUNDS = 4
STEPS = {"pack": "packed", "cancel": "cancelled"}


class Gone(Exception):
    """The server was killed in the midst of a request."""


class Market:
    """Everybody does what they do until the server is gone; what was acknowledged is kept."""

    def __init__(self, url: str, host: str, buyers: list[str]) -> None:
        self.url = url
        self.host = host
        self.buyers = buyers
        self.ids: dict[str, str] = {}
        self.shows: list[tuple[str, str]] = []
        # What was acknowledged.
        self.claims: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.paid: set[str] = set()
        self.steps: set[tuple[str, str]] = set()
        self.refunds: Counter[str] = Counter()
        self.restocked: set[str] = set()
        self._keys = count()

    async def send(self, method: str, path: str, by: str, body: Any = None) -> tuple[int, Any]:
        try:
            async with (
                aiohttp.ClientSession(headers={"Authorization": f"Bearer {by}"}) as http,
                http.request(method, f"{self.url}{path}", json=body) as answer,
            ):
                said = await answer.json(content_type=None)
                return answer.status, said
        except (aiohttp.ClientError, ValueError) as error:
            raise Gone from error

    async def prepare(self) -> None:
        shipping = {"flat": 300}
        draft = {"title": "Shared", "price": 1000, "quantity": PIECES, "shipping": shipping}
        _, listing = await self.send("POST", "/api/listings", self.host, draft)
        for number in range(2):
            title = {"title": f"Show {number}"}
            _, show = await self.send("POST", "/api/shows", self.host, title)
            added = await self.command(
                show["id"], self.host, type="add", key="add", listing=listing["id"]
            )
            started = await self.command(show["id"], self.host, type="start", key="start")
            assert started["ok"]
            self.shows.append((show["id"], added["item"]))
        for buyer in self.buyers:
            self.ids[buyer] = (await self.send("GET", "/api/session", buyer))[1]["user"]["id"]

    async def command(self, show: str, by: str, **body: Any) -> Any:
        return (await self.send("POST", f"/api/shows/{show}/commands", by, body))[1]

    async def buy(self, buyer: str) -> None:
        """Claim, or have it held by staff, in one of both shows; then pay."""
        show, item = random.choice(self.shows)
        key = f"k{next(self._keys)}"
        by, what = buyer, {"type": "claim", "item": item}
        if random.random() < 0.4:
            by, what = self.host, {"type": "hold", "item": item, "user": self.ids[buyer]}
        ack = await self.command(show, by, key=key, **what)
        if ack.get("ok"):
            self.claims[show, by, key] = {"sent": what, "ack": ack}
        _, cart = await self.send("GET", "/api/cart", buyer)
        for own in cart["carts"]:
            await self.pay(buyer, own)

    async def pay(self, buyer: str, own: dict[str, Any]) -> None:
        show = own["show"]["id"]
        body = {"key": f"k{next(self._keys)}", "address": ADDRESS, "total": own["total"]}
        payment = own["payment"]
        if payment is None:
            status, answer = await self.send("POST", f"/api/shows/{show}/checkout", buyer, body)
            if status != 201:
                return
            payment = answer["id"]
        if random.random() < 0.1:
            await self.send("POST", f"/api/payments/{payment}/cancel", buyer)
            return
        confirm = f"/api/payments/{payment}/confirm"
        status, answer = await self.send("POST", confirm, buyer, {"card": CARD})
        if status == 200 and answer["status"] == "succeeded":
            self.paid.add(payment)

    async def think_again(self) -> None:
        """Pack, cancel, refund and restock the same orders at once."""
        _, page = await self.send("GET", "/api/orders?as=seller&limit=20", self.host)
        for order in random.sample(page["items"], min(3, len(page["items"]))):
            owner = next(b for b in self.buyers if self.ids[b] == order["buyer"]["id"])
            path = f"/api/orders/{order['id']}"
            acts: list[Callable[[], Any]] = [
                lambda p=path, o=order: self.step(o["id"], "pack", p, self.host),
                lambda p=path, o=order, by=owner: self.step(o["id"], "cancel", p, by),
                lambda p=path, o=order: self.refund(o["id"], p, random.choice((100, 700, None))),
                lambda p=path, o=order: self.restock(o["id"], p),
            ]
            random.shuffle(acts)
            done = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
            for one in done:
                if isinstance(one, BaseException):
                    raise one

    async def step(self, order: str, step: str, path: str, by: str) -> None:
        body = {} if step == "cancel" else None
        status, _ = await self.send("POST", f"{path}/{step}", by, body)
        if status == 200:
            self.steps.add((order, STEPS[step]))

    async def refund(self, order: str, path: str, amount: int | None) -> None:
        body = {"key": f"k{next(self._keys)}", "reason": "Less."}
        status, answer = await self.send(
            "POST", f"{path}/refund", self.host, body | ({"amount": amount} if amount else {})
        )
        assert status < 500 or status == 503, answer
        if status == 200 and amount:
            self.refunds[order] += amount

    async def restock(self, order: str, path: str) -> None:
        status, _ = await self.send("POST", f"{path}/restock", self.host, {"restock": True})
        if status == 200:
            self.restocked.add(order)

    async def forever(self, act: Callable[[], Any]) -> None:
        try:
            while True:
                await act()
        except Gone:
            return


@pytest.mark.slow
async def test_money_and_stock_add_up_after_kill_9(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claims and holds by staff of one piece in two shows, with checkouts and orders amid it."""
    monkeypatch.setenv("LIVESHOW_TEST_PAYMENTS", "true")
    monkeypatch.setenv("LIVESHOW_WRITE_LIMIT", "10000/second")
    folder, port = tmp_path / "data", free_port()
    folder.mkdir()
    async with AsyncExitStack() as servers:
        server = await servers.enter_async_context(serving(folder, port))
        [host] = await tokens(folder, "--count", "1", "--prefix", "host")
        market = Market(
            f"http://127.0.0.1:{port}", host, await tokens(folder, "--count", str(BUYERS))
        )
        await market.prepare()
        for _ in range(ROUNDS):
            done = len(market.paid), len(market.steps)
            acts: list[Callable[[], Any]] = [
                lambda buyer=buyer: market.buy(buyer) for buyer in market.buyers
            ]
            running = [
                asyncio.create_task(market.forever(act))
                for act in (*acts, market.think_again, market.think_again)
            ]

            await eventually(partial(in_the_midst, market, running, *done), within=20)
            # Another moment each time, and each time the test is run.
            await asyncio.sleep(random.uniform(0, 0.2))
            server.send_signal(signal.SIGKILL)
            await server.wait()
            await asyncio.gather(*running)
            server = await servers.enter_async_context(serving(folder, port))
            await check(folder, market)


def in_the_midst(
    market: Market, running: list[asyncio.Task[None]], paid: int, stepped: int
) -> bool:
    """Whether more has been acknowledged than a moment ago, and everybody goes on."""
    for task in running:
        if task.done():
            task.result()
    return len(market.paid) > paid + 5 and len(market.steps) > stepped + 1


async def check(folder: Path, market: Market) -> None:
    for (show, by, key), claim in market.claims.items():
        assert await market.command(show, by, key=key, **claim["sent"]) == claim["ack"]
    with sqlite3.connect(f"file:{folder / 'liveshow.db'}?mode=ro", uri=True) as database:

        def rows(statement: str) -> list[Any]:
            return database.execute(statement).fetchall()

        # What was paid or given back is told to the room and the provider a moment later.
        await eventually(
            lambda: not rows("SELECT 1 FROM refunds WHERE NOT sent"), within=30, what="refunds"
        )
        await eventually(
            lambda: (
                {p for (p,) in rows("SELECT payment_id FROM orders")}
                == {p for (p,) in rows("SELECT id FROM payments WHERE status = 'succeeded'")}
                >= market.paid
            ),
            within=30,
            what="every payment that was acknowledged has its order, and no other",
        )
        for quantity, held, sold, claimed, paid in rows(
            "SELECT v.quantity, v.held, v.sold,"
            " (SELECT COALESCE(SUM(quantity), 0) FROM claims"
            "  WHERE variant_id = v.id AND status IN ('held', 'checkout')),"
            " (SELECT COALESCE(SUM(quantity), 0) FROM claims"
            "  WHERE variant_id = v.id AND status = 'paid') FROM variants v"
        ):
            assert (held, sold) == (claimed, paid)
            assert held + sold <= quantity
        assert not rows("SELECT 1 FROM ledger GROUP BY order_id, kind, refund HAVING SUM(amount)")
        given = dict(rows("SELECT order_id, SUM(amount) FROM refunds GROUP BY order_id"))
        for order, status, total, refunded, restocked, history in rows(
            "SELECT id, status, total, refunded, restocked, history FROM orders"
        ):
            assert refunded == given.get(order, 0) <= total
            assert refunded >= market.refunds[order]
            for step in (s for o, s in market.steps if o == order):
                assert f'"{step}"' in history
            assert not ('"packed"' in history and '"cancelled"' in history)
            assert status != "refunded" or refunded == total
            if order in market.restocked:
                assert restocked
