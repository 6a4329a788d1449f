"""Headers that every response carries, whoever made it.

Set when a response is about to be sent, so that errors, files and sockets have them as well.
"""

from __future__ import annotations

from aiohttp import web

from liveshow.http.identity import is_secure

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self' ws: wss:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
PERMISSIONS_POLICY = (
    "camera=(self), microphone=(self), fullscreen=(self), autoplay=(self), "
    "display-capture=(self), geolocation=(), payment=(), usb=()"
)

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HSTS = "max-age=31536000"


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    headers = response.headers
    headers["Server"] = "liveshow"  # without versions
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if is_secure(request):
        headers.setdefault("Strict-Transport-Security", _HSTS)
    if request.path.startswith("/api/"):
        # Answers depend on who asks; no cache between may keep them.
        headers.setdefault("Cache-Control", "no-store")


def add_security_headers(app: web.Application) -> None:
    """Set the headers on every response of ``app``."""
    app.on_response_prepare.append(_add_headers)
