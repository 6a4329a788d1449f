"""Cases about orders, and who decides them."""

from __future__ import annotations

import json
import time

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023_cases"
down_revision = "0022_thanks"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("buyer_id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("host_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("document", Json, nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["users.id"], name=op.f("fk_cases_buyer_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_cases_changed_by")),
        sa.ForeignKeyConstraint(["host_id"], ["users.id"], name=op.f("fk_cases_host_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_cases_order_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_cases_owner_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_cases_show_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_buyer", ["buyer_id", "changed_at"], unique=False)
        batch_op.create_index(
            "ix_cases_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_cases_opened", ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_cases_owner", ["owner_id", "changed_at"], unique=False)
        batch_op.create_index(
            "ix_cases_refunding",
            ["opened_at"],
            unique=False,
            sqlite_where=sa.text("status = 'refunding'"),
            postgresql_where=sa.text("status = 'refunding'"),
        )
        batch_op.create_index(
            "uq_cases_open",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'closed'"),
            postgresql_where=sa.text("status <> 'closed'"),
        )

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("operator", sa.Boolean(), server_default="0", nullable=False))

    _open_cases()


def _open_cases() -> None:
    """Give orders that are not as described a case; the owner has two days from now to answer."""
    connection = op.get_bind()
    orders = connection.execute(
        sa.text(
            "SELECT id, show_id, buyer_id, owner_id, host_id, total, refunded, lines, history,"
            " dispute_reason, changed_at FROM orders WHERE status = 'not_as_described'"
        )
    ).all()
    for order in orders:
        lines = order.lines if isinstance(order.lines, list) else json.loads(order.lines)
        history = order.history if isinstance(order.history, list) else json.loads(order.history)
        before = [step["status"] for step in history if step["status"] != "not_as_described"]
        people = {
            side: dict(
                connection.execute(
                    sa.text("SELECT id, handle, name FROM users WHERE id = :id"), {"id": user}
                )
                .one()
                ._mapping
            )
            for side, user in (
                ("buyer", order.buyer_id),
                ("owner", order.owner_id),
                ("host", order.host_id),
            )
        }
        due_at = time.time_ns() // 1_000_000 + 48 * 3_600_000
        entry = {"at": order.changed_at, "kind": "opened", "by": people["buyer"]}
        document = {
            "id": order.id,
            "order": order.id,
            "lines": list(range(len(lines))),
            **people,
            "status": "opened",
            "due_at": due_at,
            "most": order.total - order.refunded,
            "before": before[-1] if before else "shipped",
            "entries": [{**entry, "text": order.dispute_reason}],
            "opened_at": order.changed_at,
        }
        op.bulk_insert(
            sa.table(
                "cases",
                *(
                    sa.column(name)
                    for name in (
                        *("id", "order_id", "show_id", "buyer_id", "owner_id", "host_id"),
                        *("status", "due_at", "opened_at", "changed_at", "changed_by"),
                    )
                ),
                sa.column("document", Json),
            ),
            [
                {
                    "id": order.id,
                    "order_id": order.id,
                    "show_id": order.show_id,
                    "buyer_id": order.buyer_id,
                    "owner_id": order.owner_id,
                    "host_id": order.host_id,
                    "status": "opened",
                    "due_at": due_at,
                    "opened_at": order.changed_at,
                    "changed_at": order.changed_at,
                    "changed_by": order.buyer_id,
                    "document": document,
                }
            ],
        )


def downgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("operator")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_cases_open",
            sqlite_where=sa.text("status <> 'closed'"),
            postgresql_where=sa.text("status <> 'closed'"),
        )
        batch_op.drop_index(
            "ix_cases_refunding",
            sqlite_where=sa.text("status = 'refunding'"),
            postgresql_where=sa.text("status = 'refunding'"),
        )
        batch_op.drop_index("ix_cases_owner")
        batch_op.drop_index(batch_op.f("ix_cases_order_id"))
        batch_op.drop_index("ix_cases_opened")
        batch_op.drop_index(
            "ix_cases_due",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_cases_buyer")

    op.drop_table("cases")
