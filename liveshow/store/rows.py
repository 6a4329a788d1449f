"""Read and write rows as typed values: what several repositories need.

    select(UserRow).where(col(UserRow.handle) == handle)     a Core statement, on a connection
    Read(row)[UserRow.name]                                  a value with the type of its column
    await insert_rows(connection, UserRow(id=…, …))          checked by its type, then inserted

There is no ORM session. Nothing is tracked, and a statement runs only where a repository runs it.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Insert, Row, RowMapping, Table, insert, inspect, tuple_
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, QueryableAttribute
from sqlmodel import SQLModel, col

from liveshow.domain.values import Person
from liveshow.store.tables.accounts import UserRow

T = TypeVar("T")

AnyRow = Row[*tuple[Any, ...]]

# Sort key of the last row of a page: created at, id.
Cursor = tuple[int, str]


def table_of(kind: type[SQLModel]) -> Table:
    """Return the Core table of a table class.

    For the statements of every batch: they are made of it once, at import. Those that are made of
    the class are built, and their key in the cache of compiled statements, in twice the time.
    """
    return cast(Table, kind.__table__)  # type: ignore[attr-defined]


class Read:
    """One row, read by the columns it was selected with: ``row[UserRow.handle]`` is a ``str``."""

    __slots__ = ("_values",)

    def __init__(self, row: AnyRow) -> None:
        self._values: RowMapping = row._mapping

    def __getitem__(self, column: T) -> T:
        """Return the value of a column of a table class, or of an alias of one."""
        # A class attribute has the type of its values to a type checker. It is a column at run
        # time. `sqlmodel.col` bridges the same gap.
        attribute = cast("QueryableAttribute[T]", column)
        # The column of the table or alias itself: its annotated twin is found, but slowly.
        return cast(T, self._values[attribute.parent.selectable.c[attribute.key]])

    def of(self, expression: ColumnElement[T]) -> T:
        """Return the value of a labelled expression."""
        return cast(T, self._values[expression])


async def insert_rows(connection: AsyncConnection, *rows: SQLModel) -> None:
    """Insert rows of one table, in one statement."""
    if rows:
        await connection.execute(insert(type(rows[0])), [_values(row) for row in rows])


async def insert_unless_there(connection: AsyncConnection, row: SQLModel) -> None:
    """Insert a row unless one with its key exists."""
    dialect_insert = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    statement: Insert = dialect_insert(type(row)).values(_values(row)).on_conflict_do_nothing()
    await connection.execute(statement)


def _values(row: SQLModel) -> dict[str, Any]:
    values = row.model_dump()
    # The database numbers rows whose key is left out.
    for key in inspect(type(row)).primary_key:
        if values[key.name] is None:
            del values[key.name]
    return values


def older(created_at: int, id_: str, than: Cursor) -> ColumnElement[bool]:
    """Whether a row comes before a cursor in time. Pass the two columns of a table class."""
    return tuple_(col(created_at), col(id_)) < tuple_(*than)


def newer(created_at: int, id_: str, than: Cursor) -> ColumnElement[bool]:
    """Whether a row comes after a cursor in time. Pass the two columns of a table class."""
    return tuple_(col(created_at), col(id_)) > tuple_(*than)


def person_columns(user: type[UserRow]) -> tuple[Mapped[str], Mapped[str], Mapped[str]]:
    """Return what everyone may see of a user, to be selected. For aliases of ``UserRow`` too."""
    return col(user.id), col(user.handle), col(user.name)


def person(row: Read, user: type[UserRow] = UserRow) -> Person:
    """Return the person of a row that was selected with ``person_columns``."""
    return Person(row[user.id], row[user.handle], row[user.name])
