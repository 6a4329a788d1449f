"""What the built-in test payment provider keeps."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import AutoString

from liveshow.payments.provider import ChargeStatus
from liveshow.store.tables.base import Json, ms


class ChargeRow(SQLModel, table=True):
    """What the built-in test payment provider knows; it survives a restart as a real one would."""

    __tablename__ = "test_charges"

    payment_id: str = Field(primary_key=True)
    amount: int = ms()
    currency: str
    status: ChargeStatus = Field(sa_type=AutoString)
    answers_at: int | None = ms(default=None)
    error: dict[str, Any] | None = Field(default=None, sa_type=Json)
