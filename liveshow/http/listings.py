"""PROTOCOL.md 2.2: listings and their stock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, cast

import msgspec
from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from liveshow.accounts.identity import Identity
from liveshow.catalog.listings import (
    Changes,
    Draft,
    Listing,
    ListingEdited,
    Listings,
    PriceChange,
    PriceSource,
    unknown_listing,
)
from liveshow.catalog.photos import PhotoRecord
from liveshow.catalog.stock import MAX_QUANTITY, MAX_VARIANTS, Variant, WantedVariant
from liveshow.domain.values import Shipping
from liveshow.fields import (
    NOT_NULL,
    Amount,
    Body,
    Currency,
    Flag,
    Handle,
    Id,
    Money,
    OneLine,
    Text,
    UserView,
    View,
)
from liveshow.http.api import Endpoint
from liveshow.http.bodies import Page, PageQuery, decode_cursor, encode_cursor
from liveshow.http.photos import PhotoView

MAX_PHOTOS = 8
MAX_GRAMS = 100_000

Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
# Sold out is a fine thing for one of several variants to be.
VariantQuantity = Annotated[int, Field(ge=0, le=MAX_QUANTITY)]
Grams = Annotated[int, Field(ge=1, le=MAX_GRAMS, description="Grams.")]
Condition = Literal["", "new", "like_new", "good", "fair"]


class ShippingBody(Body):
    """Either a flat price or a weight."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["flat"]}, {"required": ["weight"]}]}
    )

    flat: Annotated[Amount | None, NOT_NULL] = None
    weight: Annotated[Grams | None, NOT_NULL] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> ShippingBody:
        if (self.flat is None) == (self.weight is None):
            raise ValueError("Say either flat or weight")
        return self

    def shipping(self) -> Shipping:
        """Return it as the listing holds it."""
        if self.weight is not None:
            return Shipping(weight=self.weight)
        return Shipping(flat=self.flat or 0)


class VariantBody(Body):
    id: Id | None = None
    size: Annotated[str, OneLine(0, 30)] = ""
    color: Annotated[str, OneLine(0, 30)] = ""
    quantity: VariantQuantity

    def wanted(self) -> WantedVariant:
        """Return it as the stock rules know it."""
        return WantedVariant(self.quantity, self.size, self.color, self.id)


Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Title = Annotated[str, OneLine(1, 120)]
Description = Annotated[str, Text(5000)]
ShortLine = Annotated[str, OneLine(0, 60)]
PhotoIds = Annotated[list[Id], Field(max_length=MAX_PHOTOS)]
VariantBodies = Annotated[list[VariantBody], Field(max_length=MAX_VARIANTS)]


# A listing with variants has a quantity for each of them.
_QUANTITY_OR_VARIANTS = ConfigDict(
    json_schema_extra={
        "not": {
            "properties": {
                "quantity": {"type": "integer"},
                "variants": {"type": "array", "minItems": 1},
            },
            "required": ["quantity", "variants"],
        }
    }
)


# What is replaced as a whole goes out from a version that was seen.
_WHOLE_LISTS = ("photos", "variants")
_OF_A_VERSION = ConfigDict(
    json_schema_extra={
        **_QUANTITY_OR_VARIANTS["json_schema_extra"],  # type: ignore[dict-item]
        "anyOf": [
            {"required": ["version"]},
            {"not": {"anyOf": [{"required": [name]} for name in _WHOLE_LISTS]}},
        ],
    }
)


class ListingDraft(Body):
    """A new listing."""

    model_config = _QUANTITY_OR_VARIANTS

    title: Title
    price: Money
    currency: Currency | None = None
    description: Description = ""
    photos: PhotoIds = []
    quantity: Quantity | None = None
    variants: VariantBodies | None = None
    brand: ShortLine = ""
    category: ShortLine = ""
    condition: Condition = ""
    shipping: ShippingBody


class ListingPatch(Body):
    """Part of a draft: only what is given changes.

    ``version`` is that of the listing which the edit goes out from: whole lists need it.
    """

    model_config = _OF_A_VERSION

    version: Annotated[Version | None, NOT_NULL] = None
    title: Annotated[Title | None, NOT_NULL] = None
    price: Annotated[Money | None, NOT_NULL] = None
    currency: Annotated[Currency | None, NOT_NULL] = None
    description: Annotated[Description | None, NOT_NULL] = None
    photos: Annotated[PhotoIds | None, NOT_NULL] = None
    quantity: Annotated[Quantity | None, NOT_NULL] = None
    variants: Annotated[VariantBodies | None, NOT_NULL] = None
    brand: Annotated[ShortLine | None, NOT_NULL] = None
    category: Annotated[ShortLine | None, NOT_NULL] = None
    condition: Annotated[Condition | None, NOT_NULL] = None
    shipping: Annotated[ShippingBody | None, NOT_NULL] = None

    @field_validator(*_WHOLE_LISTS)
    @classmethod
    def _of_a_version(cls, value: object, info: ValidationInfo) -> object:
        # The version is validated first; a wrong one has its own message.
        if value is not None and "version" in info.data and info.data["version"] is None:
            raise ValueError("Say with `version` which version of the listing this replaces")
        return value


class VariantView(View):
    """What can still be had is ``quantity - held - sold``."""

    id: str
    label: str
    size: str
    color: str
    quantity: int
    held: int
    sold: int

    @classmethod
    def of(cls, variant: Variant) -> VariantView:
        return cls(
            id=variant.id,
            label=variant.label,
            size=variant.size,
            color=variant.color,
            quantity=variant.quantity,
            held=variant.held,
            sold=variant.sold,
        )


class ListingView(View):
    id: str
    owner: UserView
    title: str
    description: str
    price: int
    currency: str
    photos: list[PhotoView]
    brand: str
    category: str
    condition: str
    shipping: dict[str, int]
    variants: list[VariantView]
    archived: bool
    created_at: int
    version: int
    was: int | None

    @classmethod
    def of(cls, listing: Listing) -> ListingView:
        photos: Sequence[PhotoRecord] = listing.photos
        return cls(
            id=listing.id,
            owner=UserView.of(listing.owner),
            title=listing.title,
            description=listing.description,
            price=listing.price,
            currency=listing.currency,
            photos=[PhotoView.of(photo) for photo in photos],
            brand=listing.brand,
            category=listing.category,
            condition=listing.condition,
            shipping=msgspec.to_builtins(listing.shipping),
            variants=[VariantView.of(variant) for variant in listing.variants],
            archived=listing.archived_at is not None,
            created_at=listing.created_at,
            version=listing.version,
            was=listing.was,
        )


class PriceView(View):
    """From a time on (ms) it costs so much in a show, or in its closet; ``price`` null: nothing."""

    show: str | None
    price: int | None
    currency: str
    source: PriceSource
    from_at: int

    @classmethod
    def of(cls, change: PriceChange) -> PriceView:
        return cls(
            show=change.show,
            price=change.price,
            currency=change.currency,
            source=change.source,
            from_at=change.from_at,
        )


class PricesView(View):
    items: list[PriceView]


class ClosetQuery(PageQuery):
    seller: Handle
    archived: Flag = False


_CHANGEABLE = Changes.__optional_keys__ - {"shipping"}


class ListingResource:
    """Routes of listings."""

    def __init__(self, listings: Listings, currency: str) -> None:
        """``currency`` is that of new listings that do not say theirs."""
        self._listings = listings
        self._currency = currency

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                "/api/listings",
                self.create,
                "Create a listing",
                status=201,
                errors=("unknown_photo", "duplicate_variant", "too_many_listings"),
            ),
            Endpoint(
                "GET",
                "/api/listings",
                self.closet,
                "A seller's closet, newest first",
                errors=("not_found",),
                compressed=True,
            ),
            Endpoint(
                "GET",
                "/api/listings/{id}",
                self.show,
                "A listing",
                errors=("unknown_listing",),
                compressed=True,
            ),
            Endpoint(
                "GET",
                "/api/listings/{id}/prices",
                self.prices,
                "What a listing has cost, newest first, for its owner and hosts it is lent to",
                errors=("unknown_listing", "not_owner"),
                compressed=True,
            ),
            Endpoint(
                "PATCH",
                "/api/listings/{id}",
                self.edit,
                "Edit a listing; shows that have it are told",
                errors=(
                    "unknown_listing",
                    "not_owner",
                    "unknown_photo",
                    "unknown_variant",
                    "duplicate_variant",
                    "conflict",
                    "listing_changed",
                    "stock_in_use",
                    "variant_in_use",
                    "listing_in_use",
                    "run_too_large",
                ),
            ),
            Endpoint(
                "DELETE",
                "/api/listings/{id}",
                self.archive,
                "Archive a listing",
                status=204,
                errors=("unknown_listing", "not_owner", "listing_in_use"),
            ),
        ]

    async def create(self, caller: Identity, body: ListingDraft) -> ListingView:
        listing = await self._listings.create(
            caller.user,
            Draft(
                title=body.title,
                price=body.price,
                currency=body.currency or self._currency,
                description=body.description,
                brand=body.brand,
                category=body.category,
                condition=body.condition,
                shipping=body.shipping.shipping(),
            ),
            photos=_distinct(body.photos),
            quantity=body.quantity,
            variants=_wanted(body.variants),
        )
        return ListingView.of(listing)

    async def closet(self, caller: Identity | None, query: ClosetQuery) -> Page[ListingView]:
        before = decode_cursor(query.after, int, str) if query.after else None
        listings = await self._listings.closet(
            query.seller,
            caller.user_id if caller else None,
            archived=query.archived,
            before=(before[0], before[1]) if before else None,
            limit=query.limit + 1,
        )
        shown = listings[: query.limit]
        more = len(listings) > query.limit
        return Page[ListingView](
            items=[ListingView.of(listing) for listing in shown],
            next=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
        )

    async def show(self, id_: str) -> ListingView:
        listing = await self._listings.get(id_)
        if listing.archived_at is not None:
            # It was deleted: only its owner's closet still shows it.
            raise unknown_listing()
        return ListingView.of(listing)

    async def prices(self, caller: Identity, id_: str) -> PricesView:
        changes = await self._listings.prices(caller.user_id, id_)
        return PricesView(items=[PriceView.of(change) for change in changes])

    async def edit(self, caller: Identity, id_: str, body: ListingPatch) -> ListingView:
        given = {name: getattr(body, name) for name in body.model_fields_set & _CHANGEABLE}
        changes = cast(Changes, given)
        if body.shipping is not None:
            changes["shipping"] = body.shipping.shipping()
        try:
            listing = await self._listings.edit(
                caller.user_id,
                id_,
                changes,
                version=body.version,
                photos=None if body.photos is None else _distinct(body.photos),
                quantity=body.quantity,
                variants=_wanted(body.variants),
            )
        except ListingEdited as edited:
            edited.details["listing"] = ListingView.of(edited.listing).model_dump(mode="json")
            raise
        return ListingView.of(listing)

    async def archive(self, caller: Identity, id_: str) -> None:
        await self._listings.archive(caller.user_id, id_)


def _wanted(variants: list[VariantBody] | None) -> list[WantedVariant] | None:
    return None if variants is None else [variant.wanted() for variant in variants]


def _distinct(photos: list[str]) -> list[str]:
    return list(dict.fromkeys(photos))
