"""Shows: their rooms, and the channel that keeps everybody in step with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from liveshow.beacon import Beacons
from liveshow.http.api import Endpoint
from liveshow.http.auctions import AuctionResource
from liveshow.http.dossiers import DossierResource
from liveshow.http.giveaways import GiveawayResource
from liveshow.http.identity import address_key, client_address, credentials_of, public_url
from liveshow.http.shows import ShowResource
from liveshow.http.visible import Visible
from liveshow.metrics import Metrics
from liveshow.rooms.observing import RoomObserver
from liveshow.rooms.planning import Planning
from liveshow.rooms.ports import Published
from liveshow.rooms.presence import Presence
from liveshow.rooms.registry import RoomRegistry
from liveshow.rooms.snapshots import Snapshots
from liveshow.rooms.stream_keys import StreamKeys
from liveshow.store.auction_records import AuctionRecordRepository
from liveshow.store.dossiers import DossierRepository
from liveshow.store.giveaways import GiveawayRepository
from liveshow.store.room.store import SqlRoomStore
from liveshow.store.shows import ShowRepository
from liveshow.wiring.accounts import AccountParts
from liveshow.wiring.base import Base, News
from liveshow.wiring.media import MediaParts
from signaling.notices import NoticeSockets
from signaling.socket.commands import parse_command
from signaling.socket.namespace import ChannelObserver, ShowChannel


@dataclass(frozen=True)
class ShowParts:
    shows: ShowRepository
    planning: Planning
    registry: RoomRegistry
    channel: ShowChannel
    notices: NoticeSockets
    snapshots: Snapshots
    # What rooms have committed.
    published: News[Published]
    # Asks for what draws wait for, where the operator allows that.
    beacons: Beacons | None

    def endpoints(self, base: Base, media: MediaParts) -> Iterator[Endpoint]:
        yield from ShowResource(
            self.shows,
            self.planning,
            self.registry,
            self.channel,
            rules=base.rules,
            snapshots=self.snapshots,
            clock=base.clock,
            currency=base.settings.currency,
            parse_command=parse_command,
            stats=media.stats,
            public_url=partial(public_url, base.settings.public_url),
            stream_keys=StreamKeys(self.shows, media.access.key_replaced),
        ).endpoints()
        yield from DossierResource(
            DossierRepository(base.database),
            Visible(self.registry, base.clock),
            self.channel.people,
            base.clock,
        ).endpoints()
        yield from AuctionResource(
            AuctionRecordRepository(base.database), Visible(self.registry, base.clock)
        ).endpoints()
        yield from GiveawayResource(
            GiveawayRepository(base.database),
            self.registry,
            Visible(self.registry, base.clock),
            base.clock,
        ).endpoints()


def build_shows(base: Base, people: AccountParts) -> ShowParts:
    store = SqlRoomStore(base.database)
    published: News[Published] = News()
    presence = Presence()
    registry = RoomRegistry(
        store,
        rules=base.rules,
        clock=base.clock,
        observer=_room_observer(base.metrics),
        on_published=published,
        here=presence.here,
    )
    base.metrics.rooms_open.set_function(lambda: len(registry))
    snapshots = Snapshots(base.rules)
    channel = ShowChannel(
        registry,
        people.gate,
        credentials=credentials_of,
        address=lambda request: address_key(client_address(request)),
        rules=base.rules,
        snapshots=snapshots,
        clock=base.clock,
        paces=base.paces,
        standing=people.accounts.standing,
        presence=presence,
        observer=ChannelObserver(
            sockets=base.metrics.sockets.set,
            slow=base.metrics.socket_slow_disconnects_total.inc,
            frames=base.metrics.fanout_frames_total.inc,
        ),
    )
    people.signed_out.listeners.append(channel.signed_out)
    # Who is connected first: what the rooms then tell them has the new name as well.
    people.renamed.listeners.extend((channel.renamed, registry.renamed))
    notices = NoticeSockets(people.gate, credentials_of, people.accounts.standing, base.clock)
    people.signed_out.listeners.append(notices.signed_out)
    published.listeners.append(lambda news: notices.tell(news.touched))
    return ShowParts(
        ShowRepository(base.database),
        Planning(store, base.rules),
        registry,
        channel,
        notices,
        snapshots,
        published,
        _beacons(base, registry, published),
    )


def _beacons(base: Base, registry: RoomRegistry, published: News[Published]) -> Beacons | None:
    if not base.settings.giveaway_beacon:
        return None
    beacons = Beacons(
        base.settings.giveaway_beacon_url,
        registry.tell,
        GiveawayRepository(base.database).waiting,
        base.clock,
    )
    published.listeners.append(beacons.published)
    return beacons


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
