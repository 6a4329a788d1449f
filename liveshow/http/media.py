"""Who may send media into a show, and who may watch it: the rules behind WHIP and WHEP."""

from __future__ import annotations

from aiohttp import web

from liveshow.accounts.identity import Identity
from liveshow.clock import Clock
from liveshow.domain.state import ShowState
from liveshow.errors import Conflict, Forbidden, NotFound, Unauthenticated
from liveshow.http.identity import bearer_token, identify
from liveshow.rooms.queries import ShowQueries
from liveshow.rooms.registry import RoomRegistry


class MediaAccess:
    """Authorises publishers and viewers; both methods raise ``liveshow.errors``."""

    def __init__(self, registry: RoomRegistry, shows: ShowQueries, clock: Clock) -> None:
        self._registry = registry
        self._shows = shows
        self._clock = clock

    async def publish(self, request: web.Request, show_id: str) -> None:
        """A host or co-host, or whoever has the show's stream key."""
        bearer = bearer_token(request)
        by_key = bearer is not None and await self._shows.is_stream_key(show_id, bearer)
        caller = None if by_key else await identify(request)
        state = await self._state(show_id)
        if not by_key:
            if caller is None:
                raise Unauthenticated(message="Send the token of a host, or the stream key.")
            if not state.may(caller.user_id, "direct"):
                raise Forbidden(message="Only the hosts of this show can broadcast in it.")
        if state.status == "ended":
            raise Conflict("show_ended", "This show has ended.")

    async def watch(self, request: web.Request, show_id: str) -> None:
        """Everybody who may join; before the start only the staff, who may rehearse."""
        caller: Identity | None = await identify(request)
        state = await self._state(show_id)
        staff = caller is not None and state.is_staff(caller.user_id)
        if state.status == "draft" and not staff:
            raise NotFound(message="There is no such show.")
        if caller and (ban := state.sanction(caller.user_id, "ban", self._clock())):
            raise Forbidden("banned", f"You are banned from this show: {ban.reason}")
        if not (state.on_air or staff):
            raise Conflict("not_live", "The host is not live.", retry_after=5)

    async def _state(self, show_id: str) -> ShowState:
        room = await self._registry.get(show_id)
        return await room.settled()
