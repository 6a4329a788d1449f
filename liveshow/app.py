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
from liveshow.catalog.listings import Listings
from liveshow.catalog.mandates import Mandates
from liveshow.catalog.photos import PhotoFiles, Photos
from liveshow.clock import Clock, wall_clock
from liveshow.http.accounts import AccountResource
from liveshow.http.api import add_endpoints
from liveshow.http.headers import add_security_headers
from liveshow.http.identity import GATE, SECURE, TRUSTED_PROXIES
from liveshow.http.listings import ListingResource
from liveshow.http.mandates import MandateResource
from liveshow.http.openapi import add_openapi
from liveshow.http.operator import add_operator_routes, add_request_id, observe
from liveshow.http.pages import Pages, web_folder
from liveshow.http.photos import PhotoResource
from liveshow.http.problems import ERROR_PAGE, problems_middleware
from liveshow.metrics import Metrics
from liveshow.settings import Settings
from liveshow.store.accounts import AccountRepository
from liveshow.store.database import Database
from liveshow.store.listings import ListingRepository
from liveshow.store.mandates import MandateRepository
from liveshow.store.photos import PhotoRepository

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
    photo_files = PhotoFiles(settings.data_dir / "photos")
    photos = Photos(PhotoRepository(database), photo_files, clock=clock)
    listings = Listings(ListingRepository(database), changed=_on_listing_changed, clock=clock)
    mandates = Mandates(MandateRepository(database), changed=_on_listing_changed, clock=clock)
    pages = Pages(web_folder())

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

    for endpoints in (
        AccountResource(accounts).endpoints(),
        PhotoResource(photos, photo_files, settings.upload_bytes).endpoints(),
        ListingResource(listings, settings.currency).endpoints(),
        MandateResource(mandates).endpoints(),
    ):
        add_endpoints(app, endpoints)
    add_openapi(app)
    add_operator_routes(app, metrics, {"database": database.ping})
    pages.add_to(app)
    app[ERROR_PAGE] = pages.error_page

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        yield
        photos.close()
        passwords.close()
        await database.close()

    app.cleanup_ctx.append(lifetime)
    return app


async def _on_listing_changed(_listing_id: str) -> None:
    """Tell the rooms that have the listing: there are none yet."""
