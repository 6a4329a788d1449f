"""Whispers, as they are registered."""

from __future__ import annotations

from liveshow.domain.show.commands import Said
from liveshow.domain.show.feature import Does, Feature, Section
from liveshow.domain.whispers import commands as c
from liveshow.domain.whispers import decide
from liveshow.domain.whispers.events import EVENTS
from liveshow.domain.whispers.state import WhisperLine, Whispers

FEATURE = Feature(
    name="whispers",
    slice=Whispers,
    events=EVENTS,
    commands=(
        Does(c.Whisper, decide.whisper, answer=Said),
        Does(c.Unwhisper, decide.unwhisper, answer=Said),
    ),
    snapshot=(
        Section(
            "whispers",
            list[WhisperLine],
            lambda look: list(look.state[Whispers].newest),
            staff_only=True,
        ),
    ),
)
