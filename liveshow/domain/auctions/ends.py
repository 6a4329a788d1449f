"""How an auction ends for those who have bid, and what they are told of it."""

from __future__ import annotations

from typing import Literal

from liveshow.domain.auctions.events import CancelReason, Outcome
from liveshow.domain.show.notices import Ends, Told

AuctionEnd = Literal["won", Outcome, CancelReason]

AUCTION_ENDS: Ends[AuctionEnd] = {
    "won": Told("won"),
    "sold": Told("auction_over", "Somebody else has won it."),
    "passed": Told("auction_over", "It was not sold: the lowest price was not reached."),
    "cancelled": Told("auction_over", "The team has taken the auction back."),
    "gone": Told("auction_over", "It is not in the show any more."),
    "show_over": Told("auction_over", "The show is over, and every auction with it."),
}
