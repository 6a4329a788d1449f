"""Notes and promises, as they are registered."""

from __future__ import annotations

from liveshow.domain.notes import commands as c
from liveshow.domain.notes import decide
from liveshow.domain.notes.events import EVENTS
from liveshow.domain.notes.state import Notes
from liveshow.domain.notes.views import NotesView, notes_view
from liveshow.domain.show.feature import Does, Feature, Section
from liveshow.errors import Conflict, NotFound

FEATURE = Feature(
    name="notes",
    slice=Notes,
    events=EVENTS,
    commands=(
        Does(c.PinNote, decide.note, answer=c.Noted),
        Does(c.MakePromise, decide.promise, decide.promise_needs, c.Promised),
    ),
    snapshot=(Section("notes", NotesView, lambda look: notes_view(look.state)),),
    promises=lambda state, claim_id: state[Notes].frozen.get(claim_id, ()),
    refuses={Conflict: "too_many_promises", NotFound: "unknown_promise"},
)
