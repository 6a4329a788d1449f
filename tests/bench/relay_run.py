"""What the relay and its peers are put through: crowds that grow, and one that comes at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.stage import Kind, Measured, Size, stage

STANDING = 50  # viewers who watch while the others come
STORM = 200
STORM_SECONDS = 1.0
PATIENCE = 60.0  # seconds after which a crowd grows no more: a busy machine would take for ever


@dataclass(frozen=True)
class Plan:
    """What is measured of one server.

    ``crowds``: viewers, growing. It ends after the first in which somebody missed a packet or did
    not get in, or which needed a core, or when it took too long; but not before ``at_least``
    viewers were there.
    ``joins``: viewers who come one after the other, first of all, while hardly anything is sent.
    ``memory``: between which two crowds.
    """

    crowds: tuple[int, ...]
    at_least: int = 0
    joins: int = 0
    memory: tuple[int, int] | None = None
    storm: bool = False


@dataclass
class Figures:
    """What came of it."""

    profile: str = ""  # of SRTP
    join_cpu: float | None = None  # seconds
    crowds: dict[int, Measured] = field(default_factory=dict)
    memory: float | None = None  # bytes per viewer
    storm: dict[str, Any] | None = None
    standing: Measured | None = None  # how the storm was for those who were there

    @property
    def most(self) -> int:
        """The largest crowd that got every packet from less than one core, 0 if none did."""
        return max((each.viewers for each in self.crowds.values() if each.complete), default=0)


async def measure(kind: Kind, plan: Plan, size: Size, seconds: float) -> Figures:
    """Put one server through its plan."""
    figures = Figures()
    async with stage(kind, size, seconds) as here:
        if plan.joins:
            figures.join_cpu = await here.grow(plan.joins, at_once=1)
        await here.play()
        began = time.monotonic()
        for crowd in plan.crowds:
            if crowd > plan.at_least and time.monotonic() - began > PATIENCE:
                break
            measured = await here.measure(crowd)
            if not measured.complete and measured.share < 0.95:
                # A core to itself is what it was promised; another look tells.
                measured = await here.measure()
            figures.crowds[crowd] = measured
            if not measured.complete and crowd >= plan.at_least:
                break
        figures.profile = here.profile
    figures.memory = _memory(plan.memory, figures.crowds)
    if plan.storm:
        await _storm(kind, plan.crowds, size, seconds, figures)
    return figures


def _memory(between: tuple[int, int] | None, crowds: dict[int, Measured]) -> float | None:
    if between is None or not crowds.keys() >= set(between):
        return None
    small, large = (crowds[crowd] for crowd in between)
    return (large.resident - small.resident) / (large.viewers - small.viewers)


async def _storm(
    kind: Kind, crowds: Sequence[int], size: Size, seconds: float, figures: Figures
) -> None:
    # So few in a quick run that figures mean nothing.
    few = crowds[-1] < STANDING
    standing, count = (2, 4) if few else (STANDING, STORM)
    async with stage(kind, size, seconds) as here:
        await here.grow(standing)
        await here.play()
        figures.storm, figures.standing = await here.storm(count, STORM_SECONDS)
