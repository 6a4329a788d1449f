"""Counts that have no place in the log follow every snapshot."""

from __future__ import annotations

import pytest

from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.show.feature import Machine
from liveshow.domain.values import Value
from tests.stage import Json, Seat, Stage

TOLD = ("counted", {"count": 7})


class Counted(Value, frozen=True):
    count: int


@pytest.fixture
def _counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something is counted in every show."""
    news = [Ephemeral("counted", "", Counted(7))]
    monkeypatch.setattr(Machine, "live", lambda machine, state: news)


async def told(seat: Seat, snapshots: int) -> list[tuple[str, Json]]:
    """Wait for so many snapshots, each with its counts; return all counts that were heard."""
    await seat.until(lambda: seat.snapshots == len(seat.ephemeral) == snapshots)
    return seat.ephemeral


@pytest.mark.usefixtures("_counting")
async def test_whoever_joins_is_told_the_counts(stage: Stage) -> None:
    assert await told(await stage.seat(), 1) == [TOLD]


@pytest.mark.usefixtures("_counting")
async def test_whoever_changes_sides_is_told_the_counts_again(stage: Stage) -> None:
    helper = await stage.seat("helper")
    await told(helper, 1)
    await stage.command("staff", user="helper", role="moderator")
    assert await told(helper, 2) == [TOLD, TOLD]


@pytest.mark.usefixtures("_counting")
async def test_everybody_is_told_the_counts_again_when_another_room_opens(stage: Stage) -> None:
    viewer = await stage.seat("viewer")
    await told(viewer, 1)
    room = await stage.parts.registry.get(stage.show)
    await room.close()
    await stage.command("slow", seconds=5)
    assert await told(viewer, 2) == [TOLD, TOLD]
