"""Marks by which accounts are known to be of one household or one purse.

Nobody can read an address or a card from a mark: it is a hash with a salt of this database.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.domain.auctions.facts import MarkKind
from liveshow.domain.values import Address
from liveshow.store.rows import insert_unless_there
from liveshow.store.tables.accounts import AccountMarkRow, MarkSaltRow

_THE_SALT = 1


def address_value(address: Address) -> str:
    """Return what two ways of writing one address have in common, whoever lives there."""
    return "|".join(_plain(part) for part in (address.country, address.postcode, address.line1))


def _plain(text: str) -> str:
    """Letters and digits alone, without accents and case."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if letter.isalnum())


async def keep_mark(connection: AsyncConnection, user_id: str, kind: MarkKind, value: str) -> None:
    """Mark an account with something that others may have as well: ``value`` is not kept.

    Of a card it is what its provider says is the same for every account that uses it.
    """
    salt = await _salt(connection)
    digest = hmac.new(salt.encode(), f"{kind}|{value}".encode(), hashlib.sha256).hexdigest()
    row = AccountMarkRow(user_id=user_id, kind=kind, mark=digest)
    await insert_unless_there(connection, row)


async def _salt(connection: AsyncConnection) -> str:
    """The salt of this database, made when it is first needed."""
    statement = select(col(MarkSaltRow.salt)).where(col(MarkSaltRow.id) == _THE_SALT)
    if (found := (await connection.execute(statement)).scalar()) is None:
        fresh = MarkSaltRow(id=_THE_SALT, salt=secrets.token_hex(32))
        await insert_unless_there(connection, fresh)
        # Somebody else may have been first.
        found = (await connection.execute(statement)).scalar_one()
    return found
