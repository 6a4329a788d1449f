"""Every command, asked by everybody, over both wires: permitted as PROTOCOL.md chapter 4 says.

They are asked in a show that has ended, so that what is permitted is refused for another reason
and changes next to nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from liveshow.domain.features import MACHINE
from tests.protocol.document import chapter, quoted, rows
from tests.security.world import ADDRESS, FLOOR, World
from tests.stage import Seat, new_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROLES = ("guest", "viewer", "moderator", "cohost", "host")
EVERYBODY = frozenset({"viewer", "moderator", "cohost", "host"})
MODERATE = frozenset({"moderator", "cohost", "host"})
SELL = DIRECT = frozenset({"cohost", "host"})

# The words of the column "who".
WHO = {
    "may chat": EVERYBODY,
    "signed in": EVERYBODY,
    "its buyer": EVERYBODY,
    "sell": SELL,
    "the item's owner, if they sell here": SELL,
    "direct": DIRECT,
    "host": frozenset({"host"}),
    "moderate": MODERATE,
    # Of others' offers nobody learns that there are any.
    "its buyer, its item's owner, or sell": EVERYBODY,
    # Of a message that is not theirs.
    "moderate, or its author": MODERATE,
}

BODIES: dict[str, dict[str, Any]] = {
    "chat": {"text": "hello"},
    "claim": {"item": "none"},
    "release": {"claim": "none"},
    "leave_waitlist": {"entry": "none"},
    "hold": {"user": "none", "item": "none"},
    "cancel_claim": {"claim": "none"},
    "change_claim": {"claim": "none"},
    "add": {"listing": "none"},
    "remove": {"item": "none"},
    "move": {"item": "none", "to": 0},
    "pin": {"item": "none"},
    "unpin": {},
    "reprice": {"item": "none", "price": 100},
    "restock": {"item": "none", "quantity": 1},
    "schedule": {"at": 4_000_000_000_000},
    "start": {},
    "pause": {},
    "resume": {},
    "end": {},
    "configure": {"hold_seconds": 300},
    "staff": {"user": "nobody.here", "role": "moderator"},
    "unstaff": {"user": "nobody.here"},
    "announce": {"text": "hello"},
    "whisper": {"text": "hello"},
    "unwhisper": {"whisper": 99_999},
    "mute": {"user": "none", "reason": "x"},
    "unmute": {"user": "none"},
    "ban": {"user": "none", "reason": "x"},
    "unban": {"user": "none"},
    "purge": {"user": "none", "reason": "x"},
    "delete": {"message": 99_999},
    "restore": {"message": 99_999},
    "slow": {"seconds": 0},
    "brake": {"minutes": 0},
    "restrict": {"mode": "everyone"},
    "block_word": {"word": "f**k"},
    "unblock_word": {"word": "none"},
    "undo": {"seq": 99_999},
    "auction": {"item": "none", "start_price": 100},
    "open_auction": {"auction": "none"},
    "bid": {"auction": "none", "amount": 100},
    "cancel_auction": {"auction": "none"},
    "take_chance": {"chance": "none"},
    "decline_chance": {"chance": "none"},
    "flash": {"item": "none", "price": 100, "seconds": 30},
    "end_flash": {"item": "none"},
    "offer": {"item": "none", "amount": 100},
    "answer_offer": {"offer": "none", "counter": 100},
    "withdraw_offer": {"offer": "none"},
    "giveaway": {"title": "A hat", "item": "none", "seconds": 60},
    "enter": {"giveaway": "none"},
    "cancel_giveaway": {"giveaway": "none"},
    "poll": {"question": "Which?", "options": ["a", "A"], "seconds": 30},
    "vote": {"poll": "none", "option": 0},
    "end_poll": {"poll": "none"},
    "note": {"text": ""},
    "require_card": {"required": False},
    "promise": {"item": "none", "text": ""},
}


def permitted() -> dict[str, frozenset[str]]:
    """Who may, by command, as the document says it."""
    return {quoted(row[0])[0]: WHO[row[2]] for row in rows(chapter("4. Commands"))}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seats(world: World) -> AsyncIterator[dict[str, Seat]]:
    """One connection for each role, in the show that has ended."""
    found = {role: Seat(world.server.url, world.ended, await world.who(role)) for role in ROLES}
    for seat in found.values():
        await seat.sit()
    yield found
    for seat in found.values():
        await seat.leave()


async def test_the_table_is_about_every_command() -> None:
    assert set(BODIES) == set(permitted()) == set(MACHINE.client_commands)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(BODIES))
async def test_a_command_is_permitted_as_written_on_both_wires(
    world: World, seats: dict[str, Seat], name: str, role: str
) -> None:
    before = world.seq(world.ended)
    socket = await seats[role].call(name, {"key": new_key(), **BODIES[name]})
    http = await world.command(role, world.ended, {"type": name, "key": new_key(), **BODIES[name]})
    said = [answer.get("error", {}).get("code", "ok") for answer in (socket, http)]
    assert said[0] == said[1]
    assert said[0] not in ("internal", "invalid", "unavailable")
    if role == "guest":
        assert said[0] == "unauthenticated"
    elif role in permitted()[name]:
        assert said[0] not in ("forbidden", "unauthenticated")
        return
    else:
        assert said[0] == "forbidden"
    assert world.seq(world.ended) == before


@pytest.mark.parametrize("name", sorted(BODIES))
async def test_whoever_is_banned_may_only_let_go(world: World, name: str) -> None:
    before = world.seq(world.show)
    body = {"type": name, "key": new_key(), **BODIES[name]}
    answer = await world.command("banned", world.show, body)
    wanted = "unknown_claim" if name == "release" else "banned"
    assert (answer["error"]["code"], world.seq(world.show)) == (wanted, before)


@pytest.mark.parametrize("name", sorted(BODIES))
async def test_a_draft_takes_no_commands_from_others(world: World, name: str) -> None:
    body = {"type": name, "key": new_key(), **BODIES[name]}
    answer = await world.command("stranger", world.draft, body)
    assert answer["error"]["code"] == "not_found"


async def test_what_the_server_says_to_itself_is_no_command(
    world: World, seats: dict[str, Seat]
) -> None:
    before = world.seq(world.ended)
    for name in ("Tick", "tick", "StreamUp", "SettlePayment", "Checkout", "connect_error", "mine"):
        ack = await seats["host"].call(name, {"key": new_key(), "payment": world.ids["payment"]})
        assert ack["error"]["code"] == "invalid"
        body = {"type": name, "key": new_key(), "payment": world.ids["payment"]}
        http = await world.command("host", world.ended, body)
        assert http["error"]["code"] == "invalid"
    assert world.seq(world.ended) == before


# --- what belongs to others ---------------------------------------------------------------------


async def test_nobody_lets_go_of_what_others_hold(world: World) -> None:
    buyer = await world.server.account("buyer")
    held = (await world.stage.mine(buyer))["claims"][0]["claim"]
    for who in ("stranger", "viewer", "moderator", "host"):
        body = {"type": "release", "key": new_key(), "claim": held}
        answer = await world.command(who, world.show, body)
        assert answer["error"]["code"] == "unknown_claim"
    assert (await world.stage.mine(buyer))["claims"][0]["claim"] == held


async def test_nobody_leaves_the_line_for_others(world: World) -> None:
    item = await world.stage.item(quantity=1)
    for who in ("viewer", "stranger"):
        await world.stage.command("claim", by=await world.server.account(who), item=item)
    stranger = await world.server.account("stranger")
    entry = (await world.stage.mine(stranger))["waitlist"][0]["entry"]
    body = {"type": "leave_waitlist", "key": new_key(), "entry": entry}
    for who in ("viewer", "host"):
        answer = await world.command(who, world.show, body)
        assert answer["error"]["code"] == "unknown_entry"
    assert (await world.stage.mine(stranger))["waitlist"]


async def test_hosts_do_not_restock_what_is_lent_to_them(world: World) -> None:
    body = {"type": "restock", "key": new_key(), "item": world.ids["lent"], "quantity": 1000}
    for who in ("host", "cohost"):
        answer = await world.command(who, world.show, body)
        assert answer["error"]["code"] == "not_owner"


async def test_nothing_lent_is_sold_below_its_floor(world: World) -> None:
    for who in ("host", "cohost"):
        for price in (1, FLOOR - 1):
            body = {"type": "reprice", "key": new_key(), "item": world.ids["lent"], "price": price}
            answer = await world.command(who, world.show, body)
            assert answer["error"]["code"] == "below_floor"


async def test_a_floor_that_is_raised_raises_the_price_before_the_next_claim(world: World) -> None:
    seller, viewer = [await world.server.account(who) for who in ("seller", "viewer")]
    listing = await world.stage.listing(by=seller, title="Dearer", price=5000, quantity=5)
    terms = {"listing": listing["id"], "host": "host", "floor": 4000}
    wide = await world.server.post("/api/mandates", terms, by=seller)
    await world.server.post(f"/api/mandates/{wide['id']}/accept", by=world.stage.host)
    added = await world.stage.command("add", listing=listing["id"], price=4000)
    # A mandate for this very show goes before the one for all shows.
    terms = {"listing": listing["id"], "show": world.show, "floor": 4700}
    narrow = await world.server.post("/api/mandates", terms, by=seller)
    await world.server.post(f"/api/mandates/{narrow['id']}/accept", by=world.stage.host)
    # Nobody pays another price than they saw.
    await world.told()
    seen = (await world.stage.fresh())["state"]["items"]
    assert [each["price"] for each in seen if each["id"] == added["item"]] == [4700]
    await world.stage.command("claim", by=viewer, item=added["item"])
    claims = (await world.stage.mine(viewer))["claims"]
    assert [c["price"] for c in claims if c["item"] == added["item"]] == [4700]
    body = {"type": "reprice", "key": new_key(), "item": added["item"], "price": 4500}
    answer = await world.command("host", world.show, body)
    assert answer["error"]["code"] == "below_floor"


async def test_what_is_not_lent_to_this_host_is_not_added(world: World) -> None:
    lent = {"type": "add", "key": new_key(), "listing": world.ids["lent_listing"]}
    own = await world.server.post(
        "/api/shows", {"title": "Elsewhere"}, by=await world.server.account("stranger")
    )
    answer = await world.command("stranger", own["id"], lent)
    assert answer["error"]["code"] == "no_mandate"
    # A mandate for one show is none for another of the same host.
    answer = await world.command("host", world.draft, lent | {"key": new_key()})
    assert answer["error"]["code"] == "no_mandate"


# --- idempotency keys ---------------------------------------------------------------------------


async def test_a_key_is_its_users_own(world: World) -> None:
    key, item = new_key(), world.ids["item"]
    claims = []
    for who in ("viewer", "stranger"):
        body = {"type": "claim", "key": key, "item": item}
        claims.append((await world.command(who, world.show, body))["claim"])
    assert len(set(claims)) == 2


async def test_a_key_says_one_thing_whatever_the_wire(world: World) -> None:
    account = await world.server.account("twice")
    seat = await Seat(world.server.url, world.show, account).sit()
    key = new_key()
    try:
        first = await seat.call("claim", {"key": key, "item": world.ids["item"]})
        body = {"type": "claim", "key": key, "item": world.ids["item"]}
        assert await world.command("twice", world.show, body) == first
        other = await world.command("twice", world.show, body | {"quantity": 2})
        assert other["error"]["code"] == "key_reused"
        other = await world.command("twice", world.show, {"type": "unpin", "key": key})
        assert other["error"]["code"] == "key_reused"
        checkout = {"key": key, "address": ADDRESS, "total": 1}
        status, answer = await world.ask(
            "twice", "POST", f"/api/shows/{world.show}/checkout", checkout
        )
        assert (status, answer["code"]) == (409, "key_reused")
    finally:
        await seat.leave()


async def test_one_key_on_many_sockets_at_once_is_one_claim(world: World) -> None:
    account = await world.server.account("many")
    seats = [await Seat(world.server.url, world.show, account).sit() for _ in range(4)]
    try:
        body = {"key": new_key(), "item": world.ids["item"]}
        acks = await asyncio.gather(*(seat.call("claim", body) for seat in seats))
        assert all(ack == acks[0] for ack in acks), acks
        assert len((await world.stage.mine(account))["claims"]) == 1
    finally:
        await asyncio.gather(*(seat.leave() for seat in seats))


async def test_two_checkouts_at_once_are_one_payment(world: World) -> None:
    account = await world.server.account("hasty")
    await world.stage.command("claim", by=account, item=world.ids["item"])
    path = f"/api/shows/{world.show}/checkout"
    body = {"address": ADDRESS, "total": await world.stage.total(account)}
    answers = await asyncio.gather(
        *(world.ask("hasty", "POST", path, body | {"key": new_key()}) for _ in range(4))
    )
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409]
    assert {a["code"] for status, a in answers if status == 409} == {"checkout_open"}


# --- what is said of a refusal ------------------------------------------------------------------


async def test_a_refusal_that_passes_says_when_over_http_too(world: World) -> None:
    await world.stage.command("slow", seconds=60)
    try:
        path = f"{world.server.url}/api/shows/{world.show}/commands"
        account = await world.server.account("eager")
        for wanted in (200, 429):
            body = {"type": "chat", "key": new_key(), "text": "hello"}
            async with world.server.http.post(path, json=body, headers=account.headers) as response:
                assert response.status == wanted
        assert 50 <= int(response.headers["Retry-After"]) <= 60
    finally:
        await world.stage.command("slow", seconds=0)


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u2800 \u2060", "\u202b", "\u2066\u2069"])
async def test_a_name_is_seen(world: World, name: str) -> None:
    status, answer = await world.ask("viewer", "PATCH", "/api/me", {"name": name})
    assert (status, answer["errors"][0]["field"]) == (400, "name")


@pytest.mark.parametrize("name", ["Ana\u202b", "\u2066Ana", "\u202eAna\u202c"])
async def test_a_name_stays_within_itself(world: World, name: str) -> None:
    status, answer = await world.ask("viewer", "PATCH", "/api/me", {"name": name})
    assert (status, answer["user"]["name"]) == (200, "Ana")


async def test_what_is_wrong_with_a_command_is_said_in_plain_words(world: World) -> None:
    """faults.md 48: the sentence is for people, and the field's name for programs."""
    path = f"/api/shows/{world.show}/commands"
    for body, field, sentence in (
        (
            {"type": "chat", "text": "bell\u0007"},
            "text",
            "This has characters that cannot be shown. Type it instead of pasting it.",
        ),
        ({"type": "chat", "text": ""}, "text", "This must not be empty."),
        ({"type": "chat", "text": "x" * 501}, "text", "This must have at most 500 characters."),
        ({"type": "chat"}, "text", "This is needed."),
        ({"type": "claim", "item": "a", "quantity": 0}, "quantity", "This must be at least 1."),
        ({"type": "restrict", "mode": "all"}, "mode", "Choose one of these: 'everyone', "),
        ({"type": "chat", "text": "hi", "key": "#"}, "key", "This does not have the right form."),
    ):
        status, answer = await world.ask("host", "POST", path, {"key": "k", **body})
        assert (status, answer["code"], answer["errors"][0]["field"]) == (400, "invalid", field)
        assert answer["detail"].startswith(sentence)


async def test_what_was_sent_is_not_said_back_at_length(world: World) -> None:
    for body in (
        {"type": "x" * 50_000, "key": "k"},
        {"type": "unpin", "key": "k", "x" * 50_000: 1},
        {"type": [[[]]], "key": "k"},
    ):
        status, answer = await world.ask("host", "POST", f"/api/shows/{world.show}/commands", body)
        assert status == 400
        assert len(str(answer)) < 500
    status, answer = await world.ask("host", "POST", "/api/listings", {"y" * 50_000: 1})
    assert status == 400
    assert len(str(answer)) < 1_000
