"""WHIP: publishing over HTTP (RFC 9725), and the session resource it shares with WHEP.

``POST /whip/{show}`` makes a session; ``PATCH`` and ``DELETE`` on its ``Location`` change and end
it. Those two are authorised by the id of the session, which cannot be guessed. A ``GET`` has
nothing to return and gets 204 (RFC 9725 §4.1).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from liveshow.errors import (
    Invalid,
    NotFound,
    TooLarge,
    Unprocessable,
    UnsupportedMediaType,
)
from signaling.media import sdp
from signaling.media.ice_servers import IceServers
from signaling.media.port import (
    MediaRelay,
    Offer,
    PreconditionFailed,
    PreconditionRequired,
    RelaySession,
)

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
MAX_BODY = 64 * 1024  # bytes, more get 413; the offer of a browser has 5 to 15 KiB
READ_SECONDS = 15.0  # that a body may take to arrive

Authorise = Callable[[web.Request, str], Awaitable[None]]
Started = Callable[[web.Request, RelaySession], Awaitable[None]]
Admit = Callable[[web.Request, str], None]
NO_SERVERS = IceServers()

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Location, ETag, Link, Accept-Patch, Accept-Post, Retry-After, WWW-Authenticate"
    ),
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "OPTIONS, GET, HEAD, POST, PATCH, DELETE",
    # Some clients send ETag where If-Match belongs. They must be able to read the 428.
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, ETag",
    "Access-Control-Max-Age": "86400",
}


async def nothing(_request: web.Request, _session: RelaySession) -> None:
    pass


def everybody(_request: web.Request, _about: str) -> None:
    pass


def routes(
    relay: MediaRelay,
    authorise_publish: Authorise,
    started: Started = nothing,
    ice_servers: IceServers = NO_SERVERS,
    admit: Admit = everybody,
) -> list[web.RouteDef]:
    """Return the routes of WHIP.

    ``authorise_publish`` is awaited with the request and the show's id once the body is there. It
    raises ``liveshow.errors`` when the bearer may not publish there. ``started`` gets the new
    session, and ends it by raising. ``?takeover=1`` ends another broadcast of the same show.
    ``ice_servers`` are announced to clients, beside the relay's own port. ``admit`` is called
    before the body of a POST, PATCH or DELETE is read, and raises ``RateLimited`` (RFC 9725 §5). It
    gets the id of the session, ``unknown`` for one that does not exist, and "" for a new one.
    """

    async def publish(request: web.Request, offer: Offer) -> RelaySession:
        takeover = request.query.get("takeover") == "1"
        _check_tracks(offer)
        return await relay.publish(request.match_info["show"], offer, takeover=takeover)

    return Resource(
        "/whip", "publisher", relay, authorise_publish, publish, started, ice_servers, admit
    ).routes()


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add CORS and the accepted content types to every response, errors included.

    For ``app.on_response_prepare``: a middleware renders errors, so a handler cannot add headers to
    them, and a browser can read an error only with CORS headers.
    """
    if request.path.startswith(("/whip/", "/whep/")):
        response.headers.update(_CORS)
        if response.status == UnsupportedMediaType.status:  # RFC 5789 §2.2
            patching = request.method == "PATCH"
            response.headers["Accept-Patch" if patching else "Accept-Post"] = (
                FRAGMENT if patching else SDP
            )


@dataclass(frozen=True, slots=True)
class Resource:
    """An endpoint that makes sessions (RFC 9725 §4.2), and the resources of these sessions.

    ``discoverable``: the content type of a GET tells that it is the endpoint of a player.
    """

    prefix: str
    role: str
    relay: MediaRelay
    authorise: Authorise
    create: Callable[[web.Request, Offer], Awaitable[RelaySession]]
    started: Started
    ice_servers: IceServers
    admit: Admit
    discoverable: bool = False

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the endpoint and of the sessions made there."""
        sessions = _Sessions(self.relay, self.role, self.admit)
        path = f"{self.prefix}/{{show}}"
        session_path = f"{path}/{{session}}"
        return [
            # People type the address into OBS, some with a slash at its end.
            *(
                route
                for address in (path, f"{path}/")
                for route in (
                    web.post(address, self.post),
                    web.options(address, self.options),
                    web.get(address, self.get),
                )
            ),
            web.patch(session_path, sessions.patch),
            web.delete(session_path, sessions.delete),
            web.options(session_path, sessions.options),
            web.get(session_path, sessions.get),
        ]

    async def post(self, request: web.Request) -> web.StreamResponse:
        show = request.match_info["show"]
        self.admit(request, "")
        # The body comes first, at its sender's pace: authorisation may change while it arrives.
        body = await _body(request, SDP)
        await self.authorise(request, show)
        session = await self.create(request, sdp.parse_offer(body))
        try:
            await self.started(request, session)
        except BaseException:
            await session.end()
            raise
        # As bytes: text would add the parameter charset, which application/sdp does not have.
        response = web.Response(
            status=201,
            body=sdp.format_answer(session.answer).encode(),
            content_type=SDP,
            headers={
                "Location": f"{self.prefix}/{show}/{session.id}",
                "ETag": f'"{session.etag}"',
                "Accept-Patch": FRAGMENT,
            },
        )
        # Not in answers to OPTIONS: credentials are for authorised clients (§4.6).
        for link in self.ice_servers.links():
            response.headers.add("Link", link)
        return response

    async def options(self, request: web.Request) -> web.StreamResponse:
        own = {"Allow": "OPTIONS, GET, HEAD, POST", "Accept-Post": SDP}
        return web.Response(headers=_PREFLIGHT | own)

    async def get(self, request: web.Request) -> web.StreamResponse:
        if self.discoverable:
            return web.Response(status=200, content_type=SDP)
        return web.Response(status=204)


@dataclass(frozen=True, slots=True)
class _Sessions:
    """The resources of sessions, until they end (RFC 9725 §4.2, §4.3)."""

    relay: MediaRelay
    role: str
    admit: Admit

    async def patch(self, request: web.Request) -> web.StreamResponse:
        self._admitted(request)
        fragment = sdp.parse_fragment(await _body(request, FRAGMENT))
        session = self._session(request)  # only now: it may have ended while the body came
        tags = _if_match(request)
        if tags is not None and session.etag not in tags:
            raise PreconditionFailed(message="This ICE session has been replaced by a restart.")
        if tags is None and not fragment.ufrag:
            raise Invalid("malformed_sdp", "An ICE restart needs a new ice-ufrag and ice-pwd.")
        # §4.3.3: new credentials are a restart, whatever the tag. The present ones are none, unless
        # the client repeats a restart whose answer was lost.
        again = tags is None and session.restarting
        if again or fragment.ufrag not in ("", session.remote_ufrag):
            return _restart(session, fragment.ufrag, fragment.password)
        # §4.3.2: no body and no ETag. The server is ICE-lite: it waits for checks, needs no
        # candidates, and never sends to an unproven address.
        return web.Response(status=204)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        await self._admitted(request).end()
        return web.Response(status=200)

    async def options(self, request: web.Request) -> web.StreamResponse:
        own = {"Allow": "OPTIONS, GET, HEAD, PATCH, DELETE", "Accept-Patch": FRAGMENT}
        return web.Response(headers=_PREFLIGHT | own)

    async def get(self, request: web.Request) -> web.StreamResponse:
        self._session(request)
        return web.Response(status=204)

    def _admitted(self, request: web.Request) -> RelaySession:
        session = request.match_info["session"]
        # By session: other clients behind the same address must not slow this one. Guessed ids
        # share one bucket: a bucket of its own for each guess would be no limit.
        self.admit(request, session if self.relay.session(session) is not None else "unknown")
        return self._session(request)

    def _session(self, request: web.Request) -> RelaySession:
        session = self.relay.session(request.match_info["session"])
        show = request.match_info["show"]
        if session is None or session.role != self.role or session.show_id != show:
            raise NotFound("session_not_found", "This media session has ended. Start a new one.")
        return session


def _check_tracks(offer: Offer) -> None:
    """Refuse an offer that could be published only in part (RFC 9725 §4.2, §4.4.2).

    Raises ``Unprocessable``. This comes before anything else: a takeover that fails must not have
    ended the other broadcast.
    """
    kinds: set[str] = set()
    streams: set[str] = set()
    for section in offer.sections:
        if section.disabled or section.kind not in ("audio", "video"):
            continue
        if section.direction not in ("sendonly", "sendrecv"):
            raise Unprocessable("unsupported_tracks", "Offer each media section as sendonly.")
        if section.kind in kinds:
            raise Unprocessable("unsupported_tracks", "Offer one audio and one video track.")
        kinds.add(section.kind)
        streams.update(section.streams)
    if len(streams) > 1:
        raise Unprocessable("unsupported_tracks", "Offer tracks of one MediaStream.")


def _restart(session: RelaySession, ufrag: str, password: str) -> web.Response:
    """Restart ICE (RFC 9725 §4.3.3)."""
    if not password:
        raise Invalid("malformed_sdp", "An ICE restart needs a new ice-pwd.")
    ice = session.restart(ufrag)
    return web.Response(
        status=200,
        body=sdp.format_fragment(session.answer, ice).encode(),
        content_type=FRAGMENT,
        headers={"ETag": f'"{session.etag}"'},
    )


def _if_match(request: web.Request) -> list[str] | None:
    """Return the entity tags of If-Match, None for the asterisk (RFC 9110 §13.1.1).

    Weak tags are left out: If-Match compares strongly. Quotes may be missing.
    """
    header = ",".join(request.headers.getall("If-Match", [])).strip()
    if not header:
        raise PreconditionRequired(message="Send the ETag of the session as If-Match.")
    if header in ("*", '"*"'):  # RFC 9725 writes the asterisk in quotes
        return None
    tags = (tag.strip() for tag in header.split(","))
    return [tag.strip('"') for tag in tags if not tag.startswith("W/")]


async def _body(request: web.Request, content_type: str) -> str:
    """Read a body of the right type, of at most ``MAX_BODY`` bytes."""
    if request.content_type != content_type:
        raise UnsupportedMediaType(message=f"Send the body as {content_type}.")
    if (request.content_length or 0) > MAX_BODY:
        raise TooLarge(message=f"The body may have {MAX_BODY} bytes at most.")
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY:
                    raise TooLarge(message=f"The body may have {MAX_BODY} bytes at most.")
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError) as error:
        # Badly compressed or chunked, or the client disconnected in the middle.
        raise Invalid("malformed_sdp", "The body could not be read.") from error
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Invalid("malformed_sdp", "The body is not UTF-8.") from None
