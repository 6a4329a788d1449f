"""Shows, their team and their run of show."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import AutoString

from liveshow.domain.values import Role
from liveshow.store.tables.base import Json, ms, ref


class ShowRow(SQLModel, table=True):
    __tablename__ = "shows"

    id: str = Field(primary_key=True)
    host_id: str = ref("users.id", index=True)
    title: str
    description: str = ""
    cover: str | None = ref("photos.id", default=None)
    status: str = Field(default="draft", index=True)
    reason: str | None = None
    scheduled_at: int | None = ms(default=None)
    started_at: int | None = ms(default=None)
    ended_at: int | None = ms(default=None)
    interrupted_at: int | None = ms(default=None)
    currency: str
    hold_seconds: int = 300
    claims_per_buyer: int = 1
    shipping_cap: int | None = ms(default=None)
    # A word of the host's own that claims by comment.
    claim_word: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    slow_seconds: int = 0
    chat_mode: str = "everyone"
    # How old an account has to be to chat.
    newcomer_minutes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    words: list[str] = Field(default_factory=list, sa_type=Json)
    pinned: str | None = None
    streaming: bool = False
    # When it ends by itself, as things are.
    ends_at: int | None = ms(default=None)
    next_number: int = 1
    # `epoch` is the fencing token: it grows whenever a room takes the show over. `seq` is the
    # last event of the log.
    epoch: int = ms(default=0)
    seq: int = ms(default=0)
    stream_key_hash: str | None = Field(default=None, index=True)
    created_at: int = ms()


class StaffRow(SQLModel, table=True):
    """Co-hosts and moderators; the host is in the show itself."""

    __tablename__ = "staff"

    show_id: str = ref("shows.id", primary_key=True)
    user_id: str = ref("users.id", primary_key=True, index=True)
    role: Role = Field(sa_type=AutoString)
    # The order of the team.
    position: int = ms(default=0)


class ShowItemRow(SQLModel, table=True):
    __tablename__ = "show_items"
    __table_args__ = (
        UniqueConstraint("show_id", "number", name="uq_show_items_number"),
        CheckConstraint("price > 0", name="price"),
    )

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id")
    listing_id: str = ref("listings.id", index=True)
    mandate_id: str | None = ref("mandates.id", default=None)
    number: int
    position: int
    price: int = ms()
    # The lowest price of the 30 days before it was reduced to this one.
    was: int | None = ms(default=None)
    removed_at: int | None = ms(default=None)
