"""Users, tokens and follows in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.accounts import handles
from liveshow.accounts.handles import lookalike
from liveshow.accounts.ports import Account, AccountChanges, Profile, TokenRecord
from liveshow.domain.values import Address
from liveshow.store.database import Database
from liveshow.store.rows import AnyRow, Read, insert_rows, insert_unless_there
from liveshow.store.tables.accounts import FollowRow, TokenRow, UserRow
from liveshow.store.tables.listings import ListingRow

_BATCH = 1000  # rows of one INSERT


def _columns(account: Account) -> dict[str, Any]:
    return {**vars(account), "lookalike": lookalike(account.handle)}


class AccountRepository:
    """Implements ``liveshow.accounts.ports.AccountStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account: Account, token: TokenRecord | None = None) -> None:
        try:
            async with self._database.write() as connection:
                await insert_rows(connection, UserRow(**_columns(account)))
                if token is not None:
                    await insert_rows(connection, TokenRow(**vars(token)))
        except IntegrityError as error:
            look = col(UserRow.lookalike) == lookalike(account.handle)
            if await self._one(look | (col(UserRow.handle) == account.handle)) is None:
                raise
            raise handles.taken() from error

    async def is_operator(self, user_id: str) -> bool:
        """Whether somebody runs this server."""
        statement = select(col(UserRow.operator)).where(col(UserRow.id) == user_id)
        async with self._database.read() as connection:
            return bool((await connection.execute(statement)).scalar())

    async def make_operator(self, user_id: str, operator: bool) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(UserRow).where(col(UserRow.id) == user_id).values(operator=operator)
            )

    async def operators(self) -> list[Account]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(UserRow).where(col(UserRow.operator)).order_by(col(UserRow.handle))
            )
            return [_account(row) for row in rows]

    async def by_handle(self, handle: str) -> Account | None:
        return await self._one(col(UserRow.handle) == handle)

    async def by_id(self, user_id: str) -> Account | None:
        return await self._one(col(UserRow.id) == user_id)

    async def all(self) -> list[Account]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(UserRow).order_by(col(UserRow.handle)))
            return [_account(row) for row in rows]

    async def update(self, user_id: str, changes: AccountChanges) -> Account | None:
        if changes:
            async with self._database.write() as connection:
                await connection.execute(
                    update(UserRow).where(col(UserRow.id) == user_id).values(**changes)
                )
        return await self.by_id(user_id)

    async def set_password(
        self, user_id: str, password_hash: str, *, keep: str | None, was: str | None = None
    ) -> bool:
        statement = (
            update(UserRow).where(col(UserRow.id) == user_id).values(password_hash=password_hash)
        )
        if was is not None:
            statement = statement.where(col(UserRow.password_hash) == was)
        async with self._database.write() as connection:
            changed = (await connection.execute(statement)).rowcount > 0
            if changed and was is None:
                others = delete(TokenRow).where(col(TokenRow.user_id) == user_id)
                if keep is not None:
                    others = others.where(col(TokenRow.id) != keep)
                await connection.execute(others)
        return changed

    async def add_tokens(
        self, accounts: Sequence[Account], tokens: Sequence[TokenRecord], *, most: int
    ) -> None:
        async with self._database.write() as connection:
            # Thousands at once: the records are rows already, no object is made of each.
            for start in range(0, len(accounts), _BATCH):
                batch = [_columns(account) for account in accounts[start : start + _BATCH]]
                await connection.execute(insert(UserRow), batch)
            for start in range(0, len(tokens), _BATCH):
                batch = [dict(vars(token)) for token in tokens[start : start + _BATCH]]
                await connection.execute(insert(TokenRow), batch)
            fresh = {account.id for account in accounts}
            for user_id in {token.user_id for token in tokens} - fresh:
                await _forget_oldest(connection, user_id, most)

    async def by_token(self, hash_: str) -> tuple[TokenRecord, Account] | None:
        statement = (
            select(TokenRow, UserRow)
            .join(UserRow, col(UserRow.id) == col(TokenRow.user_id))
            .where(col(TokenRow.hash) == hash_)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else (_token(row), _account(row))

    async def touch(self, token_id: str, at: int) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(TokenRow)
                .where(col(TokenRow.id) == token_id, col(TokenRow.last_used_at) < at)
                .values(last_used_at=at)
            )

    async def tokens(self, user_id: str, now: int, limit: int) -> list[TokenRecord]:
        statement = (
            select(TokenRow)
            .where(col(TokenRow.user_id) == user_id, col(TokenRow.expires_at) > now)
            .order_by(col(TokenRow.last_used_at).desc(), col(TokenRow.id))
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_token(row) for row in await connection.execute(statement)]

    async def standing(self, token_ids: Collection[str], now: int) -> set[str]:
        wanted = list(token_ids)
        found: set[str] = set()
        async with self._database.read() as connection:
            for start in range(0, len(wanted), _BATCH):
                some = wanted[start : start + _BATCH]
                rows = await connection.execute(
                    select(col(TokenRow.id)).where(
                        col(TokenRow.id).in_(some), col(TokenRow.expires_at) > now
                    )
                )
                found.update(rows.scalars())
        return found

    async def revoke(self, user_id: str, token_id: str) -> bool:
        async with self._database.write() as connection:
            result = await connection.execute(
                delete(TokenRow).where(
                    col(TokenRow.id) == token_id, col(TokenRow.user_id) == user_id
                )
            )
            return result.rowcount > 0

    async def profile(self, handle: str, viewer_id: str | None) -> Profile | None:
        followers = (
            select(func.count())
            .select_from(FollowRow)
            .where(col(FollowRow.followee_id) == col(UserRow.id))
            .scalar_subquery()
            .label("followers")
        )
        following = (
            exists()
            .where(
                col(FollowRow.followee_id) == col(UserRow.id),
                col(FollowRow.follower_id) == (viewer_id or ""),
            )
            .label("following")
        )
        listings = (
            select(func.count())
            .select_from(ListingRow)
            .where(
                col(ListingRow.owner_id) == col(UserRow.id), col(ListingRow.archived_at).is_(None)
            )
            .scalar_subquery()
            .label("listings")
        )
        statement = select(UserRow, followers, following, listings).where(
            col(UserRow.handle) == handle
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            return None
        values = Read(row)
        return Profile(
            _account(row),
            followers=values.of(followers),
            following=bool(values.of(following)),
            listings=values.of(listings),
        )

    async def follow(self, follower_id: str, followee_id: str, at: int) -> None:
        async with self._database.write() as connection:
            await insert_unless_there(
                connection,
                FollowRow(follower_id=follower_id, followee_id=followee_id, created_at=at),
            )

    async def unfollow(self, follower_id: str, followee_id: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                delete(FollowRow).where(
                    col(FollowRow.follower_id) == follower_id,
                    col(FollowRow.followee_id) == followee_id,
                )
            )

    async def _one(self, condition: ColumnElement[bool]) -> Account | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(UserRow).where(condition))).first()
        return None if row is None else _account(row)


async def _forget_oldest(connection: AsyncConnection, user_id: str, most: int) -> None:
    kept = (
        select(col(TokenRow.id))
        .where(col(TokenRow.user_id) == user_id)
        .order_by(col(TokenRow.created_at).desc(), col(TokenRow.id))
        .limit(most)
    )
    await connection.execute(
        delete(TokenRow).where(col(TokenRow.user_id) == user_id, col(TokenRow.id).not_in(kept))
    )


def _account(row: AnyRow) -> Account:
    user = Read(row)
    return Account(
        id=user[UserRow.id],
        handle=user[UserRow.handle],
        name=user[UserRow.name],
        password_hash=user[UserRow.password_hash],
        created_at=user[UserRow.created_at],
        bio=user[UserRow.bio],
        thanks=user[UserRow.thanks],
        address=msgspec.convert(user[UserRow.address], Address | None),
    )


def _token(row: AnyRow) -> TokenRecord:
    token = Read(row)
    return TokenRecord(
        id=token[TokenRow.id],
        user_id=token[TokenRow.user_id],
        hash=token[TokenRow.hash],
        agent=token[TokenRow.agent],
        created_at=token[TokenRow.created_at],
        last_used_at=token[TokenRow.last_used_at],
        expires_at=token[TokenRow.expires_at],
    )
