"""The course of a show, as it is registered."""

from __future__ import annotations

from liveshow.domain.running import commands as c
from liveshow.domain.running import decide, views
from liveshow.domain.running.events import EVENTS
from liveshow.domain.running.show import Show
from liveshow.domain.show.feature import Does, Feature, MineSection, Section
from liveshow.domain.values import Permission, StaffRole
from liveshow.errors import Conflict, NotFound

FEATURE = Feature(
    name="running",
    slice=Show,
    events=EVENTS,
    commands=(
        Does(c.CreateShow, decide.create, decide.create_needs),
        Does(c.Schedule, decide.schedule),
        Does(c.Start, decide.start),
        Does(c.Pause, decide.pause),
        Does(c.Resume, decide.resume),
        Does(c.End, decide.end),
        Does(c.Configure, decide.configure, decide.configure_needs),
        Does(c.AppointStaff, decide.appoint, decide.team_needs),
        Does(c.DismissStaff, decide.dismiss, decide.team_needs),
        Does(c.Rename, decide.rename),
        Does(c.StreamUp, decide.stream_up),
        Does(c.StreamDown, decide.stream_down),
        Does(c.TimeSkipped, decide.skip_time),
    ),
    snapshot=(
        Section("show", views.ShowView, lambda look: views.show_view(look.state)),
        Section("staff", list[views.StaffMember], lambda look: views.staff_view(look.state.show)),
    ),
    mine=(
        MineSection(
            "roles", list[StaffRole], lambda look, who: views.roles(look.state.show, who.id)
        ),
        MineSection("can", list[Permission], lambda look, who: look.state.show.permissions(who.id)),
    ),
    deadline=decide.deadline,
    due=decide.due,
    refuses={
        Conflict: "wrong_status in_the_past is_host",
        NotFound: "unknown_photo unknown_user",
    },
)
