"""How many people watch: everybody signed in once, and guests by their browser.

A guest's browser says a random id that it keeps, so that three tabs are one viewer. Anybody can
make ids up, so the guests of one address count up to a bound. All of them are served.
"""

from __future__ import annotations

from collections import Counter

from liveshow import budgets


class Guests:
    """The guests of one show, by address and by the id that their browser gave ("": none)."""

    def __init__(self, most: int = budgets.GUESTS_COUNTED.amount) -> None:
        """``most``: how many of one address count."""
        self.count = 0
        self._most = most
        self._tabs: dict[str, Counter[str]] = {}

    def came(self, address: str, visitor: str) -> None:
        """A connection of a guest was opened."""
        of_address = self._tabs.setdefault(address, Counter())
        if not of_address[visitor]:
            self.count += len(of_address) < self._most
        of_address[visitor] += 1

    def left(self, address: str, visitor: str) -> None:
        """A connection that had come was closed."""
        of_address = self._tabs[address]
        of_address[visitor] -= 1
        if not of_address[visitor]:
            del of_address[visitor]
            self.count -= len(of_address) < self._most
            if not of_address:
                del self._tabs[address]
