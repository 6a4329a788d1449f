"""What is collected for one tick and has no place in the log: the last of each kind, and hearts."""

from __future__ import annotations

from liveshow.domain.show.ephemeral import Ephemeral
from liveshow.domain.values import Value


class Cheers(Value, frozen=True):
    """Hearts that were sent since the last tick."""

    count: int


class Collected:
    """Ephemeral news of one show since the last tick."""

    def __init__(self) -> None:
        self._news: dict[tuple[str, str], Ephemeral] = {}
        self._hearts = 0

    def put(self, news: Ephemeral) -> None:
        """Keep the last of what is about the same."""
        self._news[news.name, news.about] = news

    def cheer(self) -> None:
        self._hearts += 1

    def take(self) -> list[Ephemeral]:
        """Return what was collected, and begin anew."""
        taken = list(self._news.values())
        if self._hearts:
            taken.append(Ephemeral("cheers", "", Cheers(self._hearts)))
        self._news.clear()
        self._hearts = 0
        return taken
