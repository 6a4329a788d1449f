"""What a show wants of cards."""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.domain.cards.events import CardRequired
from liveshow.domain.show.slices import Moment, Slice, applies


@dataclass
class Cards(Slice):
    """Whether the show wants a card on file, whatever the operator wants of all shows."""

    required: bool = False

    @applies(CardRequired)
    def _required(self, event: CardRequired, moment: Moment) -> None:
        self.required = event.required
