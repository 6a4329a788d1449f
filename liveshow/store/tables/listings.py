"""Closets: listings, their stock and photos."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class PhotoRow(SQLModel, table=True):
    """Metadata; the encoded files are in the data folder under ``photos/``."""

    __tablename__ = "photos"

    id: str = Field(primary_key=True)
    owner_id: str = ref("users.id", index=True)
    width: int
    height: int
    size: int
    created_at: int = ms()


class ListingRow(SQLModel, table=True):
    __tablename__ = "listings"
    __table_args__ = (
        CheckConstraint("price > 0", name="price"),
        Index("ix_listings_closet", "owner_id", "created_at"),
    )

    id: str = Field(primary_key=True)
    owner_id: str = ref("users.id")
    title: str
    description: str = ""
    price: int = ms()
    # The lowest price of the 30 days before it was reduced to this one.
    was: int | None = ms(default=None)
    currency: str
    photos: list[str] = Field(default_factory=list, sa_type=Json)
    brand: str = ""
    category: str = ""
    condition: str = ""
    shipping_flat: int | None = ms(default=None)
    shipping_weight: int | None = None
    archived_at: int | None = ms(default=None)
    created_at: int = ms()
    # Counts edits: an edit of another version of it is refused.
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class VariantRow(SQLModel, table=True):
    """The stock of a listing. Every listing has at least one variant."""

    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("held >= 0 AND sold >= 0 AND held + sold <= quantity", name="stock"),
    )

    id: str = Field(primary_key=True)
    listing_id: str = ref("listings.id", index=True)
    position: int = 0
    label: str = ""
    size: str = ""
    color: str = ""
    quantity: int
    held: int = 0
    sold: int = 0
