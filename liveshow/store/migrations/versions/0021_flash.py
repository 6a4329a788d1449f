"""Flash prices, and what went at them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_flash"
down_revision = "0020_second_chances"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flashes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("per_buyer", sa.Integer(), nullable=True),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("went", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["show_items.id"], name=op.f("fk_flashes_item_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_flashes_show_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flashes")),
    )
    op.create_index("ix_flashes_show_seq", "flashes", ["show_id", "seq"], unique=False)

    op.create_table(
        "flash_pieces",
        sa.Column("flash_id", sa.String(), nullable=False),
        sa.Column("piece", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["flash_id"], ["flashes.id"], name=op.f("fk_flash_pieces_flash_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_flash_pieces_user_id")),
        sa.PrimaryKeyConstraint("flash_id", "piece", name=op.f("pk_flash_pieces")),
    )


def downgrade() -> None:
    op.drop_table("flash_pieces")
    op.drop_index("ix_flashes_show_seq", table_name="flashes")

    op.drop_table("flashes")
