"""Connections to Postgres on which no wait is without end.

The server ends what takes too long (``statement_timeout``, ``lock_timeout``). A server that is
frozen, or out of reach behind a network that drops everything, ends nothing: after
``SILENCE_SECONDS`` without an answer the connection is shut down, which ends the wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import Any

import psycopg

STATEMENT_SECONDS = 4.0
LOCK_SECONDS = 3.0
# Longer than what the server ends by itself.
SILENCE_SECONDS = 5.0
CONNECT_SECONDS = 2  # psycopg does not wait for less


class BoundedConnection(psycopg.AsyncConnection[Any]):
    """A connection that hangs up when the server is silent in the middle of an answer."""

    async def wait(self, *arguments: Any, **options: Any) -> Any:
        """Wait for the server; every wait of a connection goes through here."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(SILENCE_SECONDS, self._hang_up)
        try:
            return await super().wait(*arguments, **options)
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        # Shut down, not closed: whoever waits for the descriptor sees the end of the stream.
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(self.pgconn.socket)) as end,
        ):
            end.shutdown(socket.SHUT_RDWR)


def limits() -> str:
    """The statements that bound what the server does for one connection."""
    values = {"statement_timeout": STATEMENT_SECONDS, "lock_timeout": LOCK_SECONDS}
    return "; ".join(f"SET {name} = {round(1000 * value)}" for name, value in values.items())
