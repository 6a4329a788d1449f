"""What is kept for Stripe: which of its objects are whose."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json


class StripeIntentRow(SQLModel, table=True):
    """The PaymentIntent of a payment, or why Stripe makes none."""

    __tablename__ = "stripe_intents"

    payment_id: str = Field(primary_key=True)
    # null when it is refused.
    intent: str | None = Field(default=None, unique=True)
    refused: dict[str, Any] | None = Field(default=None, sa_type=Json)
