"""Accounts have marks by which it is known that two of them share an address or a card."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028_account_marks"
down_revision = "0027_giveaways"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_marks",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_marks_user_id")),
        sa.PrimaryKeyConstraint("user_id", "kind", "mark", name=op.f("pk_account_marks")),
    )
    op.create_table(
        "mark_salts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_salts")),
    )


def downgrade() -> None:
    op.drop_table("mark_salts")
    op.drop_table("account_marks")
