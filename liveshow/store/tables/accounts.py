"""Accounts, their sign-ins, and who follows whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class UserRow(SQLModel, table=True):
    __tablename__ = "users"

    id: str = Field(primary_key=True)
    handle: str = Field(unique=True)
    # `liveshow.accounts.handles.lookalike`; null where an older account has the same.
    lookalike: str | None = Field(default=None, unique=True)
    name: str
    bio: str = ""
    # What stands on the packing slips of what they send.
    thanks: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    password_hash: str
    address: dict[str, Any] | None = Field(default=None, sa_type=Json)
    created_at: int = ms()
    # Runs this server: decides cases between others.
    operator: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class TokenRow(SQLModel, table=True):
    """A sign-in. Only the SHA-256 of the token is kept; revoking deletes the row."""

    __tablename__ = "tokens"

    id: str = Field(primary_key=True)
    user_id: str = ref("users.id", index=True)
    hash: str = Field(unique=True)
    agent: str = ""
    created_at: int = ms()
    last_used_at: int = ms()
    expires_at: int = ms()


class FollowRow(SQLModel, table=True):
    __tablename__ = "follows"

    follower_id: str = ref("users.id", primary_key=True)
    followee_id: str = ref("users.id", primary_key=True, index=True)
    created_at: int = ms()


class AccountMarkRow(SQLModel, table=True):
    """Something that an account has and another may have as well, as a salted hash.

    ``kind``: ``address`` or ``card``.
    """

    __tablename__ = "account_marks"

    user_id: str = ref("users.id", primary_key=True)
    kind: str = Field(primary_key=True)
    mark: str = Field(primary_key=True)


class MarkSaltRow(SQLModel, table=True):
    """The one salt of the marks."""

    __tablename__ = "mark_salts"

    id: int = Field(primary_key=True)
    salt: str
