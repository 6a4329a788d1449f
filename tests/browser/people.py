"""What people do over HTTP while others look on in a browser: uploads, purchases, an address."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from PIL import Image
from playwright.async_api import Page, expect

from tests.stage import Json, Stage, new_key
from tests.support import Account, RunningServer

ADDRESS = {
    "name": "Ada Buyer",
    "line1": "1 Main Street",
    "line2": "",
    "city": "Springfield",
    "region": "NY",
    "postcode": "12345",
    "country": "US",
}
CARD = {"number": "4242424242424242", "expiry": "12/40", "cvc": "123"}


def picture(colour: str = "#a05030", size: tuple[int, int] = (400, 500)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "JPEG")
    return data.getvalue()


async def upload(server: RunningServer, by: Account, colour: str = "#a05030") -> str:
    """A photo of ``by``; returns its id."""
    headers = {**by.headers, "Content-Type": "image/jpeg"}
    url = f"{server.url}/api/photos"
    async with server.http.post(url, data=picture(colour), headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


async def lend(stage: Stage, owner: Account, listing: str, **terms: Any) -> Json:
    """``owner`` lends a listing to the host, who accepts."""
    body = {"listing": listing, "host": stage.host.handle, **terms}
    mandate: Json = await stage.server.post("/api/mandates", body, by=owner)
    accept = f"/api/mandates/{mandate['id']}/accept"
    accepted: Json = await stage.server.post(accept, by=stage.host)
    return accepted


async def buy(stage: Stage, buyer: Account, address: Json | None = None) -> list[str]:
    """Pay everything that ``buyer`` holds; returns the orders."""
    total = await stage.total(buyer)
    body = {"key": new_key(), "address": address or ADDRESS, "total": total}
    server = stage.server
    payment = await server.post(f"/api/shows/{stage.show}/checkout", body, by=buyer)
    confirm = f"/api/payments/{payment['id']}/confirm"
    payment = await server.post(confirm, {"card": CARD}, by=buyer)
    while payment["status"] in ("open", "processing"):
        await asyncio.sleep(0.02)
        payment = await server.get(f"/api/payments/{payment['id']}", by=buyer)
    assert payment["status"] == "succeeded", payment
    orders: list[str] = payment["orders"]
    return orders


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("chat-input").fill(text)
    await page.get_by_test_id("chat-send").click()


async def write_address(page: Page) -> None:
    await page.get_by_test_id("address-country").select_option(ADDRESS["country"])
    for field in ("name", "line1", "city", "region", "postcode"):
        await page.get_by_test_id(f"address-{field}").fill(ADDRESS[field])


async def pay(page: Page, card: str = "succeeds") -> None:
    await page.get_by_test_id(f"test-card-{card}").click()
    await page.get_by_test_id("pay").click()


async def go_live(studio: Page, button: str = "go-live", *, empty: bool = False) -> None:
    """Put the (fake) camera of a studio on air: it is shown to its owner first.

    ``empty``: nothing is on the rail, and the host is asked about it.
    """
    await studio.get_by_test_id(button).click()
    await expect(studio.get_by_test_id("not-on-air")).to_be_visible()
    await studio.get_by_test_id(button).click()
    if empty:
        await studio.get_by_test_id("go-live-empty").click()
    await expect(studio.get_by_test_id("stream-health")).to_be_visible()


async def close_sheet(page: Page) -> None:
    """Close what is open over the page, as a keyboard does."""
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
