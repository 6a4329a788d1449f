"""Auctions, as they are registered."""

from __future__ import annotations

from liveshow.domain.auctions import chances, decide, views
from liveshow.domain.auctions import commands as c
from liveshow.domain.auctions.events import EVENTS
from liveshow.domain.auctions.state import Auctions
from liveshow.domain.run_of_show.items import priced_needs
from liveshow.domain.show.feature import Does, Feature, MineSection, Section
from liveshow.errors import Conflict, Forbidden, NotFound

FEATURE = Feature(
    name="auctions",
    slice=Auctions,
    events=EVENTS,
    commands=(
        Does(c.PutUp, decide.put_up, priced_needs, c.PutUpAnswer),
        Does(c.OpenAuction, decide.open_auction, decide.auction_needs),
        Does(c.PlaceBid, decide.bid, decide.bid_needs, c.BidAnswer),
        Does(c.CancelAuction, decide.cancel, decide.auction_needs),
        Does(c.TakeChance, chances.take, chances.chance_needs, c.ChanceTaken),
        Does(c.DeclineChance, chances.decline, chances.chance_needs),
    ),
    snapshot=(
        Section("auctions", list[views.AuctionView], views.auctions),
        Section("auction_terms", list[views.AuctionTerms], views.terms, staff_only=True),
        Section("chances", list[views.ChanceView], views.chances, staff_only=True),
    ),
    mine=(
        MineSection("bids", list[views.MyBid], views.my_bids),
        MineSection("chances", list[views.MyChance], views.my_chances),
    ),
    deadline=decide.deadline,
    due=decide.due,
    due_needs=decide.due_needs,
    follow=decide.follow,
    guard=decide.guard,
    refuses={
        Conflict: "not_live show_ended none_free below_floor too_many_auctions auction_open "
        "auction_over auction_full show_interrupted not_seen_yet own_item bid_too_low "
        "bid_far_above has_bids",
        Forbidden: "sells_here same_address same_card",
        NotFound: "unknown_item unknown_auction unknown_chance",
    },
)
