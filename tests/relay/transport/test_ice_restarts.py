"""ICE restarts on a running session: which credentials work, and until when."""

from __future__ import annotations

from liveshow.relay.ports import IceCredentials
from liveshow.relay.session import Session
from signaling.media.whip import SDP
from tests.relay.hostile.attack import Stranger, attacked, check, handled, session_of
from tests.relay.peers import Server, watching
from tests.support import eventually
from tests.vectors import offers


async def answers(stranger: Stranger, ice: IceCredentials, ufrag: str) -> None:
    """Wait until a check with these credentials is answered."""
    stranger.send(check(f"{ice.ufrag}:{ufrag}", ice.password, nominate=False))
    assert await eventually(stranger.received, what=f"an answer to {ufrag}")


async def ignores(server: Server, stranger: Stranger, ice: IceCredentials, ufrag: str) -> None:
    """Wait until a check with these credentials has been dropped."""
    before = sum(server.relay._endpoint.mux.dropped.values())
    stranger.send(check(f"{ice.ufrag}:{ufrag}", ice.password, nominate=False))
    await handled(server, before + 1)
    assert stranger.received() == []


async def test_restart_that_came_to_nothing_gives_way_and_what_works_does_not() -> None:
    """Answers may be lost twice: media goes on with the credentials that were used last."""
    async with attacked() as (server, _, stranger), watching(server) as viewer:
        session: Session = session_of(server, viewer)
        works, ufrag = session.peer.ice.newest.credentials, session.remote_ufrag
        assert not session.restarting
        lost = session.restart("LOST")
        assert session.restarting
        newest = session.restart("NEWEST")
        await answers(stranger, works, ufrag)
        await ignores(server, stranger, lost, "LOST")
        await viewer.more("video", 3)
        await answers(stranger, newest, "NEWEST")
        assert not session.restarting
        await ignores(server, stranger, works, ufrag)
        # Now that one works.
        session.restart("LOST")
        session.restart("LAST")
        await answers(stranger, newest, "NEWEST")
        await viewer.more("video", 3)


async def test_restart_before_the_first_check_keeps_the_credentials_of_the_answer() -> None:
    """They may be on their way."""
    async with attacked() as (server, _, stranger):
        async with server.http.post(
            f"{server.url}/whep/demo",
            data=offers()["chromium-viewer"],
            headers={"Content-Type": SDP},
        ) as response:
            location = response.headers["Location"]
        session = server.relay.session(location.rpartition("/")[2])
        assert session is not None
        first, ufrag = session.peer.ice.newest.credentials, session.remote_ufrag
        session.restart("NEWEST")
        await answers(stranger, first, ufrag)
