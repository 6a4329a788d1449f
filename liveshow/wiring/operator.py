"""What the operator sees: whether the server is alive and ready, its figures, its requests."""

from __future__ import annotations

from aiohttp import web

from liveshow.http.operator import ReadyCheck, add_operator_routes
from liveshow.store.probe import WriteProbe
from liveshow.wiring.base import Base
from liveshow.wiring.media import MediaParts


def add_operator(app: web.Application, base: Base, media: MediaParts) -> None:
    checks: dict[str, ReadyCheck] = {
        "database": WriteProbe(base.database).check,
        "media": media.ready,
    }
    # Not Redis: without it everything goes on.
    add_operator_routes(app, base.metrics, checks)
