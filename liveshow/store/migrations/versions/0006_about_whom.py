"""Events say about whom they are, and messages what took them away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006_about_whom"
down_revision = "0005_probes"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(JSONB(), "postgresql")
ABOUT = (
    "chat.said",
    "chat.announced",
    "user.muted",
    "user.unmuted",
    "user.banned",
    "user.unbanned",
)
EVENTS = sa.table(
    "events",
    sa.column("show_id", sa.String()),
    sa.column("seq", sa.BigInteger()),
    sa.column("type", sa.String()),
    sa.column("data", Json),
    sa.column("deleted", sa.Boolean()),
    sa.column("person_id", sa.String()),
    sa.column("withdrawn", sa.BigInteger()),
)
NOT_NULL = sa.text("person_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("events", sa.Column("person_id", sa.String(), nullable=True))
    op.add_column("events", sa.Column("withdrawn", sa.BigInteger(), nullable=True))
    op.execute(
        sa.update(EVENTS)
        .where(EVENTS.c.type.in_(ABOUT))
        .values(person_id=EVENTS.c.data["user"]["id"].as_string())
    )
    # What took a message away last is what keeps it away.
    by = EVENTS.alias("by")
    last = sa.select(sa.func.max(by.c.seq)).where(
        by.c.show_id == EVENTS.c.show_id,
        by.c.type == "chat.deleted",
        by.c.data["message"].as_integer() == EVENTS.c.seq,
    )
    op.execute(sa.update(EVENTS).where(EVENTS.c.deleted).values(withdrawn=last.scalar_subquery()))
    op.create_index(
        "ix_events_person",
        "events",
        ["person_id", "show_id", "seq"],
        sqlite_where=NOT_NULL,
        postgresql_where=NOT_NULL,
    )
    op.drop_column("events", "deleted")


def downgrade() -> None:
    op.add_column(
        "events", sa.Column("deleted", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("UPDATE events SET deleted = true WHERE withdrawn IS NOT NULL")
    op.drop_index("ix_events_person", table_name="events")
    op.drop_column("events", "withdrawn")
    op.drop_column("events", "person_id")
