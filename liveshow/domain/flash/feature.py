"""Flash prices, as they are registered."""

from __future__ import annotations

from liveshow.domain.flash import commands as c
from liveshow.domain.flash import decide, views
from liveshow.domain.flash.events import EVENTS, FlashStarted
from liveshow.domain.flash.state import Flashes
from liveshow.domain.run_of_show.items import reduced_needs
from liveshow.domain.show.feature import Does, Feature, MineSection, Section
from liveshow.errors import Conflict, NotFound

FEATURE = Feature(
    name="flash",
    slice=Flashes,
    events=EVENTS,
    commands=(
        Does(c.StartFlash, decide.start, reduced_needs, c.FlashAnswer),
        Does(c.EndFlash, decide.end),
    ),
    snapshot=(Section("flash", list[views.FlashView], views.flashes),),
    mine=(MineSection("flash", list[views.MyFlash], views.my_flashes),),
    deadline=decide.deadline,
    due=decide.due,
    follow=decide.follow,
    undo={FlashStarted: decide.undo_start},
    live=views.counts,
    price=decide.price,
    refuses={
        Conflict: "not_live show_ended flash_on sold_out quantity_too_large not_reduced "
        "below_floor",
        NotFound: "unknown_item unknown_flash",
    },
)
