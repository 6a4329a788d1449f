"""HTTP connections that have been answered and wait for another request, or for the rest of it.

aiohttp does not say which they are. What we touch of its private parts is here, pinned by
``tests/test_listener.py``.
"""

from __future__ import annotations

import heapq

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

# Seconds after an answer in which the next request must have come, to the end of its head. Proxies
# keep their connections for 60 (nginx) to 120 (Caddy), and should be the ones that close them.
SECONDS = 130.0
# Closed at once: a flood that took all files takes the next one as soon as it is free.
AT_ONCE = 16


def close_oldest(server: web.Server) -> bool:
    """Close those that have waited for longest; tell whether there were any.

    Who only has sent a part of the next head waits like any other. Requests that are being
    answered, and sockets, stay.
    """
    idle = (handler for handler in server.connections if _waits(handler))
    oldest = heapq.nsmallest(AT_ONCE, idle, key=lambda handler: handler._next_keepalive_close_time)
    for handler in oldest:
        handler.force_close()
    return bool(oldest)


def _waits(handler: RequestHandler) -> bool:
    waiter = handler._waiter
    return waiter is not None and not waiter.done() and handler.transport is not None
