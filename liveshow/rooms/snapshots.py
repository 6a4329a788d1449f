"""The snapshots of shows as JSON: encoded once for each event and audience, whoever asks.

A show of a thousand items is megabytes of JSON. Items that did not change keep their text from one
snapshot to the next, and between pieces of a long one others have their turn.
"""

from __future__ import annotations

import asyncio
import json
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from liveshow.domain import views
from liveshow.domain.facts import Rules
from liveshow.domain.state import Json, ShowState

# The loop is free for others after this many bytes.
SLICE_BYTES = 64 << 10
# Beyond either, the show that was not asked for the longest is forgotten.
MAX_SHOWS = 500
MAX_BYTES = 64 << 20


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
        # What `_newest` was made of. Another state may say something else of the same event: names
        # and the stock of other shows are read again without one.
        self._made_of: weakref.ref[ShowState] | None = None
        self._coming: dict[tuple[int, int, int], asyncio.Task[EncodedSnapshot]] = {}
        # The items of the newest snapshot: what was encoded, and as what.
        self._items: dict[str, tuple[Json, bytes]] = {}

    @property
    def size(self) -> int:
        return len(self._newest.state) if self._newest else 0

    def known(self, state: ShowState) -> EncodedSnapshot | None:
        newest = self._newest
        if newest is None or self._made_of is None or self._made_of() is not state:
            return None
        return newest if (newest.epoch, newest.seq) == (state.epoch, state.seq) else None

    async def encode(self, state: ShowState, rules: Rules) -> EncodedSnapshot:
        at = (id(state), state.epoch, state.seq)
        task = self._coming.get(at)
        if task is None:
            view = views.snapshot(state, rules, staff=self._staff)
            coming = self._encode(state, (state.epoch, state.seq), view)
            task = asyncio.create_task(coming, name="snapshot")
            self._coming[at] = task
            task.add_done_callback(lambda _: self._coming.pop(at, None))
        # Others may wait for it too: whoever gives up does not end it.
        return await asyncio.shield(task)

    def encode_now(self, state: ShowState, rules: Rules) -> EncodedSnapshot:
        view = views.snapshot(state, rules, staff=self._staff)
        return self._keep(state, (state.epoch, state.seq), list(self._parts(view)))

    async def _encode(self, state: ShowState, at: tuple[int, int], view: Json) -> EncodedSnapshot:
        parts: list[bytes] = []
        since_turn = 0
        for part in self._parts(view):
            parts.append(part)
            since_turn += len(part)
            if since_turn >= SLICE_BYTES:
                since_turn = 0
                await asyncio.sleep(0)
        return self._keep(state, at, parts)

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

    def _keep(self, state: ShowState, at: tuple[int, int], parts: list[bytes]) -> EncodedSnapshot:
        made = EncodedSnapshot(*at, b"".join(parts))
        if self._newest is None or (self._newest.epoch, self._newest.seq) <= at:
            self._newest, self._made_of = made, weakref.ref(state)
        return made


class Snapshots:
    """The encoded snapshots of the shows that are read on this node."""

    def __init__(self) -> None:
        # Each for everybody and for the staff; the one that was asked for last comes last.
        self._shows: OrderedDict[str, tuple[_OneAudience, _OneAudience]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._shows)

    async def get(self, state: ShowState, rules: Rules, *, staff: bool) -> EncodedSnapshot:
        """Return the snapshot of a committed state as it is when this is called."""
        audience = self._of(state.id)[staff]
        found = audience.known(state)
        if found is None:
            found = await audience.encode(state, rules)
            self._make_room()
        return found

    def now(self, state: ShowState, rules: Rules, *, staff: bool) -> EncodedSnapshot:
        """Return it without letting others have their turn."""
        audience = self._of(state.id)[staff]
        found = audience.known(state)
        if found is None:
            found = audience.encode_now(state, rules)
            self._make_room()
        return found

    def _of(self, show_id: str) -> tuple[_OneAudience, _OneAudience]:
        known = self._shows.get(show_id)
        if known is None:
            known = self._shows[show_id] = (_OneAudience(False), _OneAudience(True))
        self._shows.move_to_end(show_id)
        return known

    def _make_room(self) -> None:
        size = sum(one.size for both in self._shows.values() for one in both)
        while len(self._shows) > MAX_SHOWS or (size > MAX_BYTES and len(self._shows) > 1):
            _, both = self._shows.popitem(last=False)
            size -= sum(one.size for one in both)
