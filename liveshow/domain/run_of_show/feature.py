"""The run of show, as it is registered."""

from __future__ import annotations

from liveshow.domain.run_of_show import commands as c
from liveshow.domain.run_of_show import decide
from liveshow.domain.run_of_show.events import EVENTS
from liveshow.domain.run_of_show.items import (
    item_view,
    priced_needs,
    reduced_needs,
    staff_item_view,
)
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.run_of_show.views import ItemView
from liveshow.domain.show.feature import Does, Feature, Look, Section
from liveshow.errors import Conflict, Forbidden, NotFound


def _items(look: Look) -> list[ItemView]:
    view = staff_item_view if look.staff else item_view
    run = look.state[RunOfShow]
    return [view(look.state, run.items[item_id], look.rules) for item_id in run.order]


FEATURE = Feature(
    name="run_of_show",
    slice=RunOfShow,
    events=EVENTS,
    commands=(
        Does(c.Add, decide.add, decide.add_needs, c.Added),
        Does(c.Remove, decide.remove, decide.item_needs),
        Does(c.Move, decide.move),
        Does(c.Pin, decide.pin, priced_needs),
        Does(c.Unpin, decide.unpin),
        Does(c.Reprice, decide.reprice, reduced_needs),
        Does(c.Restock, decide.restock, decide.item_needs),
        Does(c.ListingChanged, decide.listing_changed, decide.listing_needs),
    ),
    snapshot=(
        Section("items", list[ItemView], _items),
        Section("pinned", str | None, lambda look: look.state[RunOfShow].pinned),
    ),
    deadline=decide.deadline,
    due=decide.due,
    observe=decide.observe,
    refuses={
        Conflict: "below_floor already_added currency_mismatch too_many_items run_too_large "
        "stock_in_use variant_required",
        Forbidden: "no_mandate not_owner",
        NotFound: "unknown_item unknown_listing unknown_variant",
    },
)
