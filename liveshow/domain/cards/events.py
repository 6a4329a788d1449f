"""What happens to the rule that a show has about cards."""

from __future__ import annotations

from typing import Annotated

from liveshow.domain.show.events import STAFF, Event
from liveshow.domain.values import Person


class CardRequired(Event, frozen=True):
    """The show wants a card on file from now on, or no longer."""

    type = "show.card_required"

    required: bool
    by: Annotated[Person, STAFF]


EVENTS = (CardRequired,)
