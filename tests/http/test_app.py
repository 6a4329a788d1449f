"""The whole application: its document is valid and complete, its pages are there."""

from __future__ import annotations

import re
from pathlib import Path

import openapi_spec_validator

from tests.support import RunningServer

PROTOCOL = Path(__file__).parents[2] / "PROTOCOL.md"


def routes_of_chapter_2() -> set[tuple[str, str]]:
    """Return ``(method, path)`` of every route that PROTOCOL.md names in chapter 2."""
    chapter = PROTOCOL.read_text().split("## 2. HTTP")[1].split("\n## 3.")[0]
    chapter = chapter.replace("`PUT`/`DELETE /", "`PUT /…` `DELETE /")
    found = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^\s`?]*)", chapter))
    found = {(method, path) for method, path in found if "…" not in path}
    return found | {("PUT", path) for method, path in found if path.endswith("/follow")}


async def test_the_document_is_valid_openapi(running_server: RunningServer) -> None:
    openapi_spec_validator.validate(await running_server.get("/api/openapi.json"))


async def test_the_document_names_every_route_of_the_protocol(
    running_server: RunningServer,
) -> None:
    paths = (await running_server.get("/api/openapi.json"))["paths"]
    named = {(method.upper(), path) for path, item in paths.items() for method in item}
    wanted = routes_of_chapter_2()
    assert len(wanted) > 50
    assert wanted - named == set()


async def test_every_api_route_is_in_the_document(running_server: RunningServer) -> None:
    paths = (await running_server.get("/api/openapi.json"))["paths"]
    named = {(method.upper(), path) for path, item in paths.items() for method in item}
    routed = {
        (route.method, route.resource.canonical)
        for route in running_server.app.router.routes()
        if route.resource is not None
        and route.method not in ("HEAD", "OPTIONS", "*")
        and route.resource.canonical.startswith("/api/")
    }
    assert routed - named == set()


async def test_a_person_can_sign_up_and_open_the_first_page(running_server: RunningServer) -> None:
    ana = await running_server.account("ana")
    session = await running_server.get("/api/session", by=ana)
    assert session["user"]["handle"] == "ana"
    async with running_server.http.get(f"{running_server.url}/") as response:
        assert response.status == 200
        assert response.content_type == "text/html"
