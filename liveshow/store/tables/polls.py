"""Questions to everybody in a show, and who chose what."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class PollRow(SQLModel, table=True):
    """``closed_at`` null: votes still count."""

    __tablename__ = "polls"
    __table_args__ = (Index("ix_polls_show_seq", "show_id", "seq"),)

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id")
    question: str
    options: list[str] = Field(sa_type=Json)
    opened_at: int = ms()
    until: int = ms()
    closed_at: int | None = ms(default=None)
    # The event that opened it.
    seq: int = ms()


class PollVoteRow(SQLModel, table=True):
    """``option`` is an index of the options."""

    __tablename__ = "poll_votes"

    poll_id: str = ref("polls.id", primary_key=True)
    user_id: str = ref("users.id", primary_key=True)
    option: int
    at: int = ms()
