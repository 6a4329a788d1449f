"""Marks: two accounts of one address or one card have the same one, and nobody reads it."""

from __future__ import annotations

import pytest

from liveshow.domain.values import Address
from liveshow.store.database import Database
from liveshow.store.marks import address_value, keep_mark
from liveshow.store.rows import insert_rows
from liveshow.store.tables.accounts import AccountMarkRow, UserRow
from tests.support import rows_of

HOME = Address("Anna", "Lange Straße 1-3", "", "Wien", "", "A-1010", "AT")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Address("Beno", "lange strasse 1 3", "2nd floor", "Vienna", "W", "a1010", "AT"), True),
        (Address("Anna", "Lange Straße 1-3", "", "Wien", "", "A-1020", "AT"), False),
        (Address("Anna", "Lange Straße 13a", "", "Wien", "", "A-1010", "AT"), False),
        (Address("Anna", "Lange Straße 1-3", "", "Wien", "", "A-1010", "DE"), False),
    ],
)
def test_an_address_is_the_same_however_it_is_written_and_whoever_lives_there(
    other: Address, same: bool
) -> None:
    assert (address_value(other) == address_value(HOME)) is same


async def test_accounts_that_share_something_have_the_same_mark_of_it(database: Database) -> None:
    async with database.write() as connection:
        for name in ("anna", "beno"):
            row = UserRow(id=name, handle=name, name=name, password_hash="-", created_at=0)
            await insert_rows(connection, row)
        for _ in range(2):
            await keep_mark(connection, "anna", "address", address_value(HOME))
        await keep_mark(connection, "beno", "address", address_value(HOME))
        for name in ("anna", "beno"):
            await keep_mark(connection, name, "card", "fingerprint")
    marks = {(row.user_id, row.kind): row.mark for row in await rows_of(database, AccountMarkRow)}
    assert len(marks) == 4
    for kind in ("address", "card"):
        assert marks["anna", kind] == marks["beno", kind]
    assert marks["anna", "address"] != marks["anna", "card"]
    assert not any("lange" in mark or "fingerprint" in mark for mark in marks.values())
