"""Users, tokens and follows in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from liveshow.accounts.ports import Account, Profile, TokenRecord
from liveshow.errors import Conflict
from liveshow.store.database import Database
from liveshow.store.tables import metadata

users = metadata.tables["users"]
_tokens = metadata.tables["tokens"]
_follows = metadata.tables["follows"]
_listings = metadata.tables["listings"]

_TOKEN_COLUMNS = (
    _tokens.c.id,
    _tokens.c.user_id,
    _tokens.c.hash,
    _tokens.c.agent,
    _tokens.c.created_at,
    _tokens.c.last_used_at,
    _tokens.c.expires_at,
)
_CHANGEABLE = frozenset({"name", "bio", "address"})
_BATCH = 1000  # rows of one INSERT


class AccountRepository:
    """Implements ``liveshow.accounts.ports.AccountStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account: Account, token: TokenRecord | None = None) -> None:
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(users).values(_user_row(account)))
                if token is not None:
                    await connection.execute(insert(_tokens).values(vars(token)))
        except IntegrityError as error:
            if await self.by_handle(account.handle) is None:
                raise
            raise Conflict("handle_taken", "That handle is taken. Choose another.") from error

    async def by_handle(self, handle: str) -> Account | None:
        return await self._one(users.c.handle == handle)

    async def by_id(self, user_id: str) -> Account | None:
        return await self._one(users.c.id == user_id)

    async def all(self) -> list[Account]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(users).order_by(users.c.handle))
            return [_account(row) for row in rows]

    async def update(self, user_id: str, changes: dict[str, Any]) -> Account | None:
        unknown = changes.keys() - _CHANGEABLE
        if unknown:
            raise ValueError(f"{sorted(unknown)} cannot be changed here")
        if changes:
            async with self._database.write() as connection:
                await connection.execute(
                    update(users).where(users.c.id == user_id).values(**changes)
                )
        return await self.by_id(user_id)

    async def set_password(
        self, user_id: str, password_hash: str, *, keep: str | None, was: str | None = None
    ) -> bool:
        statement = update(users).where(users.c.id == user_id).values(password_hash=password_hash)
        if was is not None:
            statement = statement.where(users.c.password_hash == was)
        async with self._database.write() as connection:
            changed = (await connection.execute(statement)).rowcount > 0
            if changed and was is None:
                others = delete(_tokens).where(_tokens.c.user_id == user_id)
                if keep is not None:
                    others = others.where(_tokens.c.id != keep)
                await connection.execute(others)
        return changed

    async def add_tokens(
        self, accounts: Sequence[Account], tokens: Sequence[TokenRecord], *, most: int
    ) -> None:
        async with self._database.write() as connection:
            for start in range(0, len(accounts), _BATCH):
                batch = [_user_row(account) for account in accounts[start : start + _BATCH]]
                await connection.execute(insert(users), batch)
            for start in range(0, len(tokens), _BATCH):
                rows = [dict(vars(token)) for token in tokens[start : start + _BATCH]]
                await connection.execute(insert(_tokens), rows)
            fresh = {account.id for account in accounts}
            for user_id in {token.user_id for token in tokens} - fresh:
                await _forget_oldest(connection, user_id, most)

    async def by_token(self, hash_: str) -> tuple[TokenRecord, Account] | None:
        statement = (
            select(*_TOKEN_COLUMNS, *(column.label(f"owner_{column.name}") for column in users.c))
            .join(users, users.c.id == _tokens.c.user_id)
            .where(_tokens.c.hash == hash_)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).mappings().first()
        if row is None:
            return None
        token = TokenRecord(**{column.name: row[column.name] for column in _TOKEN_COLUMNS})
        return token, Account(**{column.name: row[f"owner_{column.name}"] for column in users.c})

    async def touch(self, token_id: str, at: int) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(_tokens)
                .where(_tokens.c.id == token_id, _tokens.c.last_used_at < at)
                .values(last_used_at=at)
            )

    async def tokens(self, user_id: str, now: int, limit: int) -> list[TokenRecord]:
        statement = (
            select(*_TOKEN_COLUMNS)
            .where(_tokens.c.user_id == user_id, _tokens.c.expires_at > now)
            .order_by(_tokens.c.last_used_at.desc(), _tokens.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [TokenRecord(**row) for row in (await connection.execute(statement)).mappings()]

    async def standing(self, token_ids: Collection[str], now: int) -> set[str]:
        wanted = list(token_ids)
        found: set[str] = set()
        async with self._database.read() as connection:
            for start in range(0, len(wanted), _BATCH):
                some = wanted[start : start + _BATCH]
                rows = await connection.execute(
                    select(_tokens.c.id).where(_tokens.c.id.in_(some), _tokens.c.expires_at > now)
                )
                found.update(rows.scalars())
        return found

    async def revoke(self, user_id: str, token_id: str) -> bool:
        async with self._database.write() as connection:
            result = await connection.execute(
                delete(_tokens).where(_tokens.c.id == token_id, _tokens.c.user_id == user_id)
            )
            return result.rowcount > 0

    async def profile(self, handle: str, viewer_id: str | None) -> Profile | None:
        followers = (
            select(func.count())
            .select_from(_follows)
            .where(_follows.c.followee_id == users.c.id)
            .scalar_subquery()
        )
        following = exists().where(
            _follows.c.followee_id == users.c.id, _follows.c.follower_id == (viewer_id or "")
        )
        listings = (
            select(func.count())
            .select_from(_listings)
            .where(_listings.c.owner_id == users.c.id, _listings.c.archived_at.is_(None))
            .scalar_subquery()
        )
        statement = select(users, followers, following, listings).where(users.c.handle == handle)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            return None
        return Profile(_account(row), followers=row[-3], following=bool(row[-2]), listings=row[-1])

    async def follow(self, follower_id: str, followee_id: str, at: int) -> None:
        insert_ = sqlite_insert if self._database.dialect == "sqlite" else postgres_insert
        async with self._database.write() as connection:
            await connection.execute(
                insert_(_follows)
                .values(follower_id=follower_id, followee_id=followee_id, created_at=at)
                .on_conflict_do_nothing()
            )

    async def unfollow(self, follower_id: str, followee_id: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                delete(_follows).where(
                    _follows.c.follower_id == follower_id, _follows.c.followee_id == followee_id
                )
            )

    async def _one(self, condition: Any) -> Account | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(users).where(condition))).first()
        return None if row is None else _account(row)


async def _forget_oldest(connection: AsyncConnection, user_id: str, most: int) -> None:
    kept = (
        select(_tokens.c.id)
        .where(_tokens.c.user_id == user_id)
        .order_by(_tokens.c.created_at.desc(), _tokens.c.id)
        .limit(most)
    )
    await connection.execute(
        delete(_tokens).where(_tokens.c.user_id == user_id, _tokens.c.id.not_in(kept))
    )


def _user_row(account: Account) -> dict[str, Any]:
    return dict(vars(account))


def _account(row: Row[Any]) -> Account:
    values = row._mapping
    return Account(**{column.name: values[column] for column in users.c})
