"""No offer makes the relay send to an address of the attacker, or disturbs viewers."""

from __future__ import annotations

import re
import socket
from itertools import cycle, islice

import pytest

from signaling.media.whip import FRAGMENT, MAX_BODY, SDP
from tests.relay.hostile.attack import attacked
from tests.relay.peers import TOKEN
from tests.vectors import offers

HOSTS = (
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0"),
    *("224.0.0.1", "255.255.255.255", "::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1"),
    *(
        "3f1b2c4d-0000-4000-8000-000000000000.local",
        "localhost",
        "example.invalid",
        "not:an:address",
    ),
)


def without_candidates(name: str) -> str:
    return re.sub(r"a=(?:candidate|end-of-candidates)[^\n]*\n", "", offers()[name])


def flood(traps: list[tuple[str, int]], size: int) -> str:
    """Return candidates in about ``size`` bytes: those of the traps, and what none may be sent."""
    places = [*traps, *((host, 9) for host in HOSTS)]
    kinds = (
        "udp 1 {} {} typ host",
        "tcp 1 {} {} typ host tcptype passive",
        "udp 1 {} {} typ relay",
    )
    lines = (
        f"a=candidate:1 1 {kind.format(*place)}\r\n"
        for place, kind in zip(cycle(places), cycle(kinds), strict=False)
    )
    return "".join(islice(lines, size // 60))


@pytest.mark.parametrize("name", ["chromium-viewer", "written-safari-viewer"])
async def test_a_thousand_candidates_are_neither_kept_nor_sent_to(name: str) -> None:
    """Private, multicast, link-local, ``.local``, of others: in the offer and in trickle.

    Those of the traps would be told by what arrives there.
    """
    async with attacked() as (server, viewer, stranger):
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        traps = [stranger.address, listener.getsockname()]
        offer = without_candidates(name)
        candidates = flood(traps, MAX_BODY - len(offer) - 1000)
        assert candidates.count("\n") > 900
        for _ in range(3):
            async with server.http.post(
                f"{server.url}/whep/demo", data=offer + candidates, headers={"Content-Type": SDP}
            ) as response:
                assert response.status == 201
                answer = await response.text()
                location, tag = response.headers["Location"], response.headers["ETag"]
            assert "10.0.0.1" not in answer
            assert ".local" not in answer
            ufrag, password = (
                re.search(rf"a=ice-{part}:\S+", offer)[0]  # type: ignore[index]
                for part in ("ufrag", "pwd")
            )
            for _ in range(2):
                async with server.http.patch(
                    server.url + location,
                    data=f"{ufrag}\r\n{password}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n{candidates}",
                    headers={"Content-Type": FRAGMENT, "If-Match": tag},
                ) as response:
                    assert response.status == 204
        await viewer.more("video", 30)
        assert stranger.received() == []
        with pytest.raises(BlockingIOError):
            listener.accept()
        listener.close()


async def test_an_offer_that_is_larger_than_any_is_refused_and_nobody_notices() -> None:
    """413 before it is read, 400 for lines without end."""
    async with attacked() as (server, _, stranger):
        offer = without_candidates("chromium-publisher")
        headers = {"Content-Type": SDP, "Authorization": f"Bearer {TOKEN}"}
        for body, status in (
            (offer + flood([stranger.address], 4 * MAX_BODY), 413),
            (offer + "a=x\r\n" * 4000, 400),
            (offer + "a=" + "x" * 40_000, 400),
        ):
            async with server.http.post(
                f"{server.url}/whip/demo", data=body, headers=headers
            ) as response:
                assert response.status == status
        assert stranger.received() == []
