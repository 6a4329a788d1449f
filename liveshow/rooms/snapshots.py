"""The snapshot of a show as JSON: encoded once for each event and audience, whoever asks.

Encoding a show with the most text that it may have takes a few milliseconds.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

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


class Snapshots:
    """Encoded snapshots of all shows: the newest for staff, and the newest for everybody else."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._kept: OrderedDict[tuple[str, bool], EncodedSnapshot] = OrderedDict()
        self._bytes = 0

    def get(self, state: ShowState, *, staff: bool) -> EncodedSnapshot:
        """Return the snapshot of a committed state."""
        key = (state.id, staff)
        known = self._kept.get(key)
        if known is not None and (known.epoch, known.seq) == (state.epoch, state.seq):
            self._kept.move_to_end(key)
            return known
        # A snapshot has no time of its own: each message says when it was made.
        view = state_view(state, self._rules, 0, staff=staff)
        made = EncodedSnapshot(state.epoch, state.seq, encode_json(view))
        if known is None or (known.epoch, known.seq) < (state.epoch, state.seq):
            self._keep(key, made)
        return made

    def _keep(self, key: tuple[str, bool], made: EncodedSnapshot) -> None:
        self._drop(key)
        self._kept[key] = made
        self._bytes += len(made.state)
        while self._bytes > MAX_BYTES and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, bool]) -> None:
        if known := self._kept.pop(key, None):
            self._bytes -= len(known.state)
