"""Take the README's pictures from a running demo.

python -m tests.screenshots docs/screenshots
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from tests.conftest import DEVICES
from tests.support import chromium_arguments, chromium_executable, eventually, free_port, seconds

Act = Callable[[Page], Awaitable[None]]


async def viewer(page: Page) -> None:
    await page.goto("/shows/demo")
    await page.locator("video").first.wait_for()
    await page.get_by_test_id("claim").first.wait_for()
    await page.wait_for_timeout(6000)


async def buyer(page: Page) -> None:
    await page.goto("/shows/demo")
    await page.get_by_test_id("claim").first.click()
    await page.get_by_test_id("claim-result").wait_for()
    await page.goto("/cart?show=demo")
    await page.get_by_test_id("checkout").wait_for()
    await page.wait_for_timeout(1500)


async def moderator(page: Page) -> None:
    await page.goto("/shows/demo")
    await page.wait_for_timeout(5000)
    said = page.locator('[data-testid="chat-line"][data-kind="message"]')
    others = said.locator(":scope:not([data-user=host]):not([data-user=moderator])")
    await others.last.get_by_test_id("chat-line-act").click()
    await page.get_by_test_id("mod-mute").first.wait_for()
    await page.wait_for_timeout(1000)


async def host(page: Page) -> None:
    await page.goto("/shows/demo/studio")
    await page.get_by_test_id("run-item").first.wait_for()
    await page.wait_for_timeout(6000)


async def seller(page: Page) -> None:
    await page.goto("/closet")
    await page.wait_for_timeout(3000)


async def discover(page: Page) -> None:
    await page.goto("/")
    await page.wait_for_timeout(3000)


# File, account, device, what to do before the picture is taken. The buyer comes last: what they
# hold is seen by everybody.
PICTURES: list[tuple[str, str, str, Act]] = [
    ("discover", "viewer", "phone", discover),
    ("viewer", "viewer", "phone", viewer),
    ("viewer-desktop", "viewer", "desktop", viewer),
    ("moderator", "moderator", "phone", moderator),
    ("host", "host", "desktop", host),
    ("seller", "seller", "desktop", seller),
    ("buyer", "viewer2", "phone", buyer),
]


async def take(browser: Browser, url: str, handle: str, device: str, act: Act) -> bytes:
    options = DEVICES[device] | {"device_scale_factor": 2 if device == "phone" else 1}
    if device == "desktop":
        options["viewport"] = {"width": 1440, "height": 900}
    context = await browser.new_context(base_url=url, permissions=["camera"], **options)
    signed_in = await context.request.post(
        "/api/session", data={"handle": handle, "password": "liveshow"}
    )
    assert signed_in.ok
    page = await context.new_page()
    await act(page)
    picture = await page.screenshot()
    await context.close()
    return picture


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://localhost:{port}"
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "liveshow", "demo", "--port", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as http:

            async def streaming() -> bool:
                try:
                    async with http.get(f"{url}/api/shows/demo") as answer:
                        return bool((await answer.json())["show"]["streaming"])
                except (aiohttp.ClientError, KeyError):
                    return False

            await eventually(streaming, within=60, every=0.2, what="the demo is on air")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium_executable(),
                args=chromium_arguments(),
                timeout=seconds(30) * 1000,
            )
            for name, handle, device, act in PICTURES:
                picture = Image.open(io.BytesIO(await take(browser, url, handle, device, act)))
                picture.save(folder / f"{name}.webp", quality=82, method=6)
                print(folder / f"{name}.webp", picture.size)
            await browser.close()
    finally:
        demo.terminate()
        await demo.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
