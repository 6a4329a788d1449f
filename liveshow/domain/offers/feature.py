"""Offers and counter-offers, as they are registered."""

from __future__ import annotations

from liveshow.domain.offers import commands as c
from liveshow.domain.offers import decide, over, views
from liveshow.domain.offers.events import EVENTS
from liveshow.domain.offers.state import PriceOffers
from liveshow.domain.show.feature import Does, Feature, MineSection
from liveshow.errors import Conflict, Forbidden, NotFound

FEATURE = Feature(
    name="offers",
    slice=PriceOffers,
    events=EVENTS,
    commands=(
        Does(c.MakeOffer, decide.make, decide.make_needs, c.OfferMadeAnswer),
        Does(c.AnswerOffer, decide.answer, decide.answer_needs, c.OfferAnswered),
        Does(c.WithdrawOffer, decide.withdraw),
    ),
    mine=(
        MineSection("offers", list[views.OfferView], views.my_offers),
        MineSection("offers_for_me", list[views.OfferView], views.offers_for_me),
    ),
    deadline=over.deadline,
    due=over.due,
    follow=over.follow,
    refuses={
        Conflict: "not_live show_ended sold_out own_item quantity_too_large already_waiting "
        "claim_limit none_free below_floor claim_instead no_offers offer_too_low offer_stands "
        "too_many_offers offers_full offer_over not_your_turn answer_unclear no_more_counters "
        "counter_out_of_range",
        Forbidden: "sells_here",
        NotFound: "unknown_item unknown_offer",
    },
)
