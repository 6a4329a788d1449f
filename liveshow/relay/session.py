"""A WHIP or WHEP session, as the edge uses it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Literal

from liveshow.relay.ports import Answer, IceCredentials
from liveshow.relay.publishing.publisher import Publisher
from liveshow.relay.transport.peer import Peer
from liveshow.relay.viewing.viewer import Viewer

Role = Literal["publisher", "viewer"]


class Session:
    """One peer of one show. Its id is the capability to change it and end it."""

    def __init__(self, show_id: str, role: Role, peer: Peer, answer: Answer) -> None:
        self.id = secrets.token_urlsafe(18)
        self.show_id = show_id
        self.role: Role = role
        self.answer = answer
        self.etag = secrets.token_urlsafe(9)
        self.peer = peer
        self.media: Publisher | Viewer | None = None
        self.ended = False
        self._on_end: Callable[[Session], Awaitable[None]] | None = None

    def bind(self, media: Publisher | Viewer, on_end: Callable[[Session], Awaitable[None]]) -> None:
        """Complete the session with its publisher or viewer."""
        self.media = media
        self._on_end = on_end

    @property
    def remote_ufrag(self) -> str:
        """The peer's ICE user name fragment of the present generation."""
        return self.peer.ice.newest.remote_ufrag

    @property
    def restarting(self) -> bool:
        """Whether an ICE restart waits for its first check."""
        return self.peer.ice.restarting

    def restart(self, ufrag: str) -> IceCredentials:
        """Restart ICE (RFC 8445 §9, RFC 9725 §4.3.3): new credentials, new entity tag.

        A request that is repeated before the first check gets the same answer: the first one was
        lost. The peer's password is not needed: a lite agent sends no checks.
        """
        if self.restarting and ufrag == self.remote_ufrag:
            return self.peer.ice.newest.credentials
        self.etag = secrets.token_urlsafe(9)
        return self.peer.ice.begin(ufrag)

    async def end(self) -> None:
        """End the session and tell the peer. Idempotent."""
        if not self.ended and self._on_end is not None:
            await self._on_end(self)
