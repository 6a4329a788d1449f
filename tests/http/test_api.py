"""Endpoints, bodies, problems and the document that is generated from them."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import aiohttp
import msgspec
import openapi_spec_validator
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, Field, ValidationError

from liveshow.accounts.identity import Gate, Identity
from liveshow.budgets import Limits
from liveshow.clock import wall_clock
from liveshow.errors import Conflict, Forbidden, Invalid, RateLimited, Unauthenticated, Unavailable
from liveshow.fields import Body, Id, OneLine, Text, View
from liveshow.http import bodies
from liveshow.http.api import ENDPOINTS, PACES, Endpoint, add_endpoints, json_response
from liveshow.http.bodies import Page, PageQuery, decode_cursor, encode_cursor
from liveshow.http.headers import add_security_headers
from liveshow.http.identity import (
    GATE,
    SECURE,
    TRUSTED_PROXIES,
    address_key,
    client_address,
    require,
)
from liveshow.http.openapi import add_openapi, document
from liveshow.http.problems import ERROR_PAGE, problems_middleware
from liveshow.pace import Paces
from tests.http.conftest import Caller
from tests.support import seconds


class Thing(Body):
    name: Annotated[str, OneLine(1, 10)]
    note: Annotated[str, Text(20)] = ""
    count: Annotated[int, Field(ge=0)] = 0


class ThingView(View):
    name: str
    by: str | None


class ThingsQuery(PageQuery):
    color: str = ""


class OneAccount:
    """Knows one token."""

    async def authenticate(self, token: str) -> Identity:
        if token != "good":
            raise Unauthenticated("unauthenticated", "No.")
        return Identity("u1", "ana", "Ana", "t1", 0)


class Things:
    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/api/things", self.page, "Things"),
            Endpoint("POST", "/api/things", self.create, "Make a thing", status=201),
            Endpoint("PUT", "/api/things/{id}", self.put, "Put a thing", errors=("sold_out",)),
            Endpoint("DELETE", "/api/things/{id}", self.delete, "Take it away"),
            Endpoint("GET", "/api/raw/{name}", self.raw, "Raw", returns=ThingView),
            Endpoint("GET", "/api/fail/{how}", self.fail, "Fail"),
        ]

    async def page(self, query: ThingsQuery) -> Page[ThingView]:
        return Page[ThingView](items=[ThingView(name=query.color, by=None)], next=query.after)

    async def create(self, caller: Identity | None, body: Thing) -> ThingView:
        return ThingView(name=body.name, by=caller.handle if caller else None)

    async def put(self, caller: Identity, id_: str, body: Thing) -> dict[str, Any]:
        return {"id": id_, "by": caller.user, "thing": body}

    async def delete(self, caller: Identity, id_: str) -> None:
        return None

    async def raw(self, request: web.Request, name: str) -> web.Response:
        await require(request)
        response = json_response(ThingView(name=name, by=None), status=202)
        response.headers["X-Extra"] = "yes"
        return response

    async def fail(self, how: str) -> None:
        match how:
            case "conflict":
                raise Conflict("sold_out", "Gone.", left=0, title="forged", status=200)
            case "wait":
                raise RateLimited("slow_mode", "Slowly.", retry_after=2.2)
            case "busy":
                raise Unavailable
            case "who":
                raise Unauthenticated
            case "model":
                Thing.model_validate({"name": "", "secret": "hunter2"})
            case "http":
                raise web.HTTPRequestEntityTooLarge(max_size=1, actual_size=2)
            case "gone":
                raise web.HTTPGone
            case "seeother":
                raise web.HTTPSeeOther("/there")
            case "plain":
                raise Forbidden
        raise RuntimeError("the password is hunter2")


def make_app() -> web.Application:
    app = web.Application(middlewares=[problems_middleware()])
    app[GATE] = Gate(OneAccount())
    app[PACES] = Paces(Limits(), wall_clock)
    add_security_headers(app)
    add_endpoints(app, Things().endpoints())
    add_openapi(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(make_app()), cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield client


@pytest.fixture
def guest(client: TestClient[Any, Any]) -> Caller:
    return Caller(client)


@pytest.fixture
def ana(client: TestClient[Any, Any]) -> Caller:
    return Caller(client, "good")


# --- Endpoints --------------------------------------------------------------------------------


async def test_a_handler_gets_what_its_signature_asks_for(guest: Caller, ana: Caller) -> None:
    assert (await guest.post("/api/things", {"name": "x"})).body == {"name": "x", "by": None}
    created = await ana.post("/api/things", {"name": "x"})
    assert (created.status, created.body["by"]) == (201, "ana")
    put = await ana.put("/api/things/a-1", json={"name": " y ", "count": 3})
    assert put.body["id"] == "a-1"
    assert put.body["thing"] == {"name": "y", "note": "", "count": 3}
    assert (await ana.delete("/api/things/a-1")).status == 204
    raw = await ana.get("/api/raw/z")
    assert (raw.status, raw.headers["X-Extra"]) == (202, "yes")
    page = await guest.get("/api/things?color=red&after=7.abc")
    assert page.body == {"items": [{"name": "red", "by": None}], "next": "7.abc"}


async def test_strangers_learn_nothing_from_validation(guest: Caller) -> None:
    assert (await guest.put("/api/things/a", json={"nonsense": 1})).code == "unauthenticated"


async def test_what_cannot_be_an_id_is_not_found(ana: Caller) -> None:
    for part in ("UPPER", "a.b", "x" * 65, "%00", "a%20b"):
        assert (await ana.delete(f"/api/things/{part}")).code == "not_found"


async def test_an_endpoint_that_cannot_be_served_is_refused_at_start() -> None:
    async def no_model(body: int) -> None: ...

    async def anonymous(caller: str) -> None: ...

    async def unknown(color: str) -> None: ...

    async def forgets() -> None: ...

    for path, handler in (
        ("/x", no_model),
        ("/x", anonymous),
        ("/x", unknown),
        ("/x/{id}", forgets),
    ):
        with pytest.raises(TypeError):
            Endpoint("GET", path, handler, "Wrong")


# --- Bodies -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "x", "count": "5"}, ["count"]),
        ({"name": "x", "count": True}, ["count"]),
        ({"name": "x", "count": 1.5}, ["count"]),
        ({"name": "x", "count": 1e400}, ["count"]),
        ({"name": "x", "count": None}, ["count"]),
        ({"name": 5}, ["name"]),
        ({"name": ["x"]}, ["name"]),
        ({"name": "x", "other": 1}, ["other"]),
        ({"name": "\u0000"}, ["name"]),
        ({"name": "a\u2028b"}, ["name"]),
        ({"name": "\u200b" * 10}, ["name"]),
        ({"name": "\u202e\u202c"}, ["name"]),
        ({"name": " " * 8 + "abc"}, ["name"]),
        ({"name": "x", "note": "a\u0007"}, ["note"]),
        ({"count": -1}, ["name", "count"]),
    ],
)
async def test_nothing_is_converted_and_nothing_unknown_accepted(
    guest: Caller, body: Any, fields: list[str]
) -> None:
    answer = await guest.post("/api/things", body)
    assert (answer.status, answer.code, answer.fields) == (400, "invalid", fields)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"name": NaN}',
        b"\xff\xfe",
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b"[" * 60_000,
    ],
)
async def test_what_is_not_a_json_object_is_invalid(guest: Caller, raw: bytes) -> None:
    answer = await guest.post(
        "/api/things", data=raw, headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert (answer.status, answer.code) == (400, "invalid")


async def test_nothing_at_all_is_invalid(guest: Caller) -> None:
    for headers in ({}, {"Content-Type": "application/json"}):
        answer = await guest.post("/api/things", headers=headers)
        assert (answer.status, answer.code) == (400, "invalid")


async def test_a_whole_number_may_be_written_with_a_fraction_of_nothing(ana: Caller) -> None:
    put = await ana.put("/api/things/a", json={"name": "x", "count": 3.0})
    assert put.body["thing"]["count"] == 3


async def test_only_json_is_read(guest: Caller) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = await guest.post(
            "/api/things", data=b'{"name": "x"}', headers={"Content-Type": kind}
        )
        assert (answer.status, answer.code) == (415, "unsupported_media_type")


async def test_a_body_has_at_most_64_kib(guest: Caller) -> None:
    headers = {"Content-Type": "application/json"}
    fits = json.dumps({"name": "x"}).encode().ljust(65_536)
    assert (await guest.post("/api/things", data=fits, headers=headers)).status == 201

    async def chunks() -> AsyncIterator[bytes]:
        yield fits
        yield b" "

    for data in (fits + b" ", chunks()):
        answer = await guest.post("/api/things", data=data, headers=headers)
        assert (answer.status, answer.code) == (413, "too_large")


async def test_a_compressed_bomb_is_too_large_and_garbage_invalid(guest: Caller) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    bomb = zlib.compress(b" " * 20_000_000, wbits=31)
    answer = await guest.post("/api/things", data=bomb, headers=headers)
    assert (answer.status, answer.code) == (413, "too_large")
    answer = await guest.post("/api/things", data=b"garbage", headers=headers)
    assert answer.status == 400


async def test_a_client_that_leaves_in_the_middle_is_no_defect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is logged as a defect wakes somebody up: a lost connection must not."""
    started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    ended: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    read_bytes = bodies.read_bytes

    async def watched(request: web.Request, limit: int) -> bytes:
        started.set_result(None)
        try:
            return await read_bytes(request, limit)
        except BaseException as error:
            ended.set_result(error)
            raise

    monkeypatch.setattr(bodies, "read_bytes", watched)
    # aiohttp's test server cancels handlers, the real one lets them find out.
    runner = web.AppRunner(make_app(), handler_cancellation=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    _, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(
        b"POST /api/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    async with asyncio.timeout(seconds(5)):
        await started
        writer.close()
        assert isinstance(await ended, Invalid)
    await runner.cleanup()


async def test_headers_of_any_bytes_are_survived(client: TestClient[Any, Any]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    body = b'{"name": "x"}'
    writer.write(
        b"POST /api/things HTTP/1.1\r\nHost: \xff\r\nContent-Type: application/json\r\n"
        b"Origin: \xff\xfe\r\nCookie: \xff=\xff; liveshow_session=\xfe\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body
    )
    async with asyncio.timeout(seconds(5)):
        assert (await reader.readline()).startswith(b"HTTP/1.1 201 ")
    writer.close()


def test_a_cursor_holds_what_was_put_in_and_nothing_else_is_one() -> None:
    assert decode_cursor(encode_cursor(-7, "ab_c-1"), int, str) == (-7, "ab_c-1")
    for cursor in ("", "!", "e30", "7", "7.", "7.é", "7.a\n", "a.7", "1.2.a", "7.a\0"):
        with pytest.raises(Exception, match="cursor"):
            decode_cursor(cursor, int, str)
    for cursor in (encode_cursor(2**63), encode_cursor(True)):
        with pytest.raises(Exception, match="cursor"):
            decode_cursor(cursor, int)


class Fields(BaseModel):
    line: Annotated[str, OneLine(1, 3)] = "x"
    text: Annotated[str, Text(3)] = ""
    id: Id = "x"


def test_what_is_kept_is_normalised_and_lengths_are_those_of_what_is_sent() -> None:
    assert Fields(line="e\u0301a").line == "éa"
    assert Fields(text="a\r\n").text == "a"
    assert Fields(text="\ra\r").text == "a"
    assert Fields(line="👩‍🚀").line == "👩‍🚀"
    for line in ("e\u0301ab", "  ab", "abcd"):
        with pytest.raises(ValidationError, match="at most 3"):
            Fields(line=line)
    schema = Fields.model_json_schema()["properties"]
    assert (schema["line"]["minLength"], schema["line"]["maxLength"]) == (1, 3)


# --- Problems ---------------------------------------------------------------------------------


async def test_an_error_is_a_problem_document(guest: Caller) -> None:
    answer = await guest.get("/api/fail/conflict")
    assert answer.status == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "Gone.",
        "code": "sold_out",
        "left": 0,
    }


@pytest.mark.parametrize(
    ("path", "status", "code", "header"),
    [
        ("/api/fail/wait", 429, "slow_mode", ("Retry-After", "3")),
        ("/api/fail/busy", 503, "unavailable", ("Retry-After", "2")),
        ("/api/fail/who", 401, "unauthenticated", ("WWW-Authenticate", 'Bearer realm="liveshow"')),
        ("/api/fail/plain", 403, "forbidden", None),
        ("/api/fail/http", 413, "too_large", None),
        ("/api/fail/gone", 410, "invalid", None),
        ("/api/nothing", 404, "not_found", None),
    ],
)
async def test_every_refusal_has_a_code_and_its_headers(
    guest: Caller, path: str, status: int, code: str, header: tuple[str, str] | None
) -> None:
    answer = await guest.get(path)
    assert (answer.status, answer.code) == (status, code)
    if header:
        assert answer.headers[header[0]] == header[1]


async def test_a_wrong_method_says_which_are_right(guest: Caller) -> None:
    answer = await guest.patch("/api/things", {})
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET,HEAD,POST"


async def test_a_model_that_fails_inside_says_the_field_but_not_what_was_in_it(
    guest: Caller,
) -> None:
    answer = await guest.get("/api/fail/model")
    assert answer.code == "invalid"
    assert answer.fields == ["name", "secret"]
    assert b"hunter2" not in answer.raw


async def test_a_defect_leaks_nothing_but_an_id_to_ask_by(
    guest: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await guest.get("/api/fail/badly")
    assert (answer.status, answer.code) == (500, "internal")
    assert len(answer.body["request_id"]) >= 8
    assert b"hunter2" not in answer.raw
    assert b"RuntimeError" not in answer.raw


async def test_a_redirect_is_not_an_error(guest: Caller) -> None:
    answer = await guest.get("/api/fail/seeother", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/there")


async def test_a_person_who_opens_a_wrong_address_gets_a_page() -> None:
    app = make_app()
    app[ERROR_PAGE] = lambda request, status: web.Response(status=status, text="<h1>Not here</h1>")
    async with TestClient(TestServer(app)) as client:
        guest = Caller(client)
        html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        page = await guest.get("/nothing", headers=html)
        assert (page.status, page.raw) == (404, b"<h1>Not here</h1>")
        assert (await guest.get("/nothing")).code == "not_found"
        assert (await guest.get("/api/nothing", headers=html)).code == "not_found"
        assert (await guest.post("/nothing", headers=html)).code == "not_found"


# --- Headers and addresses --------------------------------------------------------------------


async def test_every_response_carries_the_security_headers(guest: Caller, ana: Caller) -> None:
    for path in ("/api/things", "/api/nothing", "/api/fail/badly", "/nothing"):
        headers = (await guest.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'; base-uri 'none'; form-action 'self'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "camera=(self), microphone=(self)" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers
        assert headers["Server"] == "liveshow"
    assert (await guest.get("/api/things")).headers["Cache-Control"] == "no-store"


async def test_over_tls_browsers_are_told_to_stay_there() -> None:
    app = make_app()
    app[SECURE] = True
    async with TestClient(TestServer(app)) as client:
        headers = (await Caller(client).get("/api/things")).headers
        assert headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:db8::1:443", "2001:db8::1:443"),
        (1, "203.0.113.9:51234:1", "127.0.0.1"),
        (2, "6.6.6.6:1, 203.0.113.9:2, 10.0.0.1:3", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, , 10.0.0.1,", "203.0.113.9"),
        (1, ",", "127.0.0.1"),
        (1, None, "127.0.0.1"),
    ],
)
async def test_the_address_is_what_the_trusted_proxies_saw(
    proxies: int, header: str | None, address: str
) -> None:
    """xorbitsai/xagent#1185, traefik/traefik#11508: entries with a port fell back to the proxy."""

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=client_address(request))

    app = web.Application()
    app[TRUSTED_PROXIES] = proxies
    app.router.add_get("/", show)
    async with TestClient(TestServer(app)) as client:
        headers = {} if header is None else {"X-Forwarded-For": header}
        assert (await Caller(client).get("/", headers=headers)).raw.decode() == address


def test_a_home_is_one_address_in_ipv6_too() -> None:
    assert address_key("203.0.113.9") == "203.0.113.9"
    assert address_key("2001:db8:1:2:3:4:5:6") == address_key("2001:db8:1:2::1")
    assert address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")
    assert address_key("::ffff:203.0.113.9") == "203.0.113.9"
    assert address_key("fe80::1%eth0") == address_key("fe80::2")
    assert address_key("unknown") == "unknown"


# --- The document -------------------------------------------------------------------------------


def test_the_document_says_what_the_endpoints_are() -> None:
    endpoints = make_app()[ENDPOINTS]
    paths = document(endpoints)["paths"]
    create = paths["/api/things"]["post"]
    reference = create["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert reference == "#/components/schemas/Thing"
    assert "201" in create["responses"]
    assert {} in create["security"]
    put = paths["/api/things/{id}"]["put"]
    assert put["security"] == [{"bearer": []}, {"cookie": []}]
    assert put["responses"]["409"]["x-codes"] == ["sold_out"]
    statuses = [int(status) for status in put["responses"]]
    assert statuses == [200, 400, 401, 403, 404, 408, 409, 413, 415, 429, 503]
    assert put["responses"]["503"]["headers"]["Retry-After"]["required"]
    taken_away = paths["/api/things/{id}"]["delete"]["responses"]
    assert [int(status) for status in taken_away] == [204, 401, 403, 404, 429, 503]
    names = {
        parameter["name"]: parameter for parameter in paths["/api/things"]["get"]["parameters"]
    }
    assert set(names) == {"after", "limit", "color"}
    assert names["limit"]["schema"]["maximum"] == 100


class Wheel(msgspec.Struct):
    spokes: int


class Round(msgspec.Struct, tag="round"):
    wheel: Wheel


class Square(msgspec.Struct, tag="square"):
    side: int


ThingStruct = msgspec.defstruct("ThingView", [("parts", list[Round | Square])])


class Structs:
    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/api/things/wheel", self.wheel, "A wheel", status=201),
            Endpoint("GET", "/api/things/dict", self.listed, "A dict", returns=ThingStruct),
            Endpoint("GET", "/api/things/model", self.model, "A model"),
        ]

    async def wheel(self) -> Wheel:
        return Wheel(36)

    async def listed(self) -> dict[str, Any]:
        return {"parts": [Round(Wheel(3)), Square(2)]}

    async def model(self) -> ThingView:
        return ThingView(name="x", by=None)


async def test_a_struct_is_sent_as_its_json() -> None:
    app = web.Application(middlewares=[problems_middleware()])
    add_endpoints(app, Structs().endpoints())
    async with TestClient(TestServer(app)) as client:
        made = await Caller(client).get("/api/things/wheel")
        assert (made.status, made.body) == (201, {"spokes": 36})
        assert made.headers["Content-Type"] == "application/json; charset=utf-8"
        listed = await Caller(client).get("/api/things/dict")
        assert listed.body["parts"] == [
            {"type": "round", "wheel": {"spokes": 3}},
            {"type": "square", "side": 2},
        ]


def test_structs_and_models_of_one_name_are_both_in_the_document() -> None:
    made = document(Structs().endpoints())
    components = made["components"]["schemas"]

    def answer(path: str, status: str = "200") -> str:
        content = made["paths"][path]["get"]["responses"][status]["content"]
        return str(content["application/json"]["schema"]["$ref"])

    assert answer("/api/things/wheel", "201") == "#/components/schemas/Wheel"
    assert answer("/api/things/model") == "#/components/schemas/ThingView"
    assert answer("/api/things/dict") == "#/components/schemas/WireThingView"
    assert components["ThingView"]["properties"].keys() == {"name", "by"}
    assert components["WireThingView"]["properties"].keys() == {"parts"}
    assert components["Round"]["properties"]["wheel"] == {"$ref": "#/components/schemas/Wheel"}
    openapi_spec_validator.validate(made)
