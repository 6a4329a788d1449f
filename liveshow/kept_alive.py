"""HTTP connections that have been answered and wait for another request, or for the rest of one.

aiohttp does not say which they are. What we touch of its private parts is here, pinned by
``tests/test_listener.py``.
"""

from __future__ import annotations

import asyncio
import heapq

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from liveshow.listener import SILENCE

# Seconds after an answer in which the next request must have begun. Proxies keep their connections
# for 60 (nginx) to 120 (Caddy), and should be the ones that close them.
SECONDS = 130.0
# Seconds from the first byte of a later request to the end of its head, as for the first one.
HEAD_SECONDS = SILENCE
# Closed at once: a flood that took all files takes the next one as soon as it is free.
AT_ONCE = 16


class KeptAlive(RequestHandler):
    """A connection on which every head has its time."""

    #: The waiting for a request in which one has begun.
    _begun: asyncio.Future[None] | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        waiter = self._waiter
        # Empty lines before a request are no part of it (RFC 9112 §2.2).
        if (
            waiter is not None
            and waiter is not self._begun
            and not waiter.done()
            and data.strip(b"\r\n")
        ):
            self._begun = waiter
            self._end_at(self._loop.time() + HEAD_SECONDS)

    def _end_at(self, end: float) -> None:
        """Close the connection at this time of the loop, unless a request has come by then."""
        self._next_keepalive_close_time = end
        if self._keepalive_handle is not None:
            self._keepalive_handle.cancel()
        self._keepalive_handle = self._loop.call_at(end, self._process_keepalive)

    @property
    def waits(self) -> bool:
        """Whether it has no request to answer."""
        waiter = self._waiter
        return waiter is not None and not waiter.done() and self.transport is not None

    @property
    def dribbles(self) -> bool:
        """Whether it waits for the rest of a head."""
        return self.waits and self._waiter is self._begun

    @property
    def lacks_body(self) -> bool:
        """Whether the request that is being answered has not come to its end."""
        request = self._current_request
        return request is not None and self.transport is not None and not request.content.is_eof()


def close_oldest(server: web.Server) -> bool:
    """Close those that have waited for longest; tell whether there were any.

    First go those of which a part of a head has come, then who waits for a next request, then those
    of which a part of a body has come. Requests that have come and are being answered, and sockets,
    stay.
    """
    ours = [each for each in server.connections if isinstance(each, KeptAlive)]
    for group in (
        [each for each in ours if each.dribbles],
        [each for each in ours if each.waits],
        [each for each in ours if each.lacks_body],
    ):
        # Of what is being answered this is when its head had to be there.
        oldest = heapq.nsmallest(AT_ONCE, group, key=lambda each: each._next_keepalive_close_time)
        for connection in oldest:
            connection.force_close()
        if oldest:
            return True
    return False
