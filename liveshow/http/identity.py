"""Who sends a request, and from where.

    caller = await identify(request)     # Identity, or None for a guest
    caller = await require(request)      # Identity, or Unauthenticated
    address = client_address(request)    # "203.0.113.7", believing trusted proxies only

All three look at the request once and remember the answer. Outside of HTTP handlers use
``credentials_of`` with ``liveshow.accounts.identity.Gate`` directly.
"""

from __future__ import annotations

import ipaddress

from aiohttp import web

from liveshow.accounts.identity import Credentials, Gate, Identity
from liveshow.errors import Unauthenticated

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_TOKEN = 512

GATE: web.AppKey[Gate] = web.AppKey("gate", Gate)
#: ``settings.trusted_proxies``.
TRUSTED_PROXIES: web.AppKey[int] = web.AppKey("trusted_proxies", int)
#: Whether people reach this server over TLS: it ends TLS itself, or ``public_url`` says https.
SECURE: web.AppKey[bool] = web.AppKey("secure", bool)

_IDENTITY: web.RequestKey[Identity | None] = web.RequestKey("identity", object)  # type: ignore[arg-type]


def bearer_token(request: web.Request) -> str | None:
    """Return the token of the ``Authorization`` header, None when there is no such header."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
        raise Unauthenticated("unauthenticated", "Send Authorization: Bearer TOKEN.")
    return token


def credentials_of(request: web.Request, token: str | None = None) -> Credentials:
    """Return what the request shows. ``token`` replaces the bearer (a socket's ``auth.token``)."""
    return Credentials(
        token=token if token is not None else bearer_token(request),
        cookie=request.headers.get("Cookie"),
        origin=request.headers.get("Origin"),
        fetch_site=request.headers.get("Sec-Fetch-Site"),
        host=request.headers.get("Host", ""),
        secure=is_secure(request),
    )


async def identify(request: web.Request) -> Identity | None:
    """Return who sent the request, None for a guest.

    Raises ``Unauthenticated`` for a bearer token that is not valid, ``Forbidden("cross_site")``
    for a cookie on a request from elsewhere that changes something.
    """
    if _IDENTITY not in request:
        unsafe = request.method not in SAFE_METHODS
        request[_IDENTITY] = await request.app[GATE].identify(
            credentials_of(request), unsafe=unsafe
        )
    return request[_IDENTITY]


async def require(request: web.Request) -> Identity:
    """Return who sent the request; raise ``Unauthenticated`` for a guest."""
    identity = await identify(request)
    if identity is None:
        raise Unauthenticated("unauthenticated", "Sign in first.")
    return identity


def is_secure(request: web.Request) -> bool:
    """Whether the request came over TLS, as far as this server knows."""
    return request.secure or request.app.get(SECURE, False)


def public_url(configured: str, request: web.Request) -> str:
    """The address under which people reach this server, without a slash at its end.

    ``configured`` is the setting; without one it is where this request came to.
    """
    if configured:
        return configured.rstrip("/")
    return f"{'https' if is_secure(request) else 'http'}://{request.host}"


def client_address(request: web.Request) -> str:
    """Return the address of the client.

    Each trusted proxy appended the address it saw to ``X-Forwarded-For``; whatever stands before
    those entries was written by the client and is not believed. Some append its port, too.
    ``Forwarded`` (RFC 7239) is not read.
    """
    peer = request.transport.get_extra_info("peername") if request.transport else None
    direct = str(peer[0]) if isinstance(peer, tuple) and peer else "unknown"
    proxies = request.app.get(TRUSTED_PROXIES, 0)
    if not proxies:
        return direct
    chain = [
        part.strip()
        for header in request.headers.getall("X-Forwarded-For", [])
        for part in header.split(",")
        if part.strip()  # empty elements of a list do not count (RFC 9110 §5.6.1.2)
    ]
    if len(chain) < proxies:
        return direct
    try:
        return str(ipaddress.ip_address(_without_port(chain[-proxies])))
    except ValueError:
        return direct


def _without_port(node: str) -> str:
    """Return the address of ``203.0.113.7:51234``, ``[2001:db8::1]:443`` or one without a port."""
    if node.startswith("["):
        return node[1:].partition("]")[0]
    return node.partition(":")[0] if node.count(":") == 1 else node


def address_key(address: str) -> str:
    """Return what rate limits count by: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
