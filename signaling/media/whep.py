"""WHEP: watching over HTTP (draft-ietf-wish-whep).

This is the resource of WHIP with media in the other direction. The viewer offers. A show that is
not live answers 409 with Retry-After, a full server 503 with Retry-After. The content type of a GET
or HEAD tells a player that it may post here.

The server never answers 406 with an offer of its own: an offer that cannot be answered gets 422
with the reason. Our offer would have the codecs that the player did not name, so it would not help,
and a session would wait for an answer that most players never send.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from signaling.media.ice_servers import IceServers
from signaling.media.port import MediaRelay, Offer, RelaySession
from signaling.media.whip import NO_SERVERS, Admit, Authorise, Resource, Started, everybody, nothing

AddressOf = Callable[[web.Request], str]


def nowhere(_request: web.Request) -> str:
    return ""


def routes(
    relay: MediaRelay,
    authorise_watch: Authorise,
    started: Started = nothing,
    ice_servers: IceServers = NO_SERVERS,
    admit: Admit = everybody,
    address: AddressOf = nowhere,
) -> list[web.RouteDef]:
    """Return the routes of WHEP.

    ``authorise_watch`` is awaited with the request and the show's id, and raises
    ``liveshow.errors`` when the show may not be watched. ``started`` gets the new session.
    ``admit`` is that of ``whip.routes``. ``address`` says whose places a viewer takes until it is
    connected.
    """

    async def watch(request: web.Request, offer: Offer) -> RelaySession:
        return await relay.subscribe(request.match_info["show"], offer, address=address(request))

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
