"""The note of a show, promises with its items, and what was promised with claims."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class NoteRow(SQLModel, table=True):
    """The newest revision; the log has the former ones. An empty ``text``: it was taken away."""

    __tablename__ = "notes"

    show_id: str = ref("shows.id", primary_key=True)
    text: str
    revision: int = ms()


class PromiseRow(SQLModel, table=True):
    """All that is promised with an item now; the log has what was before."""

    __tablename__ = "promises"

    item_id: str = ref("show_items.id", primary_key=True)
    show_id: str = ref("shows.id", index=True)
    revision: int = ms()
    in_force: list[dict[str, Any]] = Field(sa_type=Json)


class ClaimPromiseRow(SQLModel, table=True):
    """What was promised when it was claimed, in words; never changed."""

    __tablename__ = "claim_promises"

    claim_id: str = ref("claims.id", primary_key=True)
    words: list[str] = Field(sa_type=Json)
