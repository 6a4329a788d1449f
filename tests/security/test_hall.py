"""Three hundred people in one hall have one address, and meet no limit."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from liveshow.settings import Settings
from tests.security.world import serving
from tests.stage import Stage
from tests.support import RunningServer

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = 300
PASSWORD = "a song for the evening"
_png = io.BytesIO()
Image.new("RGB", (40, 30), "red").save(_png, "PNG")
PHOTO = _png.getvalue()
#: The limits of a server that nobody has set.
DEFAULTS = {
    name: Settings.model_fields[name].default
    for name in ("sign_in_limit", "sign_up_limit", "write_limit", "command_limit", "upload_limit")
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(
    _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningServer]:
    async with serving(_sqlite_template, tmp_path_factory.mktemp("hall"), **DEFAULTS) as server:
        yield server


async def test_a_hall_of_people_behind_one_address_meets_no_limit(server: RunningServer) -> None:
    stage = await Stage.set(server)
    item = await stage.item(quantity=PEOPLE)
    asked = asyncio.Semaphore(32)

    async def ask(method: str, path: str, body: Any, token: str = "") -> Any:
        """Ask as a page does: a full queue says when to come back, and that is no limit."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sent: dict[str, Any] = {"json": body}
        if isinstance(body, bytes):
            headers["Content-Type"] = "image/png"
            sent = {"data": body}
        while True:
            async with (
                asked,
                server.http.request(method, server.url + path, headers=headers, **sent) as response,
            ):
                if response.status != 503:
                    assert response.status < 300, await response.text()
                    return await response.json()
            await asyncio.sleep(float(response.headers["Retry-After"]))

    async def come(number: int) -> str:
        who = {"handle": f"guest{number}", "password": PASSWORD}
        await ask("POST", "/api/users", who)
        token: str = (await ask("POST", "/api/session", who))["token"]
        await ask("PATCH", "/api/me", {"name": f"Guest {number}"}, token)
        photo = await ask("POST", "/api/photos", PHOTO, token)
        assert photo["width"] == 40
        return token

    async def buy(token: str) -> str:
        seat = await stage.seat(None, token=token)
        ack = await seat.do("claim", item=item)
        assert ack["status"] == "held"
        await seat.do("chat", text="mine!")
        return str(ack["claim"])

    tokens = await asyncio.gather(*map(come, range(PEOPLE)))
    claims = await asyncio.gather(*map(buy, tokens))
    assert len(set(claims)) == PEOPLE
    assert stage.parts.channel.viewers(stage.show) == PEOPLE
    await stage.clear()
