"""Who is asking: tokens, cookies and origins, without a web framework.

    POST /api/…      Credentials ──▶ Gate.identify ──▶ Identity | None
    Socket.IO        (token, cookie, Origin)    │
    WHIP, WHEP       (bearer)                   ├─ Unauthenticated  token_expired, unauthenticated
                                                └─ Forbidden        cross_site

A token that was given on purpose (bearer, socket auth) and is not valid is an error even where
guests are welcome; a stale cookie merely makes a guest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from liveshow.domain.values import Person
from liveshow.errors import Forbidden, Unauthenticated

COOKIE = "liveshow_session"
MAX_COOKIE_HEADER = 16_384  # characters; longer ones are not read

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True)
class Identity:
    """A signed-in user and the token that says so."""

    user_id: str
    handle: str
    name: str
    token_id: str
    expires_at: int

    @property
    def user(self) -> Person:
        """The user as everyone sees them."""
        return Person(self.user_id, self.handle, self.name)


@dataclass(frozen=True)
class SignOut:
    """Sign-ins of one user that are over: ``token_id``; without it all of them but ``keep``."""

    user_id: str
    token_id: str | None = None
    keep: str | None = None

    def ends(self, user_id: str, token_id: str | None) -> bool:
        """Whether the sign-in of ``token_id`` is over with this."""
        if user_id != self.user_id or token_id is None:
            return False
        return token_id == self.token_id if self.token_id else token_id != self.keep


@dataclass(frozen=True)
class Credentials:
    """What one request or connection shows about who sent it, as header values.

    ``token`` is the bearer token or the socket's ``auth.token``; ``host`` is the ``Host`` header;
    ``secure`` says whether the request came over TLS.
    """

    token: str | None = None
    cookie: str | None = None
    origin: str | None = None
    fetch_site: str | None = None
    host: str = ""
    secure: bool = False


class Authenticates(Protocol):
    """Finds the owner of a token; ``liveshow.accounts.service.Accounts`` does."""

    async def authenticate(self, token: str) -> Identity: ...


def split_origin(value: str) -> tuple[str, str, int] | None:
    """Return ``(scheme, host, port)`` of an origin or URL, or None when it is neither.

    >>> split_origin("https://Live.example")
    ('https', 'live.example', 443)
    """
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    # A name with the final dot of the DNS is the same name (RFC 1034 §3.1).
    host = parts.hostname.lower().removesuffix(".")
    return parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme]


def cookie_token(header: str | None) -> str | None:
    """Return the token in a ``Cookie`` header.

    Cookies are shared by everything on one host name, whatever its port: what others put there
    may be malformed and does not matter.
    """
    if not header or len(header) > MAX_COOKIE_HEADER:
        return None
    for part in header.split(";"):
        name, _, value = part.partition("=")
        if name.strip() == COOKIE:
            return value.strip() or None
    return None


class Gate:
    """Decides who a request comes from, and whether its origin is ours."""

    def __init__(self, accounts: Authenticates, public_url: str = "") -> None:
        self._accounts = accounts
        self._public = split_origin(public_url) if public_url else None

    def own_origin(self, shown: Credentials) -> bool:
        """Whether ``Origin`` is this server: its public URL, or the address that was asked for."""
        if not shown.origin:
            return False
        origin = split_origin(shown.origin)
        if origin is None:
            return False
        if origin == self._public:
            return True
        scheme, host, port = origin
        if shown.secure and scheme != "https":
            return False
        # A proxy that ends TLS makes the scheme differ; the name and port it passes on do not.
        asked = split_origin(f"{scheme}://{shown.host}")
        return asked is not None and asked[1:] == (host, port)

    def same_site(self, shown: Credentials) -> bool:
        """Whether a browser says that our own page sent this (``Sec-Fetch-Site``, ``Origin``)."""
        if shown.fetch_site:
            return shown.fetch_site == "same-origin"
        return self.own_origin(shown)

    async def identify(self, shown: Credentials, *, unsafe: bool) -> Identity | None:
        """Return who sent this, None for a guest.

        ``unsafe``: it changes something, or opens a connection on which things can be changed;
        a cookie then counts only from our own pages (``cross_site`` otherwise).
        """
        if shown.token is not None:
            return await self._accounts.authenticate(shown.token)
        token = cookie_token(shown.cookie)
        if token is None:
            return None
        try:
            identity = await self._accounts.authenticate(token)
        except Unauthenticated:
            return None
        if unsafe and not self.same_site(shown):
            raise Forbidden("cross_site", "This request came from another site.")
        return identity

    async def handshake(self, shown: Credentials) -> Identity | None:
        """Return who opens a socket, None for a guest (PROTOCOL.md, chapter 3).

        A browser's origin must be ours, whoever it is; a client without an origin must send a
        token or is a guest, because a cookie alone could be anyone's page.
        """
        if shown.origin and not self.own_origin(shown):
            raise Forbidden("cross_site", "Sockets may be opened from this server's pages only.")
        if shown.token is None and not shown.origin:
            return None
        return await self.identify(shown, unsafe=False)
