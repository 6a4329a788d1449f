"""Listings: what a seller owns, whether or not it is in a show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypedDict, cast

import structlog

from liveshow.budgets import LISTINGS, Limits
from liveshow.catalog.photos import PhotoRecord
from liveshow.catalog.stock import StockPlan, Variant, WantedVariant, plan_stock
from liveshow.clock import Clock, wall_clock
from liveshow.domain.values import FREE, Person, Shipping
from liveshow.errors import Conflict, Forbidden, NotFound
from liveshow.ids import new_id

#: Told after the commit of anything about a listing that matters to a running show.
ListingChanged = Callable[[str], Awaitable[None]]

#: So many changes of a price are told at most.
MAX_PRICES = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Listing:
    """A listing with everything that is shown of it."""

    id: str
    owner: Person
    title: str
    price: int
    currency: str
    created_at: int
    description: str = ""
    photos: tuple[PhotoRecord, ...] = ()
    brand: str = ""
    category: str = ""
    condition: str = ""
    shipping: Shipping = FREE
    variants: tuple[Variant, ...] = ()
    archived_at: int | None = None
    #: Counts edits, and changes of how many there are in all; not what is held or sold.
    version: int = 1
    #: The lowest price of the 30 days before it was reduced to this one.
    was: int | None = None

    @property
    def owner_id(self) -> str:
        return self.owner.id


class _Details(TypedDict, total=False):
    description: str
    brand: str
    category: str
    condition: str
    shipping: Shipping


class Draft(_Details):
    """Attributes of a new listing."""

    title: str
    price: int
    currency: str


class Changes(_Details, total=False):
    """Attributes of a listing that are set; what is left out stays."""

    title: str
    price: int
    currency: str


@dataclass(frozen=True)
class Edit:
    """What to write at a time (ms): ``changes``, photos by their ids, and stock."""

    changes: Changes = field(default_factory=Changes)
    photos: tuple[str, ...] | None = None
    stock: StockPlan | None = None
    at: int = 0

    @property
    def empty(self) -> bool:
        return not self.changes and self.photos is None and self.stock is None


class ListingEdited(Conflict):
    """Somebody has edited the ``listing`` since the version that an edit goes out from."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(
            "listing_changed",
            "This listing was changed meanwhile, on another device or in a show. Nothing was "
            "saved: look at it as it is now, and save again.",
        )
        self.listing = listing


#: What made a price: an edit in the closet, a price in a show, a flash price.
PriceSource = Literal["listing", "show", "flash"]


@dataclass(frozen=True)
class PriceChange:
    """From a time on (ms) a listing costs so much in a show, or in its closet (``show`` None).

    ``price`` None: it has none there any more.
    """

    show: str | None
    price: int | None
    currency: str
    source: PriceSource
    from_at: int


@dataclass(frozen=True)
class Locked:
    """A listing whose rows are locked until the transaction ends, and where it is used."""

    listing: Listing
    #: Statuses of the shows that have it in their run of show, without ended ones.
    shows: tuple[str, ...]
    #: Whether it is offered, asked for or lent now.
    lent: bool


class ListingStore(Protocol):
    """Implemented by ``liveshow.store.listings.ListingRepository``."""

    async def add(self, listing: Listing, photos: Sequence[str]) -> Listing:
        """Add a listing; raise ``NotFound("unknown_photo")`` unless all are the owner's."""

    async def count(self, owner_id: str) -> int:
        """Return how many listings somebody has, archived ones too."""

    async def get(self, listing_id: str) -> Listing | None: ...

    async def prices(self, listing_id: str, *, limit: int) -> list[PriceChange]:
        """Return what a listing has cost, the newest change first."""

    async def is_lent_to(self, listing_id: str, host_id: str) -> bool:
        """Return whether somebody has a mandate for a listing that is in force."""

    async def change(self, listing_id: str, decide: Callable[[Locked], Edit]) -> Listing:
        """Lock the listing and its stock, write what ``decide`` says, return the outcome.

        Raises what ``decide`` raises, ``NotFound`` and ``NotFound("unknown_photo")``.
        """

    async def archive(
        self, listing_id: str, decide: Callable[[Locked], int | None]
    ) -> tuple[str, ...]:
        """Lock the listing and archive it at the time (ms) that ``decide`` says, if any.

        What is offered, asked for or lent of it ends with that; return the hosts' ids.
        """

    async def closet(
        self,
        handle: str,
        viewer_id: str | None,
        *,
        archived: bool,
        before: tuple[int, str] | None,
        limit: int,
    ) -> list[Listing] | None:
        """Return a seller's listings, newest first; None when there is no such seller.

        ``archived`` ones are seen by their owner only. ``before``: (created_at, id).
        """


class Listings:
    """Creates, edits and archives listings."""

    def __init__(
        self,
        store: ListingStore,
        *,
        changed: ListingChanged | None = None,
        told: Callable[[Collection[str]], None] = lambda users: None,
        limits: Limits | None = None,
        clock: Clock = wall_clock,
    ) -> None:
        """``told``: who there is news for, by id."""
        self._store = store
        self._changed = changed
        self._told = told
        self._most = (limits or Limits()).amount(LISTINGS)
        self._clock = clock

    async def create(
        self,
        owner: Person,
        draft: Draft,
        *,
        photos: Sequence[str] = (),
        quantity: int | None = None,
        variants: Sequence[WantedVariant] | None = None,
    ) -> Listing:
        """Create a listing.

        Raises ``Invalid``, ``NotFound("unknown_photo")``, ``Conflict("too_many_listings")``.
        """
        if await self._store.count(owner.id) >= self._most:
            raise Conflict(
                "too_many_listings",
                f"You have {self._most} listings, archived ones too: as many as an account may "
                "have. Edit one that you do not need any more, or ask whoever runs this server.",
            )
        stock = plan_stock((), quantity=quantity, wanted=variants, new_id=new_id)
        listing = Listing(
            id=new_id(),
            owner=owner,
            created_at=self._clock(),
            variants=stock.variants,
            **draft,
        )
        return await self._store.add(listing, photos)

    async def get(self, listing_id: str) -> Listing:
        """Return a listing, archived ones too; raise ``NotFound``."""
        listing = await self._store.get(listing_id)
        if listing is None:
            raise unknown_listing()
        return listing

    async def prices(self, caller_id: str, listing_id: str) -> list[PriceChange]:
        """Return what a listing has cost, newest first, for its owner and hosts it is lent to.

        Raises ``NotFound``, ``Forbidden("not_owner")``.
        """
        listing = await self.get(listing_id)
        if listing.owner_id != caller_id and not await self._store.is_lent_to(
            listing_id, caller_id
        ):
            raise Forbidden(
                "not_owner", "Only its owner, and hosts it is lent to, see what it has cost."
            )
        return await self._store.prices(listing_id, limit=MAX_PRICES)

    async def edit(
        self,
        caller_id: str,
        listing_id: str,
        wanted: Changes,
        *,
        version: int | None = None,
        photos: Sequence[str] | None = None,
        quantity: int | None = None,
        variants: Sequence[WantedVariant] | None = None,
    ) -> Listing:
        """Change a listing; shows that have it are told.

        ``version``: the one that the edit goes out from; ``ListingEdited`` if it is another now.

        Raises ``NotFound``, ``Forbidden("not_owner")``, ``Invalid``,
        ``Conflict``: ``stock_in_use``, ``variant_in_use``, ``listing_in_use`` (its currency).
        """

        def decide(locked: Locked) -> Edit:
            listing = locked.listing
            _check_owner(listing, caller_id)
            if listing.archived_at is not None:
                raise Conflict("conflict", "An archived listing cannot be edited.")
            if version is not None and version != listing.version:
                raise ListingEdited(listing)
            changes = _different(listing, wanted)
            if "currency" in changes and (locked.shows or locked.lent):
                raise Conflict(
                    "listing_in_use",
                    "Its currency cannot change while it is in a show or lent to one.",
                )
            stock = None
            if quantity is not None or variants is not None:
                stock = plan_stock(
                    listing.variants, quantity=quantity, wanted=variants, new_id=new_id
                )
            whole = None if photos is None else tuple(photos)
            return Edit(changes, whole, stock, self._clock())

        listing = await self._store.change(listing_id, decide)
        await self._tell(listing_id)
        return listing

    async def archive(self, caller_id: str, listing_id: str) -> None:
        """Take a listing out of the closet, and end its lending; idempotent.

        Raises ``NotFound``, ``Forbidden("not_owner")``, ``Conflict("listing_in_use")``.
        """

        def decide(locked: Locked) -> int | None:
            _check_owner(locked.listing, caller_id)
            if locked.listing.archived_at is not None:
                return None
            if {"live", "interrupted"}.intersection(locked.shows):
                first = (
                    "End its lending first." if locked.lent else "Take it out of the show first."
                )
                raise Conflict("listing_in_use", f"It is in a live show. {first}")
            return self._clock()

        hosts = await self._store.archive(listing_id, decide)
        await self._tell(listing_id)
        if hosts:
            self._told((caller_id, *hosts))

    async def closet(
        self,
        handle: str,
        viewer_id: str | None,
        *,
        archived: bool,
        before: tuple[int, str] | None,
        limit: int,
    ) -> list[Listing]:
        """Return a seller's listings, newest first; raise ``NotFound``."""
        listings = await self._store.closet(
            handle, viewer_id, archived=archived, before=before, limit=limit
        )
        if listings is None:
            raise NotFound("not_found", "There is nobody with that handle.")
        return listings

    async def _tell(self, listing_id: str) -> None:
        await tell(self._changed, listing_id)


async def tell(changed: ListingChanged | None, listing_id: str) -> None:
    """Tell the shows. It is committed already: their trouble is not the seller's."""
    if changed is None:
        return
    try:
        await changed(listing_id)
    except Exception as error:
        log.error("shows were not told of a listing", listing=listing_id, exc_info=error)


def unknown_listing() -> NotFound:
    return NotFound("unknown_listing", "There is no such listing.")


def _different(listing: Listing, wanted: Changes) -> Changes:
    """Return what would be different."""
    changed = {name: value for name, value in wanted.items() if getattr(listing, name) != value}
    return cast(Changes, changed)


def _check_owner(listing: Listing, caller_id: str) -> None:
    if listing.owner_id != caller_id:
        raise Forbidden("not_owner", "Only its owner may change a listing.")
