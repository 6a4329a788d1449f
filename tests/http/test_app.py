"""The whole application: its document is valid and complete, its pages are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openapi_spec_validator

from tests.protocol.document import chapter, rows
from tests.support import RunningServer

PROTOCOL = Path(__file__).parents[2] / "PROTOCOL.md"


def routes_of_chapter_2() -> set[tuple[str, str]]:
    """Return ``(method, path)`` of every route that PROTOCOL.md names in chapter 2."""
    chapter = PROTOCOL.read_text().split("## 2. HTTP")[1].split("\n## 3.")[0]
    chapter = chapter.replace("`PUT`/`DELETE /", "`PUT /…` `DELETE /")
    found = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^\s`?]*)", chapter))
    found = {(method, path) for method, path in found if "…" not in path}
    return found | {("PUT", path) for method, path in found if path.endswith("/follow")}


def bodies_of_chapter_2() -> dict[tuple[str, str], dict[str, bool]]:
    """Return the fields of every body that PROTOCOL.md writes out, and whether each is needed."""
    bodies = {}
    for row in rows(chapter("2. HTTP")):
        if found := re.match(r"`(POST|PATCH|PUT) (/[^`]*)` `\{(.*)\}`", row[0]):
            fields = re.sub(r": \{[^}]*\}", "", found[3]).split(", ")
            if "…" not in fields:
                bodies[found[1], found[2]] = {f.removesuffix("?"): f[-1] != "?" for f in fields}
    return bodies


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


async def test_the_bodies_of_the_protocol_are_those_of_the_document(
    running_server: RunningServer,
) -> None:
    document = await running_server.get("/api/openapi.json")
    schemas = document["components"]["schemas"]

    def needed(schema: dict[str, Any]) -> dict[str, bool]:
        whole = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
        return {name: name in whole.get("required", ()) for name in whole["properties"]}

    written = bodies_of_chapter_2()
    assert len(written) > 12
    for (method, path), fields in written.items():
        body = document["paths"][path][method.lower()]["requestBody"]
        assert needed(body["content"]["application/json"]["schema"]) == fields, path
    draft = re.search(r"\*\*draft\*\*: `\{(.*?)\}`", chapter("2.2"))
    assert draft
    listing = document["paths"]["/api/listings"]["post"]["requestBody"]["content"]
    given = needed(listing["application/json"]["schema"])
    assert {name for name, must in given.items() if must} == set(draft[1].split(", "))


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
