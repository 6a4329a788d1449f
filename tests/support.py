"""Helpers that tests import by name; fixtures are in ``conftest.py``.

Every wait of every test goes through :func:`seconds`, so that one number makes the whole suite
patient on a slow machine: ``TEST_TIMEOUT_SCALE=4 make test``.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import aiohttp
from aiohttp import web
from sqlalchemy import select
from sqlmodel import SQLModel

from liveshow.app import PARTS
from liveshow.settings import Settings
from liveshow.store.database import Database

M = TypeVar("M", bound=SQLModel)

SCALE = float(os.environ.get("TEST_TIMEOUT_SCALE", "1"))

# "google-chrome" last: Debian's and Alpine's builds need no sandbox helper of their own.
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def seconds(value: float) -> float:
    """Return a timeout of ``value`` seconds, scaled to how slow this machine is."""
    return value * SCALE


async def eventually(
    holds: Callable[[], Any],
    *,
    within: float = 5.0,
    every: float = 0.01,
    what: str | Callable[[], str] = "",
) -> Any:
    """Return the first true value of ``holds()`` (plain or async); fail after ``within`` seconds.

    For what only the outside can see. Inside the server, wait for the event instead. ``what`` says
    what was waited for, as a function how far it came.
    """
    deadline = time.monotonic() + seconds(within)
    while True:
        value = holds()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            waited_for = what() if callable(what) else what or holds
            raise AssertionError(f"not within {seconds(within):g} s: {waited_for}")
        await asyncio.sleep(every)


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that is free for TCP and for UDP: HTTP and media share one number."""
    for _ in range(100):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        ):
            tcp.bind((host, 0))
            port = cast(int, tcp.getsockname()[1])
            try:
                udp.bind((host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            return port
    raise AssertionError("no port is free for TCP and UDP")


def chromium_executable() -> str:
    """Return the path of the Chromium of this machine; fail with how to get one."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise AssertionError("no Chromium found: `make test` installs it, or install `chromium`")


def chromium_arguments() -> list[str]:
    """Return the flags under which tests run Chromium: a fake camera, no chatter, no sandbox."""
    flags = [
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    return flags


@dataclass
class Account:
    """A signed-up user of a running server."""

    id: str
    handle: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class RunningServer:
    """The whole product, listening on a free port inside the test's process."""

    settings: Settings
    app: web.Application
    url: str
    http: aiohttp.ClientSession
    #: Ends the server before the test does; the port is free afterwards.
    stop: Callable[[], Awaitable[None]]
    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return self.settings.port

    async def account(self, handle: str, password: str | None = None) -> Account:
        """Return the account of ``handle`` with a token, making it the first time.

        Without a ``password`` it cannot sign in, and is made without the cost of hashing one.
        """
        if handle not in self.accounts:
            if password is None:
                [token] = await self.app[PARTS].accounts.create_tokens([handle])
            else:
                body = {"handle": handle, "password": password}
                token = (await self.post("/api/users", body))["token"]
            account = Account("", handle, token)
            account.id = (await self.get("/api/session", by=account))["user"]["id"]
            self.accounts[handle] = account
        return self.accounts[handle]

    async def get(self, path: str, *, by: Account | None = None) -> Any:
        """GET ``path``; fail unless it succeeds; return the decoded body."""
        return await self.request("GET", path, by=by)

    async def post(self, path: str, body: Any = None, *, by: Account | None = None) -> Any:
        """POST JSON to ``path``; fail unless it succeeds; return the decoded body."""
        return await self.request("POST", path, body, by=by)

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: Account | None = None,
        status: int | None = None,
    ) -> Any:
        """Send JSON and return the decoded answer; fail unless it has ``status`` (or any 2xx)."""
        async with self.http.request(
            method, self.url + path, json=body, headers=by.headers if by else None
        ) as response:
            text = await response.text()
            right = response.status == status if status else response.ok
            assert right, f"{method} {path}: {response.status} {text}"
            return await response.json(content_type=None) if text else None


async def rows_of(database: Database, table: type[M]) -> list[M]:
    """Return every row of a table."""
    async with database.read() as connection:
        found = await connection.execute(select(table))
        return [table(**row) for row in found.mappings()]
