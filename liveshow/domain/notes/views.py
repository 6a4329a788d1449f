"""What everybody sees of notes and promises."""

from __future__ import annotations

from liveshow.domain.notes.events import Promise
from liveshow.domain.notes.state import Notes
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Value


class NoteView(Value, frozen=True):
    text: str
    revision: int


class NotesView(Value, frozen=True):
    """The note, and promises by item; items without any are left out."""

    note: NoteView | None
    promises: dict[str, list[Promise]]


def notes_view(state: ShowState) -> NotesView:
    notes = state[Notes]
    return NotesView(
        NoteView(notes.text, notes.revision) if notes.text else None,
        {item: known.in_force for item, known in notes.promises.items() if known.in_force},
    )
