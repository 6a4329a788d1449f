"""The state of a show at one ``(epoch, seq)``: the slices of its features, owned by its room."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, TypeVar

from liveshow.domain.running.show import Show
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.events import Record
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.slices import Moment, Slice

if TYPE_CHECKING:
    from liveshow.domain.show.feature import Machine

S = TypeVar("S", bound=Slice)


class ShowState:
    """Everything that commands are decided on. Changed only by `apply`."""

    def __init__(self, machine: Machine, show_id: str, *, epoch: int = 0, seq: int = 0) -> None:
        self.machine = machine
        self.id = show_id
        self.epoch = epoch
        self.seq = seq
        self.slices: dict[type[Slice], Slice] = {kind: kind() for kind in machine.slices}

    def __getitem__(self, kind: type[S]) -> S:
        """Return the slice of a feature."""
        return self.slices[kind]  # type: ignore[return-value]  # of this kind

    @property
    def show(self) -> Show:
        """Status, settings and team: what every feature looks at."""
        return self.slices[Show]  # type: ignore[return-value]  # of this kind

    def apply(self, record: Record) -> None:
        """Change the state by one event; ``seq`` moves on if the event has one of its own."""
        event = record.event
        moment = Moment(record.seq, record.at, self)
        self[Notices].fresh.clear()
        self[Notices].stale.clear()
        for kind, applier in self.machine.appliers[type(event)]:
            applier(self.slices[kind], event, moment)
        if line := event.chat_line(record.seq, record.at):
            self[ChatLines].append(line)
        self.seq = record.seq

    def copy(self) -> ShowState:
        """Return a state of its own. Once per opening; several times quicker than `deepcopy`."""
        twin = ShowState(self.machine, self.id, epoch=self.epoch, seq=self.seq)
        twin.slices = pickle.loads(pickle.dumps(self.slices, pickle.HIGHEST_PROTOCOL))  # noqa: S301
        return twin

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ShowState):
            return NotImplemented
        return (self.id, self.epoch, self.seq, self.slices) == (
            other.id,
            other.epoch,
            other.seq,
            other.slices,
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ShowState({self.id!r}, {self.epoch}, {self.seq}, {list(self.slices.values())!r})"
