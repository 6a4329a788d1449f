"""Who may send media into a show, and who may watch it: the rules behind WHIP and WHEP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

from aiohttp import web

from liveshow.accounts.identity import Identity, SignOut
from liveshow.clock import Clock
from liveshow.domain.moderation.events import UserBanned
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.running.events import ShowEnded, ShowStaffed, ShowUnstaffed
from liveshow.domain.show.admission import check_not_banned, check_visible
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.errors import Conflict, Forbidden, NotFound, Unauthenticated
from liveshow.fields import is_id
from liveshow.http.identity import (
    GATE,
    address_key,
    bearer_token,
    client_address,
    credentials_of,
    identify,
)
from liveshow.pace import Pace
from liveshow.rooms.directory import Directory
from liveshow.rooms.stream_keys import StreamKeyStore


class RelaySession(Protocol):
    """A publisher or viewer of the relay, as far as it matters here."""

    @property
    def role(self) -> str: ...

    async def end(self) -> None:
        """End it and tell the peer."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a media session is: a user's, or of whoever has the stream key."""

    show_id: str
    user_id: str = ""
    token_id: str = ""
    by_key: bool = False


HOLDER: web.RequestKey[Holder] = web.RequestKey("holder", Holder)
_ADMITTED: web.RequestKey[bool] = web.RequestKey("admitted", bool)


class MediaAccess:
    """Authorises publishers and viewers, and ends what they may not do any longer.

    ``publish``, ``watch`` and ``started`` raise ``liveshow.errors``. Guests are nobody in
    particular: their sessions end with the show only. What a stream key opened ends when
    the key is replaced.
    """

    def __init__(
        self, directory: Directory, stream_keys: StreamKeyStore, clock: Clock, pace: Pace
    ) -> None:
        """``pace`` counts what each address asks for."""
        self._directory = directory
        self._stream_keys = stream_keys
        self._clock = clock
        self._pace = pace
        # Only of sessions that exist: the relay forgets them when they end.
        self._holders: WeakKeyDictionary[RelaySession, Holder] = WeakKeyDictionary()

    def address(self, request: web.Request) -> str:
        """Whose places a viewer takes until it is connected."""
        return address_key(client_address(request))

    def admit(self, request: web.Request, about: str = "") -> None:
        """Count a request, once; raise ``RateLimited`` when its address is too fast.

        What is asked ``about`` one session is counted by itself: ICE trickles and restarts a few
        times a second at most, and many viewers may have one address.
        """
        if _ADMITTED not in request:
            request[_ADMITTED] = True
            self._pace.take(f"{self.address(request)} {about}".rstrip())

    async def publish(self, request: web.Request, show_id: str) -> None:
        """A host or co-host, or whoever has the show's stream key."""
        self._check(request, show_id)
        request[HOLDER] = await self._publisher(request, show_id)

    async def watch(self, request: web.Request, show_id: str) -> None:
        """Everybody who may join; before the start only the staff, who may rehearse."""
        self._check(request, show_id)
        caller: Identity | None = await identify(request)
        state = await self._directory.snapshot(show_id)
        staff = caller is not None and state.show.is_staff(caller.user_id)
        check_visible(state, caller.user_id if caller else None)
        if caller:
            check_not_banned(state, caller.user_id, self._clock())
            request[HOLDER] = Holder(show_id, caller.user_id, caller.token_id)
        if not (state.show.on_air or staff):
            raise Conflict("not_live", "The host is not live.", retry_after=5)

    # --- sessions ------------------------------------------------------------------------------

    async def started(self, request: web.Request, session: RelaySession) -> None:
        """Remember whose a new session is. A broadcast is looked at once more.

        What ended the right to it before it was there to be ended is noticed now.
        """
        if HOLDER in request:
            self._holders[session] = request[HOLDER]
            if session.role == "publisher":
                await self._publisher(request, request[HOLDER].show_id)

    async def review(self, state: ShowState) -> None:
        """End what people do in a show that they may not do as it is now."""
        now = self._clock()
        await self._end(
            lambda session, holder: (
                holder.show_id == state.id and not _may_stay(state, session, holder, now)
            )
        )

    async def signed_out(self, ended: SignOut) -> None:
        """Sign-ins are over: so is what is broadcast with them. Anybody may watch."""
        await self._end(
            lambda session, holder: (
                session.role == "publisher" and ended.ends(holder.user_id, holder.token_id)
            )
        )

    async def key_replaced(self, show_id: str) -> None:
        """A show has a new stream key: what is broadcast with the former one ends."""
        await self._end(lambda _, holder: holder.by_key and holder.show_id == show_id)

    async def _end(self, meant: Callable[[RelaySession, Holder], bool]) -> None:
        found = [session for session, holder in self._holders.items() if meant(session, holder)]
        await asyncio.gather(*(session.end() for session in found))

    # --- what both ask -------------------------------------------------------------------------

    def _check(self, request: web.Request, show_id: str) -> None:
        """Before anything is read for them: not too fast, and about something that could be."""
        self.admit(request)
        if not is_id(show_id):
            raise NotFound(message="There is no such show.")

    async def _publisher(self, request: web.Request, show_id: str) -> Holder:
        """Who asks to broadcast, and still may. Nothing is remembered from the last time."""
        bearer = bearer_token(request)
        by_key = bearer is not None and await self._stream_keys.is_stream_key(show_id, bearer)
        caller = (
            None
            if by_key
            else await request.app[GATE].identify(credentials_of(request), unsafe=True)
        )
        state = await self._directory.snapshot(show_id)
        if not by_key:
            if caller is None:
                raise Unauthenticated(message="Send the token of a host, or the stream key.")
            check_not_banned(state, caller.user_id, self._clock())
            if not state.show.may(caller.user_id, "direct"):
                check_visible(state, caller.user_id)
                raise Forbidden(message="Only the hosts of this show can broadcast in it.")
        if state.show.status == "ended":
            raise Conflict("show_ended", "This show has ended.")
        if caller is None:
            return Holder(show_id, by_key=True)
        return Holder(show_id, caller.user_id, caller.token_id)


def _may_stay(state: ShowState, session: RelaySession, holder: Holder, now: int) -> bool:
    if state[Moderation].active(holder.user_id, "ban", now):
        return False
    return session.role != "publisher" or holder.by_key or state.show.may(holder.user_id, "direct")


class MediaReview:
    """Ends media sessions that a show takes the right from.

    Implements ``liveshow.rooms.followers.Follower``. It goes by the show as it is now, so that an
    old event ends nothing that is allowed again.
    """

    name = "media"
    follows = (UserBanned, ShowStaffed, ShowUnstaffed, ShowEnded)

    def __init__(
        self,
        directory: Directory,
        access: MediaAccess,
        close_show: Callable[[str], Awaitable[None]],
    ) -> None:
        """``close_show`` ends all media of a show."""
        self._directory = directory
        self._access = access
        self._close_show = close_show

    async def follow(self, show_id: str, records: Sequence[Record]) -> None:
        state = await self._directory.snapshot(show_id)
        if state.show.status == "ended":
            await self._close_show(show_id)
        else:
            await self._access.review(state)
