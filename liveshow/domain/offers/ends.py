"""How offers end, and what each side is told of it."""

from __future__ import annotations

from liveshow.domain.offers.events import OfferEnd
from liveshow.domain.show.notices import Ends, Told

TO_BUYER: Ends[OfferEnd] = {
    "declined": Told("offer_over", "The seller does not take it."),
    "counter_declined": None,
    "withdrawn": None,
    "expired": Told("offer_over", "The seller did not answer in time. You can make another one."),
    "counter_expired": Told("offer_over", "You did not answer in time. You can make another one."),
    "taken": Told("offer_over", "The last one went with another offer."),
    "sold": Told("offer_over", "There are not enough of these left."),
    "gone": Told("offer_over", "It is not in the show any more."),
    "dearer": Told("offer_over", "Its owner does not sell it at that price any more."),
    "cheaper": Told("offer_over", "It costs no more than that now: claim it."),
    "banned": Told("offer_over", "You are banned from this show."),
    "on_team": Told("offer_over", "Who runs a show makes no offers in it."),
    "claimed": Told("offer_over", "You have as many of these as one can have."),
    "show_over": Told("offer_over", "The show is over, and every offer with it."),
}

# None where it is they who did that, or who hear of it anyway.
TO_SELLER: Ends[OfferEnd] = {
    "declined": Told("offer_over", "The team of the show declined the offer."),
    "counter_declined": Told("offer_over", "The buyer does not take your price."),
    "withdrawn": Told("offer_over", "The buyer has taken the offer back."),
    "expired": Told("offer_over", "Nobody answered the offer in time."),
    "counter_expired": Told("offer_over", "The buyer did not answer in time."),
    "taken": None,
    "sold": None,
    "gone": None,
    "dearer": None,
    "cheaper": Told("offer_over", "It costs no more than was offered now."),
    "banned": Told("offer_over", "The buyer is banned from the show."),
    "on_team": Told("offer_over", "The buyer runs the show now."),
    "claimed": Told("offer_over", "The buyer has claimed it without the offer."),
    "show_over": Told("offer_over", "The show is over, and every offer with it."),
}
