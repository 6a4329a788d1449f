"""What Alembic runs: the revisions, on the connection that ``liveshow.store.migrate`` gives it."""

from __future__ import annotations

from alembic import context

from liveshow.store.migrate import OPTIONS
from liveshow.store.tables import metadata

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=metadata,
    **{**OPTIONS, **given.get("options", {})},
)
with context.begin_transaction():
    context.run_migrations()
