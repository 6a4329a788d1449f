"""The browser side: pages by their address, files as they lie there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from liveshow.http.pages import PAGES, Pages, web_folder
from liveshow.http.problems import ERROR_PAGE, problems_middleware
from tests.http.conftest import Caller

HTML = {"Accept": "text/html"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "web"
    for name in PAGES.values():
        (root / "pages").mkdir(parents=True, exist_ok=True)
        (root / "pages" / f"{name}.html").write_text(f"<!doctype html>{name}")
    (root / "lib").mkdir()
    (root / "lib" / "api.js").write_text("export {};")
    (root / ".hidden").write_text("secret")
    (root / "icon.svg").write_text("<svg/>")
    (tmp_path / "outside.js").write_text("secret")
    (root / "lib" / "link.js").symlink_to(tmp_path / "outside.js")
    return root


@pytest.fixture
async def guest(folder: Path) -> AsyncIterator[Caller]:
    app = web.Application(middlewares=[problems_middleware()])
    pages = Pages(folder)
    pages.add_to(app)
    app[ERROR_PAGE] = pages.error_page
    async with TestClient(TestServer(app)) as client:
        yield Caller(client)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/", "discover"),
        ("/shows/demo", "show"),
        ("/shows/demo/studio", "studio"),
        ("/shows/demo/settings", "settings"),
        ("/new", "new"),
        ("/signin?next=/cart", "signin"),
        ("/cart?show=demo", "cart"),
        ("/orders", "orders"),
        ("/orders/abc", "orders"),
        ("/closet", "closet"),
        ("/closet/an.a_1", "closet"),
    ],
)
async def test_each_address_has_its_page(guest: Caller, address: str, page: str) -> None:
    answer = await guest.get(address, headers=HTML)
    assert (answer.status, answer.raw.decode()) == (200, f"<!doctype html>{page}")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_files_are_revalidated_not_sent_again(guest: Caller) -> None:
    first = await guest.get("/web/lib/api.js")
    assert first.status == 200
    assert first.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert first.headers["Cache-Control"] == "no-cache"
    for header, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        again = await guest.get("/web/lib/api.js", headers={header: value})
        assert (again.status, again.raw) == (304, b"")
        assert again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/web/",
        "/web/lib",
        "/web/lib/",
        "/web/nothing.js",
        "/web/.hidden",
        "/web/lib/../.hidden",
        "/web/../outside.js",
        "/web/%2e%2e/outside.js",
        "/web/..%2foutside.js",
        "/web/lib/%2e%2e/%2e%2e/outside.js",
        "/web//etc/passwd",
        "/web/%00",
        "/web/lib/link.js",
    ],
)
async def test_nothing_else_can_be_reached(guest: Caller, path: str) -> None:
    url: Any = URL(str(guest.client.make_url("/")).rstrip("/") + path, encoded=True)
    async with guest.client.session.get(url) as response:
        assert response.status == 404
        assert "secret" not in await response.text()


async def test_a_wrong_address_shows_a_page_to_people_and_a_problem_to_programs(
    guest: Caller, folder: Path
) -> None:
    page = await guest.get("/nowhere", headers=HTML)
    assert page.status == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"no page at this address" in page.raw
    assert (await guest.get("/nowhere")).code == "not_found"
    (folder / "pages" / "not-found.html").write_text("ours")
    assert (await guest.get("/nowhere", headers=HTML)).raw == b"ours"


async def test_what_browsers_ask_for_unasked_is_there(guest: Caller) -> None:
    icon = await guest.get("/favicon.ico")
    assert (icon.status, icon.headers["Content-Type"]) == (200, "image/svg+xml")
    assert (await guest.get("/robots.txt")).status == 404


def test_the_browser_side_is_found_in_a_checkout() -> None:
    assert (web_folder() / "vendor" / "lit.js").is_file()
