"""Cap on viewers under transport-wide measurement (TWCC). Pure: no clock, no I/O.

A viewer under measurement costs twenty feedback messages and as many rounds of adaptation a second.
A moment of trouble near the server hits all viewers at once. Without a cap the measuring alone
could fill the event loop; that delays the reports, and late reports look like more trouble.
"""

from __future__ import annotations

VIEWERS = 150  # viewers that one event loop can measure besides its other work


class TwccSlots:
    """Slots for viewers under measurement, shared by all viewers of one relay.

    ``late``: the event loop is late now, so round trips measured by it mean nothing.
    """

    def __init__(self, limit: int = VIEWERS) -> None:
        self.limit = limit
        self.in_use = 0
        self.late = False

    @property
    def scarce(self) -> bool:
        """Whether more than half of the slots are in use."""
        return 2 * self.in_use > self.limit

    def acquire(self) -> bool:
        """Take a slot, which must be released; return False when there is none."""
        if self.in_use >= self.limit:
            return False
        self.in_use += 1
        return True

    def release(self) -> None:
        """Release a slot."""
        self.in_use -= 1
