"""How a giveaway ends for those who took part, and what they are told of it.

What is told names the prize, because it may be words alone: ``{}`` is its title.
"""

from __future__ import annotations

from typing import Literal

from liveshow.domain.giveaways.events import OutReason, OverReason
from liveshow.domain.show.notices import Ends, Told

GiveawayEnd = Literal["won", "next", "lost", "late", "claimed", OutReason, OverReason]

GIVEAWAY_ENDS: Ends[GiveawayEnd] = {
    "won": Told("prize", "You have won: {}. Say where it goes within 48 hours."),
    "next": Told("prize", "It is your turn, and you have won: {}. Say where it goes in 48 hours."),
    "lost": Told("giveaway_over", "Somebody else has won: {}. See how it was drawn."),
    "late": Told("giveaway_over", "You have not said where it goes in time: {} is gone."),
    "claimed": None,
    "banned": Told("giveaway_over", "You are banned from this show, and take no part in: {}."),
    "absent": Told(
        "giveaway_over", "You were not in the show when entries closed, and took no part in: {}."
    ),
    "team": Told("giveaway_over", "You are on the team now, and take no part in: {}."),
    "cancelled": Told("giveaway_over", "The team has taken it back: {}."),
    "gone": Told("giveaway_over", "It is not in the show any more: {}."),
    "show_over": Told("giveaway_over", "The show ended before the draw: {} was not given away."),
    "nobody": Told("giveaway_over", "Nobody was there at the end: {} was not given away."),
    "unclaimed": Told("giveaway_over", "Nobody said in time where it goes: {} was not given away."),
}
