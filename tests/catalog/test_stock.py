"""The stock of a listing: what is promised is kept, whatever is edited."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.catalog.stock import (
    MAX_QUANTITY,
    StockPlan,
    Variant,
    WantedVariant,
    plan_stock,
)
from liveshow.errors import Conflict, Invalid, LiveshowError, NotFound

_SIZES = ("", "S", "M", "L")


@st.composite
def stocks(draw: st.DrawFn) -> list[Variant]:
    """Return the stock of a listing as it may be in the database."""
    sizes = draw(st.sampled_from([("",), ("S",), ("S", "M"), ("M", "L", "XL")]))
    stock = []
    for index, size in enumerate(sizes):
        held = draw(st.integers(0, 5))
        sold = draw(st.integers(0, 5))
        extra = draw(st.integers(0, 5))
        stock.append(Variant(f"v{index}", size, "", held + sold + extra, held, sold))
    return stock


edits: st.SearchStrategy[tuple[int | None, list[WantedVariant] | None]] = st.one_of(
    st.tuples(st.integers(1, 20), st.none()),
    st.tuples(
        st.none(),
        st.lists(
            st.builds(
                WantedVariant,
                quantity=st.integers(0, 20),
                size=st.sampled_from(_SIZES),
                color=st.sampled_from(("", "red")),
                id=st.sampled_from((None, "v0", "v1", "v2", "v9")),
            ),
            max_size=4,
        ),
    ),
    st.tuples(st.integers(1, 20), st.just([])),
    st.just((None, None)),
)


@given(stocks(), st.lists(edits, min_size=1, max_size=4))
def test_no_series_of_edits_breaks_a_promise(
    stock: list[Variant], series: list[tuple[int | None, list[WantedVariant] | None]]
) -> None:
    """Held and sold pieces stay, in their variant; every listing has a variant; labels differ."""
    ids = (f"new{n}" for n in itertools.count())
    promised = {variant.id: (variant.held, variant.sold) for variant in stock if variant.in_use}
    current = stock
    for quantity, wanted in series:
        try:
            plan = plan_stock(current, quantity=quantity, wanted=wanted, new_id=lambda: next(ids))
        except LiveshowError:
            continue
        assert plan.variants
        for variant in plan.variants:
            assert 0 <= variant.held + variant.sold <= variant.quantity <= MAX_QUANTITY
        kept = {variant.id: (variant.held, variant.sold) for variant in plan.variants}
        assert {key: kept.get(key) for key in promised} == promised
        assert len(kept) == len(plan.variants)
        labels = [variant.label.casefold() for variant in plan.variants]
        assert len(set(labels)) == len(labels)
        assert not {v.id for v in plan.removed} & kept.keys()
        assert {v.id for v in plan.removed} | kept.keys() >= {v.id for v in current}
        current = list(plan.variants)


def plan(
    current: list[Variant],
    quantity: int | None = None,
    wanted: list[WantedVariant] | None = None,
) -> StockPlan:
    return plan_stock(current, quantity=quantity, wanted=wanted, new_id=lambda: "new")


def test_a_listing_without_variants_has_one_plain_piece() -> None:
    assert plan([]).variants == (Variant("new", quantity=1),)
    assert plan([], quantity=7).variants == (Variant("new", quantity=7),)
    assert plan([], wanted=[], quantity=7).variants == (Variant("new", quantity=7),)


def test_the_quantity_may_go_down_to_what_is_promised_and_no_further() -> None:
    stock = [Variant("v", quantity=5, held=1, sold=2)]
    assert plan(stock, quantity=3).variants[0].quantity == 3
    with pytest.raises(Conflict) as refusal:
        plan(stock, quantity=2)
    assert refusal.value.code == "stock_in_use"


def test_giving_up_variants_keeps_the_plain_one() -> None:
    stock = [Variant("v", quantity=5)]
    assert plan(stock, wanted=[]) == StockPlan(tuple(stock))
    sized = [Variant("s", "S", quantity=1), Variant("m", "M", quantity=2)]
    assert plan(sized, wanted=[]) == StockPlan((Variant("new", quantity=1),), tuple(sized))


def test_a_promised_variant_is_not_removed() -> None:
    stock = [Variant("s", "S", quantity=1, held=1), Variant("m", "M", quantity=2)]
    with pytest.raises(Conflict) as refusal:
        plan(stock, wanted=[WantedVariant(2, "M", id="m")])
    assert refusal.value.code == "variant_in_use"
    assert "S" in refusal.value.message


def test_a_variant_may_be_renamed_while_it_is_held() -> None:
    stock = [Variant("s", "S", quantity=1, held=1)]
    (variant,) = plan(stock, wanted=[WantedVariant(1, "Small", "red", "s")]).variants
    assert (variant.label, variant.held) == ("Small / red", 1)


def test_an_id_is_used_once() -> None:
    stock = [Variant("s", "S", quantity=1)]
    with pytest.raises(NotFound):
        plan(stock, wanted=[WantedVariant(1, "S", id="s"), WantedVariant(1, "M", id="s")])


def test_one_quantity_does_not_fit_several_variants() -> None:
    stock = [Variant("s", "S", quantity=1), Variant("m", "M", quantity=2)]
    with pytest.raises(Conflict):
        plan(stock, quantity=2)
    with pytest.raises(Invalid):
        plan(stock, quantity=2, wanted=[WantedVariant(1, "S")])
