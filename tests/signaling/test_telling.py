"""News without a place in the log waits for slow readers, and only its newest."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.values import Value
from signaling.socket import ephemeral
from signaling.socket.ephemeral import Telling
from signaling.socket.outgoing import Frame
from tests.support import eventually


class Count(Value, frozen=True):
    count: int


@dataclass
class Reader:
    ready: bool = True
    heard: list[str] = field(default_factory=list)

    def send(self, frame: Frame) -> None:
        self.heard.append(frame.payload.decode())


def counted(number: int, about: str = "") -> Ephemeral:
    return Ephemeral("counted", about, Count(number))


def counts(reader: Reader) -> list[int]:
    return [int(text.partition('"count":')[2].partition("}")[0]) for text in reader.heard]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ephemeral, "LATE_SECONDS", 0.01)


async def test_a_slow_reader_is_told_the_newest_when_it_has_taken_the_rest() -> None:
    quick, slow = Reader(), Reader(ready=False)
    telling = Telling()
    for number in (1, 2):
        assert telling.tell({"quick": quick, "slow": slow}, [counted(number)]) == 1
    slow.ready = True
    await eventually(lambda: slow.heard, within=5)
    assert (counts(quick), counts(slow)) == ([1, 2], [2])


async def test_what_was_late_goes_with_what_is_new() -> None:
    slow = Reader(ready=False)
    telling = Telling()
    telling.tell({"slow": slow}, [counted(1, "one"), counted(2, "other")])
    slow.ready = True
    telling.tell({"slow": slow}, [counted(3, "other")])
    assert sorted(counts(slow)) == [1, 3]
    telling.tell({"slow": slow}, [])
    assert len(slow.heard) == 2


async def test_who_left_is_told_nothing_late() -> None:
    slow, last = Reader(ready=False), Reader(ready=False)
    telling = Telling()
    telling.tell({"slow": slow, "last": last}, [counted(1)])
    telling.forget("slow")
    slow.ready = last.ready = True
    await eventually(lambda: last.heard, within=5)
    assert slow.heard == []
