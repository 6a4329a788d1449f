"""Every route of the API document, asked by those who may not: 401, 403 or 404, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.security.world import ADDRESS, CARD, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = {401, 403, 404}
PUBLIC, SIGNED_IN = "public", "signed in"


@dataclass(frozen=True)
class Route:
    """Who gets in at all, who must not, and something valid to send."""

    access: str
    #: Who is signed in and must be refused all the same, with which status.
    refused: dict[str, int] = field(default_factory=dict)
    #: Who must not be refused, so that the table cannot be true by accident.
    allowed: tuple[str, ...] = ()
    body: Any = None
    query: str = ""
    path: dict[str, str] = field(default_factory=dict)


NOT_STAFF = {"viewer": 403, "seller": 403, "stranger": 403, "buyer": 403, "banned": 403}
NOT_HOST = NOT_STAFF | {"moderator": 403, "cohost": 403}
NOT_THE_BUYER = {"stranger": 404, "host": 404, "seller": 404, "moderator": 404}
BANNED = {"banned": 403}
NOT_A_PARTY = {"stranger": 404, "moderator": 404, "cohost": 404}
ONLY_OWNER = NOT_A_PARTY | {"buyer": 403, "host": 403}
REASON = {"reason": "because"}
STAFF_ONLY = Route(SIGNED_IN, NOT_STAFF, ("host", "cohost", "moderator"))

ROUTES: dict[str, Route] = {
    "POST /api/users": Route(PUBLIC, body={"handle": "x", "password": "short"}),
    "POST /api/session": Route(PUBLIC, body={"handle": "host"}),
    "GET /api/session": Route(SIGNED_IN, allowed=("stranger",)),
    "DELETE /api/session": Route(SIGNED_IN),
    "GET /api/sessions": Route(SIGNED_IN, allowed=("stranger",)),
    "DELETE /api/sessions/{id}": Route(
        SIGNED_IN, {"stranger": 404, "cohost": 404}, path={"id": "session"}
    ),
    "GET /api/me": Route(SIGNED_IN, allowed=("stranger",)),
    "GET /api/address-shape": Route(PUBLIC, query="?country=US", allowed=("guest",)),
    "PATCH /api/me": Route(SIGNED_IN, body={}, allowed=("stranger",)),
    "POST /api/me/password": Route(SIGNED_IN, body={"current": "x", "new": "12345678"}),
    "GET /api/users/{handle}": Route(PUBLIC, allowed=("guest", "stranger")),
    "PUT /api/users/{handle}/follow": Route(SIGNED_IN),
    "DELETE /api/users/{handle}/follow": Route(SIGNED_IN),
    "POST /api/photos": Route(SIGNED_IN),
    "GET /api/photos": Route(SIGNED_IN, allowed=("stranger",)),
    "DELETE /api/photos/{id}": Route(SIGNED_IN, {"stranger": 404}, path={"id": "item"}),
    "GET /photos/{id}/{size}.webp": Route(PUBLIC, path={"id": "item", "size": ""}),
    "POST /api/listings": Route(
        SIGNED_IN, body={"title": "A", "price": 1, "shipping": {"flat": 0}}
    ),
    "GET /api/listings": Route(PUBLIC, query="?seller=host", allowed=("guest",)),
    "GET /api/listings/{id}": Route(PUBLIC, path={"id": "listing"}, allowed=("guest",)),
    "PATCH /api/listings/{id}": Route(
        SIGNED_IN, {"stranger": 403, "cohost": 403}, ("host",), {}, path={"id": "listing"}
    ),
    "DELETE /api/listings/{id}": Route(
        SIGNED_IN, {"stranger": 403, "cohost": 403}, path={"id": "listing"}
    ),
    "GET /api/shows": Route(PUBLIC, allowed=("guest",)),
    "POST /api/shows": Route(SIGNED_IN, body={"title": "Mine"}),
    "GET /api/shows/{show}": Route(PUBLIC, BANNED, ("guest", "stranger")),
    "POST /api/shows/{show}/commands": Route(
        SIGNED_IN, BANNED | {"stranger": 403}, body={"type": "unpin", "key": "k"}
    ),
    "GET /api/shows/{show}/state": Route(PUBLIC, BANNED, ("guest", "stranger")),
    "GET /api/shows/{show}/mine": Route(SIGNED_IN, BANNED, ("stranger",)),
    "GET /api/shows/{show}/log": STAFF_ONLY,
    "GET /api/shows/{show}/audit": STAFF_ONLY,
    "POST /api/shows/{show}/words/try": Route(
        SIGNED_IN, NOT_STAFF, ("host", "cohost", "moderator"), {"text": "hello"}
    ),
    "GET /api/shows/{show}/people": STAFF_ONLY,
    "GET /api/shows/{show}/people/{user}": Route(
        SIGNED_IN, NOT_STAFF, ("host", "cohost", "moderator"), path={"user": "person"}
    ),
    "GET /api/shows/{show}/lines": STAFF_ONLY,
    "GET /api/shows/{show}/stats": STAFF_ONLY,
    "GET /api/shows/{show}/items/{item}/quote": Route(SIGNED_IN, BANNED, ("stranger",)),
    "POST /api/shows/{show}/stream-key": Route(SIGNED_IN, NOT_HOST, ("host",)),
    "GET /api/shows/{show}/balance": Route(
        SIGNED_IN,
        {"stranger": 404, "moderator": 404, "cohost": 404, "buyer": 404},
        ("host", "seller"),
    ),
    "POST /api/mandates": Route(SIGNED_IN, {"stranger": 403}, body={"show": "", "listing": ""}),
    "GET /api/mandates": Route(SIGNED_IN, query="?as=owner", allowed=("stranger",)),
    "POST /api/mandates/{id}/accept": Route(
        SIGNED_IN, {"stranger": 404, "cohost": 404, "seller": 403}, path={"id": "mandate"}
    ),
    "POST /api/mandates/{id}/decline": Route(
        SIGNED_IN, {"stranger": 404, "cohost": 404, "seller": 403}, path={"id": "mandate"}
    ),
    "POST /api/mandates/{id}/revoke": Route(
        SIGNED_IN, {"stranger": 404, "cohost": 404}, path={"id": "mandate"}
    ),
    "POST /api/coupons": Route(SIGNED_IN, body={"percent": 10}, allowed=("stranger",)),
    "GET /api/coupons": Route(SIGNED_IN, allowed=("stranger",)),
    "PATCH /api/coupons/{id}": Route(
        SIGNED_IN,
        {"stranger": 404, "seller": 404, "cohost": 404},
        ("host",),
        body={"stopped": True},
        path={"id": "coupon"},
    ),
    "DELETE /api/coupons/{id}": Route(
        SIGNED_IN, {"stranger": 404, "seller": 404, "cohost": 404}, path={"id": "coupon"}
    ),
    "GET /api/cart": Route(SIGNED_IN, allowed=("stranger",)),
    "GET /api/notices": Route(SIGNED_IN, allowed=("stranger",)),
    "POST /api/shows/{show}/checkout": Route(
        SIGNED_IN, body={"key": "k", "address": ADDRESS, "total": 1}
    ),
    "GET /api/payments/{id}": Route(SIGNED_IN, NOT_THE_BUYER, ("buyer",), path={"id": "payment"}),
    "POST /api/payments/{id}/cancel": Route(SIGNED_IN, NOT_THE_BUYER, path={"id": "payment"}),
    "POST /api/payments/{id}/confirm": Route(
        SIGNED_IN, NOT_THE_BUYER, body=CARD, path={"id": "payment"}
    ),
    "POST /api/payments/{id}/challenge": Route(
        SIGNED_IN, NOT_THE_BUYER, body={"code": "123456"}, path={"id": "payment"}
    ),
    # Everybody reaches it; the test provider has no webhook, so that there is nothing behind it.
    "POST /api/payments/webhooks/{provider}": Route(
        PUBLIC, {"stranger": 404, "host": 404}, body={}
    ),
    "GET /api/orders": Route(SIGNED_IN, allowed=("stranger",)),
    "GET /api/orders/{id}": Route(
        SIGNED_IN, NOT_A_PARTY, ("buyer", "seller", "host"), path={"id": "order"}
    ),
    "POST /api/orders/{id}/pack": Route(SIGNED_IN, ONLY_OWNER, path={"id": "order"}),
    "POST /api/orders/{id}/ship": Route(SIGNED_IN, ONLY_OWNER, body={}, path={"id": "order"}),
    "POST /api/orders/{id}/deliver": Route(
        SIGNED_IN, NOT_A_PARTY | {"host": 403}, path={"id": "order"}
    ),
    "POST /api/orders/{id}/dispute": Route(
        SIGNED_IN,
        NOT_A_PARTY | {"host": 403, "seller": 403},
        body=REASON,
        path={"id": "order"},
    ),
    "GET /api/orders/{id}/cases": Route(
        SIGNED_IN, NOT_A_PARTY, ("buyer", "seller", "host"), path={"id": "order"}
    ),
    "GET /api/orders.csv": Route(SIGNED_IN, allowed=("stranger",)),
    "GET /api/orders/labels.pdf": Route(
        SIGNED_IN, {"stranger": 404, "host": 404}, query="?orders=nobodys"
    ),
    # Each order is answered by itself.
    "POST /api/parcels/pack": Route(SIGNED_IN, body={"orders": ["nobodys"]}, allowed=("stranger",)),
    "POST /api/parcels/ship": Route(
        SIGNED_IN, body={"orders": [{"order": "nobodys"}]}, allowed=("stranger",)
    ),
    "GET /api/shows/{show}/sales": Route(
        SIGNED_IN, NOT_STAFF | {"moderator": 403}, ("host", "cohost")
    ),
    "GET /api/shows/{show}/sales.csv": Route(
        SIGNED_IN, NOT_STAFF | {"moderator": 403}, ("host", "cohost")
    ),
    "GET /api/shows/{show}/auctions": Route(SIGNED_IN, BANNED, ("stranger",)),
    "GET /api/auctions/{id}/record": Route(
        SIGNED_IN, {"stranger": 404, "buyer": 404}, path={"id": "item"}
    ),
    "GET /api/giveaways/{id}/proof": Route(
        PUBLIC, {"stranger": 404, "banned": 404}, path={"id": "item"}
    ),
    "GET /api/prizes": Route(SIGNED_IN, allowed=("stranger",)),
    "POST /api/giveaways/{id}/claim": Route(
        SIGNED_IN,
        {"stranger": 404, "host": 404},
        body={"key": "k", "address": ADDRESS},
        path={"id": "item"},
    ),
    "GET /api/listings/{id}/prices": Route(
        SIGNED_IN, {"stranger": 403}, ("host",), path={"id": "listing"}
    ),
    "GET /api/me/card": Route(SIGNED_IN, allowed=("stranger",)),
    "POST /api/me/card": Route(SIGNED_IN),
    "POST /api/me/card/finish": Route(SIGNED_IN),
    "DELETE /api/me/card": Route(SIGNED_IN),
    "POST /api/payments/{id}/card": Route(SIGNED_IN, NOT_THE_BUYER, path={"id": "payment"}),
    "GET /api/payouts": Route(SIGNED_IN, allowed=("stranger",)),
    "GET /api/payouts/statement.csv": Route(
        SIGNED_IN, query="?month=2026-11&currency=USD", allowed=("stranger",)
    ),
    "GET /api/cases": Route(SIGNED_IN, allowed=("stranger",)),
    "GET /api/cases/{id}": Route(
        SIGNED_IN, NOT_A_PARTY, ("buyer", "seller", "host"), path={"id": "case"}
    ),
    "GET /api/cases/{id}/file": Route(
        SIGNED_IN, NOT_A_PARTY, ("buyer", "seller", "host"), path={"id": "case"}
    ),
    "POST /api/cases/{id}": Route(
        SIGNED_IN,
        NOT_A_PARTY | {"host": 403, "buyer": 403},
        body={"action": "contest", "text": "It was whole."},
        path={"id": "case"},
    ),
    # To whoever is no operator it is not there.
    "POST /api/cases/{id}/ruling": Route(
        SIGNED_IN,
        NOT_A_PARTY | {"host": 404, "buyer": 404, "seller": 404},
        body={"decision": "nothing", "text": "It was whole."},
        path={"id": "case"},
    ),
    "POST /api/orders/{id}/refund": Route(
        SIGNED_IN, ONLY_OWNER, body=REASON | {"key": "k"}, path={"id": "order"}
    ),
    "POST /api/orders/{id}/cancel": Route(
        SIGNED_IN, NOT_A_PARTY | {"host": 403, "seller": 403}, body={}, path={"id": "order"}
    ),
    "POST /api/orders/{id}/restock": Route(
        SIGNED_IN, ONLY_OWNER, body={"restock": True}, path={"id": "order"}
    ),
    "GET /healthz": Route(PUBLIC, allowed=("guest",)),
    "GET /readyz": Route(PUBLIC, allowed=("guest",)),
    "GET /metrics": Route(PUBLIC, allowed=("guest",)),
    "GET /api/openapi.json": Route(PUBLIC, allowed=("guest",)),
}


def _filled(world: World, name: str, show: str) -> tuple[str, str]:
    """The method and address of a route, about things that exist."""
    method, path = name.split(" ")
    known = {"show": show, "handle": "host", "item": world.ids["item"], "size": "full"}
    known["provider"] = "test"
    known |= {part: world.ids[to] for part, to in ROUTES[name].path.items() if to}
    return method, re.sub(r"\{(\w+)\}", lambda part: known[part[1]], path) + ROUTES[name].query


def _body(world: World, name: str) -> Any:
    if name == "POST /api/mandates":  # somebody else's listing, for somebody else's show
        return {"show": world.show, "listing": world.ids["listing"]}
    return ROUTES[name].body


async def test_the_table_is_about_every_route_of_the_document(world: World) -> None:
    document = await world.server.get("/api/openapi.json")
    routed = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert routed == set(ROUTES)


@pytest.mark.parametrize("name", [n for n, r in ROUTES.items() if r.access == SIGNED_IN])
async def test_guests_are_asked_to_sign_in(world: World, name: str) -> None:
    method, path = _filled(world, name, world.show)
    status, answer = await world.ask("guest", method, path, _body(world, name))
    assert (status, answer["code"]) == (401, "unauthenticated")
    # Nor does a token that is none get anybody in, whatever the route thinks of guests.
    headers = {"Authorization": "Bearer x"}
    status, _ = await world.ask("guest", method, path, _body(world, name), headers=headers)
    assert status == 401


@pytest.mark.parametrize(
    ("name", "who"), [(name, who) for name, route in ROUTES.items() for who in route.refused]
)
async def test_the_wrong_people_are_refused(world: World, name: str, who: str) -> None:
    method, path = _filled(world, name, world.show)
    before = world.seq(world.show)
    status, answer = await world.ask(who, method, path, _body(world, name))
    assert (status, world.seq(world.show)) == (ROUTES[name].refused[who], before), answer


@pytest.mark.parametrize(
    ("name", "who"), [(name, who) for name, route in ROUTES.items() for who in route.allowed]
)
async def test_the_right_people_are_not(world: World, name: str, who: str) -> None:
    method, path = _filled(world, name, world.show)
    status, answer = await world.ask(who, method, path, _body(world, name))
    assert 200 <= status < 300, answer


@pytest.mark.parametrize("name", [n for n in ROUTES if "{show}" in n and "checkout" not in n])
@pytest.mark.parametrize("who", ["guest", "stranger", "seller", "banned"])
async def test_a_draft_is_not_there_for_others(world: World, name: str, who: str) -> None:
    method, path = _filled(world, name, world.draft)
    status, answer = await world.ask(who, method, path, _body(world, name))
    assert status == (401 if who == "guest" and ROUTES[name].access == SIGNED_IN else 404)
    assert "zz-secret-draft" not in str(answer)


@pytest.mark.parametrize("name", [n for n in ROUTES if "{" in n])
@pytest.mark.parametrize("thing", ["nothing", "-", "a" * 64, "%00", "..%2f..%2fx", "%F0%9F%91%97"])
async def test_what_does_not_exist_is_not_found(world: World, name: str, thing: str) -> None:
    method, path = name.split(" ")
    parts = {"size": "full", "item": thing, "id": thing, "show": thing, "handle": thing}
    parts |= {"provider": thing, "user": thing}
    path = re.sub(r"\{(\w+)\}", lambda part: parts[part[1]], path) + ROUTES[name].query
    status, answer = await world.ask("host", method, path, _body(world, name))
    assert status == 404, answer


@pytest.mark.parametrize(
    "name", [n for n, r in ROUTES.items() if r.access == SIGNED_IN and not n.startswith("GET")]
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
    ids=str,
)
async def test_a_cookie_from_elsewhere_changes_nothing(
    world: World, name: str, headers: dict[str, str]
) -> None:
    method, path = _filled(world, name, world.show)
    host = await world.server.account("host")
    cookie = {"Cookie": f"liveshow_session={host.token}"}
    status, answer = await world.ask(
        "guest", method, path, _body(world, name), headers=cookie | headers
    )
    assert (status, answer["code"]) == (403, "cross_site")


@pytest.mark.parametrize(
    ("who", "show", "status"),
    [
        ("guest", "show", 401),
        ("stranger", "show", 403),
        ("moderator", "show", 403),
        ("banned", "show", 403),
        ("stranger", "draft", 404),
        ("host", "ended", 409),
        ("host", "nothing", 404),
        ("host", "a%00b", 404),
        ("host", "z" * 500, 404),
    ],
)
async def test_only_hosts_broadcast(world: World, who: str, show: str, status: int) -> None:
    known = {"show": world.show, "draft": world.draft, "ended": world.ended}
    headers = {"Content-Type": "application/sdp"}
    path = f"/whip/{known.get(show, show)}"
    got, answer = await world.ask(who, "POST", path, data="v=0", headers=headers)
    assert got == status, answer


@pytest.mark.parametrize(
    ("who", "show", "status"),
    [
        ("banned", "show", 403),
        ("guest", "draft", 404),
        ("stranger", "draft", 404),
        ("guest", "ended", 409),
        ("guest", "a%00b", 404),
    ],
)
async def test_not_everybody_watches_everything(
    world: World, who: str, show: str, status: int
) -> None:
    known = {"show": world.show, "draft": world.draft, "ended": world.ended}
    headers = {"Content-Type": "application/sdp"}
    path = f"/whep/{known.get(show, show)}"
    got, answer = await world.ask(who, "POST", path, data="v=0", headers=headers)
    assert got == status, answer


@pytest.mark.parametrize("token", [b"\xff\xfe", b"a b", b"x" * 600, "tök".encode()])
@pytest.mark.parametrize("path", ["/api/me", "/api/shows", "/whip/{show}", "/whep/{show}"])
async def test_a_token_that_is_no_text_is_a_wrong_token(
    world: World, path: str, token: bytes
) -> None:
    method = "POST" if "{show}" in path else "GET"
    headers = {
        "Authorization": b"Bearer ".decode() + token.decode("utf-8", "surrogateescape"),
        "Content-Type": "application/sdp",
    }
    address = path.replace("{show}", world.show)
    status, _ = await world.ask("guest", method, address, headers=headers)
    assert status == 401
