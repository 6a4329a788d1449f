"""WHEP: watching over HTTP (draft-ietf-wish-whep).

The same resource as WHIP with the media going the other way. The viewer offers; a show
that is not live answers 409 with Retry-After, a full server 503 with Retry-After. A GET or HEAD
says by its content type that this is where a player may post.

On purpose there is no 406 with an offer of ours instead: an offer that cannot be answered gets
422 with the reason. We would offer the codecs that it has not named, so it would not help, and
a session would wait for an answer that most players never send.
"""

from __future__ import annotations

from aiohttp import web

from signaling.media.ice_servers import IceServers
from signaling.media.port import MediaRelay, Offer, RelaySession
from signaling.media.whip import NO_SERVERS, Admit, Authorise, Resource, Started, everybody, nothing


def routes(
    relay: MediaRelay,
    authorise_watch: Authorise,
    started: Started = nothing,
    ice_servers: IceServers = NO_SERVERS,
    admit: Admit = everybody,
) -> list[web.RouteDef]:
    """Return the routes of WHEP.

    ``authorise_watch`` is awaited with the request and the show's id, and raises
    ``liveshow.errors`` when the show may not be watched; ``started`` is told the session;
    ``admit`` is that of ``whip.routes``.
    """

    async def watch(request: web.Request, offer: Offer) -> RelaySession:
        return await relay.subscribe(request.match_info["show"], offer)

    return Resource(
        "/whep",
        "viewer",
        relay,
        authorise_watch,
        watch,
        started,
        ice_servers,
        admit,
        discoverable=True,
    ).routes()
