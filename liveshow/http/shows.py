"""PROTOCOL.md 2.3: shows, their state and log, commands without a socket."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, Protocol

from aiohttp import web
from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.clock import Clock
from liveshow.domain import staff_views, views
from liveshow.domain.admission import check_not_banned, check_visible
from liveshow.domain.carts import quote
from liveshow.domain.commands import Envelope
from liveshow.domain.decisions.context import pick_variant
from liveshow.domain.events import wire
from liveshow.domain.facts import Rules
from liveshow.domain.state import Json, Person, ShowState
from liveshow.errors import Forbidden, Invalid, NotFound
from liveshow.fields import (
    MAX_SEQ,
    NOT_NULL,
    Amount,
    Body,
    Currency,
    Digits,
    Handle,
    Id,
    Line,
    Ms,
    Query,
    Text,
)
from liveshow.http.api import Endpoint
from liveshow.http.bodies import (
    Page,
    PageQuery,
    RankedCursor,
    decode_cursor,
    encode_cursor,
    read_json_bytes,
)
from liveshow.http.commands import COMMAND_ERRORS, command_body
from liveshow.http.show_views import (
    AuditView,
    CommandAnswerView,
    LogView,
    MineView,
    PeopleView,
    QuoteView,
    ShowCardView,
    ShowForCallerView,
    ShowView,
    SnapshotView,
    StatsView,
    StreamKeyView,
)
from liveshow.pace import Pace
from liveshow.rooms.directory import Directory
from liveshow.rooms.planning import NewShow, Planning
from liveshow.rooms.queries import STATUSES, ShowQueries
from liveshow.rooms.snapshots import Snapshots
from liveshow.shared_body import SharedBody

MAX_LOG = 500
MAX_VIEWERS = 200

_SEEN = ("not_found", "banned")
_FOR_STAFF = (*_SEEN, "forbidden")

ParseCommand = Callable[[Json, Person], Envelope]


class MediaStats(Protocol):
    """The figures of a show's media as JSON values; the relay knows."""

    def __call__(self, show_id: str, *, most: int, own: bool) -> Json:
        """``most``: viewers told apart; ``own``: the reader is one who broadcasts."""


class Presence(Protocol):
    """Who is connected; ``signaling.socket.namespace.ShowChannel`` knows."""

    def viewers(self, show_id: str) -> int: ...

    def people(self, show_id: str) -> list[Person]: ...


class ChatBody(Body):
    slow_seconds: Annotated[int, Field(ge=0, le=600)] = 0
    mode: Literal["everyone", "followers", "sellers"] = "everyone"
    words: Annotated[list[Annotated[str, Line(1, 50)]], Field(max_length=200)] = []


class ShowBody(Body):
    title: Annotated[str, Line(1, 120)]
    description: Annotated[str, Text(4000)] = ""
    cover: Id | None = None
    scheduled_at: Ms | None = None
    currency: Currency | None = None
    hold_seconds: Annotated[int, Field(ge=30, le=3600)] = 300
    claims_per_buyer: Annotated[int, Field(ge=1, le=100)] = 1
    shipping_cap: Amount | None = None
    chat: ChatBody = ChatBody()


_STATUS = f"(?:{'|'.join(STATUSES)})"


class ShowsQuery(PageQuery):
    after: Annotated[RankedCursor | None, NOT_NULL] = None
    status: Annotated[str, Field(pattern=f"^{_STATUS}(?:,{_STATUS}){{0,4}}$", max_length=100)] = (
        "live,interrupted,scheduled,ended"
    )
    host: Annotated[Handle | None, NOT_NULL] = None


class LogQuery(Query):
    after: Annotated[int, Field(ge=0, le=MAX_SEQ), Digits] = 0


class StatsQuery(Query):
    viewers: Annotated[int, Field(ge=0, le=MAX_VIEWERS), Digits] = MAX_VIEWERS


class QuoteQuery(Query):
    quantity: Annotated[int, Field(ge=1, le=100), Digits] = 1
    variant: Annotated[Id | None, NOT_NULL] = None


class ShowResource:
    """Routes of shows."""

    def __init__(
        self,
        shows: ShowQueries,
        planning: Planning,
        directory: Directory,
        presence: Presence,
        *,
        snapshots: Snapshots,
        rules: Rules,
        clock: Clock,
        pace: Pace,
        currency: str,
        parse_command: ParseCommand,
        stats: MediaStats,
        public_url: Callable[[web.Request], str],
        key_replaced: Callable[[str], Awaitable[None]],
    ) -> None:
        self._shows = shows
        self._planning = planning
        self._directory = directory
        self._presence = presence
        self._snapshots = snapshots
        self._rules = rules
        self._clock = clock
        self._pace = pace
        self._currency = currency
        self._parse = parse_command
        self._stats = stats
        self._public_url = public_url
        self._key_replaced = key_replaced

    def endpoints(self) -> list[Endpoint]:
        show = "/api/shows/{show}"
        return [
            Endpoint("GET", "/api/shows", self.list, "List shows", returns=Page[ShowCardView]),
            Endpoint(
                "POST",
                "/api/shows",
                self.create,
                "Plan a show; the caller is its host",
                status=201,
                errors=("unknown_photo", "in_the_past", "conflict"),
                returns=ShowView,
            ),
            Endpoint(
                "GET",
                show,
                self.get,
                "A show, and what the caller may do in it",
                errors=_SEEN,
                returns=ShowForCallerView,
            ),
            Endpoint(
                "POST",
                f"{show}/commands",
                self.command,
                "One command, as on the show channel",
                errors=COMMAND_ERRORS,
                accepts=command_body(),
                returns=CommandAnswerView,
            ),
            Endpoint(
                "GET",
                f"{show}/state",
                self.state,
                "The snapshot of the show channel",
                errors=_SEEN,
                returns=SnapshotView,
            ),
            Endpoint(
                "GET",
                f"{show}/mine",
                self.mine,
                "The caller's private state",
                errors=_SEEN,
                returns=MineView,
            ),
            Endpoint(
                "GET",
                f"{show}/log",
                self.log,
                "The log, as staff see it",
                errors=_FOR_STAFF,
                returns=LogView,
            ),
            Endpoint(
                "GET",
                f"{show}/audit",
                self.audit,
                "What moderators did, newest first",
                errors=_FOR_STAFF,
                returns=AuditView,
            ),
            Endpoint(
                "GET",
                f"{show}/people",
                self.people,
                "Who is here, muted or banned",
                errors=_FOR_STAFF,
                returns=PeopleView,
            ),
            Endpoint(
                "GET",
                f"{show}/items/{{item}}/quote",
                self.quote,
                "What claiming an item would add to the caller's parcel",
                errors=(*_SEEN, "unknown_item", "variant_required", "unknown_variant"),
                returns=QuoteView,
            ),
            Endpoint(
                "POST",
                f"{show}/stream-key",
                self.stream_key,
                "A new key for OBS; shown once",
                errors=_FOR_STAFF,
                returns=StreamKeyView,
            ),
            Endpoint(
                "GET",
                f"{show}/stats",
                self.stats,
                "How the picture arrives, and how it reaches the viewers",
                errors=_FOR_STAFF,
                returns=StatsView,
            ),
        ]

    # --- lists and planning ----------------------------------------------------------------

    async def list(self, caller: Identity | None, query: ShowsQuery) -> dict[str, Any]:
        after = decode_cursor(query.after, int, int, str) if query.after else None
        cards, following = await self._shows.cards(
            statuses=query.status.split(","),
            host=query.host,
            viewer=caller.user_id if caller else None,
            after=(after[0], after[1], after[2]) if after else None,
            limit=query.limit,
        )
        for card in cards:
            card["viewers"] = self._presence.viewers(card["id"])
        return {"items": cards, "next": encode_cursor(*following) if following else None}

    async def create(self, caller: Identity, body: ShowBody) -> dict[str, Any]:
        show_id = await self._planning.plan(
            caller.user_id,
            NewShow(
                title=body.title,
                currency=body.currency or self._currency,
                description=body.description,
                cover=body.cover,
                scheduled_at=body.scheduled_at,
                hold_seconds=body.hold_seconds,
                claims_per_buyer=body.claims_per_buyer,
                shipping_cap=body.shipping_cap,
                slow_seconds=body.chat.slow_seconds,
                chat_mode=body.chat.mode,
                words=[*body.chat.words],
            ),
        )
        return views.show_view(await self._directory.snapshot(show_id))

    # --- one show --------------------------------------------------------------------------

    async def _visible(self, show: str, caller: Identity | None) -> ShowState:
        """The show's committed state; drafts exist for their staff only."""
        state = await self._directory.snapshot(show)
        check_visible(state, caller.user_id if caller else None)
        if caller is not None:
            check_not_banned(state, caller.user_id, self._clock())
        return state

    async def _staff_only(self, show: str, caller: Identity) -> ShowState:
        state = await self._visible(show, caller)
        if not state.is_staff(caller.user_id):
            raise Forbidden(message="Only the team of this show may see this.")
        return state

    async def get(self, caller: Identity | None, show: str) -> dict[str, Any]:
        state = await self._visible(show, caller)
        role = state.role(caller.user_id) if caller else ""
        return {
            "show": views.show_view(state),
            "roles": [role] if role else [],
            "can": state.permissions(caller.user_id) if caller else [],
        }

    async def command(self, caller: Identity, show: str, request: web.Request) -> dict[str, Any]:
        # The same count as on the show channel: no way around it.
        self._pace.take(caller.user_id)
        body = await _json_object(request)
        person = Person(caller.user_id, caller.handle, caller.name)
        envelope = self._parse(body, person)
        # Not whether they are banned: what they hold they may still let go, and the room decides.
        check_visible(await self._directory.snapshot(show), caller.user_id)
        return {"ok": True, **await self._directory.submit(show, envelope)}

    async def state(
        self, caller: Identity | None, show: str, request: web.Request
    ) -> web.StreamResponse:
        state = await self._visible(show, caller)
        staff = caller is not None and state.is_staff(caller.user_id)
        encoded = await self._snapshots.get(state, self._rules, staff=staff)
        parts = encoded.message(self._clock())
        body = SharedBody(parts, request.transport, content_type="application/json; charset=utf-8")
        return web.Response(body=body)

    async def mine(self, caller: Identity, show: str) -> dict[str, Any]:
        state = await self._visible(show, caller)
        person = Person(caller.user_id, caller.handle, caller.name)
        return views.mine(state, person, self._rules, self._clock())

    async def quote(
        self, caller: Identity, show: str, item: str, query: QuoteQuery
    ) -> dict[str, Any]:
        state = await self._visible(show, caller)
        wanted = state.in_run(item)
        if wanted is None:
            raise NotFound("unknown_item", "That item is not in this show.")
        if query.variant is not None:
            pick_variant(wanted, query.variant)
        return quote(state, caller.user_id, item, query.quantity, self._rules)

    # --- for the staff ---------------------------------------------------------------------

    async def log(self, caller: Identity, show: str, query: LogQuery) -> dict[str, Any]:
        await self._staff_only(show, caller)
        events = await self._shows.log(show, query.after, MAX_LOG)
        return {"items": [wire(event, staff=True) for event in events]}

    async def audit(self, caller: Identity, show: str) -> dict[str, Any]:
        await self._staff_only(show, caller)
        events = await self._shows.audit(show)
        messages = await self._shows.messages(show, staff_views.messages_of(events))
        return {"items": staff_views.audit(events, messages)}

    async def people(self, caller: Identity, show: str) -> dict[str, Any]:
        state = await self._staff_only(show, caller)
        connected = self._presence.people(show)
        return {"people": staff_views.people(state, connected, self._clock())}

    async def stream_key(self, caller: Identity, show: str, request: web.Request) -> dict[str, Any]:
        state = await self._visible(show, caller)
        if caller.user_id != state.host.id:
            raise Forbidden(message="Only the host can make a stream key.")
        key = secrets.token_urlsafe(24)
        await self._shows.set_stream_key(show, key)
        await self._key_replaced(show)
        return {"key": key, "whip_url": f"{self._public_url(request)}/whip/{show}"}

    async def stats(self, caller: Identity, show: str, query: StatsQuery) -> dict[str, Any]:
        state = await self._staff_only(show, caller)
        own = "sell" in state.permissions(caller.user_id)
        figures = self._stats(show, most=query.viewers, own=own)
        return figures | {"connected": self._presence.viewers(show)}


async def _json_object(request: web.Request) -> Json:
    """The body as it is: which fields belong to it depends on its ``type``."""
    try:
        body = json.loads(await read_json_bytes(request))
    except (ValueError, RecursionError):
        raise Invalid(message="This is not JSON.") from None
    if not isinstance(body, dict):
        raise Invalid(message="Send one object with the fields of the command.")
    return body
