"""What everybody sees of the rule about cards."""

from __future__ import annotations

from liveshow.domain.values import Value


class CardsView(Value, frozen=True):
    """``required``: this show wants a card on file before the first claim or bid."""

    required: bool
