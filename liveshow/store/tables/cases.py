"""Cases about what was sold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref

_OPEN = text("status <> 'closed'")
_DUE = text("due_at IS NOT NULL")
_REFUNDING = text("status = 'refunding'")


class CaseRow(SQLModel, table=True):
    """A case. ``document`` is all of it; the other columns are what it is found by.

    ``changed_by``: who took the last step, null when time did.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("uq_cases_open", "order_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_cases_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
        Index(
            "ix_cases_refunding",
            "opened_at",
            sqlite_where=_REFUNDING,
            postgresql_where=_REFUNDING,
        ),
        Index("ix_cases_opened", "opened_at", "id"),
        Index("ix_cases_buyer", "buyer_id", "changed_at"),
        Index("ix_cases_owner", "owner_id", "changed_at"),
    )

    id: str = Field(primary_key=True)
    order_id: str = ref("orders.id", index=True)
    show_id: str = ref("shows.id")
    buyer_id: str = ref("users.id")
    owner_id: str = ref("users.id")
    host_id: str = ref("users.id")
    status: str
    due_at: int | None = ms(default=None)
    opened_at: int = ms()
    changed_at: int = ms()
    changed_by: str | None = ref("users.id", default=None)
    document: dict[str, Any] = Field(sa_type=Json)
