"""Mandates: an owner lends a listing to a show, or to all shows of a host.

    offered ──accept by host──▶ active ──revoke by either──▶ revoked
       └────decline by host───▶ declined
    requested ─accept by owner─▶ active
       └──────decline by owner─▶ declined

Whoever made it may take it back before it is accepted (revoke). ``expired`` is not stored: it is
what a pending or active mandate is called once its time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Literal, Protocol, get_args

from liveshow.catalog.listings import Listing, ListingChanged, tell, unknown_listing
from liveshow.clock import Clock, wall_clock
from liveshow.domain.values import Person
from liveshow.errors import Conflict, Forbidden, NotFound
from liveshow.ids import new_id

Side = Literal["owner", "host"]
Standing = Literal["offered", "requested", "active"]
# Each of these is news of lending to whoever did not bring it about (``catalog.inbox``).
End = Literal["declined", "revoked", "expired"]
Status = Literal[Standing, End]

STANDING: frozenset[str] = frozenset(get_args(Standing))
MAX_COMMISSION = 90  # percent

# Who may accept or decline: the side that did not speak first.
_OTHER_SIDE: dict[str, Side] = {"offered": "host", "requested": "owner"}


@dataclass(frozen=True)
class ShowRef:
    """What mandates need to know of a show."""

    id: str
    title: str
    status: str
    currency: str
    host: Person


@dataclass(frozen=True)
class Mandate:
    """A mandate with everything that is shown of it. ``show`` None: all shows of the host."""

    id: str
    listing_id: str
    owner: Person
    host: Person
    show: ShowRef | None
    floor: int
    currency: str
    commission_percent: int
    expires_at: int | None
    status: str
    created_at: int

    def side_of(self, user_id: str) -> Side | None:
        """Return which side of the mandate a user is."""
        if user_id == self.owner.id:
            return "owner"
        return "host" if user_id == self.host.id else None

    def status_at(self, now: int) -> str:
        """Return the status, ``expired`` included."""
        if self.status in STANDING and self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return self.status


@dataclass(frozen=True)
class Terms:
    """What somebody offers or asks for."""

    listing_id: str
    show_id: str | None = None
    host_handle: str | None = None
    floor: int | None = None
    commission_percent: int = 0
    expires_at: int | None = None


@dataclass(frozen=True)
class LockedMandate:
    """A mandate whose row is locked until the transaction ends."""

    mandate: Mandate
    listing_archived: bool


@dataclass(frozen=True)
class Surroundings:
    """What a new mandate is decided on; the listing's row is locked."""

    listing: Listing | None
    show: ShowRef | None
    host: Person | None
    #: Standing mandates of this listing.
    standing: tuple[Mandate, ...]


class MandateStore(Protocol):
    """Implemented by ``liveshow.store.mandates.MandateRepository``."""

    async def add(self, terms: Terms, decide: Callable[[Surroundings], Mandate]) -> Mandate:
        """Lock the listing, add what ``decide`` says; raises what it raises."""

    async def change(
        self, mandate_id: str, decide: Callable[[LockedMandate], str], *, by: str, now: int
    ) -> Mandate:
        """Lock the mandate, set the status that ``decide`` says; raise ``NotFound``.

        ``by``: whose doing it is at ``now`` (ms).
        """

    async def page(
        self, user_id: str, side: Side, *, before: tuple[int, str] | None, limit: int
    ) -> list[Mandate]:
        """Return mandates of one side, newest first. ``before``: (created_at, id)."""


def decide_new(
    terms: Terms, around: Surroundings, caller: Person, now: int, mandate_id: str
) -> Mandate:
    """Return the mandate that ``terms`` make, or raise why not."""
    listing, show = around.listing, around.show
    if listing is None or listing.archived_at is not None:
        raise unknown_listing()
    if terms.show_id is not None and show is None:
        raise NotFound("not_found", "There is no such show.")
    if terms.host_handle is not None and around.host is None:
        raise NotFound("unknown_user", "There is nobody with that handle.")
    if show is not None and around.host is not None and around.host.id != show.host.id:
        raise _wrong("host", "That is not the host of this show")
    host = show.host if show is not None else around.host
    if listing.owner_id == caller.id:
        status = "offered"
        if host is None:
            raise _wrong("show", "Say the show or the host that you lend it to")
        if host.id == caller.id:
            raise _wrong("host", "It is your own: add it to your show without lending it")
    else:
        status = "requested"
        host = host or caller
        if host.id != caller.id:
            raise Forbidden("forbidden", "You can ask for your own shows only.")
    _check_terms(terms, show, listing, now)
    for other in around.standing:
        same = other.host.id == host.id and (other.show and other.show.id) == terms.show_id
        if same and other.status_at(now) in STANDING:
            raise Conflict(
                "conflict", f"There is such a mandate already: it is {other.status}.", id=other.id
            )
    return Mandate(
        id=mandate_id,
        listing_id=listing.id,
        owner=listing.owner,
        host=host,
        show=show,
        floor=terms.floor if terms.floor is not None else listing.price,
        currency=listing.currency,
        commission_percent=terms.commission_percent,
        expires_at=terms.expires_at,
        status=status,
        created_at=now,
    )


def _check_terms(terms: Terms, show: ShowRef | None, listing: Listing, now: int) -> None:
    if terms.expires_at is not None and terms.expires_at <= now:
        raise Conflict("in_the_past", "It would have expired already.")
    if show is None:
        return
    if show.status == "ended":
        raise Conflict("show_ended", "This show is over.")
    if show.currency != listing.currency:
        raise Conflict(
            "currency_mismatch",
            f"The show sells in {show.currency}, the listing is in {listing.currency}.",
        )


def decide_answer(
    locked: LockedMandate, caller_id: str, answer: Literal["active", "declined"], now: int
) -> str:
    """Return the status after accepting or declining; saying the same again is fine."""
    mandate = locked.mandate
    side = _side(mandate, caller_id)
    status = mandate.status_at(now)
    if status == answer:
        return answer
    waits_for = _OTHER_SIDE.get(status)
    if waits_for is None:
        raise Conflict("conflict", f"This mandate is {status}.")
    if side != waits_for:
        raise Forbidden("forbidden", f"It is for the {waits_for} to answer.")
    if answer == "active":
        if locked.listing_archived:
            raise unknown_listing()
        if mandate.show is not None and mandate.show.status == "ended":
            raise Conflict("show_ended", "This show is over.")
    return answer


def decide_revoke(locked: LockedMandate, caller_id: str, now: int) -> str:
    """Return the status after revoking; doing it again is fine."""
    _side(locked.mandate, caller_id)
    status = locked.mandate.status_at(now)
    if status == "revoked" or status in STANDING:
        return "revoked"
    raise Conflict("conflict", f"This mandate is {status}.")


def _side(mandate: Mandate, user_id: str) -> Side:
    side = mandate.side_of(user_id)
    if side is None:  # others do not learn that it exists
        raise NotFound("not_found", "There is no such mandate.")
    return side


def _wrong(field: str, message: str) -> Conflict:
    # Right or not by whose the listing and the show are: the request itself is well-formed.
    return Conflict(
        "conflict", f"{field}: {message}.", errors=[{"field": field, "message": message}]
    )


class Mandates:
    """Offers, requests and what becomes of them."""

    def __init__(
        self,
        store: MandateStore,
        *,
        changed: ListingChanged | None = None,
        told: Callable[[Collection[str]], None] = lambda users: None,
        clock: Clock = wall_clock,
    ) -> None:
        """``told``: who there is news for, by id."""
        self._store = store
        self._changed = changed
        self._told = told
        self._clock = clock

    async def propose(self, caller: Person, terms: Terms) -> Mandate:
        """Offer a listing (its owner), or ask for it (a host).

        Raises ``NotFound``: ``unknown_listing``, ``not_found`` (show), ``unknown_user``;
        ``Forbidden``; ``Conflict``: ``currency_mismatch``, ``show_ended``, ``in_the_past``,
        ``conflict`` for a second one, or when the listing and the host do not fit.
        """
        now = self._clock()
        return self._seen(
            await self._store.add(
                terms, lambda around: decide_new(terms, around, caller, now, new_id())
            )
        )

    async def answer(
        self, caller_id: str, mandate_id: str, answer: Literal["active", "declined"]
    ) -> Mandate:
        """Accept or decline; raise ``NotFound``, ``Forbidden``, ``Conflict``.

        Shows that have the item under another mandate are told: its floor may be a higher one, and
        the price that is seen is to be the price that is paid.
        """
        now = self._clock()
        mandate = await self._store.change(
            mandate_id,
            lambda locked: decide_answer(locked, caller_id, answer, now),
            by=caller_id,
            now=now,
        )
        if answer == "active":
            await tell(self._changed, mandate.listing_id)
        return self._seen(mandate)

    async def revoke(self, caller_id: str, mandate_id: str) -> Mandate:
        """Take it back, or give it back; shows that have the item are told."""
        now = self._clock()
        mandate = await self._store.change(
            mandate_id,
            lambda locked: decide_revoke(locked, caller_id, now),
            by=caller_id,
            now=now,
        )
        await tell(self._changed, mandate.listing_id)
        return self._seen(mandate)

    async def page(
        self, user_id: str, side: Side, *, before: tuple[int, str] | None, limit: int
    ) -> list[Mandate]:
        """Return mandates of one side, newest first."""
        mandates = await self._store.page(user_id, side, before=before, limit=limit)
        return [self._shown(mandate) for mandate in mandates]

    def _seen(self, mandate: Mandate) -> Mandate:
        """Tell both sides of a mandate that it is another, and return it as they see it."""
        self._told((mandate.owner.id, mandate.host.id))
        return self._shown(mandate)

    def _shown(self, mandate: Mandate) -> Mandate:
        return replace(mandate, status=mandate.status_at(self._clock()))
