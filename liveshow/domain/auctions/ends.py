"""How an auction ends for those who have bid, and what they are told of it."""

from __future__ import annotations

from typing import Literal

from liveshow.domain.auctions.events import CancelReason, ChanceEnd, Outcome
from liveshow.domain.show.notices import Ends, Told

AuctionEnd = Literal["won", Outcome, CancelReason]

AUCTION_ENDS: Ends[AuctionEnd] = {
    "won": Told("won"),
    "sold": Told("auction_over", "Somebody else has won it."),
    "passed": Told("auction_over", "It was not sold: the lowest price was not reached."),
    # Only one for which nobody has bid.
    "cancelled": None,
    "gone": Told("auction_over", "It is not in the show any more."),
    "show_over": Told("auction_over", "The show is over, and every auction with it."),
}

# Whoever takes or declines a chance hears of it by the answer.
CHANCE_ENDS: Ends[ChanceEnd] = {
    "taken": None,
    "declined": None,
    "expired": Told("auction_over", "The time of your second chance is over."),
    "banned": Told("auction_over", "You are banned from this show: your second chance is gone."),
    "gone": Told("auction_over", "It is not in the show any more."),
    "show_over": Told("auction_over", "The show is over, and your second chance with it."),
}
RETRY = Told("retry", "Your payment did not go through. You have two more minutes to pay.")
