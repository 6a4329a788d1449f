"""No datagram from a stranger disturbs the show: a viewer watches during each attack."""

from __future__ import annotations

import asyncio
import os
import secrets

import pytest
from aioice import stun

from liveshow.relay.transport.aiortc_private import DTLS_QUEUE
from liveshow.relay.transport.route import MAX_ADDRESSES
from liveshow.relay.viewing.viewer import KEYFRAME_CREDIT, Viewer
from liveshow.relay.wire.packets import MAX_DATAGRAM
from liveshow.relay.wire.rtcp import KeyframeRequest
from tests.relay.hostile.attack import CLEAR_ALERT, CLIENT_HELLO, attacked, check, handled
from tests.relay.peers import ViewingPeer, watching
from tests.support import eventually


@pytest.mark.slow
async def test_garbage_of_every_size_is_dropped() -> None:
    """Empty, one byte, truncated, random, oversize: dropped without an answer."""
    async with attacked() as (server, _, stranger):
        junk = [b"", b"\x00", b"\x80", b"\x16", b"\x00\x01\x00\x00", b"\x80\xc8\x00\x06"]
        junk += [os.urandom(size) for size in (1, 2, 11, 12, 19, 20, 100, 1200, MAX_DATAGRAM)]
        junk += [os.urandom(size) for size in (MAX_DATAGRAM + 1, 9000, 60000)]
        junk += [bytes([first]) + os.urandom(40) for first in range(256)]
        for data in junk:
            stranger.send(data)
        await handled(server, len(junk) - 3)
        assert stranger.received() == []
        assert server.relay._endpoint.mux.dropped["size"] >= 4


async def test_stun_that_is_not_signed_with_our_password_gets_no_answer() -> None:
    """Wrong password, no integrity, no fingerprint, unknown or malformed user names."""
    async with attacked() as (server, _, stranger):
        session = next(iter(server.relay._shows["demo"].viewers.values()))
        ours, theirs = session.peer.ice.newest.credentials.ufrag, session.remote_ufrag
        right = session.peer.ice.newest.credentials.password
        attempts = [
            check(f"{ours}:{theirs}"),
            check(f"{ours}:{theirs}", right, integrity=False),
            check(f"{ours}:{theirs}", right, fingerprint=False),
            check(f"{ours}:wrong", right),
            check(f"nobody:{theirs}", right),
            check(ours, right),
            check(":", right),
            check("x" * 600, right),
        ]
        attempts += [attempts[0][:cut] for cut in range(1, len(attempts[0]), 7)]
        for attempt in attempts:
            stranger.send(attempt)
        await handled(server, len(attempts))
        assert stranger.received() == []
        assert stranger.address not in server.relay._endpoint.mux._by_address


async def test_client_hello_from_a_stranger_never_reaches_dtls() -> None:
    """DTLS before ICE: the race that RTPEngine, Asterisk and FreeSWITCH lost."""
    async with attacked() as (server, _, stranger):
        session = next(iter(server.relay._shows["demo"].viewers.values()))
        state = session.peer._dtls.state
        for _ in range(50):
            stranger.send(CLIENT_HELLO)
            stranger.send(CLEAR_ALERT)
        await handled(server, 100)
        assert stranger.received() == []
        assert session.peer._dtls.state == state == "connected"
        assert server.relay._endpoint.mux.dropped["stranger"] >= 100


async def test_peer_that_thinks_it_is_controlled_is_told_of_the_conflict() -> None:
    """A correctly signed check with ICE-CONTROLLED gets 487 and moves nothing."""
    async with attacked() as (server, _, stranger):
        session = next(iter(server.relay._shows["demo"].viewers.values()))
        credentials = session.peer.ice.newest.credentials
        name = f"{credentials.ufrag}:{session.remote_ufrag}"
        stranger.send(check(name, credentials.password, role="ICE-CONTROLLED"))
        answers: list[bytes] = await eventually(stranger.received)
        assert stun.parse_message(answers[0]).attributes["ERROR-CODE"][0] == 487
        assert stranger.address not in server.relay._endpoint.mux._by_address


async def test_replayed_and_forged_media_from_a_known_address_is_dropped() -> None:
    """Even a peer whose address is known must authenticate every packet, once."""
    async with attacked() as (server, viewer, _):
        show = server.relay._shows["demo"]
        assert show.publisher is not None
        peer = show.publisher.peer
        seen: list[bytes] = []
        original = peer._dtls.unprotect

        def spy(data: bytes, rtcp: bool) -> bytes | None:
            seen.append(data)
            return original(data, rtcp)

        peer._dtls.unprotect = spy  # type: ignore[method-assign]
        await eventually(lambda: len(seen) > 20)
        address = peer.route.selected
        assert address is not None
        tracks = [simulcast.tracks[0] for simulcast in show.simulcasts.values()]
        before = sum(track.packets for track in tracks)
        for data in seen[:20]:
            peer.on_datagram(data, address)  # a replay
            peer.on_datagram(data[:-1] + bytes([data[-1] ^ 1]), address)  # a forgery
            peer.on_datagram(os.urandom(2) + data[2:], address)
        assert sum(track.packets for track in tracks) == before
        await viewer.more("video", 3)


async def test_garbage_dtls_from_a_known_address_is_survived_and_bounded() -> None:
    """Records of a connected peer that make no sense are dropped; the queue has an end."""
    async with attacked() as (server, viewer, _):
        session = next(iter(server.relay._shows["demo"].viewers.values()))
        address = session.peer.route.selected
        assert address is not None
        for _ in range(200):
            session.peer.on_datagram(b"\x16\xfe\xfd" + os.urandom(60), address)
            session.peer.on_datagram(CLEAR_ALERT, address)
        assert server.relay._endpoint.mux.dropped["dtls"] >= 400 - DTLS_QUEUE
        await viewer.more("video", 3)
        assert session.peer._dtls.state == "connected"


async def test_addresses_of_one_peer_are_bounded() -> None:
    """A peer that checks from very many addresses keeps only the last few."""
    async with attacked() as (server, _, _stranger):
        session = next(iter(server.relay._shows["demo"].viewers.values()))
        credentials = session.peer.ice.newest.credentials
        name = f"{credentials.ufrag}:{session.remote_ufrag}"
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes |= {"USERNAME": name, "PRIORITY": 1, "ICE-CONTROLLING": 7}
        message.add_message_integrity(credentials.password.encode())
        known = len(server.relay._endpoint.mux._by_address)
        for port in range(2000, 2100):
            server.relay._endpoint.mux._route(bytes(message), ("127.0.0.2", port))
        assert len(session.peer.route.addresses) == MAX_ADDRESSES
        assert len(server.relay._endpoint.mux._by_address) <= known + MAX_ADDRESSES


async def test_stranger_in_the_middle_of_a_handshake_changes_nothing() -> None:
    """Floods from elsewhere during setup keep no peer from joining."""
    async with attacked() as (server, _, stranger):

        async def flood() -> None:
            while True:
                for _ in range(20):
                    stranger.send(CLIENT_HELLO)
                    stranger.send(secrets.token_bytes(200))
                await asyncio.sleep(0.002)

        task = asyncio.create_task(flood())
        async with watching(server) as another:
            await another.more("video", 5)
        task.cancel()


async def test_ice_restart_hands_over_to_the_new_credentials() -> None:
    """Both generations work until the new one is used; then the old password is worthless."""
    async with attacked() as (server, _, stranger):
        viewer = ViewingPeer(server)
        await viewer.connect()
        session = server.relay.session(viewer.location.rpartition("/")[2])
        assert session is not None
        old, old_name = session.peer.ice.newest.credentials, session.remote_ufrag
        new = session.restart("NEWUFRAG")
        stranger.send(check(f"{old.ufrag}:{old_name}", old.password))
        assert await eventually(stranger.received)
        stranger.send(check(f"{new.ufrag}:NEWUFRAG", new.password))
        assert await eventually(stranger.received)
        before = sum(server.relay._endpoint.mux.dropped.values())
        stranger.send(check(f"{old.ufrag}:{old_name}", old.password))
        await handled(server, before + 1)
        assert old.ufrag.encode() not in server.relay._endpoint.mux._by_ufrag
        await viewer.close()


async def test_viewer_that_asks_for_keyframes_all_the_time_is_not_obeyed() -> None:
    """A few requests are passed on, a flood is not: the others would pay for it."""
    async with attacked() as (server, viewer, _):
        show = server.relay._shows["demo"]
        simulcast = show.simulcasts["video"]
        viewing = next(iter(show.viewers.values())).media
        assert isinstance(viewing, Viewer)
        assert viewing.video is not None
        request = KeyframeRequest(viewing.video.ssrc, "pli")
        granted = 0
        for _ in range(200):
            simulcast.requests.keyframe_arrived(simulcast.tracks[0])
            viewing.on_rtcp([request])
            granted += len(simulcast.requests._wanted)
        assert 1 <= granted <= KEYFRAME_CREDIT
        await viewer.more("video", 3)


async def test_defect_met_by_one_datagram_does_not_stop_the_others() -> None:
    """Even an exception in our own code costs one datagram only."""
    async with attacked(defects=True) as (server, viewer, _):
        session = next(iter(server.relay._shows["demo"].viewers.values()))
        session.media.on_rtcp = None  # type: ignore
        await eventually(lambda: server.relay._endpoint.mux.dropped["defect"] > 0)
        await viewer.more("video", 10)
