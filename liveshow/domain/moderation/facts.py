"""What decisions about earlier events need to know: what they were."""

from __future__ import annotations

from liveshow.domain.show.events import Stored
from liveshow.domain.show.facts import Fact, Facts

# Records of the show's log by ``seq``.
RECORDS: Fact[int, Stored] = Fact("records")


def learn_gone(facts: Facts, seq: int, *, gone: bool) -> None:
    """Remember for the rest of the batch that a message was taken away, or is back."""
    if facts.knows(RECORDS, seq) and (stored := facts.get(RECORDS, seq)):
        facts.learn(RECORDS, seq, Stored(stored.record, gone))
