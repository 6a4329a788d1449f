"""One connection of HTTP, with words of our own for what aiohttp answers before any handler.

A request that cannot be read is its sender's mistake: it gets a problem document, and one line in
the log at ``info``, without its text and without an address. aiohttp would log a traceback as an
error, and name its version.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from liveshow import kept_alive
from liveshow.http.problems import problem
from liveshow.kept_alive import KeptAlive

log = structlog.get_logger(__name__)


class Connection(KeptAlive):
    """aiohttp's protocol of one connection."""

    def __init__(self, server: web.Server) -> None:
        # Without a logger there is no access log: liveshow.http.operator.observe writes it.
        nobody = cast(logging.Logger, None)
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=nobody,
            keepalive_timeout=kept_alive.SECONDS,
        )

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a request that no handler has seen."""
        if not isinstance(exc, HttpProcessingError) or request.writer.output_size > 0:
            response = super().handle_error(request, status, exc, message)
            response.headers["Server"] = "liveshow"
            return response
        self.log_exception(exc_info=exc)
        response = problem(
            status,
            "too_large" if status in (413, 431) else "invalid",
            "This is not a request that can be read as HTTP.",
            headers={"Server": "liveshow"},
        )
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        error = kw.get("exc_info")
        if isinstance(error, web.RequestPayloadError):
            # A body: its handler has answered, and the access log has the line.
            log.debug("malformed body", reason=type(error.__cause__ or error).__name__)
        elif isinstance(error, HttpProcessingError):
            log.info("malformed request", reason=type(error).__name__)
        else:
            super().log_exception(*args, **kw)
