"""A batch as it is decided: what was loaded, what time ends, then one command after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from liveshow.domain.run_of_show.commands import ListingChanged
from liveshow.domain.running.commands import StreamDown, TimeSkipped
from liveshow.domain.show.commands import Envelope, Observe, Tick
from liveshow.domain.show.events import Record
from liveshow.domain.show.facts import Facts
from liveshow.domain.show.state import ShowState
from liveshow.domain.show.step import Outcome, step
from liveshow.errors import Conflict, LiveshowError
from liveshow.rooms.answers import Ack, digest_of, key_of
from liveshow.rooms.ports import Batch, Remembered


class Crashed(Exception):
    """Deciding the command at ``index`` raised something that is not a refusal."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class Course:
    """A batch as it is decided: one command after the other, on one state and its facts."""

    def __init__(
        self,
        state: ShowState,
        batch: Batch,
        facts: Facts,
        known: dict[tuple[str, str], Remembered],
        aside: frozenset[str],
        mint: Callable[[], str],
    ) -> None:
        self.records: list[Record] = []
        self.told: set[str] = set()
        self._state = state
        self._batch = batch
        self._facts = facts
        self._known = known
        self._aside = aside
        self._mint = mint

    def take(self, envelopes: Sequence[Envelope], *, skipped: int = 0) -> list[Ack]:
        """Decide what was loaded, what time ends, and the commands; return their answers.

        ``skipped``: milliseconds that the clock has gone on, although nobody here lived through.
        """
        ranks = [_rank(envelope) for envelope in envelopes]
        decided: dict[int, Ack] = {}
        self._run(Envelope(Observe()))
        if skipped:
            self._run(Envelope(TimeSkipped(skipped)))
        ticked = False
        for index in sorted(range(len(envelopes)), key=ranks.__getitem__):
            if not ticked and ranks[index] > 0:
                self._run(Envelope(Tick()))
                ticked = True
            try:
                decided[index] = self._decide(envelopes[index])
            except Exception as error:
                raise Crashed(index) from error
        if not ticked:
            self._run(Envelope(Tick()))
        return [decided[index] for index in range(len(envelopes))]

    def _decide(self, envelope: Envelope) -> Ack:
        """One command's acknowledgement; the first one when its key has been seen."""
        slot = key_of(envelope)
        digest = digest_of(envelope) if slot else ""
        if slot and (before := self._known.get(slot)):
            if before.digest != digest:
                return Ack(refusal=Conflict("key_reused", "This key was used for something else."))
            does = self._state.machine.does[type(envelope.command)]
            return Ack.of(before.ack, does.answer)
        try:
            ack = Ack(self._run(envelope).answer)
        except LiveshowError as error:
            ack = Ack(refusal=error)
        if slot:
            answer = Remembered(slot, digest, ack.kept())
            self._known[slot] = answer
            self._batch.remember(answer)
        return ack

    def _run(self, envelope: Envelope) -> Outcome:
        outcome = step(
            self._state,
            envelope,
            now=self._batch.now,
            facts=self._facts,
            mint=self._mint,
            record=self._record,
            aside=self._aside,
        )
        self.records.extend(outcome.records)
        self.told |= outcome.told
        return outcome

    def _record(self, record: Record) -> None:
        self._batch.record(self._state, record)


def _rank(envelope: Envelope) -> int:
    """The order within a batch; clients' commands keep the order of their arrival."""
    match envelope.command:
        case StreamDown(reason="restart"):
            return 0  # before time's passing: nothing ran out while nobody was here
        case ListingChanged():
            return 1  # what the closet changed was read before anything in this batch
    return 2
