"""What items have cost in a show: the part of the history of prices that a show writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from liveshow.domain.flash.events import FlashEnded, FlashStarted
from liveshow.domain.flash.state import Flashes
from liveshow.domain.run_of_show.events import ItemAdded, ItemChanged, ItemRemoved, ItemRepriced
from liveshow.domain.run_of_show.facts import LOWEST
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.events import ShowEnded
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.store.prices import lowest_prices, note_prices
from liveshow.store.room.aggregate import Aggregate, Place, records
from liveshow.store.rows import table_of
from liveshow.store.tables.prices import PriceRow

_PRICES = table_of(PriceRow)


async def _lowest(place: Place, listings: frozenset[str]) -> Mapping[str, int]:
    return await lowest_prices(place.connection, listings, place.now)


class PriceRows(Aggregate):
    ORDER = 46
    LOADERS = {LOWEST: _lowest}

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        # When the price of an item may have become another one, by its id (ms).
        self._changed: dict[str, int] = {}

    @records(ItemAdded, ItemChanged)
    def _whole(self, event: ItemAdded | ItemChanged, record: Record, _state: ShowState) -> None:
        self._changed[event.item.id] = record.at

    @records(ItemRepriced, ItemRemoved)
    def _item(self, event: ItemRepriced | ItemRemoved, record: Record, _state: ShowState) -> None:
        self._changed[event.item] = record.at

    @records(FlashStarted, FlashEnded)
    def _flash(self, event: FlashStarted | FlashEnded, record: Record, _state: ShowState) -> None:
        self._changed[event.item] = record.at

    @records(ShowEnded)
    def _ended(self, _event: ShowEnded, record: Record, state: ShowState) -> None:
        self._changed |= dict.fromkeys(state[RunOfShow].order, record.at)

    async def write(self, state: ShowState) -> None:
        if not self._changed:
            return
        items = {item: state[RunOfShow].items[item] for item in self._changed}
        known = await self._known([item.listing for item in items.values()])
        rows: list[dict[str, Any]] = []
        for item_id, at in self._changed.items():
            item, flash = items[item_id], state[Flashes].known.get(item_id)
            over = item.removed or state.show.status == "ended"
            price = None if over else flash.price if flash else item.price
            if price == known.get(item.listing):
                continue
            rows.append(
                {
                    "listing_id": item.listing,
                    "show_id": state.id,
                    "price": price,
                    "currency": state.show.currency,
                    "source": "flash" if flash else "show",
                    "from_at": at,
                }
            )
        await note_prices(self._place.connection, rows, self._place.now)

    async def _known(self, listings: list[str]) -> dict[str, int | None]:
        """What listings cost in this show until now."""
        found = await self._place.connection.execute(
            select(_PRICES.c.listing_id, _PRICES.c.price)
            .where(
                _PRICES.c.show_id == self._place.show_id, _PRICES.c.listing_id.in_(sorted(listings))
            )
            .order_by(_PRICES.c.id)
        )
        return {row.listing_id: row.price for row in found}
