"""What the operator's checks write."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms


class ProbeRow(SQLModel, table=True):
    """One row, written to see that the database takes what is written."""

    __tablename__ = "probes"

    id: int = Field(primary_key=True)
    at: int = ms()
