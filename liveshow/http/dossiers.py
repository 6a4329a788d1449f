"""PROTOCOL.md 2.3: what the team of a show can look up, of one person and of what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from liveshow.accounts.identity import Identity
from liveshow.clock import Clock
from liveshow.domain.moderation import staff
from liveshow.domain.moderation.dossier import (
    ClaimCounts,
    FormerSanction,
    WrittenLine,
    former_sanctions,
)
from liveshow.domain.moderation.staff import PersonView
from liveshow.domain.values import Person, Value
from liveshow.errors import NotFound
from liveshow.fields import NOT_NULL, Id, OneLine
from liveshow.http.api import Endpoint
from liveshow.http.bodies import PageQuery, decode_cursor, encode_cursor
from liveshow.http.visible import Visible
from liveshow.rooms.dossiers import DossierQueries


class WrittenLines(Value, frozen=True):
    """Newest first. ``next`` is the cursor of the page after it, which may be the last."""

    items: list[WrittenLine]
    next: str | None


class Dossier(Value, frozen=True):
    """Somebody as the team sees them; ``created_at`` (ms) is of their account."""

    person: PersonView
    created_at: int
    said: int
    claims: ClaimCounts
    sanctions: list[FormerSanction]


class LinesQuery(PageQuery):
    q: Annotated[str, OneLine(0, 100)] = ""
    user: Annotated[Id | None, NOT_NULL] = None


class DossierResource:
    """Routes for the team of a show."""

    def __init__(
        self,
        dossiers: DossierQueries,
        visible: Visible,
        connected: Callable[[str], list[Person]],
        clock: Clock,
    ) -> None:
        self._dossiers = dossiers
        self._visible = visible
        self._connected = connected
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        errors = ("not_found", "banned", "forbidden")
        return [
            Endpoint(
                "GET",
                "/api/shows/{show}/lines",
                self.lines,
                "What was written, searched by text and by person, newest first",
                errors=errors,
                returns=WrittenLines,
            ),
            Endpoint(
                "GET",
                "/api/shows/{show}/people/{user}",
                self.person,
                "What the team may know of one person",
                errors=(*errors, "unknown_user"),
                returns=Dossier,
            ),
        ]

    async def lines(self, caller: Identity, show: str, query: LinesQuery) -> WrittenLines:
        await self._visible.to_staff(caller, show)
        before = decode_cursor(query.after, int, str)[0] if query.after else None
        found, following = await self._dossiers.lines(
            show, text=query.q, user=query.user, before=before, limit=query.limit
        )
        return WrittenLines(found, encode_cursor(following, "line") if following else None)

    async def person(self, caller: Identity, show: str, user: str) -> Dossier:
        state = await self._visible.to_staff(caller, show)
        account = await self._dossiers.account(show, state.show.host.id, user)
        if account is None:
            raise NotFound("unknown_user", "There is no such account.")
        now = self._clock()
        here = any(person.id == user for person in self._connected(show))
        return Dossier(
            staff.person(state, account.user, now, connected=here),
            account.created_at,
            account.said,
            account.claims,
            former_sanctions(account.sanctions, now),
        )
