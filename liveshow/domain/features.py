"""Every feature of a show. One line adds one."""

from __future__ import annotations

from liveshow.domain.auctions.feature import FEATURE as AUCTIONS
from liveshow.domain.cards.feature import FEATURE as CARDS
from liveshow.domain.chargebacks.feature import FEATURE as CHARGEBACKS
from liveshow.domain.chat.feature import FEATURE as CHAT
from liveshow.domain.checkout.feature import FEATURE as CHECKOUT
from liveshow.domain.claims.feature import FEATURE as CLAIMS
from liveshow.domain.flash.feature import FEATURE as FLASH
from liveshow.domain.giveaways.feature import FEATURE as GIVEAWAYS
from liveshow.domain.moderation.feature import FEATURE as MODERATION
from liveshow.domain.notes.feature import FEATURE as NOTES
from liveshow.domain.offers.feature import FEATURE as OFFERS
from liveshow.domain.orders.feature import FEATURE as ORDERS
from liveshow.domain.polls.feature import FEATURE as POLLS
from liveshow.domain.run_of_show.feature import FEATURE as RUN_OF_SHOW
from liveshow.domain.running.feature import FEATURE as RUNNING
from liveshow.domain.show.feature import Machine
from liveshow.domain.whispers.feature import FEATURE as WHISPERS

# Events mean something for the slices of several features in this order.
MACHINE = Machine(
    (
        RUNNING,
        RUN_OF_SHOW,
        # Before claims: what an auction frees is served in the same step.
        AUCTIONS,
        CLAIMS,
        FLASH,
        OFFERS,
        GIVEAWAYS,
        CHECKOUT,
        ORDERS,
        CHAT,
        MODERATION,
        POLLS,
        NOTES,
        WHISPERS,
        CARDS,
        CHARGEBACKS,
    )
)
