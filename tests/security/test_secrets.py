"""What is for the team, or for one person, reaches nobody else by any way there is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from liveshow.domain.features import MACHINE
from liveshow.domain.show.events import staff_fields
from signaling.socket import audience
from tests.security.world import ADDRESS, CARD, COMMISSION, FLOOR, SECRETS, World
from tests.stage import Seat, new_key
from tests.support import Account

pytestmark = pytest.mark.asyncio(loop_scope="module")

# By type of event: the fields that only the team sees.
STAFF_FIELDS = {name: staff_fields(kind) for name, kind in MACHINE.events.items()}
PRIVATE_TYPES = set(MACHINE.events.those(lambda kind: bool(kind.private_to)))

# Names of fields that only the team ever sees, wherever they are.
STAFF_NAMES = {"lending", "floor", "commission_percent", "mandate", "sanctions", "words", "undoes"}


class Ear(Seat):
    """A seat that keeps everything it hears, as it was said."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.heard: list[Any] = []

    def _hear(self, name: str) -> Any:
        hear = super()._hear(name)

        def keep(payload: Any) -> None:
            self.heard.append({name: payload})
            hear(payload)

        return keep


def names(value: Any) -> set[str]:
    """The names of all fields in a JSON value."""
    if isinstance(value, dict):
        return set(value).union(*map(names, value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*map(names, value)) if value else set()
    return set()


def check(heard: Any, *, but: tuple[str, ...] = ()) -> None:
    """Fail if something secret was heard; ``but``: secrets that are this person's own."""
    text = json.dumps(heard)
    for name, secret in SECRETS.items():
        assert name in but or secret not in text, f"the {name} was heard"
    assert not STAFF_NAMES & names(heard)
    assert str(FLOOR - 1) not in text


async def story(world: World) -> None:
    """Everything that has a secret in it happens."""
    stage, buyer = world.stage, await world.server.account("buyer")
    rude = await world.server.account("rude")
    said = await stage.command("chat", by=rude, text=SECRETS["deleted"])
    await stage.command("delete", message=said["seq"], reason=SECRETS["reason"])
    await stage.command("restore", message=said["seq"])
    await stage.command("delete", message=said["seq"], reason=SECRETS["reason"])
    await stage.command("block_word", word=SECRETS["word"])
    muted = await stage.command("mute", user=rude.id, reason=SECRETS["reason"])
    await stage.command("undo", seq=muted["seq"])
    await stage.command("ban", user=rude.id, reason=SECRETS["reason"])
    item = await stage.item(quantity=1)
    await stage.command("claim", by=buyer, item=item)
    waiting = await world.server.account("waiting")
    await stage.command("claim", by=waiting, item=item)
    claims = (await stage.mine(buyer))["claims"]
    [held] = [claim["claim"] for claim in claims if claim["item"] == item]
    await stage.command("cancel_claim", claim=held, reason=SECRETS["note"])
    await world.server.post(f"/api/payments/{world.ids['payment']}/cancel", by=buyer)
    body = {"key": new_key(), "address": ADDRESS, "total": await stage.total(buyer)}
    paid = await world.server.post(f"/api/shows/{world.show}/checkout", body, by=buyer)
    await world.server.post(f"/api/payments/{paid['id']}/confirm", CARD, by=buyer)
    seller = await world.server.account("seller")
    await world.server.request(
        "PATCH", f"/api/listings/{world.ids['lent_listing']}", {"title": "New name"}, by=seller
    )
    await stage.command("reprice", item=world.ids["lent"], price=FLOOR + 5)
    await stage.command("configure", hold_seconds=301)


async def test_nothing_secret_reaches_a_viewer(world: World) -> None:
    people: dict[str, Account | None] = {
        name: await world.who(name) for name in ("guest", "viewer", "stranger", "host")
    }
    ears = {name: Ear(world.server.url, world.show, who) for name, who in people.items()}
    for name in ("guest", "viewer", "host"):
        await ears[name].sit()
    first = ears["viewer"].replica
    assert first is not None
    since = dict(first.since)
    await story(world)
    last = world.seq(world.show)
    for name in ("guest", "viewer", "host"):
        await ears[name].reach(last)
    # Those who were there heard what was said before it was taken away; not why, nor by whom.
    for name in ("guest", "viewer"):
        check(ears[name].heard, but=("deleted",))
        for event in ears[name].events:
            withheld = STAFF_FIELDS.get(event["type"], frozenset())
            assert not withheld & set(event["data"]), event
        assert not PRIVATE_TYPES & {event["type"] for event in ears[name].events}
        hidden = [event for event in ears[name].events if event["type"] == "hidden"]
        assert len(hidden) >= 2
        assert all(event["data"] == {} for event in hidden)
    # The team heard all of it: the test looks for what there is.
    everything = json.dumps(ears["host"].heard)
    for name in ("reason", "note", "word", "deleted"):
        assert SECRETS[name] in everything
    assert SECRETS["street"] not in everything
    # Who comes later, or comes back, is not told what was taken away either.
    late = ears["stranger"]
    await late.sit()
    back = Ear(world.server.url, world.show, people["viewer"])
    back.replica = first.of({"epoch": since["epoch"], "seq": since["seq"], "state": first.state})
    back.replica.seq = since["seq"]
    await back.sit(since=since)
    for ear in (late, back):
        check(ear.heard)
    assert back.snapshots == 0
    assert back.events
    for ear in [*ears.values(), back]:
        await ear.leave()


@pytest.mark.parametrize("who", ["guest", "stranger", "buyer"])
async def test_nothing_secret_is_answered_over_http(world: World, who: str) -> None:
    show = f"/api/shows/{world.show}"
    paths = [
        "/api/shows",
        "/api/shows?status=live,draft,ended&limit=100",
        "/api/shows?status=draft&host=host",
        show,
        f"{show}/state",
        f"/api/listings/{world.ids['lent_listing']}",
        "/api/listings?seller=seller",
        "/api/users/buyer",
        "/metrics",
        "/readyz",
    ]
    if who != "guest":
        paths += [f"{show}/mine", "/api/cart", f"{show}/items/{world.ids['lent']}/quote"]
    for path in paths:
        status, answer = await world.ask(who, "GET", path)
        assert status == 200, path
        if isinstance(answer, bytes):
            answer = {"text": answer.decode()}
        # A cancelled claim says why to its buyer.
        check(answer, but=("note",) if who == "buyer" else ())
        assert "zz-secret-draft" not in json.dumps(answer)


async def test_what_is_between_owner_and_host_is_not_in_an_order(world: World) -> None:
    path = f"/api/orders/{world.ids['order']}"
    _, order = await world.ask("buyer", "GET", path)
    assert order["ledger"] == []
    assert not STAFF_NAMES & names(order)
    for who in ("host", "seller"):
        _, order = await world.ask(who, "GET", path)
        assert order["ledger"]
        assert (order["address"] is None) is (who == "host")
    payments = await world.ask("buyer", "GET", f"/api/payments/{world.ids['payment']}")
    assert not STAFF_NAMES & names(payments[1])


async def test_the_log_of_the_team_has_no_addresses(world: World) -> None:
    for who in ("host", "cohost", "moderator"):
        for part in ("log", "audit", "people", "stats", "state"):
            status, answer = await world.ask(who, "GET", f"/api/shows/{world.show}/{part}")
            assert status == 200
            assert SECRETS["street"] not in json.dumps(answer)
            assert "hash" not in json.dumps(answer)


async def test_only_ones_own_address_and_sign_ins_are_shown(world: World) -> None:
    buyer = await world.server.account("buyer")
    await world.server.request("PATCH", "/api/me", {"address": ADDRESS}, by=buyer)
    assert (await world.server.get("/api/me", by=buyer))["address"]["line1"] == SECRETS["street"]
    for path in ("/api/users/buyer", "/api/sessions", "/api/me"):
        _, answer = await world.ask("stranger", "GET", path)
        assert SECRETS["street"] not in json.dumps(answer)
    sessions = await world.server.get("/api/sessions", by=buyer)
    assert buyer.token not in json.dumps(sessions)
    assert not {"hash", "token"} & names(sessions)


async def test_who_leaves_the_team_sees_nothing_more_of_it_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not what happens in the very batch in which they leave."""
    moderator = await world.server.account("moderator")
    ear = Ear(world.server.url, world.show, moderator)
    await ear.sit()
    ear.heard.clear()
    # Everything below is told in one go.
    world.stage.audience.flush()
    monkeypatch.setattr(audience, "TICK_SECONDS", 0.5)
    await world.stage.command("unstaff", user="moderator")
    await world.stage.command("block_word", word="zz-after")
    last = world.seq(world.show)
    replica = await ear.reach(last)
    assert not replica.staff
    assert "zz-after" not in json.dumps(ear.heard)
    assert not STAFF_NAMES & names(ear.heard)
    assert COMMISSION
    await ear.leave()
    await world.stage.command("staff", user="moderator", role="moderator")
