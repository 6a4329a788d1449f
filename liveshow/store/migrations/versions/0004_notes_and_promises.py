"""Shows have a note, items have promises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_notes_show_id")),
        sa.PrimaryKeyConstraint("show_id", name=op.f("pk_notes")),
    )
    op.create_table(
        "promises",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("in_force", Json, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["show_items.id"], name=op.f("fk_promises_item_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_promises_show_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_promises")),
    )
    op.create_index(op.f("ix_promises_show_id"), "promises", ["show_id"])
    op.create_table(
        "claim_promises",
        sa.Column("claim_id", sa.String(), nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk_claim_promises_claim_id")
        ),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_promises")),
    )


def downgrade() -> None:
    op.drop_table("claim_promises")
    op.drop_index(op.f("ix_promises_show_id"), table_name="promises")
    op.drop_table("promises")
    op.drop_table("notes")
