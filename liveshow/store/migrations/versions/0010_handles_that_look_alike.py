"""Of handles that look alike there is one."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0010_lookalikes"
down_revision = "0009_news_of_lending"
branch_labels = None
depends_on = None

USERS = sa.table("users", sa.column("id"), sa.column("handle"), sa.column("lookalike"))
TWINS = str.maketrans({"0": "o", "1": "l", "m": "rn"})


def upgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.add_column(sa.Column("lookalike", sa.String(), nullable=True))
        batch.create_unique_constraint(op.f("uq_users_lookalike"), ["lookalike"])
    _fill()


def _fill() -> None:
    """Accounts stay as they are: of those that look alike the oldest one keeps others away."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, handle FROM users ORDER BY created_at, id"))
    first: dict[str, str] = {}
    for user_id, handle in rows:
        look = re.sub(r"[._]+", "_", handle.translate(TWINS)).strip("_")
        first.setdefault(look or handle, user_id)
    if first:
        connection.execute(
            sa.update(USERS)
            .where(USERS.c.id == sa.bindparam("user"))
            .values(lookalike=sa.bindparam("look")),
            [{"user": user_id, "look": look} for look, user_id in first.items()],
        )


def downgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.drop_constraint(op.f("uq_users_lookalike"), type_="unique")
        batch.drop_column("lookalike")
