"""How places in line and holds end, and what whoever had them is told of it."""

from __future__ import annotations

from typing import Literal

from liveshow.domain.claims.events import LineOverReason, ReleaseReason, UnwaitlistedReason
from liveshow.domain.run_of_show.events import RemovedReason
from liveshow.domain.show.notices import Ends, Told

PlaceEnd = Literal["promoted", UnwaitlistedReason, LineOverReason, RemovedReason, "show_over"]

PLACE_ENDS: Ends[PlaceEnd] = {
    "promoted": Told("promoted"),
    "left": None,
    "banned": Told("cancelled", "You are banned from this show: your place in line is gone."),
    "dearer": Told(
        "cancelled",
        "Its owner does not sell it any more at the price at which you joined the line.",
    ),
    "sold": Told("cancelled", "All of these are sold."),
    "withdrawn": Told("cancelled", "The seller does not offer this one any more."),
    "removed": Told("cancelled", "It was taken out of the show."),
    "mandate_revoked": Told("cancelled", "It is not lent to this show any more."),
    "mandate_expired": Told("cancelled", "It is not lent to this show any more."),
    "archived": Told("cancelled", "The seller does not offer it any more."),
    "show_over": Told("cancelled", "The show is over, and every place in line with it."),
}

HoldEnd = Literal["sold", ReleaseReason]

# A hold that the team cancels says why in their words.
HOLD_ENDS: Ends[HoldEnd] = {
    "sold": Told("sold"),
    "released": None,
    "expired": Told("expired"),
    "cancelled": Told("cancelled"),
}
