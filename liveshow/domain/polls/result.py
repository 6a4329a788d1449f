"""What came of a poll, in a sentence that follows its question."""

from __future__ import annotations

from collections.abc import Sequence


def result(options: Sequence[str], counts: Sequence[int]) -> str:
    """Say which options had the most votes, and how many voted."""
    total, most = sum(counts), max(counts)
    if not total:
        return "Nobody voted."
    first = [option for option, count in zip(options, counts, strict=True) if count == most]
    votes = "1 vote" if total == 1 else f"{total} votes"
    share = f"{percent(most, total)} %"
    if len(first) == 1:
        return f"{first[0]}: {share} of {votes}."
    return f"{', '.join(first[:-1])} and {first[-1]}: {share} each, of {votes}."


def percent(count: int, total: int) -> int:
    """Return the nearest whole number, halves up, as browsers round them.

    100 is said of all votes alone, and 0 of none.
    """
    nearest = (200 * count + total) // (2 * total)
    return min(99, max(1, nearest)) if 0 < count < total else nearest
