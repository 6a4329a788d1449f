"""Whether the database and Redis answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from liveshow.check.findings import Finding
from liveshow.logs import scrub_text
from liveshow.settings import Settings
from liveshow.store import migrate, server_lock
from liveshow.surroundings import CannotRun

TIMEOUT = 5  # seconds to answer


def database(settings: Settings) -> Iterator[Finding]:
    """Whether the database answers and has the tables of this version. Blocks."""
    part = "database"
    url = make_url(settings.sql_url)
    file = migrate.file_of(settings.sql_url)
    if file is not None:
        if not file.exists():
            yield Finding("ok", part, f"{file} will be created at the first start.")
            return
    else:
        url = url.update_query_dict({"connect_timeout": str(TIMEOUT)})
    try:
        lack = migrate.behind(url.render_as_string(hide_password=False))
    except CannotRun as error:
        yield Finding("problem", part, error.message)
        return
    except SQLAlchemyError as error:
        yield Finding("problem", part, f"It does not answer: {why(error)}")
        return
    try:
        user = server_lock.user_of(settings.sql_url)
    except SQLAlchemyError:
        user = None
    if user is not None:
        yield Finding(
            "warning", part, f"Another server uses it ({user}): a second one will not start."
        )
    if not lack:
        try:
            migrate.write(url.render_as_string(hide_password=False))
        except SQLAlchemyError as error:
            yield Finding("problem", part, f"It answers, and cannot be written: {why(error)}")
        else:
            yield Finding("ok", part, "It answers, can be written and is up to date.")
    elif file is not None:
        yield Finding("ok", part, "It answers; the next start brings it up to date.")
    else:
        yield Finding("problem", part, lack)


def why(error: SQLAlchemyError) -> str:
    """Return the reason that the database's driver gave, on one line, without a password."""
    reason = str(getattr(error, "orig", None) or error)
    return scrub_text(" ".join(reason.split())).rstrip(".") + "."


async def redis(settings: Settings) -> AsyncIterator[Finding]:
    """Whether Redis answers."""
    part = "Redis"
    if not settings.redis_url:
        yield Finding("ok", part, "Not used: one server needs none.")
        return
    try:
        async with Redis.from_url(
            settings.redis_url, socket_connect_timeout=TIMEOUT, socket_timeout=TIMEOUT
        ) as client:
            await client.ping()
    except (RedisError, OSError) as error:
        alone = "until it does, attempts to sign in are counted by this server alone"
        yield Finding("warning", part, f"It does not answer; {alone}: {scrub_text(str(error))}")
    else:
        yield Finding("ok", part, "It answers.")
