"""Brings a database to the tables that this version of the server expects.

The revisions are in ``liveshow/store/migrations/versions`` and are part of the package. Each
run is one transaction, on SQLite too: a migration that fails leaves the database as it was. Two
servers that migrate at the same moment take turns.

A new revision is written by comparing ``liveshow.store.tables`` with the newest one:

    python -m liveshow.store.migrate "Listings have a colour"
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, create_engine, delete, event, insert, inspect, text
from sqlalchemy.engine import make_url
from sqlmodel.sql.sqltypes import AutoString

from liveshow.settings import Settings
from liveshow.store.rows import table_of
from liveshow.store.tables import metadata
from liveshow.store.tables.operator import ProbeRow
from liveshow.surroundings import CannotRun

LOCK = 5_172_026  # Postgres advisory lock: any number that nobody else uses in this database


def _render_item(kind: str, item: Any, context: Any) -> str | bool:
    """Write plain SQLAlchemy types into revisions: they must outlive our libraries."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, JSON):
        return "Json"  # defined in the template of revisions
    return False


#: For Alembic's ``context.configure``. SQLite changes tables by copying them ("batch").
OPTIONS: dict[str, Any] = {
    "render_as_batch": True,
    "transactional_ddl": True,
    "compare_type": True,
    "compare_server_default": True,
    "render_item": _render_item,
}


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` (``Settings.sql_url``) up to date; create it if need be."""
    with _connection(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Take revisions back, down to ``revision`` (``"base"``: all of them, with their data)."""
    with _connection(url) as connection:
        command.downgrade(_config(connection), revision)


def head() -> str:
    """Return the revision that this version of the server expects."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(url: str) -> str:
    """Return the revision of the database at ``url``, "" when it has none."""
    with _connection(url, lock=False) as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def write(url: str) -> None:
    """Write something into a database that is up to date, and commit it; raise what is wrong."""
    probes = table_of(ProbeRow)
    with _connection(url) as connection:
        connection.execute(delete(probes))
        connection.execute(insert(probes), [{"id": 1, "at": 0}])


def differences(url: str) -> list[Any]:
    """Return what Alembic would change to make the database equal ``liveshow.store.tables``."""
    with _connection(url, lock=False) as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        return list(compare_metadata(context, metadata))


def behind(url: str) -> str:
    """Say what the database lacks and what to do, "" when it is of this version of the server.

    Raises :class:`CannotRun` when a newer version has used it.
    """
    revision = current(url)
    if revision == head():
        return ""
    if revision and not _is_known(revision):
        raise CannotRun(
            message=f"A newer version of liveshow has used the database (revision {revision}): "
            "install that version, or restore a backup from before."
        )
    state = f"is at revision {revision}" if revision else "has no tables yet"
    return (
        f"The database {state}, and this version needs {head()}: "
        "stop the server if it runs, then run `liveshow migrate` first."
    )


def _is_known(revision: str) -> bool:
    """Whether this version of the server knows the revision; a newer one's it does not."""
    return revision in {
        known.revision for known in ScriptDirectory.from_config(_config()).walk_revisions()
    }


async def prepare(settings: Settings) -> None:
    """Make the database fit to serve from, or raise :class:`CannotRun`.

    The embedded SQLite is brought up to date: nobody else uses it. A Postgres that several nodes
    share is the operator's to migrate, at a moment of their choice.
    """
    await asyncio.to_thread(_prepare, settings)


def _prepare(settings: Settings) -> None:
    url = settings.sql_url
    make_folder(url)
    if not (lack := behind(url)):
        return
    if make_url(url).get_backend_name() != "sqlite":
        raise CannotRun(message=lack)
    upgrade(url)


def make_folder(url: str) -> None:
    """Create the folder that a SQLite database is to be in: addresses of people are in it."""
    if (file := file_of(url)) is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite database; None for others, and for one in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(parsed.database or "")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "liveshow.store:migrations")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connection(url: str, *, lock: bool = True) -> Iterator[Connection]:
    """A synchronous connection in one transaction, alone among migrations if ``lock``."""
    engine = create_engine(make_url(url).set(drivername=_SYNC_DRIVERS[make_url(url).drivername]))
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        # The driver must not begin and commit on its own: one transaction for everything.
        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA busy_timeout = 30000")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if lock else "BEGIN")

    try:
        with engine.begin() as connection:
            if lock and not sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": LOCK})
            yield connection
    finally:
        engine.dispose()


_SYNC_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgresql+psycopg": "postgresql+psycopg",
}


def new_revision(message: str) -> Path | None:
    """Write a revision for what ``liveshow.store.tables`` has and the newest revision has not.

    Returns its path, None when there is no difference. Read it before you commit it: a renamed
    column looks like one that went and one that came, and CHECK constraints are not compared.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/scratch.db"
        upgrade(url)
        if not differences(url):
            return None
        number = len(list(ScriptDirectory.from_config(_config()).walk_revisions())) + 1
        with _connection(url) as connection:
            config = _config(connection)
            # The first one creates everything: there is nothing to copy.
            config.attributes["options"] = {"render_as_batch": number > 1}
            script: Any = command.revision(
                config, message, autogenerate=True, rev_id=f"{number:04d}"
            )
        return Path(script.path)


def table_names(url: str) -> set[str]:
    """Return the tables that a database has."""
    with _connection(url, lock=False) as connection:
        return set(inspect(connection).get_table_names())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m liveshow.store.migrate "What changes"')
    path = new_revision(sys.argv[1])
    print(path or "The tables have nothing new.")  # noqa: T201
