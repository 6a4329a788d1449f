"""WHEP: watching over HTTP (draft-ietf-wish-whep).

The same resource as WHIP with the media going the other way. The viewer offers; a show
that is not live answers 409 with Retry-After, a full server 503 with Retry-After.
"""

from __future__ import annotations

from aiohttp import web

from .ice_servers import IceServers
from .media_port import MediaRelay, MediaSession, Offer
from .whip import NO_SERVERS, Authorise, Started, nothing, resource


def routes(
    relay: MediaRelay,
    authorise_watch: Authorise,
    started: Started = nothing,
    ice_servers: IceServers = NO_SERVERS,
) -> list[web.RouteDef]:
    """Return the routes of WHEP.

    ``authorise_watch`` is awaited with the request and the show's id, and raises
    ``liveshow.errors`` when the show may not be watched; ``started`` is told the session.
    """

    async def watch(request: web.Request, offer: Offer) -> MediaSession:
        return await relay.subscribe(request.match_info["show"], offer)

    return resource("/whep", "viewer", relay, authorise_watch, watch, started, ice_servers)
