"""What all tables share: column types, and names of constraints.

Times are milliseconds since 1970 UTC, money is in minor units.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON
from sqlmodel import Field, SQLModel

# Constraint names that are the same everywhere, so that migrations can name them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

Json = JSON().with_variant(JSONB(), "postgresql")


def ms(**kwargs: Any) -> Any:
    """A column of 64 bits: a time in milliseconds, an amount, a sequence number."""
    return Field(sa_type=BigInteger, **kwargs)


def ref(target: str, **kwargs: Any) -> Any:
    """A column that refers to another table's."""
    return Field(foreign_key=target, **kwargs)
