"""One address per role that signs in by itself: ``/demo/host``, ``/demo/viewer``, …

Only the demo adds these routes. They give away no more than the password that the demo prints,
which is the same for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from liveshow.accounts.identity import COOKIE
from liveshow.accounts.service import Accounts
from liveshow.demo.wardrobe import SHOW
from liveshow.errors import Unauthenticated
from liveshow.http.identity import identify, is_secure
from liveshow.surroundings import is_loopback, is_wildcard, local_addresses

DAY = 24 * 3600  # seconds


@dataclass(frozen=True)
class Role:
    """Where a role begins, and what to try there."""

    handle: str
    page: str
    hint: str


ROLES: Mapping[str, Role] = {
    role.handle: role
    for role in (
        Role("host", f"/shows/{SHOW}/studio", "pin, reprice, go live with your own camera"),
        Role("seller", "/closet", "your closet, and what you lend to the show"),
        Role("moderator", f"/shows/{SHOW}", "delete, mute, slow the chat, undo"),
        Role("viewer", f"/shows/{SHOW}", "chat, claim with the button or “sold 4”, pay"),
        Role("viewer2", f"/shows/{SHOW}", "claim the same piece and wait in line"),
    )
}


def add_links(app: web.Application, accounts: Accounts) -> None:
    """Route ``/demo/{role}``."""

    async def enter(request: web.Request) -> web.StreamResponse:
        role = ROLES.get(request.match_info["role"])
        if role is None:
            raise web.HTTPNotFound
        response = web.Response(
            status=303, headers={"Location": role.page, "Cache-Control": "no-store"}
        )
        if not await _is(request, role.handle):
            response.set_cookie(
                COOKIE,
                await accounts.create_token(role.handle, agent="demo link"),
                max_age=30 * DAY,
                path="/",
                secure=is_secure(request),
                httponly=True,
                samesite="Lax",
            )
        return response

    app.router.add_get("/demo/{role}", enter)


async def _is(request: web.Request, handle: str) -> bool:
    """Whether the browser is signed in as ``handle`` already."""
    try:
        caller = await identify(request)
    except Unauthenticated:
        return False
    return caller is not None and caller.handle == handle


def address_of(role: str, *, host: str, port: int, secure: bool) -> str:
    """Return what to open for a role.

    Every name below ``localhost`` is this machine, and a browser keeps its cookies apart: so each
    role has its own name, and all of them can be open side by side. A certificate knows no such
    names, and an address of a network has none.
    """
    local = is_loopback(host) or is_wildcard(host)
    name = host if not local else "localhost" if secure else f"{role}.localhost"
    return f"{base(name, port, secure=secure)}/demo/{role}"


def base(name: str, port: int, *, secure: bool) -> str:
    """Return the URL of this server under a name or address."""
    scheme, usual = ("https", 443) if secure else ("http", 80)
    name = f"[{name}]" if ":" in name else name
    return f"{scheme}://{name}" + ("" if port == usual else f":{port}")


def welcome(*, host: str, port: int, secure: bool, broadcast: bool) -> str:
    """Return what is printed once the demo can be used."""
    local = is_loopback(host) or is_wildcard(host)
    front = base("localhost" if local else host, port, secure=secure)
    width = max(len(address_of(r, host=host, port=port, secure=secure)) for r in ROLES)
    lines = [
        "",
        f"  liveshow is at {front}",
        f"  The show {'is live' if broadcast else 'waits for its host'}: {front}/shows/{SHOW}",
        "",
        "  Open as   (each link signs in by itself; the password is always “liveshow”)",
    ]
    for role in ROLES.values():
        url = address_of(role.handle, host=host, port=port, secure=secure)
        lines.append(f"    {role.handle:10} {url:{width}}   {role.hint}")
    lines.append("")
    if local and not secure:
        lines += [
            "  The links may be open side by side. A browser that does not find them (older",
            f"  Safari) has {front}/demo/viewer and so on; use a private window for each role.",
        ]
    else:
        lines.append("  For two roles at once, open one of them in a private window.")
    if is_wildcard(host):
        lines += [
            f"  From another device: {base(ip, port, secure=secure)}/demo/viewer"
            for ip in local_addresses()
            if not ip.startswith("127.")
        ]
    lines += ["  Ctrl-C stops the demo and removes its data.", ""]
    return "\n".join(lines)
