"""``kill -9`` after a bid and after an end, when there is a second chance: it goes on as it was."""

from __future__ import annotations

import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.rooms.test_kill import serving, tokens
from tests.support import eventually, free_port


class Show:
    """A show on a server that is killed again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.id = ""

    async def ask(self, method: str, path: str, by: str, body: Any = None) -> Any:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {by}"}) as http,
            http.request(method, self.url + path, json=body) as answer,
        ):
            return await answer.json()

    async def do(self, by: str, key: str, **body: Any) -> Any:
        path = f"/api/shows/{self.id}/commands"
        answer = await self.ask("POST", path, by, {"key": key, **body})
        assert answer.get("ok"), answer
        return answer

    async def mine(self, by: str) -> Any:
        return await self.ask("GET", f"/api/shows/{self.id}/mine", by)

    async def auctions(self, by: str) -> Any:
        state = await self.ask("GET", f"/api/shows/{self.id}/state", by)
        return state["state"]["auctions"]


@pytest.mark.slow
async def test_an_auction_and_its_second_chance_outlive_kill_9(tmp_path: Path) -> None:
    folder, port = tmp_path / "data", free_port()
    folder.mkdir()
    show = Show(f"http://127.0.0.1:{port}")
    async with AsyncExitStack() as servers:
        server = await servers.enter_async_context(serving(folder, port))
        [host] = await tokens(folder, "--count", "1", "--prefix", "host")
        low, high = await tokens(folder, "--count", "2", "--prefix", "bidder")

        async def killed() -> None:
            nonlocal server
            server.send_signal(signal.SIGKILL)
            await server.wait()
            server = await servers.enter_async_context(serving(folder, port))

        draft = {"title": "Lamp", "price": 1000, "shipping": {"flat": 0}}
        listing = (await show.ask("POST", "/api/listings", host, draft))["id"]
        show.id = (await show.ask("POST", "/api/shows", host, {"title": "Show"}))["id"]
        item = (await show.do(host, "add", type="add", listing=listing))["item"]
        await show.do(host, "start", type="start")
        sale = {"type": "auction", "item": item, "start_price": 500, "seconds": 10}
        auction = (await show.do(host, "auction", **sale, prepare=True))["auction"]
        bid = {"type": "bid", "auction": auction, "second_chance": True}
        await show.do(low, "low", **bid, amount=900)
        said = await show.do(high, "high", **bid, amount=500 + 500, maximum=2000)
        before = await show.auctions(host)
        await killed()
        # The same bid under the same key is the same answer, and no other bid.
        assert await show.do(high, "high", **bid, amount=1000, maximum=2000) == said
        assert await show.auctions(host) == before
        await show.do(host, "open", type="open_auction", auction=auction)

        async def over() -> bool:
            return not await show.auctions(host)

        await eventually(over, within=20, what="the auction is over")
        [claim] = (await show.mine(high))["claims"]
        assert claim["price"] == 1000
        await show.do(high, "release", type="release", claim=claim["claim"])
        [chance] = (await show.mine(low))["chances"]
        assert chance["price"] == 500
        await killed()
        assert (await show.mine(low))["chances"] == [chance]
        await show.do(low, "take", type="take_chance", chance=chance["chance"])
        [bought] = (await show.mine(low))["claims"]
        assert bought["price"] == 500
        assert (await show.mine(low))["chances"] == []
