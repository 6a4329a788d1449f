"""The browser side: pages by their address, files as they lie there."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import brotli
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from liveshow.http import web_files
from liveshow.http.pages import PAGES, Pages, web_folder
from liveshow.http.problems import ERROR_PAGE, problems_middleware
from liveshow.http.web_files import WebFiles
from tests.http.conftest import Caller
from tests.zstd import zstd

HTML = {"Accept": "text/html"}
SHOW_PAGE = """<html>
  <head>
    <link rel="icon" href="/web/icon.svg" />
    <script type="module" src="/web/lib/time.js"></script>
  </head>
  show
</html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "web"
    for name in PAGES.values():
        (root / "pages").mkdir(parents=True, exist_ok=True)
        (root / "pages" / f"{name}.html").write_text(f"<!doctype html>{name}")
    (root / "lib").mkdir()
    (root / "lib" / "api.js").write_text(f"export const a = '{'long ' * 500}';")
    (root / "lib" / "time.js").write_text('import "/web/lib/api.js";\nimport("/web/lib/late.js");')
    (root / "lib" / "late.js").write_text('import "/web/lib/time.js"; // a circle')
    (root / "pages" / "show.html").write_text(SHOW_PAGE)
    (root / ".hidden").write_text("secret")
    (root / "icon.svg").write_text("<svg/>")
    (tmp_path / "outside.js").write_text("secret")
    (root / "lib" / "link.js").symlink_to(tmp_path / "outside.js")
    return root


@pytest.fixture
async def guest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Caller]:
    monkeypatch.setattr(web_files, "LOOK_AGAIN", 0)
    app = web.Application(middlewares=[problems_middleware()])
    pages = Pages(WebFiles(folder, watch=True))
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
        ("/card", "card"),
        ("/closet", "closet"),
        ("/closet/an.a_1", "closet"),
    ],
)
async def test_each_address_has_its_page(guest: Caller, address: str, page: str) -> None:
    answer = await guest.get(address, headers=HTML)
    assert (answer.status, page in answer.raw.decode()) == (200, True)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/shows/demo/", "/shows/demo"),
        ("/shows/demo/studio/", "/shows/demo/studio"),
        ("/closet/an.a_1/?listing=l1&x=%2F", "/closet/an.a_1?listing=l1&x=%2F"),
        ("/closet/", "/closet"),
        ("/orders/", "/orders"),
        ("/orders/abc/", "/orders/abc"),
        ("/cart/?show=demo", "/cart?show=demo"),
        ("/signin/?next=/cart/", "/signin?next=/cart/"),
        ("/new/", "/new"),
        ("/closet/%2F%2Fevil.example/", "/closet/%2F%2Fevil.example"),
    ],
)
async def test_a_slash_at_the_end_leads_to_the_page(
    guest: Caller, address: str, canonical: str
) -> None:
    """photo/frontend#754, nextcloud/server#13084: what a messenger or a proxy made of a link."""
    answer = await guest.get(URL(address, encoded=True), headers=HTML, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (308, canonical)


async def test_what_a_page_loads_has_a_name_that_is_kept_for_good(guest: Caller) -> None:
    """faults.md 65: nothing that a page loads is asked for again on the next visit."""
    page = (await guest.get("/shows/demo", headers=HTML)).raw.decode()
    [icon] = re.findall(r'rel="icon" href="([^"]+)"', page)
    [entry] = re.findall(r'src="([^"]+)"', page)
    [preloaded] = re.findall(r'rel="modulepreload" href="([^"]+)"', page)
    for address, named in (
        (icon, "/web/icon.*.svg"),
        (entry, "/web/lib/time.*.js"),
        (preloaded, "/web/lib/api.*.js"),  # not what is imported only when it is needed
    ):
        assert fnmatch(address, named)
        answer = await guest.get(address)
        assert (answer.status, answer.headers["Cache-Control"]) == (
            200,
            "public, max-age=31536000, immutable",
        )
    module = (await guest.get(entry)).raw.decode()
    assert (
        re.fullmatch(
            r'import "(.*)";\nimport\("(/web/lib/late\.[0-9a-f]{16}\.js)"\);', module
        ).groups()[0]
        == preloaded
    )  # type: ignore[union-attr]


async def test_a_name_is_of_everything_that_a_module_imports(guest: Caller, folder: Path) -> None:
    """faults.md 65, and what is edited runs: a page names what lies there now."""

    async def names() -> tuple[str, str]:
        page = (await guest.get("/shows/demo", headers=HTML)).raw.decode()
        [entry] = re.findall(r'src="([^"]+)"', page)
        [icon] = re.findall(r'rel="icon" href="([^"]+)"', page)
        return entry, icon

    entry, icon = await names()
    assert await names() == (entry, icon)
    (folder / "lib" / "api.js").write_text("export const a = 2;")
    edited, same_icon = await names()
    assert (edited != entry, same_icon) == (True, icon)
    assert b"a = 2" in (await guest.get("/web/lib/api.js")).raw
    assert (await guest.get(entry)).status == 404  # nothing else is ever under that name


async def test_a_page_says_its_version_and_the_server_which_one_is_served(
    guest: Caller, folder: Path
) -> None:
    """A page of before an upgrade finds out that what it has not loaded yet is gone."""

    async def versions() -> tuple[str, str]:
        page = (await guest.get("/shows/abc", headers=HTML)).raw.decode()
        [said] = re.findall(r'<meta name="liveshow-version" content="([0-9a-f]+)" />', page)
        return said, (await guest.get("/web/version.json")).body["version"]

    said, served = await versions()
    assert said == served
    module = folder / "lib" / "api.js"
    module.write_text(f"{module.read_text()}\n// Another one.\n")
    assert await versions() != (said, served)
    page, now = await versions()
    assert page == now


async def test_files_and_pages_are_revalidated_not_sent_again(guest: Caller) -> None:
    for address in ("/web/lib/api.js", "/shows/demo"):
        first = await guest.get(address, headers=HTML)
        assert (first.status, first.headers["Cache-Control"]) == (200, "no-cache")
        again = await guest.get(
            address, headers={"If-None-Match": first.headers["ETag"], "Accept-Encoding": "br"}
        )
        assert (again.status, again.raw) == (304, b"")
        assert again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("takes", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, *", "zstd"),
        ("", None),
        ("identity", None),
        ("br;q=0, gzip;q=0", None),
        ("br;q=lots", None),
    ],
)
async def test_a_file_is_sent_as_small_as_the_browser_takes_it(
    guest: Caller, takes: str, coding: str | None
) -> None:
    """faults.md 65: modules and pages are compressed."""
    plain = (await guest.get("/web/lib/api.js", headers={"Accept-Encoding": "identity"})).raw
    url = guest.client.make_url("/web/lib/api.js")
    async with guest.client.session.get(
        url, headers={"Accept-Encoding": takes}, auto_decompress=False
    ) as answer:
        body = await answer.read()
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    unpacked = {"br": brotli.decompress, "zstd": zstd.decompress, "gzip": gzip.decompress}
    assert unpacked.get(coding or "", bytes)(body) == plain
    assert len(body) < len(plain) / 10 or coding is None


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
