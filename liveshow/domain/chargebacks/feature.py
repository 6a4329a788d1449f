"""Chargebacks, as they are registered."""

from __future__ import annotations

from liveshow.domain.chargebacks import commands as c
from liveshow.domain.chargebacks import decide
from liveshow.domain.chargebacks.events import EVENTS
from liveshow.domain.chargebacks.state import Chargebacks
from liveshow.domain.show.feature import Does, Feature

FEATURE = Feature(
    name="chargebacks",
    slice=Chargebacks,
    events=EVENTS,
    commands=(Does(c.NoteChargeback, decide.note_chargeback, decide.chargeback_needs),),
)
