"""The snapshot of a show as JSON: encoded once for each event and audience, whoever asks.

A show of a thousand items is megabytes of JSON. Items that did not change keep their text from one
snapshot to the next, and between pieces of a long one others have their turn.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from liveshow.domain import views
from liveshow.domain.facts import Rules
from liveshow.domain.state import Json, ShowState

# The loop is free for others after this many bytes.
SLICE_BYTES = 64 << 10


def encode_json(value: Any) -> bytes:
    """Return compact JSON as UTF-8."""
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # A lone surrogate, in what a client is told about its own words.
        return json.dumps(value, separators=(",", ":")).encode()


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


class _OneAudience:
    """What is kept for the staff, or for everybody else."""

    def __init__(self, staff: bool) -> None:
        self._staff = staff
        self._newest: EncodedSnapshot | None = None
        self._coming: dict[tuple[int, int], asyncio.Task[EncodedSnapshot]] = {}
        # The items of the newest snapshot: what was encoded, and as what.
        self._items: dict[str, tuple[Json, bytes]] = {}

    async def get(self, state: ShowState, rules: Rules) -> EncodedSnapshot:
        if (found := self._known(state)) is not None:
            return found
        at = (state.epoch, state.seq)
        task = self._coming.get(at)
        if task is None:
            view = views.snapshot(state, rules, staff=self._staff)
            task = asyncio.create_task(self._encode(at, view), name="snapshot")
            self._coming[at] = task
            task.add_done_callback(lambda _: self._coming.pop(at, None))
        # Others may wait for it too: whoever gives up does not end it.
        return await asyncio.shield(task)

    def now(self, state: ShowState, rules: Rules) -> EncodedSnapshot:
        if (found := self._known(state)) is not None:
            return found
        view = views.snapshot(state, rules, staff=self._staff)
        return self._keep((state.epoch, state.seq), list(self._parts(view)))

    def _known(self, state: ShowState) -> EncodedSnapshot | None:
        newest = self._newest
        at = (state.epoch, state.seq)
        return newest if newest is not None and (newest.epoch, newest.seq) == at else None

    async def _encode(self, at: tuple[int, int], view: Json) -> EncodedSnapshot:
        parts: list[bytes] = []
        since_turn = 0
        for part in self._parts(view):
            parts.append(part)
            since_turn += len(part)
            if since_turn >= SLICE_BYTES:
                since_turn = 0
                await asyncio.sleep(0)
        return self._keep(at, parts)

    def _parts(self, view: Json) -> Iterator[bytes]:
        """The JSON of ``view``, item by item."""
        known, kept = self._items, {}
        yield b'{"items":['
        for index, item in enumerate(view["items"]):
            before = known.get(item["id"])
            text = before[1] if before and before[0] == item else encode_json(item)
            kept[item["id"]] = (item, text)
            if index:
                yield b","
            yield text
        self._items = kept
        rest = {name: value for name, value in view.items() if name != "items"}
        yield b"]," + encode_json(rest)[1:]

    def _keep(self, at: tuple[int, int], parts: list[bytes]) -> EncodedSnapshot:
        made = EncodedSnapshot(*at, b"".join(parts))
        if self._newest is None or (self._newest.epoch, self._newest.seq) < at:
            self._newest = made
        return made


class Snapshots:
    """The encoded snapshots of one room."""

    def __init__(self) -> None:
        self._of = {staff: _OneAudience(staff) for staff in (False, True)}

    async def get(self, state: ShowState, rules: Rules, *, staff: bool) -> EncodedSnapshot:
        """Return the snapshot of a committed state as it is when this is called."""
        return await self._of[staff].get(state, rules)

    def now(self, state: ShowState, rules: Rules, *, staff: bool) -> EncodedSnapshot:
        """Return it without letting others have their turn."""
        return self._of[staff].now(state, rules)
