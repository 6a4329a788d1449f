"""One server a database (faults.md 73), on both of them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from liveshow.store import server_lock
from liveshow.surroundings import CannotRun
from tests.support import eventually, seconds

HOLDER = """
import asyncio, sys
from liveshow.store import server_lock
async def main():
    async with server_lock.held(sys.argv[1]):
        print("held", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'liveshow.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found.replace("postgresql://", "postgresql+psycopg://")


def other_server(url: str) -> subprocess.Popen[str]:
    """A process that is the server of the database."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=seconds(10))


async def test_a_second_server_is_refused_with_a_sentence(url: str) -> None:
    process = other_server(url)
    try:
        with pytest.raises(CannotRun, match="Another server uses this database"):
            async with server_lock.held(url, patience=0.1):
                pass
        assert server_lock.user_of(url) is not None
        with pytest.raises(CannotRun, match="stop it first"), server_lock.alone(url):
            pass
    finally:
        end(process)


async def test_the_lock_dies_with_its_process(url: str) -> None:
    end(other_server(url))
    async with server_lock.held(url, patience=seconds(10)):
        assert server_lock.user_of(url) is not None
    assert server_lock.user_of(url) is None


async def test_the_next_server_waits_for_one_that_is_about_to_stop(url: str) -> None:
    process = other_server(url)
    entered = asyncio.Event()

    async def follow() -> None:
        async with server_lock.held(url, patience=seconds(20)):
            entered.set()

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    assert not entered.is_set()
    end(process)
    await asyncio.wait_for(following, seconds(20))
    assert entered.is_set()


async def test_asking_who_is_the_server_writes_nothing(tmp_path: Path) -> None:
    assert server_lock.user_of(f"sqlite+aiosqlite:///{tmp_path / 'liveshow.db'}") is None
    assert list(tmp_path.iterdir()) == []


async def test_a_database_in_memory_needs_no_lock() -> None:
    async with server_lock.held("sqlite+aiosqlite://"), server_lock.held("sqlite+aiosqlite://"):
        pass


@pytest.mark.slow
async def test_a_session_that_broke_is_replaced(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was restarted: the same server has the lock again, nobody else in between."""
    monkeypatch.setattr(server_lock, "_WATCH", 0.05)
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    sessions = text("SELECT pid FROM pg_stat_activity WHERE application_name = 'liveshow server'")
    try:
        async with server_lock.held(url):
            with engine.connect() as other:
                (first,) = other.execute(sessions).scalars()
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})

            def again() -> bool:
                with engine.connect() as other:
                    found = list(other.execute(sessions).scalars())
                return server_lock.user_of(url) is not None and first not in found

            await eventually(again)
    finally:
        engine.dispose()
