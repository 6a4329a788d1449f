"""Cards on file: what their provider calls them, never a number."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class CardRow(SQLModel, table=True):
    """Somebody's card at a payment provider; ``method`` is "" when there is none."""

    __tablename__ = "cards"

    user_id: str = ref("users.id", primary_key=True)
    provider: str
    customer: str
    # The last attempt to save a card, until it has come to something.
    attempt: str = ""
    method: str = ""
    brand: str = ""
    last4: str = ""
    expires: int = 0
    # The same for the same card, whoever has it.
    fingerprint: str = Field(default="", index=True)
    saved_at: int = ms(default=0)


class CardRuleRow(SQLModel, table=True):
    """Whether a show wants a card on file before the first claim or bid."""

    __tablename__ = "card_rules"

    show_id: str = ref("shows.id", primary_key=True)
    required: bool
