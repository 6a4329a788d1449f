"""Cards on file, as far as shows ask for them."""

from __future__ import annotations

from liveshow.domain.cards import commands as c
from liveshow.domain.cards import decide
from liveshow.domain.cards.events import EVENTS
from liveshow.domain.cards.state import Cards
from liveshow.domain.cards.views import CardsView
from liveshow.domain.show.feature import Does, Feature, Section
from liveshow.errors import Conflict

FEATURE = Feature(
    name="cards",
    slice=Cards,
    events=EVENTS,
    commands=(Does(c.RequireCard, decide.require_card),),
    snapshot=(Section("cards", CardsView, lambda look: CardsView(look.state[Cards].required)),),
    refuses={Conflict: "card_required no_cards"},
)
