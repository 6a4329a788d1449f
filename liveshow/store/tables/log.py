"""The log of a show, and what was answered and told in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class EventRow(SQLModel, table=True):
    """The log of a show.

    ``to_user``: whose private event. ``person_id``: who said it, or to whom it was done.
    ``withdrawn``: the ``seq`` of what took this message away, null while it stands.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "ix_events_person",
            "person_id",
            "show_id",
            "seq",
            # Most events are about nobody.
            sqlite_where=text("person_id IS NOT NULL"),
            postgresql_where=text("person_id IS NOT NULL"),
        ),
    )

    show_id: str = ref("shows.id", primary_key=True)
    seq: int = Field(sa_type=BigInteger, primary_key=True)
    epoch: int = ms()
    at: int = ms()
    type: str
    # Of its fields, so that an old log stays readable.
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    data: dict[str, Any] = Field(sa_type=Json)
    to_user: str | None = None
    person_id: str | None = None
    withdrawn: int | None = ms(default=None)


class CommandKeyRow(SQLModel, table=True):
    """The first answer to an idempotency key. ``user_id`` is not a reference: guests have none."""

    __tablename__ = "command_keys"
    __table_args__ = (Index("ix_command_keys_at", "at"),)

    show_id: str = ref("shows.id", primary_key=True)
    user_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    digest: str
    answer: dict[str, Any] = Field(sa_type=Json)
    at: int = ms()


class NoticeRow(SQLModel, table=True):
    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_user_id_at", "user_id", "at"),)

    show_id: str = ref("shows.id", primary_key=True)
    user_id: str = ref("users.id", primary_key=True)
    # Several notices may come from one event.
    seq: int = Field(sa_type=BigInteger, primary_key=True)
    kind: str = Field(primary_key=True)
    at: int = ms()
    item: dict[str, Any] | None = Field(default=None, sa_type=Json)
    text: str = ""
    price: int | None = ms(default=None)
