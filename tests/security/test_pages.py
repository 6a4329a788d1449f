"""What people write is text in every page; signing in leads nowhere else."""

from __future__ import annotations

from playwright.async_api import Page

from tests.stage import Stage
from tests.support import RunningServer, eventually

HTML = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>${1}"


async def test_what_people_write_is_text(running_server: RunningServer, desktop: Page) -> None:
    stage = await Stage.set(running_server, title=f"Show {HTML}", description=HTML)
    listing = {"title": f"Coat {HTML}", "brand": HTML[:60], "description": HTML}
    variants = [{"size": HTML[:30], "quantity": 1}, {"size": "M", "quantity": 1}]
    item = await stage.item(**listing, variants=variants)
    await stage.command("pin", item=item)
    viewer = await running_server.account("viewer")
    await running_server.request("PATCH", "/api/me", {"name": HTML[:60]}, by=viewer)
    await stage.command("chat", by=viewer, text=f"chat {HTML}")
    await stage.command("announce", text=f"announced {HTML}")
    for path in ("/", f"/shows/{stage.show}", "/closet/host"):
        await desktop.goto(path)
        await desktop.wait_for_load_state("networkidle")
        await eventually(lambda: _shown(desktop, "onerror='window.pwned=1'"), what=path)
        assert await desktop.evaluate("window.pwned") is None
    await stage.clear()


async def _shown(page: Page, text: str) -> bool:
    return await page.get_by_text(text).count() > 0


NEXT = {
    "/cart?show=x": "/cart?show=x",
    "https://evil.example/": "/",
    "//evil.example/": "/",
    "/\\evil.example/": "/",
    "/.//evil.example/": "/",
    "/x/..//evil.example/": "/",
    "/\t/evil.example/": "/",
    "javascript:alert(1)": "/",
    "": "/",
}


async def test_signing_in_leads_nowhere_else(running_server: RunningServer, desktop: Page) -> None:
    await desktop.goto("/signin")
    for wanted, leads_to in NEXT.items():
        found = await desktop.evaluate(
            """async (next) => {
              history.replaceState(null, "", "/signin?next=" + encodeURIComponent(next));
              const { nextUrl } = await import("/web/lib/session.js");
              return new URL(nextUrl(), location.origin).href.slice(location.origin.length);
            }""",
            wanted,
        )
        assert found == leads_to, wanted
