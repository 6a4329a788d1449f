"""The stock of a listing: which variants it has after an edit, decided under lock.

Every listing has at least one variant. One without variants has a single *plain* one, whose label
is "". What is held or sold is a promise to somebody: a quantity never goes below it, and a
variant with such a promise cannot be taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from liveshow.errors import Conflict, Invalid, NotFound

MAX_VARIANTS = 50
MAX_QUANTITY = 100_000


@dataclass(frozen=True)
class Variant:
    """One kind of a listing and its stock: ``0 <= held + sold <= quantity``."""

    id: str
    size: str = ""
    color: str = ""
    quantity: int = 1
    held: int = 0
    sold: int = 0

    @property
    def label(self) -> str:
        """What a buyer types and reads: ``M / Red``; "" for a plain variant."""
        return variant_label(self.size, self.color)

    @property
    def in_use(self) -> int:
        return self.held + self.sold


@dataclass(frozen=True)
class WantedVariant:
    """A variant as a seller asks for it; without ``id`` it is a new one."""

    quantity: int
    size: str = ""
    color: str = ""
    id: str | None = None


@dataclass(frozen=True)
class StockPlan:
    """What is to be written: ``variants`` in order, and those to be taken away."""

    variants: tuple[Variant, ...]
    removed: tuple[Variant, ...] = ()


def variant_label(size: str, color: str) -> str:
    """Return the label of a variant.

    >>> variant_label("M", "Red")
    'M / Red'
    """
    return " / ".join(part for part in (size, color) if part)


def plan_stock(
    current: Sequence[Variant],
    *,
    quantity: int | None,
    wanted: Sequence[WantedVariant] | None,
    new_id: Callable[[], str],
) -> StockPlan:
    """Return the stock after an edit.

    ``quantity`` is for a listing without variants; ``wanted`` replaces the variants (an empty one
    makes it a listing without variants); both None leave the stock as it is.
    Raises ``Invalid`` for both, ``NotFound("unknown_variant")``, ``Conflict``: ``stock_in_use``,
    ``variant_in_use``, ``duplicate_variant``, and ``conflict`` for a quantity of a listing that has
    variants.
    """
    if wanted:
        if quantity is not None:
            raise _wrong("quantity", "A listing with variants has a quantity for each of them")
        return _with_variants(current, wanted, new_id)
    if wanted is not None or not current:
        return _plain(current, quantity, new_id)
    if quantity is None:
        return StockPlan(tuple(current))
    if len(current) != 1 or current[0].label:
        message = "A listing with variants has a quantity for each of them"
        raise Conflict(
            "conflict", f"quantity: {message}.", errors=[{"field": "quantity", "message": message}]
        )
    return StockPlan((_with_quantity(current[0], quantity),))


def _plain(
    current: Sequence[Variant], quantity: int | None, new_id: Callable[[], str]
) -> StockPlan:
    plain = next((variant for variant in current if not variant.label), None)
    removed = tuple(variant for variant in current if variant is not plain)
    _check_removable(removed)
    if plain is None:
        return StockPlan((Variant(new_id(), quantity=quantity or 1),), removed)
    if quantity is not None:
        plain = _with_quantity(plain, quantity)
    return StockPlan((plain,), removed)


def _with_variants(
    current: Sequence[Variant], wanted: Sequence[WantedVariant], new_id: Callable[[], str]
) -> StockPlan:
    known = {variant.id: variant for variant in current}
    planned: list[Variant] = []
    labels: set[str] = set()
    for index, want in enumerate(wanted):
        label = variant_label(want.size, want.color)
        if not label and len(wanted) > 1:
            raise _duplicate(index, "Say a size or a color, so that it can be told apart")
        if label.casefold() in labels:
            raise _duplicate(index, f"There are two variants {label!r}")
        labels.add(label.casefold())
        if want.id is None:
            planned.append(Variant(new_id(), want.size, want.color, want.quantity))
            continue
        variant = known.pop(want.id, None)
        if variant is None:
            raise NotFound("unknown_variant", f"This listing has no variant {want.id}.")
        variant = replace(variant, size=want.size, color=want.color)
        planned.append(_with_quantity(variant, want.quantity))
    removed = tuple(known.values())
    _check_removable(removed)
    return StockPlan(tuple(planned), removed)


def _with_quantity(variant: Variant, quantity: int) -> Variant:
    if quantity < variant.in_use:
        raise Conflict(
            "stock_in_use",
            f"{variant.in_use} of these are held or sold: the quantity cannot be less.",
            variant=variant.id,
            held=variant.held,
            sold=variant.sold,
        )
    return replace(variant, quantity=quantity)


def _check_removable(removed: Sequence[Variant]) -> None:
    for variant in removed:
        if variant.in_use:
            name = variant.label or "the only variant"
            raise Conflict(
                "variant_in_use",
                f"{name} is held or sold and cannot be removed.",
                variant=variant.id,
                held=variant.held,
                sold=variant.sold,
            )


def _duplicate(index: int, message: str) -> Conflict:
    field = f"variants.{index}"
    return Conflict(
        "duplicate_variant", f"{field}: {message}.", errors=[{"field": field, "message": message}]
    )


def _wrong(field: str, message: str) -> Invalid:
    return Invalid("invalid", f"{field}: {message}.", errors=[{"field": field, "message": message}])
