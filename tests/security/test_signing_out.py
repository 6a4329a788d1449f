"""What a sign-in opened ends with it: sockets and broadcasts; bans end what is being watched."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import delete, update
from sqlmodel import col

from liveshow.budgets import MEDIA_SESSIONS
from liveshow.clock import wall_clock
from liveshow.domain.running.commands import StreamUp
from liveshow.http.media import MediaAccess
from liveshow.pace import Pace
from liveshow.store.tables.accounts import TokenRow
from signaling.media.whip import SDP
from signaling.socket import namespace
from tests.security.world import World
from tests.signaling.test_sdp import OFFER
from tests.stage import Seat, Stage
from tests.support import Account, eventually, seconds

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIGNED_OUT = {"reason": "signed_out", "retry": False, "message": "", "until": None}


@pytest_asyncio.fixture(loop_scope="module")
async def ana(world: World) -> list[Account]:
    """An account that is signed in twice."""
    accounts = world.stage.parts.accounts
    tokens = [(await accounts.create_tokens(["ana"]))[0] for _ in range(2)]
    return [Account("", "ana", token) for token in tokens]


async def sit(world: World, account: Account) -> Seat:
    seat = Seat(world.server.url, world.show, account)
    world.stage.seats.append(seat)
    return await seat.sit()


async def gone(seat: Seat) -> None:
    await seat.until(lambda: not seat.connected)
    assert seat.bye == SIGNED_OUT


async def session_of(world: World, account: Account) -> str:
    found = await world.server.get("/api/sessions", by=account)
    return next(str(item["id"]) for item in found["items"] if item["current"])


async def test_signing_out_closes_the_sockets_of_that_sign_in_only(
    world: World, ana: list[Account]
) -> None:
    one, other, again = [await sit(world, ana[at]) for at in (0, 1, 0)]
    await world.server.request("DELETE", "/api/session", by=ana[0])
    await gone(one)
    await gone(again)
    assert other.connected
    assert (await other.say("leave_waitlist", entry="x"))["error"]["code"] == "unknown_entry"


async def test_a_sign_in_that_is_revoked_elsewhere_loses_its_socket(
    world: World, ana: list[Account]
) -> None:
    one, other = [await sit(world, account) for account in ana]
    path = f"/api/sessions/{await session_of(world, ana[0])}"
    await world.server.request("DELETE", path, by=ana[1])
    await gone(one)
    assert other.connected


async def test_a_new_password_closes_every_other_socket(world: World) -> None:
    bea = await world.server.account("bea", password="long enough")
    [token] = await world.stage.parts.accounts.create_tokens(["bea"])
    here, there = await sit(world, bea), await sit(world, Account("", "bea", token))
    body = {"current": "long enough", "new": "longer still"}
    await world.server.post("/api/me/password", body, by=bea)
    await gone(there)
    assert here.connected
    assert (await world.ask("bea", "GET", "/api/me"))[0] == 200


async def test_a_password_reset_by_the_operator_closes_all(
    world: World, ana: list[Account]
) -> None:
    found = [await sit(world, account) for account in ana]
    await world.stage.parts.accounts.reset_password("ana", "something else")
    for seat in found:
        await gone(seat)


async def test_a_sign_in_that_expires_ends_its_socket_and_its_commands(
    world: World, ana: list[Account]
) -> None:
    seat = await sit(world, ana[0])
    audience = world.stage.audience
    [member] = [m for m in audience.members.values() if m.token_id and m.wire is _wire(world, seat)]
    member.expires_at = 1
    assert (await seat.say("chat", text="hi"))["error"]["code"] == "token_expired"
    audience.heartbeat()
    await gone(seat)


def _wire(world: World, seat: Seat) -> Any:
    assert seat._client is not None
    sid = seat._client.get_sid("/show")
    return world.stage.audience.members[sid].wire


async def test_a_sign_in_that_another_process_ended_is_noticed(
    world: World, ana: list[Account]
) -> None:
    seat, other = [await sit(world, account) for account in ana]
    session = await session_of(world, ana[0])
    async with world.stage.parts.database.write() as connection:
        await connection.execute(delete(TokenRow).where(col(TokenRow.id) == session))
    channel = world.stage.parts.channel
    await channel._dismiss_ended(channel._token_ids())
    await gone(seat)
    assert other.connected


async def test_heartbeats_look_sign_ins_up(
    world: World, ana: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namespace, "HEARTBEAT_SECONDS", 0.02)
    channel = world.stage.parts.channel
    assert channel._heart is not None
    channel._heart.cancel()
    channel.start()
    seat = await sit(world, ana[0])
    session = await session_of(world, ana[0])
    async with world.stage.parts.database.write() as connection:
        statement = update(TokenRow).where(col(TokenRow.id) == session).values(expires_at=1)
        await connection.execute(statement)
    await gone(seat)


async def test_signing_out_while_a_socket_is_let_in_keeps_it_out(
    world: World, ana: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = world.stage.parts.channel
    asked, go_on = asyncio.Event(), asyncio.Event()
    snapshot = channel._directory.snapshot

    async def slowly(show_id: str) -> Any:
        state = await snapshot(show_id)
        asked.set()  # who this is has been found out
        await go_on.wait()
        return state

    monkeypatch.setattr(channel._directory, "snapshot", slowly)
    seat = Seat(world.server.url, world.show, ana[0])
    joining = asyncio.create_task(seat.sit())
    async with asyncio.timeout(seconds(5)):
        await asked.wait()
    monkeypatch.undo()
    await world.server.request("DELETE", "/api/session", by=ana[0])
    go_on.set()
    await joining
    await gone(seat)


async def test_a_ban_while_a_socket_is_let_in_keeps_it_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rude = await world.server.account("rude")
    channel = world.stage.parts.channel
    admit = channel._admit

    async def then_banned(*arguments: Any) -> Any:
        guest = await admit(*arguments)
        await world.stage.command("ban", user=rude.id, reason="quickly")
        return guest

    monkeypatch.setattr(channel, "_admit", then_banned)
    seat = Seat(world.server.url, world.show, rude)
    joining = asyncio.create_task(seat.sit())
    await seat.until(lambda: seat.bye)
    assert seat.bye
    assert (seat.bye["reason"], seat.bye["retry"]) == ("banned", False)
    assert seat.replica is None
    joining.cancel()


# --- media --------------------------------------------------------------------------------------


async def publish(world: World, token: str) -> str:
    """Start a broadcast; return its session's id."""
    headers = {"Content-Type": SDP, "Authorization": f"Bearer {token}"}
    path = f"{world.server.url}/whip/{world.show}?takeover=1"
    async with world.server.http.post(path, data=OFFER, headers=headers) as response:
        assert response.status == 201, await response.text()
        return response.headers["Location"].rpartition("/")[2]


async def ended(world: World, session: str) -> None:
    relay = world.stage.parts.relay
    await eventually(lambda: relay.session(session) is None, what="the session has ended")


async def test_a_broadcast_ends_with_its_sign_in(world: World) -> None:
    [token] = await world.stage.parts.accounts.create_tokens(["cohost"])
    session = await publish(world, token)
    await world.server.request("DELETE", "/api/session", by=Account("", "cohost", token))
    await ended(world, session)


async def test_a_broadcast_ends_when_its_cohost_leaves_the_team(world: World) -> None:
    cohost = await world.server.account("cohost")
    session = await publish(world, cohost.token)
    try:
        # Whoever else is dismissed is not them.
        await world.stage.command("unstaff", user="moderator")
        await asyncio.sleep(0.05)
        assert world.stage.parts.relay.session(session)
        await world.stage.command("unstaff", user="cohost")
        await ended(world, session)
    finally:
        for name in ("cohost", "moderator"):
            await world.stage.command("staff", user=name, role=name)


async def test_a_broadcast_ends_when_its_cohost_is_made_a_moderator(world: World) -> None:
    cohost = await world.server.account("cohost")
    session = await publish(world, cohost.token)
    try:
        await world.stage.command("staff", user="cohost", role="moderator")
        await ended(world, session)
    finally:
        await world.stage.command("staff", user="cohost", role="cohost")


async def test_a_banned_cohost_neither_goes_on_nor_starts_again(world: World) -> None:
    cohost = await world.server.account("cohost")
    session = await publish(world, cohost.token)
    await world.stage.command("ban", user=cohost.id, reason="enough")
    try:
        await ended(world, session)
        headers = {"Content-Type": SDP}
        for wire in ("whip", "whep"):
            status, answer = await world.ask(
                "cohost", "POST", f"/{wire}/{world.show}", data=OFFER, headers=headers
            )
            assert (status, answer["code"]) == (403, "banned")
    finally:
        await world.stage.command("unban", user=cohost.id)


async def test_a_stream_key_is_good_for_its_show_and_until_the_next(world: World) -> None:
    path = f"/api/shows/{world.show}/stream-key"
    old = (await world.server.post(path, by=world.stage.host))["key"]
    new = (await world.server.post(path, by=world.stage.host))["key"]
    headers = {"Content-Type": SDP}
    for key, show in ((old, world.show), (new, world.draft), (new, "nothing")):
        bearer = headers | {"Authorization": f"Bearer {key}"}
        status, _ = await world.ask("guest", "POST", f"/whip/{show}", data=OFFER, headers=bearer)
        assert status == 401
    session = await publish(world, new)
    # It opens nothing but the broadcast.
    for path in ("/api/me", f"/api/shows/{world.show}/log"):
        bearer = {"Authorization": f"Bearer {new}"}
        assert (await world.ask("guest", "GET", path, headers=bearer))[0] == 401
    # Nor does what it began outlive it.
    await world.server.post(f"/api/shows/{world.show}/stream-key", by=world.stage.host)
    await ended(world, session)


@contextmanager
def before_its_session(world: World, happens: Callable[[], Awaitable[Any]]) -> Iterator[None]:
    """Something happens after a broadcast was allowed, and before the relay knows of it."""
    relay = world.stage.parts.relay
    make = relay.publish

    async def publish(*arguments: Any, **options: Any) -> Any:
        await happens()
        return await make(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relay, "publish", publish)
        yield


async def refused(world: World, show: str, token: str) -> tuple[int, str]:
    """A broadcast is not allowed and leaves nothing behind; return how it was refused."""
    status, answer = await world.ask(
        "guest",
        "POST",
        f"/whip/{show}?takeover=1",
        data=OFFER,
        headers={"Content-Type": SDP, "Authorization": f"Bearer {token}"},
    )
    found = world.stage.parts.relay.show_stats(show)
    assert found is None or not found.publishing
    return status, answer["code"]


async def test_a_show_that_ends_while_a_broadcast_begins_has_none(world: World) -> None:
    stage = await Stage.set(world.server)
    relay = world.stage.parts.relay

    async def end() -> None:
        await stage.command("end")
        await relay.close_show(stage.show)  # what its end does, done by now

    with before_its_session(world, end):
        assert await refused(world, stage.show, stage.host.token) == (409, "show_ended")


async def test_signing_out_while_a_broadcast_begins_keeps_it_out(world: World) -> None:
    [token] = await world.stage.parts.accounts.create_tokens(["cohost"])

    async def sign_out() -> None:
        await world.server.request("DELETE", "/api/session", by=Account("", "cohost", token))

    with before_its_session(world, sign_out):
        status, _ = await refused(world, world.show, token)
    assert status == 401


async def test_a_stream_key_that_is_replaced_while_a_broadcast_begins_keeps_it_out(
    world: World,
) -> None:
    path = f"/api/shows/{world.show}/stream-key"
    key = (await world.server.post(path, by=world.stage.host))["key"]
    with before_its_session(world, lambda: world.server.post(path, by=world.stage.host)):
        status, _ = await refused(world, world.show, key)
    assert status == 401


async def test_a_stream_in_a_show_that_has_ended_is_no_event(world: World) -> None:
    registry = world.stage.parts.registry
    room = await registry.get(world.ended)
    before = room.state.seq
    await registry.tell(world.ended, StreamUp())
    state = room.state
    assert (state.seq, state.show.streaming, state.show.status) == (before, False, "ended")


class Broadcast:
    """A session of the relay that is only asked to end."""

    role = "publisher"
    ended = False

    async def end(self) -> None:
        self.ended = True


async def test_a_replaced_key_ends_what_it_broadcasts_in_its_show_only(world: World) -> None:
    parts = world.stage.parts
    pace = Pace(MEDIA_SESSIONS, wall_clock)
    access = MediaAccess(parts.registry, parts.shows, wall_clock, pace)
    begun = []
    for show in (world.show, world.draft):
        made = await world.server.post(f"/api/shows/{show}/stream-key", by=world.stage.host)
        bearer = {"Authorization": f"Bearer {made['key']}"}
        app = web.Application()
        request = make_mocked_request("POST", f"/whip/{show}", headers=bearer, app=app)
        await access.publish(request, show)
        begun.append(Broadcast())
        await access.started(request, begun[-1])
    await access.key_replaced(world.show)
    assert [broadcast.ended for broadcast in begun] == [True, False]
