"""Payments at Stripe."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_stripe"
down_revision = "0018_reductions"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "stripe_intents",
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=True),
        sa.Column("refused", Json, nullable=True),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_stripe_intents")),
        sa.UniqueConstraint("intent", name=op.f("uq_stripe_intents_intent")),
    )


def downgrade() -> None:
    op.drop_table("stripe_intents")
