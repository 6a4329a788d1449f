"""The table that a run prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

COLUMNS = ("what", "ours", "peer", "ratio", "how measured")


@dataclass(frozen=True)
class Row:
    """One figure, and the peer's where there is one.

    ``ours`` and ``peer`` are numbers, or sentences that say why there is none. ``more_is_better``
    only decides how the ratio reads.
    """

    what: str
    ours: float | str | None
    peer: float | str
    unit: str
    how: str
    more_is_better: bool = False

    def cells(self) -> tuple[str, str, str, str, str]:
        return self.what, self._cell(self.ours), self._cell(self.peer), self.ratio(), self.how

    def _cell(self, value: float | str | None) -> str:
        if isinstance(value, str):
            return value
        return "-" if value is None else f"{number(value)} {self.unit}".rstrip()

    def ratio(self) -> str:
        """How many times better ours is; below 1 it is worse."""
        if isinstance(self.peer, str) or isinstance(self.ours, str):
            return "-"
        if not self.ours or not self.peer:
            return "-"
        better = self.ours / self.peer if self.more_is_better else self.peer / self.ours
        return f"{number(better)} x"


@dataclass
class Section:
    """Rows measured in one setting, which ``setting`` describes together with the peer."""

    title: str
    setting: str
    rows: list[Row] = field(default_factory=list)


def medians(runs: Sequence[Section]) -> Section:
    """One section of several runs of it: the median of each figure."""
    rows = []
    for same in zip(*(section.rows for section in runs), strict=True):
        ours = [row.ours for row in same if not isinstance(row.ours, str | None)]
        peers = [row.peer for row in same if not isinstance(row.peer, str)]
        rows.append(
            replace(
                same[0],
                ours=median(ours) if ours else same[0].ours,
                peer=median(peers) if peers else same[0].peer,
            )
        )
    return replace(runs[0], rows=rows)


def number(value: float) -> str:
    """Three digits are what these measurements are worth."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def render(sections: list[Section]) -> str:
    cells = [COLUMNS, *(row.cells() for section in sections for row in section.rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]

    def line(values: tuple[str, ...]) -> str:
        what, *figures, how = values
        right = [value.rjust(width) for value, width in zip(figures, widths[1:-1], strict=True)]
        return "  ".join([what.ljust(widths[0]), *right, how]).rstrip()

    lines = [line(COLUMNS), "-" * (sum(widths) + 2 * (len(widths) - 1))]
    for section in sections:
        lines += ["", section.title, *(f"  {text}" for text in section.setting.splitlines())]
        lines += [line(row.cells()) for row in section.rows]
    return "\n".join(lines)
