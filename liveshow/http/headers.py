"""Headers that every response carries, whoever made it.

Set when a response is about to be sent, so that errors, files and sockets have them as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from liveshow.http.identity import is_secure
from liveshow.http.web_files import TYPES
from liveshow.payments.provider import PageSources

PERMISSIONS_POLICY = (
    "camera=(self), microphone=(self), fullscreen=(self), autoplay=(self), "
    "display-capture=(self), geolocation=(), payment=(), usb=()"
)

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
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


def add_security_headers(app: web.Application, more: Iterable[PageSources] = ()) -> None:
    """Set the headers on every response of ``app``; ``more`` as in the policy above."""
    always = {"Content-Security-Policy": content_security_policy(more), **_ALWAYS}

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers["Server"] = "liveshow"  # without versions
        if headers.get("Content-Type") in _PARTS_OF_PAGES:
            # It obeys the policies of the page, and there are some eighty of them in one.
            headers["X-Content-Type-Options"] = "nosniff"
        else:
            for name, value in always.items():
                headers.setdefault(name, value)
        if is_secure(request):
            headers.setdefault("Strict-Transport-Security", _HSTS)
        if request.path.startswith("/api/"):
            # Answers depend on who asks; no cache between may keep them.
            headers.setdefault("Cache-Control", "no-store")

    app.on_response_prepare.append(add_headers)
