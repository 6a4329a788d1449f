"""Who is asking: tokens, cookies and origins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from liveshow.accounts.identity import (
    Credentials,
    Gate,
    Identity,
    cookie_token,
    split_origin,
)
from liveshow.errors import Forbidden, Unauthenticated

ANA = Identity("u1", "ana", "Ana", "t1", 0)
COOKIE = "liveshow_session=good"


class OneAccount:
    """Knows one token."""

    async def authenticate(self, token: str) -> Identity:
        if token != "good":
            raise Unauthenticated("token_expired")
        return ANA


def gate(public_url: str = "") -> Gate:
    return Gate(OneAccount(), public_url)


@pytest.mark.parametrize(
    ("origin", "host", "secure", "public_url", "own"),
    [
        ("http://localhost:8080", "localhost:8080", False, "", True),
        ("http://LOCALHOST:8080", "localhost:8080", False, "", True),
        ("http://localhost", "localhost:80", False, "", True),
        ("https://live.example", "live.example", False, "", True),
        ("https://live.example", "live.example:443", True, "", True),
        ("https://live.example", "backend:8080", False, "https://live.example", True),
        ("https://live.example", "backend:8080", False, "https://live.example/", True),
        ("http://[::1]:8080", "[::1]:8080", False, "", True),
        ("https://live.example.", "backend:8080", False, "https://live.example", True),
        ("https://live.example", "live.example.", False, "", True),
        ("https://live.example..", "live.example", False, "", False),
        # Over TLS a page without it is somebody in between.
        ("http://live.example", "live.example", True, "", False),
        ("http://localhost:8081", "localhost:8080", False, "", False),
        ("https://evil.example", "live.example", False, "", False),
        ("https://live.example.evil.example", "live.example", False, "", False),
        ("https://live.example@evil.example", "live.example", False, "", False),
        ("null", "live.example", False, "", False),
        ("", "live.example", False, "", False),
        ("https://", "", False, "", False),
        ("https://live.example:99999", "live.example", False, "", False),
        ("file://", "", False, "", False),
    ],
)
def test_an_origin_is_ours_when_it_is_what_was_asked_for(
    origin: str, host: str, secure: bool, public_url: str, own: bool
) -> None:
    shown = Credentials(origin=origin, host=host, secure=secure)
    assert gate(public_url).own_origin(shown) is own


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None),
        ("", None),
        (COOKIE, "good"),
        (f"a=b; {COOKIE}; c=d", "good"),
        ("liveshow_session=", None),
        ("other_liveshow_session=good", None),
        ("liveshow_session=good; " + "x" * 20_000, None),
        ("\x00=;;;=\x7f", None),
        (f'app={{"a": "1,2"}}; {COOKIE}', "good"),
    ],
)
def test_the_token_is_found_among_other_cookies(header: str | None, token: str | None) -> None:
    assert cookie_token(header) == token


async def test_a_token_that_was_given_must_be_good() -> None:
    shown = Credentials(token="bad", cookie=COOKIE, origin="http://a", host="a")
    for ask in (gate().identify(shown, unsafe=False), gate().handshake(shown)):
        with pytest.raises(Unauthenticated):
            await ask


async def test_a_stale_cookie_makes_a_guest() -> None:
    shown = Credentials(cookie="liveshow_session=bad")
    assert await gate().identify(shown, unsafe=True) is None


async def test_a_cookie_changes_nothing_from_elsewhere() -> None:
    shown = Credentials(cookie=COOKIE, origin="https://evil.example", host="live.example")
    assert await gate().identify(shown, unsafe=False) == ANA
    with pytest.raises(Forbidden, match="cross_site"):
        await gate().identify(shown, unsafe=True)
    # What the browser itself says about the page counts more than a host that a proxy rewrote.
    ours = replace(shown, fetch_site="same-origin")
    assert await gate().identify(ours, unsafe=True) == ANA


async def test_a_guest_may_send_from_anywhere() -> None:
    shown = Credentials(origin="https://evil.example", host="live.example")
    assert await gate().identify(shown, unsafe=True) is None


@pytest.mark.parametrize(
    ("shown", "identity"),
    [
        (Credentials(), None),
        (Credentials(token="good"), ANA),
        (Credentials(token="good", origin="http://a", host="a"), ANA),
        (Credentials(cookie=COOKIE, origin="http://a", host="a"), ANA),
        (Credentials(origin="http://a", host="a"), None),
        # Without an origin a cookie could be a browser that was led here: it does not count.
        (Credentials(cookie=COOKIE), None),
    ],
)
async def test_who_opens_a_socket(shown: Credentials, identity: Identity | None) -> None:
    assert await gate().handshake(shown) == identity


@pytest.mark.parametrize("token", [None, "good"])
async def test_pages_of_others_open_no_sockets_whoever_is_signed_in(token: str | None) -> None:
    shown = Credentials(token=token, cookie=COOKIE, origin="https://evil.example", host="a")
    with pytest.raises(Forbidden, match="cross_site"):
        await gate().handshake(shown)


def test_an_origin_has_a_port() -> None:
    assert split_origin("wss://a.example/path") == ("wss", "a.example", 443)
    assert split_origin("https://a.example:8443") == ("https", "a.example", 8443)
    assert split_origin("ftp://a.example") is None
