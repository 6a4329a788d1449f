"""PROTOCOL.md 2.3: auctions that are over, and what is needed to compute them again."""

from __future__ import annotations

from liveshow import budgets
from liveshow.accounts.identity import Identity
from liveshow.domain.auctions.record import AuctionRecord, PastAuction, record_of
from liveshow.domain.values import Value
from liveshow.errors import Conflict, Forbidden, NotFound
from liveshow.http.api import Endpoint
from liveshow.http.visible import Visible
from liveshow.rooms.records import AuctionQueries


class PastAuctions(Value, frozen=True):
    """Newest first."""

    items: list[PastAuction]


class AuctionResource:
    """Routes of auctions."""

    def __init__(self, auctions: AuctionQueries, visible: Visible) -> None:
        self._auctions = auctions
        self._visible = visible

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                "/api/shows/{show}/auctions",
                self.past,
                "Auctions that are over of which the caller can have the record",
                errors=("not_found", "banned"),
            ),
            Endpoint(
                "GET",
                "/api/auctions/{id}/record",
                self.record,
                "Everything that is needed to compute who won at which price",
                errors=("unknown_auction", "not_found", "banned", "forbidden", "auction_not_over"),
                compressed=True,
            ),
        ]

    async def past(self, caller: Identity, show: str) -> PastAuctions:
        state = await self._visible.to(caller, show)
        staff = state.show.is_staff(caller.user_id)
        most = budgets.AUCTIONS.amount
        found = await self._auctions.past(show, caller.user_id, everything=staff, limit=most)
        return PastAuctions(found)

    async def record(self, caller: Identity, id_: str) -> AuctionRecord:
        log = await self._auctions.log(id_)
        if log is None:
            raise NotFound("unknown_auction", "There is no such auction.")
        state = await self._visible.to(caller, log.show)
        concerned = {log.owner, *log.bidders}
        if caller.user_id not in concerned and not state.show.is_staff(caller.user_id):
            raise Forbidden(message="Only who has bid, its owner and the team may see this.")
        record = record_of(log, caller.user_id)
        if record is None:
            raise Conflict("auction_not_over", "The auction is not over yet.")
        return record
