"""Commands that wait to be decided in one room, in the order of their arrival."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from liveshow import budgets
from liveshow.domain.show.commands import Answer, Envelope
from liveshow.errors import Unavailable
from liveshow.rooms.answers import Ack

# More commands than this waiting: the newcomer is told `unavailable`.
MAX_WAITING = budgets.COMMANDS_WAITING.amount
# The most that one transaction decides: bounds how long an acknowledgement waits for others.
MAX_BATCH = 1_000
# How long a command waits to be decided and committed, seconds.
SUBMIT_SECONDS = 10.0

_TOO_LATE = "That could not be saved in time. Try again."
_NOT_SAVED = "That could not be saved. Try again."


@dataclass(slots=True)
class Waiting:
    """A command and who waits for its answer."""

    envelope: Envelope
    answered: asyncio.Future[Ack]
    # A batch that it was in could not be committed: it is decided alone next time.
    failed: bool = False
    # Nobody waits for the answer, and nobody would say it again: an outage does not drop it.
    lasting: bool = False

    def answer(self, ack: Ack) -> None:
        """Answer it, unless it was given up meanwhile."""
        if not self.answered.done():
            self.answered.set_result(ack)


class Inbox:
    """Filled by whoever submits, emptied by the room's task."""

    def __init__(self) -> None:
        # Set when something has arrived.
        self.arrived = asyncio.Event()
        self._waiting: deque[Waiting] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    async def submit(self, envelope: Envelope) -> Answer:
        """Queue a command and return its answer. Raises its refusal, or ``unavailable``."""
        if len(self._waiting) >= MAX_WAITING:
            raise Unavailable(message="Too much is going on. Try again in a moment.")
        waiting = self.put(envelope)
        give_up = asyncio.get_running_loop().call_later(SUBMIT_SECONDS, _give_up, waiting)
        try:
            ack = await asyncio.shield(waiting.answered)
        finally:
            give_up.cancel()
        return ack.result()

    def put(self, envelope: Envelope, *, lasting: bool = False) -> Waiting:
        waiting = Waiting(envelope, asyncio.get_running_loop().create_future(), lasting=lasting)
        self._waiting.append(waiting)
        self.arrived.set()
        return waiting

    def put_back(self, taken: Sequence[Waiting]) -> None:
        """Decide them next, in their order."""
        self._waiting.extendleft(reversed(taken))

    def take(self) -> list[Waiting]:
        """Return what is decided next; who was in a failed batch goes alone."""
        taken: list[Waiting] = []
        while self._waiting and len(taken) < MAX_BATCH:
            if self._waiting[0].failed and taken:
                break
            waiting = self._waiting.popleft()
            if waiting.answered.done():
                continue  # it has been given up
            taken.append(waiting)
            if taken[0].failed:
                break
        return taken

    def refuse_waiting(self) -> None:
        """Answer with ``unavailable`` whatever somebody waits for; the rest stays."""
        refuse(waiting for waiting in self._waiting if not waiting.lasting)
        self._waiting = deque(waiting for waiting in self._waiting if waiting.lasting)

    def refuse_all(self) -> None:
        """Answer everything that waits with ``unavailable``."""
        refuse(self._waiting)
        self._waiting.clear()


def _give_up(waiting: Waiting) -> None:
    """Answer a command that has waited too long. Unless a batch has it, it is dropped."""
    waiting.answer(Ack(refusal=Unavailable(message=_TOO_LATE)))


def refuse(taken: Iterable[Waiting]) -> None:
    """Answer commands with ``unavailable``: they may be said again under the same key."""
    ack = Ack(refusal=Unavailable(message=_NOT_SAVED))
    for waiting in taken:
        waiting.answer(ack)
