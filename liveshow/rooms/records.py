"""Questions about auctions that are over; ``liveshow.store.auction_records`` answers them."""

from __future__ import annotations

from typing import Protocol

from liveshow.domain.auctions.record import Log, PastAuction


class AuctionQueries(Protocol):
    async def log(self, auction_id: str) -> Log | None:
        """What is kept of an auction, None when there is none of this id."""

    async def past(
        self, show_id: str, user_id: str, *, everything: bool, limit: int
    ) -> list[PastAuction]:
        """Auctions of a show in which somebody bid, or whose pieces are theirs, newest first.

        ``everything``: all of them, whoever bid. Only those of which a unit is over.
        """
