"""The composition root: the only place that knows every part.

``create_app`` builds what a server is made of and wires the parts to one another; nothing else
creates a database, a service or a route. Parts that run are started and stopped by ``lifetime``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Middleware

from liveshow.accounts.attempts import LimitedAttempts
from liveshow.accounts.identity import Gate
from liveshow.accounts.passwords import Passwords
from liveshow.accounts.service import Accounts
from liveshow.clock import Clock, wall_clock
from liveshow.http.accounts import AccountResource
from liveshow.http.api import add_endpoints
from liveshow.http.headers import add_security_headers
from liveshow.http.identity import GATE, SECURE, TRUSTED_PROXIES
from liveshow.http.openapi import add_openapi
from liveshow.http.operator import add_operator_routes, add_request_id, observe
from liveshow.http.problems import problems_middleware
from liveshow.metrics import Metrics
from liveshow.settings import Settings
from liveshow.store.accounts import AccountRepository
from liveshow.store.database import Database

SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts", Accounts)


def create_app(settings: Settings, *, clock: Clock = wall_clock) -> web.Application:
    """Return the whole product as an aiohttp application, not yet started."""
    metrics = Metrics()
    database = Database(settings.sql_url)
    passwords = Passwords()
    accounts = Accounts(
        AccountRepository(database),
        passwords,
        token_days=settings.token_days,
        attempts=LimitedAttempts(settings.sign_in_limit, settings.redis_url),
        clock=clock,
    )

    watch = cast(Middleware, observe(metrics))
    app = web.Application(middlewares=[watch, problems_middleware()])
    app[SETTINGS] = settings
    app[DATABASE] = database
    app[METRICS] = metrics
    app[ACCOUNTS] = accounts
    app[GATE] = Gate(accounts, settings.public_url)
    app[TRUSTED_PROXIES] = settings.trusted_proxies
    app[SECURE] = (
        settings.tls_certificate is not None
        or settings.tls_self_signed
        or settings.public_url.startswith("https:")
    )
    app.on_response_prepare.append(add_request_id)
    add_security_headers(app)

    add_endpoints(app, AccountResource(accounts).endpoints())
    add_openapi(app)
    add_operator_routes(app, metrics, {"database": database.ping})

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        yield
        passwords.close()
        await database.close()

    app.cleanup_ctx.append(lifetime)
    return app
