"""What a running server is made of."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from liveshow.accounts.service import Accounts
from liveshow.catalog.listings import Listings
from liveshow.catalog.mandates import Mandates
from liveshow.catalog.photos import Photos
from liveshow.metrics import Metrics
from liveshow.payments.orders import Orders
from liveshow.payments.reconciler import Reconciler
from liveshow.payments.service import Payments
from liveshow.relay import Relay
from liveshow.rooms.followers import Followers
from liveshow.rooms.planning import Planning
from liveshow.rooms.registry import RoomRegistry
from liveshow.settings import Settings
from liveshow.store.database import Database
from liveshow.store.shows import ShowRepository
from signaling.notices import NoticeSockets
from signaling.socket.namespace import ShowChannel


@dataclass(frozen=True)
class Parts:
    """Tests and the demo reach these through ``app[PARTS]``."""

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
    notices: NoticeSockets
    relay: Relay
    payments: Payments
    orders: Orders
    reconciler: Reconciler
    followers: Followers


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
