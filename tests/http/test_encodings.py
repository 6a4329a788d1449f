"""What is compressed on its way: answers without secrets, and what clients send."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import brotli
import pytest

from liveshow.http.api import ENDPOINTS
from tests.support import RunningServer
from tests.zstd import zstd

#: Names of what is worth guessing, byte by byte, by the size of an answer.
SECRETS = {"token", "key", "secret", "client_secret", "password", "credential", "address", "email"}


async def _get(
    server: RunningServer, path: str, takes: str
) -> tuple[aiohttp.ClientResponse, bytes]:
    headers = {"Accept-Encoding": takes}
    url = f"{server.url}{path}"
    async with server.http.get(url, headers=headers) as answer:
        plain = await answer.read()
    async with server.http.get(url, headers=headers, auto_decompress=False) as answer:
        body = await answer.read()
    assert len(body) < len(plain) or "Content-Encoding" not in answer.headers
    return answer, body


async def test_lists_are_sent_compressed(running_server: RunningServer) -> None:
    """faults.md 65: JSON is compressed, too, as the client takes it."""
    host = await running_server.account("host")
    for number in range(10):
        show = {"title": f"Show {number}", "scheduled_at": 4_000_000_000_000}
        made = await running_server.post("/api/shows", show, by=host)
    plain = await running_server.get("/api/shows")
    assert len(plain["items"]) == 10
    for coding, unpack in (
        ("br", brotli.decompress),
        ("zstd", zstd.decompress),
        ("gzip", gzip.decompress),
    ):
        answer, body = await _get(running_server, "/api/shows", coding)
        assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == (
            coding,
            "Accept-Encoding",
        )
        assert json.loads(unpack(body)) == plain
    answer, _body = await _get(running_server, "/api/shows", "identity")
    assert "Content-Encoding" not in answer.headers
    # A small answer is sent as it is.
    answer, _body = await _get(running_server, f"/api/shows/{made['id']}", "br")
    assert (answer.status, "Content-Encoding" in answer.headers) == (200, False)


async def test_no_answer_with_a_secret_is_compressed(running_server: RunningServer) -> None:
    """The size of a compressed answer tells whether a guess stands in it (BREACH)."""
    document = await running_server.get("/api/openapi.json")

    def names(schema: Any) -> Iterator[str]:
        if isinstance(schema, list):
            for each in schema:
                yield from names(each)
        elif isinstance(schema, dict):
            if "$ref" in schema:
                name = schema["$ref"].rpartition("/")[2]
                yield from names(document["components"]["schemas"][name])
            yield from schema.get("properties", {})
            for each in schema.values():
                yield from names(each)

    told = {"/api/openapi.json"}  # what anybody may read in the source
    compressed = [one for one in running_server.app[ENDPOINTS] if one.compressed]
    assert len(compressed) > 5
    for endpoint in compressed:
        if endpoint.path not in told:
            answers = document["paths"][endpoint.path]["get"]["responses"]["200"]
            found = set(names(answers))
            assert found, endpoint.path
            assert not found & SECRETS, endpoint.path
            assert endpoint.method == "GET"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("br", brotli.compress), ("zstd", zstd.compress), ("gzip", gzip.compress)],
)
async def test_a_compressed_body_is_read(
    running_server: RunningServer, coding: str, pack: Any
) -> None:
    """faults.md 65: ``Content-Encoding: br`` was a plain 400 and a traceback."""
    body = pack(json.dumps({"handle": "ana", "password": "long enough for this"}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    url = f"{running_server.url}/api/users"
    async with running_server.http.post(url, data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["user"]["handle"]) == (201, "ana")
    async with running_server.http.post(url, data=b"garbage", headers=headers) as answer:
        assert 400 <= answer.status < 500


@pytest.mark.parametrize("path", ["/api/users", "/whip/show"])
async def test_a_coding_that_nobody_reads_is_refused(
    running_server: RunningServer, path: str
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "compress"}
    url = f"{running_server.url}{path}"
    async with running_server.http.post(url, data=b"{}", headers=headers) as answer:
        assert answer.status == 415
        assert (await answer.json(content_type=None))["code"] == "unsupported_media_type"
        assert "br, zstd, gzip" in (await answer.json(content_type=None))["detail"]
