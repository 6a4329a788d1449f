"""A show with auctions, for the tests of what happens in them."""

from __future__ import annotations

from typing import Any

from liveshow.domain.auctions.events import AuctionClosed
from liveshow.domain.auctions.state import GRACE_MS, Auction, Auctions
from liveshow.domain.values import Person
from tests.domain import asks as c
from tests.domain.story import two_shows
from tests.domain.world import HANNA, PlainRoom


class Sale:
    """A show in which a scarf, a lent dress and five mugs can be auctioned."""

    def __init__(self) -> None:
        self.world, self.room, self.market = two_shows()

    def put_up(self, listing: str = "scarf", **fields: Any) -> str:
        plain: dict[str, Any] = {"start_price": 1000, "seconds": 30, "prepare": True}
        item = self.room.item(listing).id
        auction: str = self.room.ask(HANNA, c.PutUp(item=item, **(plain | fields)))["auction"]
        return auction

    def open(self, listing: str = "scarf", **fields: Any) -> str:
        auction = self.put_up(listing, **fields)
        self.room.ask(HANNA, c.OpenAuction(auction=auction))
        return auction

    def bid(self, who: Person, auction: str, amount: int, **fields: Any) -> Any:
        return self.room.ask(who, c.PlaceBid(auction=auction, amount=amount, **fields))

    def refused(self, who: Person | None, auction: str, amount: int, **fields: Any) -> str:
        return self.room.refuses(who, c.PlaceBid(auction=auction, amount=amount, **fields))

    def known(self, auction: str) -> Auction:
        return self.room.state[Auctions].known[auction]

    def left(self, auction: str) -> int:
        """Milliseconds on the clock."""
        ends_at = self.known(auction).ends_at
        assert ends_at is not None
        return ends_at - self.world.now

    def pass_time(self, ms: int) -> None:
        self.world.wait(ms)
        self.room.tick()

    def close(self) -> AuctionClosed:
        running = self.room.state[Auctions].open
        assert running
        self.pass_time(self.left(running.id) + GRACE_MS)
        return self.room.happened(AuctionClosed)[-1]


def free(room: PlainRoom, listing: str) -> int:
    return sum(variant.available for variant in room.item(listing).variants)
