"""Who may join a show, and what a client hears first."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import socketio

from liveshow.accounts.identity import Identity
from liveshow.domain.show.state import ShowState
from liveshow.store.room.batch import RoomBatch
from signaling.socket import namespace
from signaling.socket.audience import Audience, Member
from signaling.socket.audiences import Audiences
from signaling.socket.namespace import ShowChannel
from signaling.socket.outgoing import Frame
from signaling.socket.viewers import Guests
from tests.stage import Seat, Stage
from tests.support import eventually, seconds


async def refused(stage: Stage, auth: Any, headers: dict[str, str] | None = None) -> str:
    """The code with which a connection is refused."""
    return str((await refusals(stage, auth, headers))[0]["data"]["code"])


async def refusals(
    stage: Stage, auth: Any, headers: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """What a connection that is refused hears."""
    heard: list[Any] = []
    client = socketio.AsyncClient(reconnection=False)
    client.on("connect_error", heard.append, namespace="/show")
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(
            stage.server.url,
            namespaces=["/show"],
            auth=auth,
            headers=headers or {},
            transports=["websocket"],
            wait_timeout=seconds(5),
        )
    await client.disconnect()
    return heard


async def welcomed(seat: Seat) -> None:
    """Wait for the first head: by then everything else was heard."""
    await seat.until(lambda: seat.heads)


async def test_a_guest_hears_a_snapshot_and_the_head_but_nothing_private(stage: Stage) -> None:
    await stage.item()
    guest = await stage.seat()
    assert guest.replica is not None
    assert guest.replica.state == (await stage.fresh())["state"]
    assert guest.mine is None
    assert guest.heads[-1]["seq"] == guest.replica.seq
    assert guest.heads[-1]["viewers"] == 1


async def test_viewers_are_people_and_not_connections(stage: Stage) -> None:
    """faults.md 23, 69: three tabs were three viewers, and the host was one."""

    async def counted(number: int) -> None:
        await eventually(lambda: stage.parts.channel.viewers(stage.show) == number)

    await stage.seat(stage.host)
    await counted(0)
    tabs = [await stage.seat("viewer") for _ in range(3)]
    await counted(1)
    guests = [await stage.seat(visitor="browser-1") for _ in range(3)]
    await counted(2)
    assert guests[-1].heads[-1]["viewers"] == 2
    other = await stage.seat(visitor="browser-2")
    await counted(3)
    for seat in (*tabs[:2], *guests[:2]):
        await seat.leave()
    await counted(3)
    for seat in (tabs[2], guests[2], other):
        await seat.leave()
    await counted(0)


def test_one_address_is_no_crowd_of_its_own_making() -> None:
    """faults.md 23: one address was 6,973 viewers in ten seconds."""
    guests = Guests(most=3)
    names = [f"v{n}" for n in range(10)]
    for name in names:
        guests.came("203.0.113.7", name)
    assert guests.count == 3
    guests.came("203.0.113.8", "v0")
    assert guests.count == 4
    for _ in range(5):
        guests.came("203.0.113.9", "")
    assert guests.count == 5
    for name in names:
        guests.left("203.0.113.7", name)
    assert guests.count == 2
    for _ in range(5):
        guests.left("203.0.113.9", "")
    guests.left("203.0.113.8", "v0")
    assert guests.count == 0
    assert not guests._tabs


async def test_a_signed_in_viewer_hears_what_is_theirs(stage: Stage) -> None:
    viewer = await stage.seat("viewer")
    assert viewer.mine is not None
    assert viewer.mine["user"]["handle"] == "viewer"
    assert viewer.mine["can"] == ["chat", "claim"]
    assert viewer.mine["cart"] is None


async def test_only_staff_see_what_is_for_staff(stage: Stage) -> None:
    host = await stage.seat(stage.host)
    viewer = await stage.seat("viewer")
    await host.do("block_word", word="scam")
    spammer = await stage.server.account("rude")
    ack = await host.do("mute", user=spammer.id, reason="spamming")
    assert (await host.reach(ack["seq"])).state["sanctions"][0]["reason"] == "spamming"
    replica = await viewer.reach(ack["seq"])
    assert "sanctions" not in replica.state
    assert "words" not in replica.state["chat"]
    assert "spamming" not in str(viewer.events)
    assert "scam" not in str(viewer.events)


async def test_somebody_who_becomes_staff_gets_the_staff_view_without_reconnecting(
    stage: Stage,
) -> None:
    viewer = await stage.seat("viewer")
    await stage.command("staff", user="viewer", role="moderator")
    await viewer.until(lambda: viewer.replica and viewer.replica.staff)
    await viewer.until(lambda: viewer.mine and "moderate" in viewer.mine["can"])
    await stage.command("unstaff", user="viewer")
    await viewer.until(lambda: viewer.replica and not viewer.replica.staff)
    assert viewer.replica is not None
    assert viewer.replica.state == (await stage.fresh())["state"]


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        (None, "invalid"),
        ("demo", "invalid"),
        ({}, "invalid"),
        ({"show": 7}, "invalid"),
        ({"show": "x" * 65}, "invalid"),
        ({"show": "SHOW", "since": {"epoch": -1, "seq": 0}}, "invalid"),
        ({"show": "SHOW", "since": {"epoch": "1", "seq": 0}}, "invalid"),
        ({"show": "SHOW", "unknown": 1}, "invalid"),
        ({"show": "nosuchshow"}, "not_found"),
        ({"show": "SHOW", "token": "x"}, "unauthenticated"),
        ({"show": "SHOW", "token": "x" * 600}, "invalid"),
    ],
)
async def test_a_bad_hello_is_refused_with_a_code(stage: Stage, auth: Any, code: str) -> None:
    if isinstance(auth, dict) and auth.get("show") == "SHOW":
        auth = auth | {"show": stage.show}
    assert await refused(stage, auth) == code


async def test_a_page_of_another_site_cannot_open_a_socket(stage: Stage) -> None:
    viewer = await stage.server.account("viewer")
    headers = {"Origin": "https://evil.example", "Cookie": f"liveshow_session={viewer.token}"}
    assert await refused(stage, {"show": stage.show}, headers) == "cross_site"


async def test_a_cookie_counts_only_with_our_own_origin(stage: Stage) -> None:
    viewer = await stage.server.account("viewer")
    cookie = {"Cookie": f"liveshow_session={viewer.token}"}
    for headers, handle in (
        (cookie, None),
        (cookie | {"Origin": stage.server.url}, "viewer"),
    ):
        client = socketio.AsyncClient(reconnection=False)
        seat = Seat(stage.server.url, stage.show)
        client.on("mine", seat._hear("mine"), namespace="/show")
        client.on("head", seat._hear("head"), namespace="/show")
        await client.connect(
            stage.server.url,
            namespaces=["/show"],
            auth={"show": stage.show},
            headers=headers,
            transports=["websocket"],
        )
        await welcomed(seat)
        assert (seat.mine and seat.mine["user"]["handle"]) == handle
        await client.disconnect()


async def test_a_draft_is_there_for_its_staff_only(running_server: Any) -> None:
    stage = await Stage.set(running_server, start=False)
    assert await refused(stage, {"show": stage.show}) == "not_found"
    viewer = await running_server.account("viewer")
    assert await refused(stage, {"show": stage.show, "token": viewer.token}) == "not_found"
    host = await stage.seat(stage.host)
    assert host.replica is not None
    await stage.clear()


async def test_a_banned_viewer_is_shown_out_and_stays_out(stage: Stage) -> None:
    """faults.md 45: the reason and the end of a ban are told to whom it is about."""
    viewer = await stage.seat("viewer")
    assert viewer.account is not None
    await stage.command("ban", user=viewer.account.id, reason="threats")
    await viewer.until(lambda: not viewer.connected)
    why = "You are banned from this show: threats"
    assert viewer.bye == {"reason": "banned", "retry": False, "message": why, "until": None}
    auth = {"show": stage.show, "token": viewer.account.token}
    assert await refused(stage, auth) == "banned"
    await stage.command("ban", user=viewer.account.id, reason="threats", seconds=60)
    (heard,) = await refusals(stage, auth)
    until = heard["data"]["until"]
    assert heard == {
        "message": why,
        "data": {"code": "banned", "reason": "threats", "until": until},
    }
    assert until > (await stage.fresh())["now"]
    await stage.command("unban", user=viewer.account.id)
    await viewer.sit()
    assert viewer.connected


async def test_one_person_who_comes_with_many_at_once_gets_as_many_as_one_by_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namespace, "MAX_CONNECTIONS_PER_USER", 3)
    buyer = await stage.server.account("buyer")
    seats = [Seat(stage.server.url, stage.show, buyer) for _ in range(10)]
    stage.seats.extend(seats)
    # Nobody is in before all have asked: those who were let in are on their way until then.
    check, of, asked, all_asked = ShowChannel._check, Audiences.of, 0, asyncio.Event()

    def counted(self: ShowChannel, state: ShowState, identity: Identity) -> None:
        nonlocal asked
        asked += 1
        if asked == len(seats):
            all_asked.set()
        check(self, state, identity)

    async def late(self: Audiences, show_id: str) -> Audience:
        await all_asked.wait()
        return await of(self, show_id)

    monkeypatch.setattr(ShowChannel, "_check", counted)
    monkeypatch.setattr(Audiences, "of", late)
    sat = await asyncio.gather(*(seat.sit() for seat in seats), return_exceptions=True)
    assert sum(not isinstance(came, BaseException) for came in sat) == 3
    auth = {"show": stage.show, "token": buyer.token}
    assert await refused(stage, auth) == "too_many_connections"


class Cable:
    """The end of a connection: remembers what was sent."""

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.frames: list[str] = []

    def send(self, frame: Frame) -> None:
        self.frames.append(frame.payload.decode())


async def test_joining_in_the_midst_of_a_batch_neither_loses_nor_keeps_anybody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one leaves, one comes and goes, one comes, all while a batch is written."""
    first = await stage.seat("first")
    audience = stage.audience
    held, go = asyncio.Event(), asyncio.Event()
    written = RoomBatch.flush

    async def flush(self: RoomBatch, state: ShowState) -> None:
        held.set()
        await go.wait()
        await written(self, state)

    monkeypatch.setattr(RoomBatch, "flush", flush)
    saying = asyncio.create_task(stage.command("slow", seconds=7))
    await held.wait()
    ghost, second = Cable("ghost"), Cable("second")
    joining = [
        asyncio.create_task(audience.join(Member(cable, None, staff=False), None))  # type: ignore[arg-type]
        for cable in (ghost, second)
    ]
    await asyncio.gather(*joining)
    audience.leave("ghost")
    await first.leave()
    await eventually(lambda: set(audience.members) == {"second"})
    # Nobody waits for the batch: they are shown what was committed before it.
    for cable in (ghost, second):
        assert [name.split('"')[1] for name in cable.frames] == ["snapshot", "head"]
        assert '"slow_seconds":0' in cable.frames[0].replace(" ", "")
    go.set()
    await saying
    await eventually(lambda: len(second.frames) == 3)
    assert '"chat.slowed"' in second.frames[2]
    assert len(ghost.frames) == 2
    assert set(audience.members) == {"second"}
    monkeypatch.setattr(RoomBatch, "flush", written)
    await stage.command("slow", seconds=8)
    await eventually(lambda: any('["events"' in frame for frame in second.frames))
    audience.leave("second")
