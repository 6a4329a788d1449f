"""Ephemeral news: counts that everybody is told, without a place in the log.

They are coalesced per tick, have no row and no key, and are the first thing to be dropped: a later
one of the same name and ``about`` replaces an earlier one.
"""

from __future__ import annotations

from liveshow.domain.values import Value


class Ephemeral(Value, frozen=True):
    """A message ``name`` with ``payload``; ``about`` tells apart what replaces what."""

    name: str
    about: str
    payload: Value
