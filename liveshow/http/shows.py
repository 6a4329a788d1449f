"""PROTOCOL.md 2.3: shows, their state and log, commands without a socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal, Protocol

import msgspec
from aiohttp import web
from pydantic import Field

from liveshow.accounts.identity import Identity
from liveshow.budgets import COMMANDS
from liveshow.clock import Clock
from liveshow.domain.chat.blocking import MAX_RULES, all_blocking, with_rules
from liveshow.domain.chat.commands import ChatText
from liveshow.domain.chat.state import Chat
from liveshow.domain.checkout.parcels import Quote, quote
from liveshow.domain.features import MACHINE
from liveshow.domain.moderation import staff
from liveshow.domain.moderation.commands import BlockedWord
from liveshow.domain.run_of_show.items import pick_variant
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.commands import (
    ClaimsPerBuyer,
    ClaimWord,
    CreateShow,
    Description,
    HoldSeconds,
    Title,
)
from liveshow.domain.running.views import ShowView, roles, show_view
from liveshow.domain.show import views
from liveshow.domain.show.admission import check_visible
from liveshow.domain.show.commands import Envelope
from liveshow.domain.show.events import seen_log
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.feature import Look
from liveshow.domain.values import Person
from liveshow.errors import Invalid, NotFound
from liveshow.fields import (
    MAX_SEQ,
    NOT_NULL,
    Amount,
    Body,
    Currency,
    Digits,
    Handle,
    Id,
    Ms,
    Query,
)
from liveshow.http.api import Endpoint
from liveshow.http.bodies import (
    PageQuery,
    RankedCursor,
    decode_cursor,
    encode_cursor,
    read_json_bytes,
)
from liveshow.http.commands import COMMAND_ERRORS, command_answer, command_body
from liveshow.http.show_views import (
    AuditView,
    LogView,
    PeopleView,
    ShowCards,
    ShowForCaller,
    SnapshotView,
    StatsView,
    StreamKeyView,
    TriedView,
)
from liveshow.http.visible import Visible
from liveshow.rooms.directory import Directory
from liveshow.rooms.planning import Planning
from liveshow.rooms.queries import STATUSES, ShowQueries, statuses_of
from liveshow.rooms.snapshots import Snapshots
from liveshow.rooms.stream_keys import StreamKeys
from liveshow.shared_body import SharedBody

MAX_LOG = 500
MAX_VIEWERS = 200

_SEEN = ("not_found", "banned")
_FOR_STAFF = (*_SEEN, "forbidden")

ParseCommand = Callable[[dict[str, Any], Person], Envelope]


class MediaStats(Protocol):
    """The figures of a show's media as JSON values; the relay knows."""

    def __call__(self, show_id: str, *, most: int, own: bool) -> dict[str, Any]:
        """``most``: viewers told apart; ``own``: the reader is one who broadcasts."""


class Presence(Protocol):
    """Who is connected; ``signaling.socket.namespace.ShowChannel`` knows."""

    def viewers(self, show_id: str) -> int: ...

    def people(self, show_id: str) -> list[Person]: ...


class ChatBody(Body):
    slow_seconds: Annotated[int, Field(ge=0, le=600)] = 0
    mode: Literal["everyone", "followers", "sellers"] = "everyone"
    words: Annotated[list[BlockedWord], Field(max_length=MAX_RULES)] = []


class ShowBody(Body):
    title: Title
    description: Description = ""
    cover: Id | None = None
    scheduled_at: Ms | None = None
    currency: Currency | None = None
    hold_seconds: HoldSeconds = 300
    claims_per_buyer: ClaimsPerBuyer = 1
    shipping_cap: Amount | None = None
    claim_word: ClaimWord = ""
    chat: ChatBody = ChatBody()


_STATUS = f"(?:{'|'.join(STATUSES)})"


class ShowsQuery(PageQuery):
    after: Annotated[RankedCursor | None, NOT_NULL] = None
    status: Annotated[str, Field(pattern=f"^{_STATUS}(?:,{_STATUS}){{0,4}}$", max_length=100)] = (
        "live,interrupted,scheduled,ended"
    )
    host: Annotated[Handle | None, NOT_NULL] = None


class TryBody(Body):
    text: ChatText
    word: Annotated[BlockedWord | None, NOT_NULL] = None


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
        currency: str,
        parse_command: ParseCommand,
        stats: MediaStats,
        public_url: Callable[[web.Request], str],
        stream_keys: StreamKeys,
    ) -> None:
        self._shows = shows
        self._planning = planning
        self._directory = directory
        self._visible = Visible(directory, clock)
        self._presence = presence
        self._snapshots = snapshots
        self._rules = rules
        self._clock = clock
        self._currency = currency
        self._parse = parse_command
        self._stats = stats
        self._public_url = public_url
        self._stream_keys = stream_keys

    def endpoints(self) -> list[Endpoint]:
        show = "/api/shows/{show}"
        return [
            Endpoint(
                "GET", "/api/shows", self.list, "List shows", returns=ShowCards, compressed=True
            ),
            Endpoint(
                "POST",
                "/api/shows",
                self.create,
                "Plan a show; the caller is its host",
                status=201,
                errors=(
                    "unknown_photo",
                    "in_the_past",
                    "already_blocked",
                    "unusable_word",
                    "too_many_words",
                ),
                returns=ShowView,
            ),
            Endpoint(
                "GET",
                show,
                self.get,
                "A show, and what the caller may do in it",
                errors=_SEEN,
                returns=ShowForCaller,
                compressed=True,
            ),
            Endpoint(
                "POST",
                f"{show}/commands",
                self.command,
                "One command, as on the show channel",
                errors=COMMAND_ERRORS,
                accepts=command_body(),
                returns=command_answer(),
                # The same count as on the show channel: no way around it.
                paced_by=(COMMANDS,),
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
                returns=MACHINE.mine_view,
            ),
            Endpoint(
                "GET",
                f"{show}/log",
                self.log,
                "The log, as staff see it",
                errors=_FOR_STAFF,
                returns=LogView,
                compressed=True,
            ),
            Endpoint(
                "GET",
                f"{show}/audit",
                self.audit,
                "What moderators did, newest first",
                errors=_FOR_STAFF,
                returns=AuditView,
                compressed=True,
            ),
            Endpoint(
                "POST",
                f"{show}/words/try",
                self.try_words,
                "Which blocked words forbid a text",
                errors=(*_FOR_STAFF, "unusable_word"),
                returns=TriedView,
            ),
            Endpoint(
                "GET",
                f"{show}/people",
                self.people,
                "Who is here, muted or banned",
                errors=_FOR_STAFF,
                returns=PeopleView,
                compressed=True,
            ),
            Endpoint(
                "GET",
                f"{show}/items/{{item}}/quote",
                self.quote,
                "What claiming an item would add to the caller's parcel",
                errors=(*_SEEN, "unknown_item", "variant_required", "unknown_variant"),
                returns=Quote,
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

    async def list(self, caller: Identity | None, query: ShowsQuery) -> ShowCards:
        after = decode_cursor(query.after, int, int, str) if query.after else None
        found, following = await self._shows.cards(
            statuses=statuses_of(query.status),
            host=query.host,
            viewer=caller.user_id if caller else None,
            after=(after[0], after[1], after[2]) if after else None,
            limit=query.limit,
        )
        cards = [
            msgspec.structs.replace(card, viewers=self._presence.viewers(card.id)) for card in found
        ]
        return ShowCards(cards, encode_cursor(*following) if following else None)

    async def create(self, caller: Identity, body: ShowBody) -> ShowView:
        state = await self._planning.plan(
            caller.user,
            CreateShow(
                title=body.title,
                currency=body.currency or self._currency,
                description=body.description,
                cover=body.cover,
                scheduled_at=body.scheduled_at,
                hold_seconds=body.hold_seconds,
                claims_per_buyer=body.claims_per_buyer,
                shipping_cap=body.shipping_cap,
                claim_word=body.claim_word,
                slow_seconds=body.chat.slow_seconds,
                chat_mode=body.chat.mode,
                words=(*body.chat.words,),
            ),
        )
        return show_view(state)

    # --- one show --------------------------------------------------------------------------

    async def get(self, caller: Identity | None, show: str) -> ShowForCaller:
        state = await self._visible.to(caller, show)
        if caller is None:
            return ShowForCaller(show_view(state), [], [])
        can = state.show.permissions(caller.user_id)
        return ShowForCaller(show_view(state), roles(state.show, caller.user_id), can)

    async def command(self, caller: Identity, show: str, request: web.Request) -> dict[str, Any]:
        envelope = self._parse(await _json_object(request), caller.user)
        # Not whether they are banned: what they hold they may still let go, and the room decides.
        check_visible(await self._directory.snapshot(show), caller.user_id)
        answer = await self._directory.submit(show, envelope)
        return {"ok": True, **msgspec.to_builtins(answer)}

    async def state(
        self, caller: Identity | None, show: str, request: web.Request
    ) -> web.StreamResponse:
        state = await self._visible.to(caller, show)
        staff = caller is not None and state.show.is_staff(caller.user_id)
        parts = self._snapshots.get(state, staff=staff).message(self._clock())
        body = SharedBody(parts, request.transport, content_type="application/json; charset=utf-8")
        return web.Response(body=body)

    async def mine(self, caller: Identity, show: str) -> Any:
        state = await self._visible.to(caller, show)
        return views.mine(Look(state, self._rules, self._clock()), caller.user)

    async def quote(self, caller: Identity, show: str, item: str, query: QuoteQuery) -> Quote:
        state = await self._visible.to(caller, show)
        wanted = state[RunOfShow].present(item)
        if wanted is None:
            raise NotFound("unknown_item", "That item is not in this show.")
        if query.variant is not None:
            pick_variant(wanted, query.variant)
        return quote(
            state,
            caller.user_id,
            item,
            query.variant,
            query.quantity,
            self._rules,
            self._clock(),
        )

    # --- for the staff ---------------------------------------------------------------------

    async def log(self, caller: Identity, show: str, query: LogQuery) -> LogView:
        await self._visible.to_staff(caller, show)
        stored = await self._shows.log(show, query.after, MAX_LOG)
        return LogView(seen_log(stored, staff=True))

    async def audit(self, caller: Identity, show: str) -> AuditView:
        state = await self._visible.to_staff(caller, show)
        stored = await self._shows.audit(show)
        messages = await self._shows.messages(show, staff.messages_of(stored))
        return AuditView(staff.audit(state, caller.user, self._clock(), stored, messages))

    async def try_words(self, caller: Identity, show: str, body: TryBody) -> TriedView:
        state = await self._visible.to_staff(caller, show)
        words = state[Chat].words if body.word is None else with_rules((), [body.word])
        return TriedView(blocked_by=all_blocking(body.text, words))

    async def people(self, caller: Identity, show: str) -> PeopleView:
        state = await self._visible.to_staff(caller, show)
        return PeopleView(staff.people(state, self._presence.people(show), self._clock()))

    async def stream_key(self, caller: Identity, show: str, request: web.Request) -> StreamKeyView:
        key = await self._stream_keys.replace(await self._visible.to(caller, show), caller.user_id)
        return StreamKeyView(key=key, whip_url=f"{self._public_url(request)}/whip/{show}")

    async def stats(self, caller: Identity, show: str, query: StatsQuery) -> dict[str, Any]:
        state = await self._visible.to_staff(caller, show)
        own = state.show.may(caller.user_id, "sell")
        figures = self._stats(show, most=query.viewers, own=own)
        return figures | {"connected": self._presence.viewers(show)}


async def _json_object(request: web.Request) -> dict[str, Any]:
    """The body as it is: which fields belong to it depends on its ``type``."""
    try:
        body = json.loads(await read_json_bytes(request))
    except (ValueError, RecursionError):
        raise Invalid(message="This is not JSON.") from None
    if not isinstance(body, dict):
        raise Invalid(message="Send one object with the fields of the command.")
    return body
