"""The composition root: the only place that knows every part.

``create_app`` has each subsystem built by its builder in ``liveshow.wiring``, and says in which
order they start and stop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Middleware

from liveshow.clock import Clock, wall_clock
from liveshow.http.api import PACES, add_endpoints
from liveshow.http.encodings import known_codings
from liveshow.http.headers import add_security_headers
from liveshow.http.identity import GATE, SECURE, TRUSTED_PROXIES, public_url
from liveshow.http.openapi import add_openapi
from liveshow.http.operator import add_request_id, observe
from liveshow.http.pages import Pages, is_checkout, web_folder
from liveshow.http.previews import Previews
from liveshow.http.problems import ERROR_PAGE, problems_middleware
from liveshow.http.web_files import WebFiles
from liveshow.listener import SPARE
from liveshow.payments.provider import PaymentProvider
from liveshow.rooms.followers import Followers
from liveshow.settings import Settings
from liveshow.store.followers import FollowerRepository
from liveshow.wiring.accounts import build_accounts
from liveshow.wiring.base import Base
from liveshow.wiring.cases import build_cases
from liveshow.wiring.catalog import build_catalog
from liveshow.wiring.media import build_media
from liveshow.wiring.operator import add_operator
from liveshow.wiring.parts import PARTS, Parts
from liveshow.wiring.payments import build_payments
from liveshow.wiring.payouts import payout_endpoints
from liveshow.wiring.shows import build_shows

__all__ = ["PARTS", "Parts", "create_app"]


def create_app(
    settings: Settings,
    *,
    clock: Clock = wall_clock,
    more_providers: Iterable[PaymentProvider] = (),
) -> web.Application:
    """Return the whole product as an aiohttp application, not yet started.

    ``more_providers`` come before those that the settings name: the first takes new payments.
    """
    base = Base.of(settings, clock)
    people = build_accounts(base)
    shows = build_shows(base, people)
    catalog = build_catalog(base, shows.registry, shows.notices.tell)
    media = build_media(base, shows.registry, shows.shows, people)
    money = build_payments(base, shows, more_providers)
    cases = build_cases(base, shows, money)
    followers = Followers(
        FollowerRepository(base.database),
        [money.closed, media.review],
        clock,
        on_failure=lambda name: base.metrics.follower_failures_total.labels(name).inc(),
    )
    shows.published.listeners.append(followers.published)

    watch = observe(base.metrics, trust_request_id=settings.trusted_proxies > 0)
    app = web.Application(
        middlewares=[cast(Middleware, watch), problems_middleware(), known_codings]
    )
    app[PARTS] = Parts(
        settings=settings,
        database=base.database,
        metrics=base.metrics,
        accounts=people.accounts,
        photos=catalog.photos,
        listings=catalog.listings,
        mandates=catalog.mandates,
        shows=shows.shows,
        planning=shows.planning,
        registry=shows.registry,
        channel=shows.channel,
        notices=shows.notices,
        relay=media.relay,
        payments=money.payments,
        orders=money.orders,
        reconciler=money.reconciler,
        followers=followers,
    )
    app[GATE] = people.gate
    app[PACES] = base.paces
    app[TRUSTED_PROXIES] = settings.trusted_proxies
    app[SECURE] = settings.secure
    app.on_response_prepare.append(add_request_id)
    add_security_headers(app, money.page_sources)
    for endpoints in (
        people.endpoints(),
        catalog.endpoints(settings),
        shows.endpoints(base, media),
        money.endpoints(base, shows, catalog.inbox),
        cases.endpoints(),
        payout_endpoints(base),
    ):
        add_endpoints(app, endpoints)
    media.add_to(app)
    shows.channel.attach(app)
    shows.notices.add_to(app)
    app[SPARE] = [shows.channel.server.spare_a_stranger, shows.notices.spare_the_oldest]
    add_openapi(app)
    add_operator(app, base, media)
    previews = Previews(
        shows.registry,
        people.accounts,
        catalog.listings,
        partial(public_url, settings.public_url),
    )
    pages = Pages(WebFiles(web_folder(), watch=is_checkout()), previews.write)
    pages.add_to(app)
    app[ERROR_PAGE] = pages.error_page

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        await media.relay.start(settings.host, settings.port)
        await shows.registry.start()
        shows.channel.start()
        shows.notices.start()
        money.reconciler.start()
        cases.watch.start()
        followers.start()
        if shows.beacons is not None:
            await shows.beacons.start()
        yield
        await catalog.photos.close()
        people.passwords.close()
        await money.providers.close()
        await base.database.close()

    async def say_goodbye(_app: web.Application) -> None:
        # Viewers first, while the rooms still stand; then what the rooms hold; then the media.
        await followers.stop()
        await cases.watch.stop()
        if shows.beacons is not None:
            await shows.beacons.stop()
        await money.reconciler.stop()
        await shows.notices.close()
        await shows.channel.close()
        await shows.registry.close()
        await media.relay.close()

    app.cleanup_ctx.append(lifetime)
    app.on_shutdown.append(say_goodbye)
    return app
