"""How many viewers of a relay are looked at closely at once. Pure: no clock, no I/O.

Who is looked at closely costs twenty feedback messages and as many rounds of adaptation a second.
A moment of trouble near the server is trouble for everybody: without a bound the looking alone
could fill the loop, which delays the reports, which is more trouble.
"""

from __future__ import annotations

VIEWERS = 150  # whom one loop can look at closely besides its other work


class TwccSlots:
    """Places for viewers that are looked at closely, shared by all of one relay.

    ``late``: the loop is late now, so what is timed by it says nothing.
    """

    def __init__(self, limit: int = VIEWERS) -> None:
        self.limit = limit
        self.in_use = 0
        self.late = False

    @property
    def scarce(self) -> bool:
        """Whether more than half of the places are taken."""
        return 2 * self.in_use > self.limit

    def acquire(self) -> bool:
        """Take a place, which is to be given back; return False when there is none."""
        if self.in_use >= self.limit:
            return False
        self.in_use += 1
        return True

    def release(self) -> None:
        """Give back a place."""
        self.in_use -= 1
