"""What decisions about bids need to know beyond the state."""

from __future__ import annotations

from typing import Literal

from liveshow.domain.show.facts import Fact

MarkKind = Literal["address", "card"]

# By person: the kind and the hash of what they have that others may have as well. None: nothing.
MARKS: Fact[str, frozenset[tuple[MarkKind, str]]] = Fact("marks")
