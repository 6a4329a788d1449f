"""Slots and queue of DTLS handshakes, and the rest of DTLS after them."""

from __future__ import annotations

import asyncio
import random
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from liveshow.relay.transport.dtls_established import (
    ALERT,
    CLOSE_NOTIFY,
    MAX_FORGED,
    SUITES,
    EstablishedDtls,
)
from liveshow.relay.transport.handshakes import (
    AT_ONCE,
    EVICTION_INTERVAL,
    IDLE,
    SHARE,
    SLOW,
    WAITING,
    Handshakes,
    HandshakeSlot,
    network,
)
from tests.support import eventually, seconds

# Slots and queue


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Crowd:
    """Peers that ask for slots; ``told``: the calls that they got, in order."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self.clock = Clock()
        self.handshakes = Handshakes(at_once, waiting, self.clock)
        self.told: list[str] = []

    def enter(self, name: str, host: str, *, answered: bool = True) -> HandshakeSlot | None:
        """Ask for a place; ``answered``: if it is had at once, our flight is out."""
        told = self.told
        place = self.handshakes.enter(
            host, lambda: told.append(f"start {name}"), lambda: told.append(f"abandon {name}")
        )
        if place is not None and answered and place in self.handshakes._open:
            self.handshakes.answered(place)
        return place

    def evict(self, after: float = 0.0) -> list[str]:
        """Return what look() made be told, some time later."""
        self.clock.now += after
        count = len(self.told)
        self.handshakes.evict()
        return self.told[count:]


@contextmanager
def crowd(at_once: int, waiting: int = 100) -> Iterator[Crowd]:
    made = Crowd(at_once, waiting)
    try:
        yield made
    finally:
        made.handshakes.close()


def addresses(count: int) -> list[str]:
    return [f"192.0.2.{number}" for number in range(1, count + 1)]


async def test_handshakes_are_bounded_and_so_is_the_line_for_them() -> None:
    """The queue is served in order; a peer beyond its end is refused."""
    with crowd(2, 3) as those:
        handshakes, told = those.handshakes, those.told
        places = [those.enter(str(n), host) for n, host in enumerate(addresses(7))]
        assert [place is None for place in places] == [False] * 5 + [True] * 2
        assert (handshakes.open, handshakes.waiting, told) == (2, 3, ["start 0", "start 1"])
        assert places[1] is not None
        assert places[2] is not None
        handshakes.leave(places[2])  # gone while it waited
        handshakes.leave(places[1])
        handshakes.leave(places[1])
        assert told == ["start 0", "start 1", "start 3"]
        assert (handshakes.open, handshakes.waiting) == (2, 1)


async def test_idle_handshakes_give_way_to_those_who_wait_the_idlest_first() -> None:
    """A peer that was answered and is silent is idle, one that waits for us is not."""
    with crowd(4) as those:
        hosts = addresses(6)
        quiet = those.enter("quiet", hosts[0])
        those.enter("ours", hosts[1], answered=False)
        lively = those.enter("lively", hosts[2])
        those.enter("quieter", hosts[3])
        assert quiet is not None
        assert lively is not None
        those.clock.now += 1
        for place in (quiet, lively):
            those.handshakes.heard(place)
            those.handshakes.answered(place)
        those.clock.now += 0.4
        those.handshakes.heard(lively)
        assert those.evict(1.2) == []
        those.enter("first", hosts[4])
        assert those.evict() == ["start first", "abandon quieter"]
        those.enter("second", hosts[5])
        assert those.evict() == ["start second", "abandon quiet"]
        those.enter("third", hosts[0])
        assert those.evict() == []
        assert those.evict(SLOW - 2.5) == ["start third", "abandon ours"]


async def test_lively_handshakes_give_way_when_they_are_slow() -> None:
    """A peer that sends something once a second does not keep its slot for ever."""
    with crowd(1) as those:
        place = those.enter("lively", "192.0.2.1")
        assert place is not None
        those.enter("patient", "192.0.2.2")
        for _ in range(int(SLOW)):
            assert those.evict(1.0) == []
            those.handshakes.heard(place)
            those.handshakes.answered(place)
        assert those.evict(0.1) == ["start patient", "abandon lively"]


async def test_place_that_is_free_goes_to_the_network_that_has_the_fewest() -> None:
    """Many peers of one address queue before no other network."""
    with crowd(4) as those:
        mine = [those.enter(f"mine {n}", "192.0.2.1") for n in range(8)]
        those.enter("other", "192.0.2.2")
        those.enter("another", "192.0.2.3")
        assert those.told == [f"start mine {n}" for n in range(4)]
        for place in mine[:4]:
            assert place is not None
            those.handshakes.leave(place)
        assert those.told[4:] == [
            *("start other", "start another", "start mine 4", "start mine 5"),
        ]


async def test_network_has_a_share_of_the_line() -> None:
    """So there is room for others in it."""
    with crowd(1, 8) as those:
        assert [those.enter("mine", "192.0.2.1") is None for _ in range(4)] == [
            *(False, False, False, True),
        ]
        assert those.enter("other", "192.0.2.2") is not None


async def test_network_with_more_than_its_share_gives_way_to_others_only() -> None:
    """However lively it is: as many places as others wait for, and not below the share."""
    with crowd(8) as those:
        for number in range(8):
            those.enter(f"mine {number}", "192.0.2.1", answered=False)
        those.enter("mine 8", "192.0.2.1")
        assert those.evict(IDLE + 0.1) == []
        those.enter("other", "192.0.2.2")
        assert those.evict() == ["start other", "abandon mine 0"]
        for number in range(20):
            those.enter(f"many {number}", f"198.51.100.{number}")
        those.evict()
        held = those.handshakes._held[network("192.0.2.1")]
        assert held == 8 // SHARE


async def test_nothing_is_remembered_of_networks_that_have_gone() -> None:
    """There are many of them."""
    with crowd(3, 5) as those:
        rolls = random.Random(5)
        inside: list[HandshakeSlot] = []
        for number in range(500):
            if (place := those.enter("", f"198.51.100.{number % 250}")) is not None:
                inside.append(place)
            if len(inside) > rolls.randrange(8):
                those.handshakes.leave(inside.pop(rolls.randrange(len(inside))))
        for place in inside:
            those.handshakes.leave(place)
        handshakes = those.handshakes
        assert (handshakes.open, handshakes.waiting) == (0, 0)
        assert not handshakes._held
        assert not handshakes._in_line


async def test_one_address_that_begins_handshakes_keeps_nobody_from_joining() -> None:
    """As many sessions as it is let have, all at once, again and again; others wait a moment."""
    with crowd(AT_ONCE, WAITING) as those:
        waits: list[float] = []
        for turn in range(120):  # thirty seconds
            for _ in range(AT_ONCE if turn % 40 == 0 else 5):
                those.enter("mine", "192.0.2.1")
            came = those.clock.now
            place = those.enter(f"honest {turn}", "192.0.2.2")
            assert place is not None, turn
            while f"start honest {turn}" not in those.told:
                those.evict(EVICTION_INTERVAL)
                assert those.clock.now - came < IDLE + 2 * EVICTION_INTERVAL
            waits.append(those.clock.now - came)
            those.handshakes.leave(place)
            those.told.clear()
            those.clock.now += EVICTION_INTERVAL
        assert max(waits[:2]) > 0  # it was full
        assert sorted(waits)[len(waits) // 2] <= EVICTION_INTERVAL


async def test_look_comes_by_itself_while_somebody_waits() -> None:
    """A timer evicts, without a call."""
    with crowd(1) as those:
        those.enter("idle", "192.0.2.1")
        those.enter("patient", "192.0.2.2")
        those.clock.now += IDLE + 1
        await eventually(lambda: those.told[1:] == ["start patient", "abandon idle"])
        await eventually(lambda: those.handshakes._timer is None)


def test_networks() -> None:
    """One host has many addresses of IPv6, and an address of IPv4 has two ways to be written."""
    assert network("192.0.2.1") == network("::ffff:192.0.2.1") != network("192.0.2.2")
    assert network("2001:db8:0:1::1") == network("2001:db8:0:1:ffff::2")
    assert network("2001:db8:0:1::1") != network("2001:db8:0:2::1")
    assert network("fe80::1%eth0") == network("fe80::2")
    with pytest.raises(OSError, match="illegal IP address"):
        network("nowhere")


# Where they are computed


async def test_work_is_done_elsewhere_and_never_left_half_done() -> None:
    """A cancelled caller waits until the thread is done, however often it is cancelled."""
    handshakes = Handshakes()
    assert await handshakes.run(threading.get_ident) != threading.get_ident()
    begun, go, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(seconds(10))
        done.set()

    task = asyncio.create_task(handshakes.run(work))
    await eventually(begun.is_set, what="the work has begun")
    for _ in range(3):
        task.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        assert not task.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()
    handshakes.close()


# DTLS after the handshake

THEIR_KEY, THEIR_SALT = b"k" * 16, b"salt"


def dtls_end() -> EstablishedDtls:
    """Return that of a server whose peer has the keys above."""
    block = THEIR_KEY + bytes(16) + THEIR_SALT + bytes(4)
    return EstablishedDtls(SUITES["ECDHE-ECDSA-AES128-GCM-SHA256"], block, True, b"")


def alert(said: bytes = CLOSE_NOTIFY, number: int = 1, *, forged: bool = False) -> bytes:
    """Return an encrypted alert of the peer (RFC 5288 §3)."""
    head = struct.pack("!HHI", 1, 0, number)
    nonce = number.to_bytes(8)
    sealed = AESGCM(THEIR_KEY).encrypt(
        THEIR_SALT + nonce, said, head + struct.pack("!BHH", ALERT, 0xFEFD, len(said))
    )
    if forged:
        sealed = bytes(len(sealed))
    body = nonce + sealed
    return bytes((ALERT, 0xFE, 0xFD)) + head + len(body).to_bytes(2) + body


def test_of_the_alerts_in_a_datagram_one_is_decrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A datagram full of them costs what one costs; the one that closes comes alone."""
    opened = []
    original = EstablishedDtls._open

    def counted(end: EstablishedDtls, number: bytes, sealed: bytes) -> bytes | None:
        opened.append(number)
        return original(end, number, sealed)

    monkeypatch.setattr(EstablishedDtls, "_open", counted)
    end = dtls_end()
    assert not end.is_over(alert(forged=True) * 38)
    assert not end.is_over(alert(b"\x01\x5a") + alert(forged=True))  # a warning
    assert len(opened) == 2
    assert end.is_over(alert())
    assert end.is_over(b"\x16\xfe\xfd" + bytes(8) + b"\x00\x01\x00" + alert(b"\x02\x28"))


def test_alerts_are_not_read_any_more_after_many_that_were_forged() -> None:
    """Forged alerts are decrypted a bounded number of times; authentic ones do not count."""
    end = dtls_end()
    for _ in range(MAX_FORGED - 1):
        assert not end.is_over(alert(forged=True))
        assert not end.is_over(alert(b"\x01\x5a"))
    assert end.is_over(alert())
    assert not end.is_over(alert(forged=True))
    assert not end.is_over(alert())
