"""What decisions about earlier events need to know: what they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liveshow.domain.show.events import Stored
from liveshow.domain.show.facts import Fact, Facts

# One purge takes away so many messages of somebody, the newest.
MOST_PURGED = 1_000

# Records of the show's log by ``seq``.
RECORDS: Fact[int, Stored] = Fact("records")
# By person: the ``seq`` of what they said that still stands, the newest `MOST_PURGED`.
STANDING: Fact[str, Sequence[int]] = Fact("standing messages")


def learn_withdrawn(facts: Facts, messages: Iterable[int], by: int | None) -> None:
    """Remember for the rest of the batch what the event ``by`` took away, None: what is back."""
    for seq in messages:
        if facts.knows(RECORDS, seq) and (stored := facts.get(RECORDS, seq)):
            facts.learn(RECORDS, seq, Stored(stored.record, by))
