"""Floods of STUN, and how large its answers are."""

from __future__ import annotations

import struct
import time

import pytest
from aioice import stun

from liveshow.relay.wire.stun import Check, read_check
from tests.relay.hostile.attack import Stranger, attacked, breathe, check, session_of, signed, taken
from tests.relay.kernel.bed import kernel_names
from tests.support import eventually

FLOOD = 20_000
# An answer without what the request says: the address, or an error's text. Never twice as much.
MOST = 1.5


def _attribute(kind: int, value: bytes = b"") -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def shaped(username: str, password: str, extra: bytes) -> bytes:
    """Return the shortest signed check with that user name, and attributes besides."""
    body = _attribute(0x0006, username.encode()) + extra
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    head = struct.pack("!HHI", 1, len(body) + 24, stun.COOKIE) + message.transaction_id
    mac = stun.message_integrity(head + body, password.encode())
    body += _attribute(0x0008, mac)
    head = struct.pack("!HHI", 1, len(body) + 8, stun.COOKIE) + message.transaction_id
    crc = stun.message_fingerprint(head + body)
    return head + body + _attribute(0x8028, struct.pack("!I", crc))


SHAPES = {
    "nothing but the user name": b"",
    "role conflict": _attribute(0x8029, bytes(8)),
    "one unknown attribute": _attribute(0x7FFF),
    "two unknown attributes": _attribute(0x7FFF) + _attribute(0x7FFE),
    "many unknown attributes": b"".join(_attribute(0x7000 + n) for n in range(20)),
    "one unknown attribute, long": _attribute(0x7FFF, bytes(400)),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_answers_are_hardly_larger_than_the_request(shape: str) -> None:
    """Success, 487 and 420, each to a signed check; the same without the password gets nothing."""
    async with attacked() as (server, viewer, stranger):
        session = session_of(server, viewer)
        credentials = session.peer.ice.newest.credentials
        name = f"{credentials.ufrag}:{session.remote_ufrag}"
        request = shaped(name, credentials.password, SHAPES[shape])
        stranger.send(shaped(name, "x" * 24, SHAPES[shape]))
        stranger.send(request)
        answers: list[bytes] = await eventually(stranger.received)
        assert len(answers) == 1
        answer = stun.parse_message(answers[0])
        assert answer.check_message_integrity(credentials.password.encode())
        assert answer.transaction_id == request[8:20]
        assert len(answers[0]) <= MOST * len(request)


def test_answer_to_the_longest_address_is_hardly_larger_than_the_shortest_request() -> None:
    """IPv6, user name fragments of four characters (RFC 8839 §5.4)."""
    request = shaped("ours:them", "p" * 22, b"")
    read = read_check(request)
    assert isinstance(read, Check)
    answer = read.success("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 65535, b"p" * 22)
    assert len(answer) <= MOST * len(request)


async def flood(stranger: Stranger, kinds: list[bytes], until: int) -> int:
    """Send checks of all kinds in turn; return how many answers there were."""
    answers = 0
    for number in range(until):
        stranger.send(kinds[number % len(kinds)])
        await breathe(number)
        if number % 200 == 0:
            answers += len(stranger.received())
    return answers + len(stranger.received())


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_flood_of_checks_that_are_not_signed_starves_nobody(kernel: str) -> None:
    """Unknown names, known ones with a wrong password, and broken ones: no answer at all."""
    async with attacked(kernel=kernel) as (server, viewer, stranger):
        relay, session = server.relay, session_of(server, viewer)
        name = f"{session.peer.ice.newest.credentials.ufrag}:{session.remote_ufrag}"
        kinds = [check("nobody:theirs"), check(name), check(f"{name}x"), check(name)[:-4]]
        known = [
            len(relay._endpoint.mux._by_ufrag),
            len(relay._endpoint.mux._by_address),
            len(relay._sessions),
        ]
        before = relay._endpoint.mux.received
        frames, began = viewer.frames["video"], time.monotonic()
        assert await flood(stranger, kinds, FLOOD) == 0
        await eventually(lambda: relay._endpoint.mux.received - before > FLOOD * 0.9, what="read")
        assert viewer.frames["video"] - frames > 10 * (time.monotonic() - began)
        assert stranger.received() == []
        assert known == [
            *(
                len(relay._endpoint.mux._by_ufrag),
                len(relay._endpoint.mux._by_address),
                len(relay._sessions),
            ),
        ]


@pytest.mark.slow
@pytest.mark.parametrize("kernel", kernel_names())
async def test_flood_of_a_peers_own_checks_starves_nobody(kernel: str) -> None:
    """Every one is answered once, and nothing grows."""
    async with attacked(kernel=kernel) as (server, viewer, stranger):
        session = session_of(server, viewer)
        before = server.relay._endpoint.mux.received
        frames, began = viewer.frames["video"], time.monotonic()
        answers = await flood(stranger, [signed(session, nominate=False)], FLOOD)
        await eventually(
            lambda: server.relay._endpoint.mux.received - before > FLOOD * 0.9, what="read"
        )
        assert viewer.frames["video"] - frames > 10 * (time.monotonic() - began)
        assert 0 < answers + len(stranger.received()) <= FLOOD
        assert len(session.peer.route.addresses) == 2


async def test_check_of_another_method_or_class_is_nothing() -> None:
    """Indications, answers, TURN: a lite agent asks nothing, so it takes no answer."""
    async with attacked() as (server, viewer, stranger):
        session = session_of(server, viewer)
        right = bytearray(signed(session))
        kinds = [bytes(kind.to_bytes(2) + right[2:]) for kind in range(0x0400) if kind != 1]
        for number, data in enumerate(kinds):
            stranger.send(data)
            await breathe(number)
        stranger.send(b"\x00")
        await taken(server, 1)
        assert stranger.received() == []
