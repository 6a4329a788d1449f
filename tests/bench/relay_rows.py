"""The rows of the relay's table: each figure of ours beside the peer's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tests.bench.relay_run import Figures
from tests.bench.stage import Kind, Measured
from tests.bench.table import Row

Kernel = Literal["native", "python"]
# What was measured of a server, or why nothing was.
Results = dict[Kind, Figures | str]
_Figure = Callable[[Figures], float | None]

_CPU = "server CPU"
_NAMES: dict[Kind, str] = {
    "janus": "Janus",
    "janus loop": "Janus, one loop",
    "forward": "aiortc forwarding",
    "mediarelay": "aiortc MediaRelay",
}


class Rows:
    """Makes rows of results; what is missing says why."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def cost(self, kernel: Kernel, peer: Kind, crowd: int, theirs: int | None = None) -> Row:
        """CPU per delivered packet; the peer's with ``theirs`` viewers, or with as many."""
        what = f"{crowd} viewers: CPU per delivered packet"
        return self._crowd(
            kernel, peer, crowd, what, lambda m: m.per_packet * 1e6, "us", _CPU, theirs
        )

    def share(self, kernel: Kernel, peer: Kind, crowd: int, theirs: int | None = None) -> Row:
        what = f"{crowd} viewers: share of a CPU per viewer"
        return self._crowd(
            kernel, peer, crowd, what, lambda m: m.share / m.viewers * 100, "%", _CPU, theirs
        )

    def most(self, kernel: Kernel, peer: Kind) -> Row:
        """How many can watch."""
        what = "viewers on one core, none missing a packet"
        how = "largest crowd tried"
        return self._row(kernel, peer, what, lambda f: float(f.most), "", how, more=True)

    def delay(self, kernel: Kernel, peer: Kind, crowd: int, percent: Literal[50, 99]) -> Row:
        what = f"{crowd} viewers: added delay, p{percent}"
        at = 0 if percent == 50 else 1
        how = "beyond each viewer's least"
        return self._crowd(kernel, peer, crowd, what, lambda m: m.delay[at], "ms", how)

    def last(self, kernel: Kernel, peer: Kind, crowd: int) -> Row:
        what = f"{crowd} viewers: pictures one viewer got last of all"
        how = "the one most often last"
        return self._crowd(kernel, peer, crowd, what, lambda m: m.last_share * 100, "%", how)

    def join(self, kernel: Kernel, peer: Kind) -> Row:
        return self._row(
            kernel,
            peer,
            "CPU per join",
            lambda f: None if f.join_cpu is None else f.join_cpu * 1e3,
            "ms",
            f"{_CPU}, one after the other",
        )

    def memory(self, kernel: Kernel, peer: Kind) -> Row:
        return self._row(
            kernel,
            peer,
            "memory per viewer",
            lambda f: None if f.memory is None else f.memory / 1024,
            "KiB",
            "RSS, while watching",
        )

    def storm(self, kernel: Kernel, peer: Kind) -> list[Row]:
        """Many come at once."""
        prefix = "all coming within 1 s"

        def first(at: int) -> _Figure:
            return lambda f: (
                f.storm["first_picture"][at] if f.storm and f.storm["first_picture"] else None
            )

        return [
            self._row(
                kernel,
                peer,
                f"{prefix}: viewers who failed",
                lambda f: None if f.storm is None else float(f.storm["failed"]),
                "",
                "counted",
            ),
            self._row(
                kernel,
                peer,
                f"{prefix}: packets missed by those there before",
                lambda f: None if f.standing is None else float(f.standing.missing),
                "",
                "counted",
            ),
            self._row(
                kernel,
                peer,
                f"{prefix}: keyframe requests to the host",
                lambda f: None if f.standing is None else float(f.standing.keyframe_requests),
                "",
                "counted; Janus asks nobody",
            ),
            self._row(kernel, peer, f"{prefix}: first video packet, p50", first(0), "ms", "wall"),
            self._row(kernel, peer, f"{prefix}: first video packet, p99", first(1), "ms", "wall"),
        ]

    def _crowd(
        self,
        kernel: Kernel,
        peer: Kind,
        crowd: int,
        what: str,
        figure: Callable[[Measured], float],
        unit: str,
        how: str,
        theirs: int | None = None,
    ) -> Row:
        def of(viewers: int) -> _Figure:
            return lambda f: figure(f.crowds[viewers]) if viewers in f.crowds else None

        if theirs is not None:
            how += f", peer with {theirs}"
        return self._row(kernel, peer, what, of(crowd), unit, how, theirs=of(theirs or crowd))

    def _row(
        self,
        kernel: Kernel,
        peer: Kind,
        what: str,
        figure: _Figure,
        unit: str,
        how: str,
        more: bool = False,
        theirs: _Figure | None = None,
    ) -> Row:
        beside = self._figure(peer, theirs or figure)
        return Row(
            what=f"{what}, {kernel}; peer {_NAMES[peer]}",
            ours=self._figure(kernel, figure),
            peer="-" if beside is None else beside,
            unit=unit,
            how=how,
            more_is_better=more,
        )

    def _figure(self, kind: Kind, figure: _Figure) -> float | str | None:
        result = self._results[kind]
        return result if isinstance(result, str) else figure(result)
