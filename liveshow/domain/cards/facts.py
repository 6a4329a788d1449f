"""Who has a card on file."""

from __future__ import annotations

from liveshow.domain.show.facts import Fact

# By the id of a person: whether their card is at a provider.
CARD_ON_FILE: Fact[str, bool] = Fact("card on file")
