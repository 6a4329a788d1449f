"""What a shared link shows where it is pasted, which is all that a guest may see."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any

import pytest

from liveshow.app import PARTS
from tests.browser.people import upload
from tests.stage import Stage
from tests.support import RunningServer


async def head(server: RunningServer, path: str, **headers: str) -> dict[str, str]:
    """The names of a page's ``meta`` elements and its title, as a messenger reads them."""
    async with server.http.get(server.url + path, headers=headers) as answer:
        html = await answer.text()
        assert answer.status == 200
    assert html.count("<title>") == html.count("</head>") == 1
    found = dict(re.findall(r'<meta (?:name|property)="([^"]+)"\s+content="([^"]*)"', html))
    [found["title"]] = re.findall(r"<title>(.*)</title>", html)
    return {name: unescape(text) for name, text in found.items()}


async def test_a_link_to_a_show_has_its_title_description_and_cover(
    running_server: RunningServer,
) -> None:
    """faults.md 66: a shared link was "Show · liveshow", without a description and a picture."""
    host = await running_server.account("host")
    title, about = 'Coats & "boots" <b>', "Wool, tweed.\n" + "and more " * 60
    cover = await upload(running_server, host)
    stage = await Stage.set(running_server, title=title, description=about, cover=cover)
    path = f"/shows/{stage.show}"
    found = await head(running_server, path)
    assert found["title"] == f"{title} · liveshow"
    assert found["og:title"] == title
    assert found["description"] == found["og:description"]
    assert found["description"].startswith("Wool, tweed. and more")
    assert len(found["description"]) == 200 or found["description"].endswith("…")
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:url"] == running_server.url + path
    picture = found["og:image"]
    assert picture == f"{running_server.url}/photos/{cover}/full.webp"
    async with running_server.http.get(picture) as answer:
        assert (answer.status, answer.content_type) == (200, found["og:image:type"])


async def test_a_draft_and_a_show_that_is_not_there_look_alike(
    running_server: RunningServer,
) -> None:
    host = await running_server.account("host")
    draft = await running_server.post("/api/shows", {"title": "Secret plans"}, by=host)
    nothing = await head(running_server, "/shows/nosuchshow")
    assert nothing["title"] == "Show · liveshow"
    assert not [name for name in nothing if name.startswith("og:")]
    assert await head(running_server, f"/shows/{draft['id']}") == nothing
    # Nor does it depend on who asks: a page may be shared from anywhere.
    assert await head(running_server, f"/shows/{draft['id']}", **host.headers) == nothing
    assert await head(running_server, "/shows/%00%ff") == nothing


async def test_links_to_a_closet_and_to_a_listing_say_what_is_there(
    running_server: RunningServer,
) -> None:
    """faults.md 66, for profiles and listings; junhoyeo/tokscale#477: in capitals, too."""
    ana = await running_server.account("ana")
    await running_server.request("PATCH", "/api/me", {"name": "Ana", "bio": "Knits."}, by=ana)
    photo = await upload(running_server, ana)
    body: dict[str, Any] = {"title": "Scarf", "price": 900, "photos": [photo], "quantity": 1}
    body["shipping"] = {"flat": 0}
    scarf = await running_server.post("/api/listings", body, by=ana)
    closet = await head(running_server, "/closet/ana")
    assert (closet["og:title"], closet["description"]) == ("Ana's closet", "Knits.")
    assert closet["og:image"].endswith(f"/photos/{photo}/full.webp")
    capitals = await head(running_server, "/closet/Ana")
    assert capitals | {"og:url": closet["og:url"]} == closet
    listing = await head(running_server, f"/closet/ana?listing={scarf['id']}")
    assert (listing["title"], listing["og:image"]) == ("Scarf · liveshow", closet["og:image"])
    assert listing["og:url"].endswith(f"/closet/ana?listing={scarf['id']}")
    await running_server.account("bob")
    plain = await head(running_server, "/closet")
    for path in (f"/closet/bob?listing={scarf['id']}", "/closet/nobody", "/closet/ana?listing=%00"):
        assert await head(running_server, path) == plain
    await running_server.request("DELETE", f"/api/listings/{scarf['id']}", by=ana)
    assert await head(running_server, f"/closet/ana?listing={scarf['id']}") == plain


async def test_a_page_comes_also_when_its_preview_does_not(
    running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await Stage.set(running_server, title="Coats")

    async def hang(_show: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("liveshow.http.previews.PATIENCE", 0.01)
    monkeypatch.setattr(running_server.app[PARTS].registry, "snapshot", hang)
    assert (await head(running_server, f"/shows/{stage.show}"))["title"] == "Show · liveshow"
