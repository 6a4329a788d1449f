"""The snapshot of a show as JSON: encoded once for each event and audience, whoever asks.

Encoding a show with the most text that it may have takes a few milliseconds.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from weakref import ref

import msgspec

from liveshow.domain.show.facts import Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.show.views import state_view

# Snapshots kept of all shows together; the one that was not asked for the longest goes.
MAX_BYTES = 64 << 20


def encode_json(value: Any) -> bytes:
    """Return compact JSON as UTF-8."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # A lone surrogate, in what a client is told about its own words.
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class EncodedSnapshot:
    """``state`` is the JSON of PROTOCOL.md 3.2's state as it is after the event ``seq``."""

    epoch: int
    seq: int
    state: bytes

    def message(self, now: int) -> tuple[bytes, bytes, bytes]:
        """Return the JSON of the ``snapshot`` message in parts; the large one is shared."""
        head = f'{{"epoch":{self.epoch},"seq":{self.seq},"now":{now},"state":'
        return head.encode(), self.state, b"}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A snapshot and the state that it was made of.

    Another state may say something else of the same event: names, and the stock of other shows, are
    read again without one.
    """

    snapshot: EncodedSnapshot
    made_of: ref[ShowState]

    def says(self, state: ShowState) -> bool:
        """Whether it is what would be made of a state."""
        at = (self.snapshot.epoch, self.snapshot.seq)
        return self.made_of() is state and at == (state.epoch, state.seq)


class Snapshots:
    """Encoded snapshots of all shows: the newest for staff, and the newest for everybody else."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._kept: OrderedDict[tuple[str, bool], _Kept] = OrderedDict()
        self._bytes = 0

    def get(self, state: ShowState, *, staff: bool) -> EncodedSnapshot:
        """Return the snapshot of a committed state."""
        key = (state.id, staff)
        known = self._kept.get(key)
        if known is not None and known.says(state):
            self._kept.move_to_end(key)
            return known.snapshot
        # A snapshot has no time of its own: each message says when it was made.
        view = state_view(state, self._rules, 0, staff=staff)
        made = EncodedSnapshot(state.epoch, state.seq, encode_json(view))
        if known is None or (known.snapshot.epoch, known.snapshot.seq) <= (made.epoch, made.seq):
            self._keep(key, _Kept(made, ref(state)))
        return made

    def _keep(self, key: tuple[str, bool], kept: _Kept) -> None:
        self._drop(key)
        self._kept[key] = kept
        self._bytes += len(kept.snapshot.state)
        while self._bytes > MAX_BYTES and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, bool]) -> None:
        if known := self._kept.pop(key, None):
            self._bytes -= len(known.snapshot.state)
