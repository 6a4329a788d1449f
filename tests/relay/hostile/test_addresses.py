"""Checks that an attacker saw and replays, from elsewhere or with a forged sender.

What is right: RFC 8445 has no protection against a replay, for a check says neither when nor from
where it was sent, and a lite agent sends none of its own by which it could find out (§2.5). Media
has one (RFC 3711 §3.3.2). So a check alone moves media only where none comes from the present
address; and whatever a check has done, media from an address that was validated undoes. What
remains: who can write the sender's address into a datagram *and* has a session of his own can
have his own media sent to somebody else, as long as he is silent himself.
"""

from __future__ import annotations

from typing import Any

import pytest

from liveshow.relay.transport.peer import Peer
from liveshow.relay.wire.rtcp import receiver_report
from tests.relay.hostile.attack import Forger, Stranger, attacked, session_of, signed, taken
from tests.relay.peers import watching
from tests.support import eventually


def media(packets: list[bytes]) -> list[bytes]:
    return [packet for packet in packets if packet[0] >= 128]


async def heard(peer: Peer) -> Any:
    """Wait until media came from where a peer is, and return that address."""
    return await eventually(
        lambda: (
            peer.route.selected is not None
            and peer.holds(peer.route.selected)
            and peer.route.selected
        )
    )


@pytest.mark.slow
async def test_check_that_is_sent_again_from_elsewhere_moves_nothing() -> None:
    """Again and again, while its peer is watching: the stranger gets answers and no media."""
    async with attacked() as (server, viewer, stranger):
        peer = session_of(server, viewer).peer
        captured = signed(session_of(server, viewer))
        address = await heard(peer)
        target = viewer.frames["video"] + 60
        packets: list[bytes] = []
        while viewer.frames["video"] < target:
            stranger.send(captured)
            await viewer.more("video", 4)
            packets += stranger.received()
            assert peer.route.selected == address
        assert packets
        assert media(packets) == []


@pytest.mark.slow
async def test_media_that_a_check_has_led_astray_comes_back_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A viewer that reports rarely can be led astray, until its next report."""
    monkeypatch.setattr("liveshow.relay.transport.route.FRESH", 0.5)
    async with attacked(holes=1000) as (server, viewer, stranger):
        peer = session_of(server, viewer).peer
        address = await heard(peer)
        peer.route.media_heard = float("-inf")  # as if its last report were long ago
        stranger.send(signed(session_of(server, viewer)))
        await eventually(lambda: peer.route.selected == stranger.address, every=0)
        await eventually(lambda: peer.route.selected == address, within=10)
        stranger.received()
        await viewer.more("video", 10)
        stranger.send(signed(session_of(server, viewer)))  # now it is heard
        await viewer.more("video", 30)
        assert media(stranger.received()) == []


async def test_viewer_that_moved_is_followed_as_soon_as_media_comes_from_there() -> None:
    """Nominated first, then a report from there: at once, although it was just heard elsewhere."""
    async with attacked() as (server, _, stranger), watching(server) as moving:
        await moving.more("video", 3)
        peer = session_of(server, moving).peer
        await heard(peer)
        stranger.send(b"\x80" * 50)
        stranger.send(signed(session_of(server, moving)))
        await eventually(stranger.received)
        assert peer.route.selected != stranger.address
        stranger.send(Forger(moving).protect(receiver_report(1)))
        await eventually(lambda: peer.route.selected == stranger.address)
        await eventually(lambda: len(media(stranger.received())) > 3)


@pytest.mark.slow
async def test_viewer_that_moved_is_followed_although_it_says_nothing_but_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its old network is gone: the nomination counts when nothing has come from there lately."""
    monkeypatch.setattr("liveshow.relay.transport.route.FRESH", 0.5)
    async with attacked() as (server, _, stranger), watching(server) as moving:
        await moving.more("video", 3)
        peer = session_of(server, moving).peer
        await heard(peer)
        moving.vanish()
        count = 0

        def followed() -> bool:
            stranger.send(signed(session_of(server, moving)))
            return bool(peer.route.selected == stranger.address)

        await eventually(followed, every=0.2, within=10)
        while count < 6:
            count += len(media(await eventually(stranger.received)))


async def test_nobody_takes_the_address_of_a_publisher() -> None:
    """A viewer sends a signed check from the publisher's address: the stream must not be lost."""
    async with attacked() as (server, viewer, _):
        port, show = server.relay._endpoint.mux, server.relay._shows["demo"]
        assert show.publisher is not None
        publisher, watcher = show.publisher.peer, session_of(server, viewer).peer
        address = await heard(publisher)
        before, packets = watcher.route.selected, show.simulcasts["video"].tracks[0].packets
        for _ in range(20):
            port.take(signed(session_of(server, viewer)), address)
        assert port._by_address[address] is publisher
        assert port.dropped["address_taken"] == 20
        assert watcher.route.selected == before
        await eventually(lambda: show.simulcasts["video"].tracks[0].packets > packets + 20)


async def test_address_that_was_taken_comes_back_with_the_next_check() -> None:
    """Of a viewer that reports so rarely that it cannot be told from one that is gone."""
    async with attacked() as (server, viewer, _), watching(server) as quiet:
        port = server.relay._endpoint.mux
        await quiet.more("video", 3)
        mine, other = session_of(server, quiet), session_of(server, viewer)
        address = await heard(mine.peer)
        mine.peer.route.media_heard = float("-inf")
        port.take(signed(other, nominate=False), address)
        assert port._by_address[address] is other.peer
        port.take(signed(mine, nominate=False), address)
        assert port._by_address[address] is mine.peer
        await heard(mine.peer)
        await quiet.more("video", 10)


async def test_checks_from_very_many_places_cost_the_true_one_nothing() -> None:
    """Those that are remembered are few, and the one that media comes from is among them."""
    async with attacked() as (server, viewer, _):
        strangers = [Stranger(server) for _ in range(30)]
        peer = session_of(server, viewer).peer
        address = await heard(peer)
        for stranger in strangers:
            stranger.send(signed(session_of(server, viewer)))
        await taken(server, 1)
        for stranger in strangers:
            await eventually(stranger.received)
        assert peer.route.selected == address
        assert address in peer.route.addresses
        assert server.relay._endpoint.mux._by_address[address] is peer
        for stranger in strangers:
            stranger.close()
