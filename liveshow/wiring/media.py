"""Media: the relay, who may send to it and watch, and WHIP and WHEP in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from liveshow import budgets
from liveshow.domain.running.commands import StreamDown, StreamUp
from liveshow.domain.show.commands import ServerCommand
from liveshow.errors import Unavailable
from liveshow.http.media import MediaAccess, MediaReview
from liveshow.listener import MEDIA
from liveshow.relay import Relay, StreamChange
from liveshow.relay.stats import ShowStats
from liveshow.relay.words import summary
from liveshow.rooms.directory import Directory
from liveshow.rooms.stream_keys import StreamKeyStore
from liveshow.wiring.accounts import AccountParts
from liveshow.wiring.base import Background, Base
from signaling.media import whep, whip
from signaling.media.ice_servers import IceServers


@dataclass(frozen=True)
class MediaParts:
    relay: Relay
    access: MediaAccess
    review: MediaReview
    servers: IceServers

    def stats(self, show_id: str, *, most: int, own: bool) -> dict[str, Any]:
        """The figures of a show's media; see ``liveshow.http.shows.MediaStats``."""
        stats = self.relay.show_stats(show_id) or ShowStats()
        return stats.json(most=most) | {"summary": summary(stats, own=own)}

    def add_to(self, app: web.Application) -> None:
        relay, access = self.relay, self.access
        app[MEDIA] = relay
        app.on_response_prepare.append(whip.add_headers)
        app.add_routes(
            whip.routes(relay, access.publish, access.started, self.servers, access.admit)
        )
        app.add_routes(
            whep.routes(
                relay,
                access.watch,
                access.started,
                self.servers,
                access.admit,
                access.address,
            )
        )

    async def ready(self) -> None:
        if not self.relay.ready:
            raise Unavailable(message="The media port is not open.")


def build_media(
    base: Base, directory: Directory, stream_keys: StreamKeyStore, people: AccountParts
) -> MediaParts:
    settings = base.settings
    background = Background()

    def stream_changed(change: StreamChange) -> None:
        """The publisher came or went: the show goes on, or is interrupted."""
        command: ServerCommand = StreamDown() if change.state == "lost" else StreamUp()
        background.run(directory.tell(change.show_id, command))

    relay = Relay(
        public_addresses=settings.public_address,
        max_viewers=settings.max_viewers,
        on_stream=stream_changed,
        kernel=settings.kernel,
        threads=settings.media_threads,
    )
    base.metrics.follow(relay.totals)
    pace = base.paces[budgets.MEDIA_SESSIONS]
    access = MediaAccess(directory, stream_keys, base.clock, pace)
    people.signed_out.listeners.append(lambda ended: background.run(access.signed_out(ended)))
    return MediaParts(
        relay,
        access,
        MediaReview(directory, access, relay.close_show),
        IceServers(settings.ice_servers, settings.turn_secret.get_secret_value()),
    )
