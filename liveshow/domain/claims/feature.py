"""Claims and the waitlist, as they are registered."""

from __future__ import annotations

from liveshow.domain.claims import commands as c
from liveshow.domain.claims import decide, exchange, for_buyer, views
from liveshow.domain.claims.events import EVENTS
from liveshow.domain.claims.state import Claims
from liveshow.domain.show.feature import Does, Feature, MineSection, Section
from liveshow.errors import Conflict, NotFound

FEATURE = Feature(
    name="claims",
    slice=Claims,
    events=EVENTS,
    commands=(
        Does(c.ClaimItem, decide.claim, decide.claim_needs, c.Claimed),
        Does(c.HoldFor, for_buyer.hold_for, for_buyer.hold_for_needs, c.Held),
        Does(c.Release, decide.release, decide.hold_needs),
        Does(c.LeaveWaitlist, decide.leave, decide.leave_needs),
        Does(c.CancelClaim, decide.cancel, decide.hold_needs),
        Does(c.ChangeClaim, exchange.change, decide.hold_needs),
    ),
    snapshot=(
        Section(
            "waitlist",
            dict[str, list[views.WaitingView]],
            lambda look: views.waitlist_view(look.state),
            staff_only=True,
        ),
    ),
    mine=(
        MineSection("claims", list[views.MyClaim], views.my_claims),
        MineSection("waitlist", list[views.MyPlace], views.my_places),
    ),
    deadline=decide.deadline,
    due=decide.due,
    due_needs=decide.due_needs,
    follow=decide.serve,
    refuses={
        Conflict: "not_live show_ended sold_out own_item claim_limit already_waiting "
        "quantity_too_large waitlist_full none_free buyer_banned claim_in_checkout "
        "price_changed claim_fixed",
        NotFound: "unknown_claim unknown_entry",
    },
)
