"""STUN and TURN servers announced to clients, as Link headers (RFC 9725 §4.6).

The media port is reached without them. They help clients in networks that allow only TLS, if a TURN
server listens on port 443 of another machine.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

LIFETIME = 12 * 3600  # seconds that credentials are valid; longer than any show


@dataclass(frozen=True, slots=True)
class IceServers:
    """The servers and the secret of their credentials.

    ``urls``: ``stun:``, ``turn:`` and ``turns:`` (RFC 7064, RFC 7065). ``secret`` is shared with
    the TURN servers (coturn: ``static-auth-secret``). Credentials are made from it for each session
    and expire by themselves (draft-uberti-behave-turn-rest-00).
    """

    urls: Sequence[str] = ()
    secret: str = ""

    def links(self, now: float | None = None) -> list[str]:
        """Return the values of the Link headers; ``now``: seconds since 1970."""
        username = f"{int((time.time() if now is None else now) + LIFETIME)}:{secrets.token_hex(4)}"
        digest = hmac.digest(self.secret.encode(), username.encode(), "sha1")
        credential = base64.b64encode(digest).decode()
        own = f'; username="{username}"; credential="{credential}"; credential-type="password"'
        return [
            f'<{url}>; rel="ice-server"{own if url.startswith("turn") else ""}' for url in self.urls
        ]
