"""Rows as typed values: what is read is the column that was asked for."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from liveshow.domain.values import Person
from liveshow.store.database import Database
from liveshow.store.rows import (
    Read,
    insert_rows,
    insert_unless_there,
    newer,
    older,
    person,
    person_columns,
)
from liveshow.store.tables.accounts import FollowRow, UserRow
from tests.support import rows_of


@pytest.fixture
async def people(database: Database) -> list[UserRow]:
    people = [
        UserRow(id=id_, handle=id_, name=id_.title(), password_hash="", created_at=at)
        for id_, at in (("ana", 1), ("ben", 2), ("cleo", 2))
    ]
    async with database.write() as connection:
        await insert_rows(connection, *people)
    return people


async def test_columns_of_the_same_name_are_told_apart_by_their_table(
    database: Database, people: list[UserRow]
) -> None:
    followed = aliased(UserRow, name="followed")
    async with database.write() as connection:
        await insert_rows(connection, FollowRow(follower_id="ana", followee_id="ben", created_at=7))
    total = func.count().over().label("total")
    statement = (
        select(FollowRow, *person_columns(UserRow), *person_columns(followed), total)
        .join(UserRow, col(UserRow.id) == col(FollowRow.follower_id))
        .join(followed, col(followed.id) == col(FollowRow.followee_id))
    )
    async with database.read() as connection:
        row = Read((await connection.execute(statement)).one())
    assert person(row, UserRow) == Person("ana", "ana", "Ana")
    assert person(row, followed) == Person("ben", "ben", "Ben")
    assert (row[FollowRow.created_at], row.of(total)) == (7, 1)


async def test_a_row_is_written_once_however_often_it_is_said(
    database: Database, people: list[UserRow]
) -> None:
    for at in (1, 2):
        follow = FollowRow(follower_id="ana", followee_id="ben", created_at=at)
        async with database.write() as connection:
            await insert_unless_there(connection, follow)
    (row,) = await rows_of(database, FollowRow)
    assert row.created_at == 1


async def test_pages_go_on_after_rows_of_the_same_millisecond(
    database: Database, people: list[UserRow]
) -> None:
    at, id_ = UserRow.created_at, UserRow.id
    async with database.read() as connection:
        later = await connection.execute(select(col(id_)).where(newer(at, id_, (2, "ben"))))
        assert list(later.scalars()) == ["cleo"]
        before = await connection.execute(select(col(id_)).where(older(at, id_, (2, "ben"))))
        assert list(before.scalars()) == ["ana"]


async def test_no_rows_are_no_statement(database: Database) -> None:
    async with database.write() as connection:
        await insert_rows(connection)
    assert await rows_of(database, UserRow) == []
