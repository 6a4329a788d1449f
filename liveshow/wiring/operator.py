"""What the operator sees: whether the server is alive and ready, its figures, its requests."""

from __future__ import annotations

from aiohttp import web
from redis.asyncio import Redis

from liveshow.http.operator import ReadyCheck, add_operator_routes
from liveshow.store.probe import WriteProbe
from liveshow.wiring.base import Base
from liveshow.wiring.media import MediaParts


def add_operator(app: web.Application, base: Base, media: MediaParts) -> None:
    checks: dict[str, ReadyCheck] = {
        "database": WriteProbe(base.database).check,
        "media": media.ready,
    }
    if url := base.settings.redis_url:
        checks["bus"] = lambda: _ping_redis(url)
    add_operator_routes(app, base.metrics, checks)


async def _ping_redis(url: str) -> None:
    async with Redis.from_url(url) as client:
        await client.ping()
