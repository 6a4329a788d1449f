"""The composition root: the only place that knows every part.

``create_app`` builds what a server is made of and wires the parts to one another; nothing else
creates a database, a service or a route. What runs is started and stopped by ``_lifetime``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web
from aiohttp.typedefs import Middleware
from redis.asyncio import Redis

from liveshow.accounts.attempts import LimitedAttempts
from liveshow.accounts.identity import Gate, SignOut
from liveshow.accounts.passwords import Passwords
from liveshow.accounts.service import Accounts
from liveshow.catalog.listings import Listings
from liveshow.catalog.mandates import Mandates
from liveshow.catalog.photos import PhotoFiles, Photos
from liveshow.clock import Clock, wall_clock
from liveshow.domain.checkout.events import PaymentClosed
from liveshow.domain.checkout.parcels import CartView, cart
from liveshow.domain.moderation.events import UserBanned
from liveshow.domain.running.commands import StreamDown, StreamUp
from liveshow.domain.running.events import ShowEnded, ShowUnstaffed
from liveshow.domain.show.commands import ServerCommand
from liveshow.domain.show.facts import Rules
from liveshow.errors import Unavailable
from liveshow.http.accounts import AccountResource
from liveshow.http.api import add_endpoints
from liveshow.http.checkout import CheckoutResource
from liveshow.http.headers import add_security_headers
from liveshow.http.identity import GATE, SECURE, TRUSTED_PROXIES, credentials_of, is_secure
from liveshow.http.listings import ListingResource
from liveshow.http.mandates import MandateResource
from liveshow.http.media import MediaAccess
from liveshow.http.openapi import add_openapi
from liveshow.http.operator import ReadyCheck, add_operator_routes, add_request_id, observe
from liveshow.http.orders import OrderResource
from liveshow.http.pages import Pages, web_folder
from liveshow.http.photos import PhotoResource
from liveshow.http.problems import ERROR_PAGE, problems_middleware
from liveshow.http.shows import ShowResource
from liveshow.listener import MEDIA
from liveshow.metrics import Metrics
from liveshow.pace import Pace
from liveshow.payments.configured import build_providers
from liveshow.payments.orders import Orders
from liveshow.payments.provider import PaymentProvider
from liveshow.payments.providers import Providers
from liveshow.payments.reconciler import Reconciler
from liveshow.payments.service import Payments
from liveshow.payments.webhooks import Webhooks
from liveshow.relay import Relay, StreamChange
from liveshow.relay.stats import ShowStats
from liveshow.rooms.directory import Directory
from liveshow.rooms.planning import Planning
from liveshow.rooms.ports import Published
from liveshow.rooms.registry import RoomRegistry
from liveshow.rooms.room import RoomObserver
from liveshow.rooms.snapshots import Snapshots
from liveshow.settings import Settings
from liveshow.store.accounts import AccountRepository
from liveshow.store.database import Database
from liveshow.store.listings import ListingRepository
from liveshow.store.mandates import MandateRepository
from liveshow.store.orders import OrderRepository
from liveshow.store.payments import PaymentRepository
from liveshow.store.photos import PhotoRepository
from liveshow.store.room.store import SqlRoomStore
from liveshow.store.shows import ShowRepository
from signaling.media import whep, whip
from signaling.media.ice_servers import IceServers
from signaling.socket.commands import parse_command
from signaling.socket.namespace import ChannelObserver, ShowChannel


@dataclass(frozen=True)
class Parts:
    """What a running server is made of; tests and the demo reach it through ``app[PARTS]``."""

    settings: Settings
    database: Database
    metrics: Metrics
    accounts: Accounts
    photos: Photos
    listings: Listings
    mandates: Mandates
    shows: ShowRepository
    planning: Planning
    registry: RoomRegistry
    channel: ShowChannel
    relay: Relay
    payments: Payments
    orders: Orders
    reconciler: Reconciler


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)


def create_app(
    settings: Settings,
    *,
    clock: Clock = wall_clock,
    more_providers: Iterable[PaymentProvider] = (),
) -> web.Application:
    """Return the whole product as an aiohttp application, not yet started.

    ``more_providers`` come before those that the settings name: the first takes new payments.
    """
    metrics = Metrics()
    database = Database(settings.sql_url, on_error=metrics.database_errors_total.inc)
    passwords = Passwords()
    reactions = _Reactions()
    accounts = Accounts(
        AccountRepository(database),
        passwords,
        token_days=settings.token_days,
        attempts=LimitedAttempts(settings.sign_in_limit, settings.redis_url),
        clock=clock,
        on_sign_out=reactions.signed_out,
    )
    gate = Gate(accounts, settings.public_url)
    rules = Rules(fee_percent=settings.fee_percent)
    shows = ShowRepository(database)
    room_store = SqlRoomStore(database)
    pace = Pace(settings.command_limit, clock, sentence="Too many commands at once. Wait a moment.")
    registry = RoomRegistry(
        room_store,
        rules=rules,
        clock=clock,
        observer=_room_observer(metrics),
        on_published=reactions.published,
    )
    snapshots = Snapshots(rules)
    channel = ShowChannel(
        registry,
        gate,
        credentials=credentials_of,
        rules=rules,
        snapshots=snapshots,
        clock=clock,
        pace=pace,
        standing=accounts.standing,
        observer=ChannelObserver(
            sockets=metrics.sockets.set,
            slow=metrics.socket_slow_disconnects_total.inc,
            frames=metrics.fanout_frames_total.inc,
        ),
    )
    relay = Relay(
        public_addresses=settings.public_address,
        max_viewers=settings.max_viewers,
        on_stream=reactions.stream_changed,
        kernel=settings.kernel,
        threads=settings.media_threads,
    )
    _measure(metrics, registry, relay)
    providers = Providers([*more_providers, *build_providers(settings, database, clock)])
    payments = Payments(PaymentRepository(database), registry, providers, clock)
    orders = Orders(OrderRepository(database), providers, clock)
    access = MediaAccess(
        registry,
        shows,
        clock,
        Pace(settings.media_limit, clock, sentence="Too many attempts. Wait a moment."),
    )
    reactions.connect(registry, relay, payments, channel, access)
    photo_files = PhotoFiles(settings.data_dir / "photos")
    photos = Photos(PhotoRepository(database), photo_files, clock=clock)
    listings = Listings(ListingRepository(database), changed=registry.listing_changed, clock=clock)
    mandates = Mandates(MandateRepository(database), changed=registry.listing_changed, clock=clock)
    parts = Parts(
        settings=settings,
        database=database,
        metrics=metrics,
        accounts=accounts,
        photos=photos,
        listings=listings,
        mandates=mandates,
        shows=shows,
        planning=Planning(room_store, rules),
        registry=registry,
        channel=channel,
        relay=relay,
        payments=payments,
        orders=orders,
        reconciler=Reconciler(payments, orders),
    )

    async def carts_of(user_id: str) -> list[CartView]:
        found = []
        for show_id in await shows.shows_held_in(user_id):
            state = await registry.snapshot(show_id)
            if held := cart(state, user_id, rules):
                found.append(held)
        return found

    watch = observe(metrics, trust_request_id=settings.trusted_proxies > 0)
    app = web.Application(middlewares=[cast(Middleware, watch), problems_middleware()])
    app[PARTS] = parts
    app[GATE] = gate
    app[MEDIA] = relay
    app[TRUSTED_PROXIES] = settings.trusted_proxies
    app[SECURE] = (
        settings.tls_certificate is not None
        or settings.tls_self_signed
        or settings.public_url.startswith("https:")
    )
    app.on_response_prepare.append(add_request_id)
    app.on_response_prepare.append(whip.add_headers)
    add_security_headers(app, [provider.page_sources for provider in providers])
    for endpoints in (
        AccountResource(accounts).endpoints(),
        PhotoResource(photos, photo_files, settings.upload_bytes).endpoints(),
        ListingResource(listings, settings.currency).endpoints(),
        MandateResource(mandates).endpoints(),
        ShowResource(
            shows,
            parts.planning,
            registry,
            channel,
            rules=rules,
            snapshots=snapshots,
            clock=clock,
            pace=pace,
            currency=settings.currency,
            parse_command=parse_command,
            stats=lambda show_id, **asked: (relay.show_stats(show_id) or ShowStats()).json(**asked),
            public_url=lambda request: public_url(settings, request),
            key_replaced=access.key_replaced,
        ).endpoints(),
        CheckoutResource(
            payments,
            Webhooks(providers, payments.look),
            carts_of,
            card_form=any(provider.card_form for provider in providers),
        ).endpoints(),
        OrderResource(orders).endpoints(),
    ):
        add_endpoints(app, endpoints)
    servers = IceServers(settings.ice_servers, settings.turn_secret.get_secret_value())
    app.add_routes(whip.routes(relay, access.publish, access.started, servers, access.admit))
    app.add_routes(whep.routes(relay, access.watch, access.started, servers, access.admit))
    channel.attach(app)
    add_openapi(app)
    checks: dict[str, ReadyCheck] = {
        "database": database.ping,
        "media": lambda: _media_ready(relay),
    }
    if settings.redis_url:
        checks["bus"] = lambda: _ping_redis(settings.redis_url)
    add_operator_routes(app, metrics, checks)
    pages = Pages(web_folder())
    pages.add_to(app)
    app[ERROR_PAGE] = pages.error_page

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        await relay.start(settings.host, settings.port)
        await registry.start()
        channel.start()
        parts.reconciler.start()
        yield
        await photos.close()
        passwords.close()
        await providers.close()
        await database.close()

    async def say_goodbye(_app: web.Application) -> None:
        # Viewers first, while the rooms still stand; then what the rooms hold; then the media.
        await parts.reconciler.stop()
        await channel.close()
        await registry.close()
        await relay.close()

    app.cleanup_ctx.append(lifetime)
    app.on_shutdown.append(say_goodbye)
    return app


def public_url(settings: Settings, request: web.Request) -> str:
    """The address under which people reach this server, without a slash at its end."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    return f"{'https' if is_secure(request) else 'http'}://{request.host}"


class _Reactions:
    """What one part's news mean for another."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def connect(
        self,
        directory: Directory,
        relay: Relay,
        payments: Payments,
        channel: ShowChannel,
        access: MediaAccess,
    ) -> None:
        self._directory = directory
        self._relay = relay
        self._payments = payments
        self._channel = channel
        self._access = access

    def signed_out(self, ended: SignOut) -> None:
        """Sign-ins were revoked: the connections and broadcasts that they opened end."""
        self._channel.signed_out(ended)
        self._later(self._access.signed_out(ended))

    def stream_changed(self, change: StreamChange) -> None:
        """The publisher came or went: the show goes on, or is interrupted."""
        command: ServerCommand = StreamDown() if change.state == "lost" else StreamUp()
        self._later(self._directory.tell(change.show_id, command))

    def published(self, published: Published) -> None:
        show_id = published.show_id
        for record in published.records:
            match record.event:
                case ShowEnded():
                    self._later(self._relay.close_show(show_id))
                case UserBanned(user=user):
                    self._later(self._access.banned(show_id, user.id))
                case ShowUnstaffed(user=user):
                    self._later(self._access.dismissed(show_id, user.id))
                case PaymentClosed():
                    self._payments.wake()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _room_observer(metrics: Metrics) -> RoomObserver:
    def batch(commands: int, seconds: float) -> None:
        metrics.room_batch_commands.observe(commands)
        metrics.room_batch_seconds.observe(seconds)

    return RoomObserver(
        batch=batch,
        command=lambda name, outcome: metrics.room_commands_total.labels(name, outcome).inc(),
        event=lambda kind: metrics.room_events_total.labels(kind).inc(),
        aside=lambda kind: metrics.room_set_aside_total.labels(kind).inc(),
    )


def _measure(metrics: Metrics, registry: RoomRegistry, relay: Relay) -> None:
    """Gauges that are read when somebody scrapes."""
    metrics.rooms_open.set_function(lambda: len(registry))
    metrics.follow(relay.totals)


async def _ping_redis(url: str) -> None:
    async with Redis.from_url(url) as client:
        await client.ping()


async def _media_ready(relay: Relay) -> None:
    if not relay.ready:
        raise Unavailable(message="The media port is not open.")
