"""Giveaways, as they are registered."""

from __future__ import annotations

from collections.abc import Iterable

from liveshow.domain.giveaways import commands as c
from liveshow.domain.giveaways import decide, views
from liveshow.domain.giveaways.events import EVENTS
from liveshow.domain.giveaways.state import Giveaways
from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.feature import Does, Feature, MineSection, Section
from liveshow.domain.show.state import ShowState
from liveshow.errors import Conflict, Forbidden, NotFound


def _live(state: ShowState) -> Iterable[Ephemeral]:
    count = views.count(state)
    return () if count is None else (count,)


FEATURE = Feature(
    name="giveaways",
    slice=Giveaways,
    events=EVENTS,
    commands=(
        Does(c.OpenGiveaway, decide.open_giveaway, decide.open_needs, c.GiveawayAsked),
        Does(c.Enter, decide.enter, decide.enter_needs, c.Entered),
        Does(c.CancelGiveaway, decide.cancel, decide.cancel_needs),
        Does(c.ClaimPrize, decide.claim, decide.claim_needs, c.PrizeOrdered),
        Does(c.TellBeacon, decide.tell_beacon, decide.beacon_needs),
    ),
    snapshot=(Section("giveaway", views.GiveawayView | None, views.newest),),
    mine=(
        MineSection("giveaway_entry", views.MyEntry | None, views.my_entry),
        MineSection("prizes", list[views.MyPrize], views.my_prizes),
    ),
    deadline=decide.deadline,
    due=decide.due,
    due_needs=decide.due_needs,
    follow=decide.follow,
    live=_live,
    refuses={
        Conflict: "not_live show_ended none_free giveaway_open too_many_giveaways entries_closed "
        "already_entered giveaway_full",
        Forbidden: "not_owner team_member followers_only buyers_only buyers_not_allowed",
        NotFound: "unknown_item unknown_giveaway",
    },
)
