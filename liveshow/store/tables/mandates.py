"""What owners lend to hosts."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class MandateRow(SQLModel, table=True):
    """An owner lends a listing to a show (or to all shows of a host)."""

    __tablename__ = "mandates"
    __table_args__ = (
        CheckConstraint("commission_percent BETWEEN 0 AND 90", name="commission"),
        CheckConstraint("floor > 0", name="floor"),
    )

    id: str = Field(primary_key=True)
    listing_id: str = ref("listings.id", index=True)
    owner_id: str = ref("users.id", index=True)
    host_id: str = ref("users.id", index=True)
    show_id: str | None = ref("shows.id", default=None, index=True)
    floor: int = ms()
    commission_percent: int = 0
    expires_at: int | None = ms(default=None)
    status: str
    # What sending one cost when it came into force; a flat price, or a weight in grams.
    shipping_flat: int | None = ms(default=None)
    shipping_weight: int | None = None
    created_at: int = ms()
    # Who accepted, declined or revoked it; before that, nobody.
    changed_at: int | None = ms(default=None)
    changed_by: str | None = None
