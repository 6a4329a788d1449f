"""Every wait on the database ends, and an outage is told once (faults.md 71)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest
from sqlalchemy import text

from liveshow.errors import StoreUnavailable
from liveshow.store.database import Database
from liveshow.store.outages import kind_of
from tests.outages import frozen, hurry, locked, told, until_over
from tests.support import seconds


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


async def write(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE shows SET title = title"))


async def read(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(text("SELECT 1 FROM shows"))


async def refused(*asked: Awaitable[None]) -> list[StoreUnavailable]:
    """What was raised, all of it in time."""
    async with asyncio.timeout(seconds(15)):
        found = await asyncio.gather(*asked, return_exceptions=True)
    for error in found:
        assert isinstance(error, StoreUnavailable), repr(error)
    return [error for error in found if isinstance(error, StoreUnavailable)]


async def test_a_lock_of_another_process_is_waited_for_a_while(database: Database) -> None:
    await write(database)
    with told() as log:
        async with locked(database):
            errors = await refused(*(write(database) for _ in range(12)))
            await read(database)
        await write(database)
        await until_over(database)
    assert {(error.status, error.code) for error in errors} == {(503, "unavailable")}
    assert all(error.retry_after > 0 for error in errors)
    began, over = log
    assert (began["log_level"], began["kind"]) == ("error", "locked")
    assert (over["log_level"], over["kind"], over["failed"]) == ("info", "locked", 12)
    assert over["seconds"] >= 0
    assert "exc_info" not in began


async def test_a_frozen_server_is_waited_for_a_while(postgres_database: Database) -> None:
    await asyncio.gather(*(read(postgres_database) for _ in range(4)))
    with told() as log:
        with frozen(postgres_database):
            await refused(
                *(read(postgres_database) for _ in range(10)),
                *(write(postgres_database) for _ in range(10)),
            )
            # Once it is known, nobody waits but the one who tries.
            trying = asyncio.create_task(refused(write(postgres_database)))
            await asyncio.sleep(0)
            async with asyncio.timeout(1):
                await refused(*(read(postgres_database) for _ in range(100)))
            await trying

        async def works() -> None:
            while True:
                try:
                    await write(postgres_database)
                    return
                except StoreUnavailable:
                    await asyncio.sleep(0.05)

        async with asyncio.timeout(seconds(10)):
            await works()
            await until_over(postgres_database)
    kinds = {entry["kind"] for entry in log}
    assert "unreachable" in kinds
    assert len(log) == 2 * len(kinds), log


async def test_a_transaction_that_is_frozen_in_the_middle_ends(
    postgres_database: Database,
) -> None:

    async def write_slowly() -> None:
        async with postgres_database.write() as connection:
            await connection.execute(text("SELECT 1"))
            with frozen(postgres_database):
                await connection.execute(text("SELECT 1"))

    await refused(write_slowly())
    await write(postgres_database)


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    with told() as log:
        await refused(*(read(database) for _ in range(3)))
        await refused(*(write(database) for _ in range(3)))
    assert [entry["kind"] for entry in log] == ["unreachable"]
    await database.close()


async def test_a_statement_that_takes_too_long_is_ended(postgres_database: Database) -> None:
    with pytest.raises(StoreUnavailable):
        async with postgres_database.read() as connection:
            await connection.execute(text("SELECT pg_sleep(60)"))
    await read(postgres_database)


async def test_connections_that_are_all_in_use_are_waited_for_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.1)
    go = asyncio.Event()

    async def hold() -> None:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
            await go.wait()

    holding = [asyncio.create_task(hold()) for _ in range(15)]
    while pool.checkedout() < 15:  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
    [error] = await refused(read(database))
    assert error.code == "unavailable"
    go.set()
    await asyncio.gather(*holding)


async def test_a_database_that_cannot_be_written_can_still_be_read(
    sqlite_database: Database,
) -> None:
    async def write_to_what_is_read_only() -> None:
        async with sqlite_database.write() as connection:
            await connection.execute(text("PRAGMA query_only = 1"))
            try:
                await connection.execute(text("UPDATE shows SET title = title"))
            finally:
                await connection.execute(text("PRAGMA query_only = 0"))

    with told() as log:
        await refused(write_to_what_is_read_only())
        await read(sqlite_database)
    assert [entry["kind"] for entry in log] == ["read_only"]


async def test_a_full_disk_is_told(sqlite_database: Database) -> None:
    """SQLite's own limit of pages stands for the disk: the same code comes of both."""

    async def fill() -> None:
        async with sqlite_database.write() as connection:
            await connection.execute(text("CREATE TABLE filler (data BLOB)"))
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
            await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            await connection.execute(text("INSERT INTO filler VALUES (zeroblob(1000000))"))

    with told() as log:
        await refused(fill())
    assert [entry["kind"] for entry in log] == ["full"]


@pytest.mark.parametrize(
    "statement",
    ["SELECT nothing FROM shows", "SELECT 1 FROM nowhere", "INSERT INTO shows (id) VALUES (NULL)"],
)
async def test_a_defect_of_ours_is_no_outage(database: Database, statement: str) -> None:
    with told() as log, pytest.raises(Exception) as raised:  # noqa: PT011
        async with database.write() as connection:
            await connection.execute(text(statement))
    assert not isinstance(raised.value, StoreUnavailable)
    assert kind_of(raised.value) is None
    assert log == []
