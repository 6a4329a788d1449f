"""The history of the database ends where the tables are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import CheckConstraint, bindparam, inspect
from sqlalchemy import text as text_clause

from liveshow.settings import Settings
from liveshow.store import migrate
from liveshow.store.database import Database
from liveshow.store.probe import WriteProbe
from liveshow.store.tables import metadata
from liveshow.store.tables.base import Json
from liveshow.surroundings import CannotRun


@pytest.fixture
def url(empty_database_url: str) -> str:
    return Settings(database_url=empty_database_url).sql_url


def test_the_revisions_end_where_the_tables_are(url: str) -> None:
    """If this fails after a change of the tables: see "How to change the tables" in
    CONTRIBUTING.md."""
    migrate.upgrade(url)
    assert migrate.differences(url) == []


def test_the_revisions_make_the_same_checks_as_the_tables(url: str) -> None:
    """Alembic does not compare these."""
    migrate.upgrade(url)
    with migrate._connection(url, lock=False) as connection:
        inspector = inspect(connection)
        found = {
            (table, check["name"])
            for table in metadata.tables
            for check in inspector.get_check_constraints(table)
        }
    expected = {
        (table.name, str(constraint.name))
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert found == expected


def test_every_revision_can_be_taken_back(url: str) -> None:
    migrate.upgrade(url)
    migrate.downgrade(url, "base")
    assert migrate.table_names(url) == {"alembic_version"}
    assert migrate.current(url) == ""
    migrate.upgrade(url)
    assert migrate.differences(url) == []


def test_an_up_to_date_database_is_left_alone(url: str) -> None:
    migrate.upgrade(url)
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head() != ""


def test_a_log_of_before_is_found_by_person_and_says_what_took_messages_away(url: str) -> None:
    migrate.upgrade(url, "0005_probes")
    text = {"user": {"id": "anna"}, "text": "x"}
    log = [
        ("chat.said", text, True),
        ("chat.deleted", {"message": 1}, False),
        ("chat.restored", {"message": 1}, False),
        ("chat.deleted", {"message": 1}, False),
        ("chat.announced", {"user": {"id": "momo"}, "text": "x"}, False),
        ("user.muted", {"user": {"id": "anna"}}, False),
        ("item.claimed", {"user": {"id": "anna"}}, False),
    ]
    with migrate._connection(url) as connection:
        connection.exec_driver_sql(
            "INSERT INTO users (id, handle, name, bio, password_hash, created_at)"
            " VALUES ('anna', 'anna', 'Anna', '', '', 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO shows (id, host_id, title, description, status, currency, hold_seconds,"
            " claims_per_buyer, slow_seconds, chat_mode, words, streaming, next_number, epoch, seq,"
            " created_at) VALUES ('s', 'anna', '', '', 'draft', 'USD', 1, 1, 0, 'everyone', '[]',"
            " false, 1, 1, 7, 0)"
        )
        for seq, (kind, data, deleted) in enumerate(log, 1):
            connection.execute(
                text_clause(
                    "INSERT INTO events (show_id, seq, epoch, at, type, version, data, deleted)"
                    " VALUES ('s', :seq, 1, 1, :kind, 1, :data, :deleted)"
                ).bindparams(bindparam("data", type_=Json)),
                {"seq": seq, "kind": kind, "data": data, "deleted": deleted},
            )
    migrate.upgrade(url)
    with migrate._connection(url) as connection:
        found = connection.exec_driver_sql(
            "SELECT person_id, withdrawn FROM events ORDER BY seq"
        ).all()
    assert [tuple(row) for row in found] == [
        ("anna", 4),
        (None, None),
        (None, None),
        (None, None),
        ("momo", None),
        ("anna", None),
        (None, None),
    ]
    migrate.downgrade(url, "0005_probes")
    with migrate._connection(url) as connection:
        gone = connection.exec_driver_sql("SELECT seq FROM events WHERE deleted").all()
    assert [tuple(row) for row in gone] == [(1,)]


def test_accounts_of_before_that_look_alike_stay_and_the_oldest_keeps_others_away(url: str) -> None:
    """faults.md 48."""
    migrate.upgrade(url, "0009_news_of_lending")
    with migrate._connection(url) as connection:
        for at, handle in enumerate(("anna", "anna.", "..", "amy", "arny")):
            connection.exec_driver_sql(
                "INSERT INTO users (id, handle, name, bio, password_hash, created_at)"
                f" VALUES ('u{at}', '{handle}', 'A', '', '', {at})"
            )
    migrate.upgrade(url)
    with migrate._connection(url) as connection:
        found = connection.exec_driver_sql("SELECT handle, lookalike FROM users ORDER BY id").all()
    assert [tuple(row) for row in found] == [
        ("anna", "anna"),
        ("anna.", None),
        ("..", ".."),
        ("amy", "arny"),
        ("arny", None),
    ]


def test_orders_of_before_say_who_took_their_last_step(url: str) -> None:
    """faults.md 5: what was packed, sent or disputed before is news as what comes later."""
    migrate.upgrade(url, "0013_listing_version")
    steps = [
        {"status": status, "at": at, "by": {"id": by, "handle": by, "name": by}}
        for status, at, by in (("paid", 5, "buyer"), ("packed", 7, "owner"))
    ]
    with migrate._connection(url) as connection:
        for user in ("buyer", "owner"):
            connection.exec_driver_sql(
                "INSERT INTO users (id, handle, name, bio, password_hash, created_at)"
                f" VALUES ('{user}', '{user}', '', '', '', 0)"
            )
        connection.exec_driver_sql(
            "INSERT INTO shows (id, host_id, title, description, status, currency, hold_seconds,"
            " claims_per_buyer, slow_seconds, chat_mode, words, streaming, next_number, epoch, seq,"
            " created_at) VALUES ('s', 'owner', '', '', 'draft', 'USD', 1, 1, 0, 'everyone', '[]',"
            " false, 1, 1, 7, 0)"
        )
        for order, history in (("packed", steps), ("sold", steps[:1]), ("bare", [])):
            connection.execute(
                text_clause(
                    "INSERT INTO payments (id, show_id, buyer_id, status, amount, currency,"
                    " address, parcels, until, provider, created_at)"
                    " VALUES (:id, 's', 'buyer', 'succeeded', 1, 'USD', '{}', '[]', 1, 'test', 1)"
                ).bindparams(id=order)
            )
            connection.execute(
                text_clause(
                    "INSERT INTO orders (id, payment_id, show_id, buyer_id, owner_id, host_id,"
                    " status, currency, items, shipping, total, lines, address, carrier, tracking,"
                    " dispute_reason, history, created_at) VALUES (:id, :id, 's', 'buyer',"
                    " 'owner', 'owner', 'paid', 'USD', 1, 0, 1, '[]', '{}', '', '', '',"
                    " :history, 3)"
                ).bindparams(bindparam("history", type_=Json)),
                {"id": order, "history": history},
            )
    migrate.upgrade(url)
    with migrate._connection(url) as connection:
        found = connection.exec_driver_sql(
            "SELECT id, changed_at, changed_by FROM orders ORDER BY id"
        ).all()
    assert [tuple(row) for row in found] == [
        ("bare", 3, "buyer"),
        ("packed", 7, "owner"),
        ("sold", 5, "buyer"),
    ]


async def test_two_servers_that_migrate_at_once_take_turns(url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, url) for _ in range(3)))
    assert migrate.current(url) == migrate.head()


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = command.upgrade

    def upgrade_and_fail(*arguments: Any) -> None:
        whole(*arguments)
        raise RuntimeError("power cut")

    monkeypatch.setattr(command, "upgrade", upgrade_and_fail)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate.upgrade(url)
    assert migrate.table_names(url) == set()


async def test_the_embedded_database_is_made_and_migrated_by_itself(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "folder")
    await migrate.prepare(settings)
    assert migrate.current(settings.sql_url) == migrate.head()
    database = Database(settings.sql_url)
    await WriteProbe(database).check()
    await database.close()


async def test_a_shared_database_waits_for_its_operator(postgres_url: str) -> None:
    settings = Settings(database_url=postgres_url)
    with pytest.raises(CannotRun, match=r"has no tables yet, .* run `liveshow migrate` first"):
        await migrate.prepare(settings)
    assert migrate.table_names(settings.sql_url) == set()
    migrate.upgrade(settings.sql_url)
    await migrate.prepare(settings)


async def test_the_database_of_a_newer_version_is_not_touched(url: str) -> None:
    migrate.upgrade(url)
    with migrate._connection(url) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CannotRun, match="newer version of liveshow"):
        await migrate.prepare(Settings(database_url=url))
    assert migrate.current(url) == "9999"
