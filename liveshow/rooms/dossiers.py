"""What the team of a show can look up in the logs; ``liveshow.store.dossiers`` answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from liveshow.domain.moderation.dossier import ClaimCounts, Happened, WrittenLine
from liveshow.domain.values import Person


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody, since when they have the account (ms), and what they did in one show."""

    user: Person
    created_at: int
    said: int
    claims: ClaimCounts
    sanctions: Sequence[Happened]


class DossierQueries(Protocol):
    async def lines(
        self, show_id: str, *, text: str, user: str | None, before: int | None, limit: int
    ) -> tuple[list[WrittenLine], int | None]:
        """What was written before the event ``before``, newest first, and where to go on from.

        ``text``: what is in it, however it is cased. A page may be empty and not be the last.
        """

    async def account(self, show_id: str, host_id: str, user_id: str) -> Account | None:
        """Somebody in a show, with what was done to them in shows of the host ``host_id``."""
