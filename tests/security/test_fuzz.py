"""Anything at all, sent by anybody: refused with a code of ours, and nothing has changed.

Bounded and always the same: what is tried is drawn by Hypothesis without chance.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.security.test_commands import BODIES
from tests.security.world import ADDRESS, CARD, World
from tests.stage import Seat, new_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = 250
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

ODD_TEXTS = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "a\udfff",
    "\u202eabc",
    "\u2066abc",
    "\u200b\u200d",
    "\ufeff",
    "\u2028",
    "\r\nSet-Cookie: a=b",
    "e" + "\u0301" * 300,
    "\U0010ffff",
    "\U0001f3f4\U000e0067",
    "İ" * 30,
    "ﷺ" * 100,
    "' OR 1=1 --",
    "%00",
    "../../etc/passwd",
    "{}",
    "${jndi:ldap://x}",
    "{0.__class__}",
    "<script>alert(1)</script>",
    "sold 999999 x999 \u200b",
    "sold " + "1" * 400,
    "x" * 1_000,
    "x" * 60_000,
]
ODD_NUMBERS: list[Any] = [
    -1,
    0,
    1,
    99_999_999,
    100_000_000,
    2**31 - 1,
    2**31,
    2**53,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**40,
    1.5,
    1e308,
    float("inf"),
    float("nan"),
]
DEEP: Any = "x"
for _ in range(200):
    DEEP = [DEEP]
ODD: list[Any] = [
    *ODD_TEXTS,
    *ODD_NUMBERS,
    None,
    True,
    False,
    [],
    {},
    DEEP,
    [None] * 500,
    [[]] * 300,
    {"": {}},
    {"__proto__": 1},
    {"$gt": ""},
    ["a"] * 201,
    [{"id": "x"}] * 60,
]
odd = st.sampled_from(ODD) | st.text(max_size=40) | st.integers() | st.floats()

ROUTES: dict[str, Any] = {
    "POST /api/users": {"handle": "fuzzed", "password": "", "name": "N"},
    "POST /api/session": {"handle": "host", "password": ""},
    "PATCH /api/me": {"name": "Name", "bio": "b", "address": ADDRESS},
    "POST /api/me/password": {"current": "x" * 300, "new": "12345678"},
    "POST /api/listings": {
        "title": "T",
        "price": 100,
        "currency": "USD",
        "description": "d",
        "photos": ["x"],
        "quantity": 1,
        "variants": [{"size": "M", "color": "", "quantity": 1}],
        "brand": "b",
        "category": "c",
        "condition": "new",
        "shipping": {"flat": 1},
    },
    "PATCH /api/listings/LISTING": {
        "title": "T",
        "price": 100,
        "photos": ["x"],
        "quantity": 1,
        "version": 1,
        "variants": [{"id": "x", "size": "M", "quantity": 1}],
        "shipping": {"weight": 1},
    },
    "POST /api/shows": {
        "title": "T",
        "description": "",
        "cover": "x",
        "scheduled_at": 4_000_000_000_000,
        "currency": "USD",
        "hold_seconds": 60,
        "claims_per_buyer": 1,
        "shipping_cap": 1,
        "chat": {"slow_seconds": 0, "mode": "everyone", "words": ["a"]},
    },
    "POST /api/shows/SHOW/checkout": {"key": "k", "address": ADDRESS, "total": 1},
    "POST /api/mandates": {
        "listing": "x",
        "show": "x",
        "host": "host",
        "floor": 1,
        "commission_percent": 1,
        "expires_at": 4_000_000_000_000,
    },
    "POST /api/payments/PAYMENT/confirm": CARD,
    "POST /api/payments/PAYMENT/challenge": {"code": "1"},
    "POST /api/orders/ORDER/ship": {"carrier": "c", "tracking": "t"},
    "POST /api/orders/ORDER/dispute": {"reason": "r", "lines": [0], "photos": ["x"]},
    "POST /api/cases/CASE": {"action": "comment", "text": "t", "amount": 1, "photos": ["x"]},
    "POST /api/cases/CASE/ruling": {"decision": "partial", "text": "t", "amount": 1},
    "POST /api/orders/ORDER/refund": {"key": "k", "reason": "", "amount": 1},
    "POST /api/orders/ORDER/cancel": {"reason": "r"},
    "POST /api/orders/ORDER/restock": {"restock": True},
}
QUERIES = {
    "/api/shows": ("after", "limit", "status", "host"),
    "/api/listings": ("after", "limit", "seller", "archived"),
    "/api/mandates": ("after", "limit", "as"),
    "/api/orders": ("after", "limit", "as"),
    "/api/cases": ("after", "limit", "everybody", "open"),
    "/api/payouts/statement.csv": ("month", "currency"),
    "/api/shows/SHOW/log": ("after",),
    "/api/shows/SHOW/lines": ("after", "limit", "q", "user"),
    "/api/shows/SHOW/items/ITEM/quote": ("quantity", "variant"),
}
COMMANDS = {
    **BODIES,
    "claim": {"item": "none", "quantity": 1, "variant": "v"},
    "configure": {
        "title": "T",
        "description": "D",
        "cover": "c",
        "hold_seconds": 60,
        "claims_per_buyer": 2,
        "shipping_cap": 1,
    },
    "mute": {"user": "none", "seconds": 1, "reason": "x"},
    "ban": {"user": "none", "seconds": 1, "reason": "x", "purge": True},
    "delete": {"message": 1, "reason": "r"},
    "hold": {"user": "none", "item": "none", "quantity": 1},
    "cancel_claim": {"claim": "none", "reason": "r"},
    "block_word": {"word": "a"},
    "unblock_word": {"word": "a"},
    "add": {"listing": "none", "price": 1},
    "restock": {"item": "none", "variant": "v", "quantity": 1},
}


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a body at which something else can be put."""
    found = [path]
    if isinstance(value, dict):
        inside = list(value.items())
    else:
        inside = list(enumerate(value)) if isinstance(value, list) else []
    for name, part in inside:
        found += spots(part, (*path, name))
    return found


def put(value: Any, path: tuple[Any, ...], thing: Any) -> Any:
    if not path:
        return thing
    if isinstance(value, list):
        return [put(v, path[1:], thing) if i == path[0] else v for i, v in enumerate(value)]
    return {**value, path[0]: put(value.get(path[0]), path[1:], thing)}


@st.composite
def bodies(draw: Any, choices: dict[str, Any]) -> tuple[str, Any]:
    """A body in which one or two things are wrong, sometimes one that was not asked for."""
    name = draw(st.sampled_from(sorted(choices)))
    body = choices[name]
    for _ in range(draw(st.integers(1, 2))):
        if isinstance(body, dict) and draw(st.integers(0, 9)) == 0:
            body = {**body, draw(st.sampled_from([t[:100] for t in ODD_TEXTS])): draw(odd)}
        else:
            body = put(body, draw(st.sampled_from(spots(body))), draw(odd))
    return name, body


def filled(world: World, path: str) -> str:
    for name in ("listing", "payment", "order", "item"):
        path = path.replace(name.upper(), world.ids[name])
    return path.replace("SHOW", world.show)


async def send(world: World, who: str, method: str, path: str, raw: bytes) -> tuple[int, Any]:
    return await world.ask(
        who, method, path, data=raw, headers={"Content-Type": "application/json"}
    )


def check(status: int, answer: Any) -> None:
    assert status < 500, answer
    if status >= 400:
        assert answer["status"] == status
        assert answer["code"] not in ("internal", "unavailable")
        # What somebody sent is not said back at length.
        assert len(json.dumps(answer)) < 5_000


@bounded
@given(asked=bodies(ROUTES), who=st.sampled_from(["host", "buyer", "seller"]))
async def test_any_body_is_taken_or_refused(world: World, asked: tuple[str, Any], who: str) -> None:
    (name, body) = asked
    method, path = name.split(" ")
    await world.told()
    before = world.seq(world.show)
    status, answer = await send(world, who, method, filled(world, path), json.dumps(body).encode())
    check(status, answer)
    if status >= 400:
        assert world.seq(world.show) == before


@bounded
@given(asked=bodies({n: {"key": "k", "type": n, **b} for n, b in COMMANDS.items()}))
async def test_any_command_is_taken_or_refused_over_http(
    world: World, asked: tuple[str, Any]
) -> None:
    _, body = asked
    if isinstance(body, dict) and body.get("key") == "k":
        body = body | {"key": new_key()}
    for who in ("host", "viewer"):
        before = world.seq(world.ended)
        path = f"/api/shows/{world.ended}/commands"
        status, answer = await send(world, who, "POST", path, json.dumps(body).encode())
        check(status, answer)
        if status >= 400:
            assert world.seq(world.ended) == before


@bounded
@given(
    path=st.sampled_from(sorted(QUERIES)),
    values=st.lists(
        st.sampled_from([str(value) for value in ODD if len(str(value)) < 300])
        | st.text(max_size=20)
        | odd.map(lambda value: _cursor([1, value]))
        | st.tuples(odd, odd, odd).map(lambda parts: _cursor(list(parts))),
        min_size=1,
        max_size=2,
    ),
    data=st.data(),
)
async def test_any_query_is_answered_or_refused(
    world: World, path: str, values: list[str], data: st.DataObject
) -> None:
    query = [
        (data.draw(st.sampled_from([*QUERIES[path], "x"])), value.encode("utf-8", "replace"))
        for value in values
    ]
    given_query = {name: value.decode() for name, value in query}
    given_query.setdefault("as", "owner") if "as" in QUERIES[path] else None
    status, answer = await world.ask("host", "GET", filled(world, path), params=given_query)
    check(status, answer)


def _cursor(parts: Any) -> str:
    raw = json.dumps(parts)[:120].encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"key":"k","type":"chat","text":' + b"9" * 50_000 + b"}",
        b'{"key":"k","key":"l","type":"chat","type":"end"}',
        b'{"type":"\\ud800","key":"k"}',
        b'{"type":"chat","key":"k","\\ud800":1}',
        b'{"type":["chat"],"key":"k"}',
        b'{"type":{"chat":1},"key":"k"}',
        b"{" + b'"a":1,' * 9_000 + b'"b":1}',
        b" " * 65_000 + b"{}",
        b"x" * 70_000,
    ],
    ids=lambda raw: str(raw[:24]),
)
@pytest.mark.parametrize("path", ["/api/shows/SHOW/commands", "/api/listings", "/api/session"])
async def test_what_is_no_body_is_refused(world: World, path: str, raw: bytes) -> None:
    before = world.seq(world.show)
    status, answer = await send(world, "viewer", "POST", filled(world, path), raw)
    assert 400 <= status < 500
    check(status, answer)
    assert world.seq(world.show) == before


@pytest.mark.parametrize(
    "path",
    [
        "/web/" + "a" * 300,
        "/web/" + "a/" * 3000,
        "/web/%00",
        "/web/%ff",
        "/web/..%2f..%2fpyproject.toml",
        "/web/%2e%2e/%2e%2e/pyproject.toml",
        "/web//etc/passwd",
        "/web/.git/config",
        "/photos/..%2f..%2f/full.webp",
        "/photos/x/../../../liveshow.db",
        "/photos/x/full.webp%00.png",
        "/api/../liveshow.db",
    ],
)
async def test_no_path_leads_out_of_the_folder(world: World, path: str) -> None:
    url = URL(world.server.url + path, encoded=True)
    async with world.server.http.get(url) as response:
        assert response.status == 404
        assert b"SQLite" not in await response.read()


# --- the show channel ---------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seats(world: World) -> AsyncIterator[list[Seat]]:
    found = [Seat(world.server.url, world.ended, await world.who(n)) for n in ("host", "viewer")]
    for seat in found:
        await seat.sit()
    yield found
    for seat in found:
        await seat.leave()


@bounded
@given(asked=bodies({n: {"key": "k", **b} for n, b in COMMANDS.items()}))
async def test_any_command_is_taken_or_refused_on_the_socket(
    world: World, seats: list[Seat], asked: tuple[str, Any]
) -> None:
    name, body = asked
    if isinstance(body, dict) and body.get("key") == "k":
        body = body | {"key": new_key()}
    if len(json.dumps(body)) > 60_000:
        return  # larger than a message may be: see below
    for seat in seats:
        before = world.seq(world.ended)
        ack = await seat.call(name, body)
        if not ack["ok"]:
            assert ack["error"]["code"] not in ("internal", "unavailable"), ack
            assert world.seq(world.ended) == before


@pytest.mark.parametrize(
    "frames",
    [
        ['42/show,1["chat",' + "[" * 30_000],
        ['42/show,1["chat",' + "[" * 20_000 + "]" * 20_000 + "]"],
        ['42/show,1["chat",{"a":' * 5_000],
        ["42/show,"],
        ["42/show,1"],
        ["42/show,[]"],
        ["42/show,1[1]"],
        ["42/show,1[null,{}]"],
        ['42/show,99999999999999999999999["chat",{}]'],
        ['42/other,1["chat",{}]'],
        ['42["chat",{}]'],
        ["43/show,1[]"],
        ["44/show,{}"],
        ["45"],
        ['451-/show,["chat",{"_placeholder":true,"num":0}]'],
        ['459999999-/show,["chat",{"_placeholder":true,"num":0}]'],
        ['451-/show,["chat",{"_placeholder":true,"num":5}]', b"x"],
        ["40/show,{}", '40/show,{"show":"x"}'],
        ["4"],
        ["9"],
        ["6"],
        [""],
        [b"\xff" * 100],
        ["x" * 100_000],
        ["41/show,", "41/show,"],
    ],
    ids=lambda frames: str(frames[0][:24]),
)
async def test_a_socket_that_talks_nonsense_disturbs_nobody(
    world: World, seats: list[Seat], frames: list[str | bytes]
) -> None:
    before = world.seq(world.ended)
    url = f"{world.server.url}/socket.io/?EIO=4&transport=websocket"
    patience = aiohttp.ClientWSTimeout(ws_close=0.1)
    async with world.server.http.ws_connect(url, timeout=patience) as socket:
        await socket.receive(timeout=5)
        viewer = await world.server.account("viewer")
        hello = {"show": world.ended, "token": viewer.token}
        await socket.send_str("40/show," + json.dumps(hello))
        await socket.receive(timeout=5)
        for frame in frames:
            if isinstance(frame, bytes):
                await socket.send_bytes(frame)
            else:
                await socket.send_str(frame)
        # Whatever is made of it is made before this is answered, or the connection is over.
        with_answer = '42/show,7["release",{"key":"x","claim":"none"}]'
        try:
            await socket.send_str(with_answer)
            while not socket.closed:
                message = await socket.receive(timeout=0.5)
                if message.type is not aiohttp.WSMsgType.TEXT or "43/show,7" in message.data:
                    break
        except (ConnectionError, TimeoutError):
            pass
    for seat in seats:
        assert seat.connected
        assert (await seat.say("release", claim="none"))["error"]["code"] == "unknown_claim"
    assert world.seq(world.ended) == before
    await asyncio.sleep(0)
