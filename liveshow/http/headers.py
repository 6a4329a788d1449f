"""Headers that every response carries, whoever made it.

Set when a response is about to be sent, so that errors, files and sockets have them as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from liveshow.http.identity import is_secure
from liveshow.http.web_files import TYPES
from liveshow.payments.provider import PageSources

#: Pages with a form of a payment provider on them, by the address of their route.
PAYING_PAGES = frozenset({"/cart", "/card"})

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
# No browser shows these as a page of their own that could run anything.
_PARTS_OF_PAGES = frozenset({TYPES[".js"], TYPES[".css"]})
_HSTS = "max-age=31536000"


def content_security_policy(more: Iterable[PageSources] = ()) -> str:
    """Return the policy of the pages; ``more``: what the forms of payment providers load."""
    given = list(more)
    script = " ".join(dict.fromkeys(origin for one in given for origin in one.script))
    frame = " ".join(dict.fromkeys(origin for one in given for origin in one.frame))
    connect = " ".join(dict.fromkeys(origin for one in given for origin in one.connect))
    directives = (
        "default-src 'self'",
        f"script-src 'self' {script}",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        f"connect-src 'self' ws: wss: {connect}",
        *([f"frame-src {frame}"] if frame else []),
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
    return "; ".join(directive.rstrip() for directive in directives)


def permissions_policy(wallets: Iterable[str] = ()) -> str:
    """Return what pages may use of a device; ``wallets``: origins that may ask for Apple Pay."""
    asking = " ".join(f'"{origin}"' for origin in wallets)
    payment = f"(self {asking})" if asking else "()"
    return (
        "camera=(self), microphone=(self), fullscreen=(self), autoplay=(self), "
        f"display-capture=(self), geolocation=(), payment={payment}, usb=()"
    )


def _policies(more: Iterable[PageSources] = ()) -> dict[str, str]:
    given = list(more)
    wallets = dict.fromkeys(origin for one in given for origin in one.wallets)
    # A wallet may be a window of its own, which tells the page what came of it.
    opener = "same-origin-allow-popups" if wallets else "same-origin"
    return {
        "Content-Security-Policy": content_security_policy(given),
        "Permissions-Policy": permissions_policy(wallets),
        "Cross-Origin-Opener-Policy": opener,
        **_ALWAYS,
    }


def add_security_headers(app: web.Application, more: Iterable[PageSources] = ()) -> None:
    """Set the headers on every response of ``app``; ``more``: on pages with a payment only."""
    always, paying = _policies(), _policies(more)

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers["Server"] = "liveshow"  # without versions
        if headers.get("Content-Type") in _PARTS_OF_PAGES:
            # It obeys the policies of the page, and there are some eighty of them in one.
            headers["X-Content-Type-Options"] = "nosniff"
        else:
            for name, value in (paying if _pays(request) else always).items():
                headers.setdefault(name, value)
        if is_secure(request):
            headers.setdefault("Strict-Transport-Security", _HSTS)
        if request.path.startswith("/api/"):
            # Answers depend on who asks; no cache between may keep them.
            headers.setdefault("Cache-Control", "no-store")

    app.on_response_prepare.append(add_headers)


def _pays(request: web.Request) -> bool:
    """Whether it is a page with a form of a payment provider."""
    resource = request.match_info.route.resource
    return resource is not None and resource.canonical in PAYING_PAGES
