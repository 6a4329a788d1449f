"""What decisions about earlier events need to know: what they were."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from liveshow.domain.show.events import Stored
from liveshow.domain.show.facts import Fact, Facts

# One purge takes away so many messages of somebody, the newest.
MOST_PURGED = 1_000

# Records of the show's log by ``seq``.
RECORDS: Fact[int, Stored] = Fact("records")
# By person: the ``seq`` of what they said that still stands, the newest `MOST_PURGED`.
STANDING: Fact[str, Sequence[int]] = Fact("standing messages")


def learn_said(facts: Facts, user_id: str, seq: int) -> None:
    """Remember for the rest of the batch that something somebody said is there to read."""
    if facts.knows(STANDING, user_id):
        standing = {seq, *(facts.get(STANDING, user_id) or ())}
        facts.learn(STANDING, user_id, sorted(standing, reverse=True))


def learn_withdrawn(facts: Facts, messages: Collection[int], by: int | None) -> None:
    """Remember for the rest of the batch what the event ``by`` took away, None: what is back."""
    for seq in messages:
        if facts.knows(RECORDS, seq) and (stored := facts.get(RECORDS, seq)):
            facts.learn(RECORDS, seq, Stored(stored.record, by))
            if by is None and (author := stored.record.event.about()) is not None:
                learn_said(facts, author, seq)
    if by is not None:
        gone = frozenset(messages)
        for user_id, standing in list(facts.loaded(STANDING).items()):
            facts.learn(STANDING, user_id, [seq for seq in standing or () if seq not in gone])
