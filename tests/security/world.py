"""One running server for a whole module, and everybody who could ask something of it.

A live show of ``host`` with a team, an own item and one lent by ``seller``; ``buyer`` holds, pays
and has bought; ``banned`` is; ``stranger`` has nothing to do with any of it. Beside it a draft
and a show that has ended, in which commands are refused but for permission.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from liveshow.app import create_app
from liveshow.server import Server
from liveshow.settings import Settings
from tests import support
from tests.stage import Stage, new_key
from tests.support import Account, RunningServer

Json = dict[str, Any]

# What must never reach anybody who is not of the team.
SECRETS = {
    "reason": "zz-reason-of-the-ban",
    "note": "zz-why-it-was-cancelled",
    "word": "zzblockedword",
    "deleted": "zz this was taken away",
    "street": "zz Backyard Lane 7",
}
FLOOR, COMMISSION = 31_337, 37
ADDRESS = {
    "name": "B. Uyer",
    "line1": SECRETS["street"],
    "city": "Porto",
    "postcode": "4000-001",
    "country": "PT",
}
CARD = {"card": {"number": "4242424242424242", "expiry": "12/39", "cvc": "123"}}
TEAM = ("host", "cohost", "moderator")


@asynccontextmanager
async def serving(template: Path, folder: Path, **options: Any) -> AsyncIterator[RunningServer]:
    """The whole product on a free port, with limits that tests do not run into."""
    data = folder / "data"
    data.mkdir(parents=True)
    shutil.copyfile(template, data / "liveshow.db")
    settings = Settings(
        host="127.0.0.1",
        port=support.free_port(),
        data_dir=data,
        secret="a secret of the tests, long enough",
        test_payments=True,
        **{
            "sign_in_limit": "10000/second",
            "command_limit": "10000/second",
            "media_limit": "10000/second",
            "sign_up_limit": "10000/second",
            "write_limit": "10000/second",
            "upload_limit": "1000000000/second",
            **options,
        },
    )
    async with Server(settings, create_app) as server:
        jar = aiohttp.DummyCookieJar()
        timeout = aiohttp.ClientTimeout(total=support.seconds(20))
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as http:
            yield RunningServer(server.settings, server.app, server.url, http, server.stop)


@dataclass
class World:
    server: RunningServer
    stage: Stage
    draft: str
    ended: str
    ids: dict[str, str] = field(default_factory=dict)

    async def who(self, name: str) -> Account | None:
        return None if name == "guest" else await self.server.account(name)

    async def ask(
        self, name: str, method: str, path: str, body: Any = None, **options: Any
    ) -> tuple[int, Any]:
        """Send a request as somebody; return the status and the decoded answer."""
        account = await self.who(name)
        headers = dict(account.headers) if account else {}
        headers |= options.pop("headers", {})
        if body is not None:
            options["json"] = body
        async with self.server.http.request(
            method, self.server.url + path, headers=headers, **options
        ) as response:
            raw = await response.read()
            is_json = "json" in response.headers.get("Content-Type", "")
            return response.status, await response.json(content_type=None) if is_json else raw

    async def command(self, name: str, show: str, body: Json) -> Json:
        """A command over HTTP; the answer as the show channel would word it."""
        status, answer = await self.ask(name, "POST", f"/api/shows/{show}/commands", body)
        if status == 200:
            return dict(answer)
        return {"ok": False, "error": {"code": answer["code"]}}

    @property
    def show(self) -> str:
        return self.stage.show

    def seq(self, show: str) -> int:
        """The last event of an open room."""
        room = self.stage.parts.registry._rooms[show]
        return room.state.seq

    async def told(self) -> None:
        """What earlier requests have for rooms (a new name, other stock) has arrived."""
        telling = [
            task
            for task in self.stage.parts.registry._tasks
            if getattr(task.get_coro(), "__name__", "") == "tell"
        ]
        await asyncio.gather(*telling)

    @classmethod
    async def make(cls, server: RunningServer) -> World:
        stage = await Stage.set(server)
        draft = await Stage.set(server, start=False, title="zz-secret-draft")
        ended = await Stage.set(server)
        world = cls(server, stage, draft.show, ended.show)
        for name in ("seller", "buyer", "viewer", "stranger", "banned", *TEAM):
            await server.account(name)
        for at in (stage, ended):
            await at.command("staff", user="cohost", role="cohost")
            await at.command("staff", user="moderator", role="moderator")
        await ended.command("end")
        ids = world.ids
        ids["person"] = stage.host.id
        ids["item"] = await stage.item(quantity=50)
        ids["listing"] = (await stage.listing(title="Not in a show"))["id"]
        await world._lend()
        await world._buy()
        banned = await server.account("banned")
        await stage.command("ban", user=banned.id, reason=SECRETS["reason"])
        sessions = await server.get("/api/sessions", by=stage.host)
        ids["session"] = sessions["items"][0]["id"]
        coupon = await server.post("/api/coupons", {"percent": 10}, by=stage.host)
        ids["coupon"] = coupon["id"]
        return world

    async def _lend(self) -> None:
        seller = await self.server.account("seller")
        lent = await self.stage.listing(by=seller, title="Lent coat", price=FLOOR, quantity=20)
        terms = {
            "listing": lent["id"],
            "show": self.show,
            "floor": FLOOR,
            "commission_percent": COMMISSION,
        }
        offered = await self.server.post("/api/mandates", terms, by=seller)
        self.ids["lent_listing"] = lent["id"]
        self.ids["accepted"] = offered["id"]
        await self.server.post(f"/api/mandates/{offered['id']}/accept", by=self.stage.host)
        self.ids["lent"] = (await self.stage.command("add", listing=lent["id"]))["item"]
        other = await self.stage.listing(by=seller, title="Offered coat")
        terms = {"listing": other["id"], "show": self.show}
        self.ids["mandate"] = (await self.server.post("/api/mandates", terms, by=seller))["id"]

    async def _buy(self) -> None:
        """One order of the lent item, then an open checkout of the host's own."""
        buyer = await self.server.account("buyer")
        for item in ("lent", "item"):
            await self.stage.command("claim", by=buyer, item=self.ids[item])
            total = await self.stage.total(buyer)
            body = {"key": new_key(), "address": ADDRESS, "total": total}
            paid = await self.server.post(f"/api/shows/{self.show}/checkout", body, by=buyer)
            self.ids["payment"] = paid["id"]
            if item == "lent":
                done = await self.server.post(f"/api/payments/{paid['id']}/confirm", CARD, by=buyer)
                self.ids["order"] = done["orders"][0]
                await self._dispute(buyer)

    async def _dispute(self, buyer: str) -> None:
        """The order is sent, and a case about it is open."""
        path, seller = f"/api/orders/{self.ids['order']}", await self.server.account("seller")
        await self.server.post(f"{path}/pack", by=seller)
        await self.server.post(f"{path}/ship", {}, by=seller)
        await self.server.post(f"{path}/dispute", {"reason": "torn"}, by=buyer)
        (case,) = (await self.server.get(f"{path}/cases", by=buyer))["items"]
        self.ids["case"] = case["id"]
