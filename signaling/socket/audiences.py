"""The audiences of all shows on this node: made for the first who comes, gone with the last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from liveshow.clock import Clock
from liveshow.domain.show.facts import Rules
from liveshow.rooms.directory import Directory
from liveshow.rooms.presence import Presence
from liveshow.rooms.snapshots import Snapshots
from liveshow.single_flight import SingleFlight
from signaling.socket.audience import Audience, Member


class Audiences:
    """Finds the audience of a show. Each holds the feed of its show."""

    def __init__(
        self,
        directory: Directory,
        rules: Rules,
        snapshots: Snapshots,
        *,
        clock: Clock,
        presence: Presence,
        on_frames: Callable[[int], None],
    ) -> None:
        self._directory = directory
        self._rules = rules
        self._snapshots = snapshots
        self._clock = clock
        self._presence = presence
        self._on_frames = on_frames
        self._audiences: dict[str, Audience] = {}
        # Those that wait for their feed.
        self._gathering: SingleFlight[Audience] = SingleFlight()

    def __iter__(self) -> Iterator[Audience]:
        # A list: whoever is dismissed may be the last of an audience.
        return iter(list(self._audiences.values()))

    def members(self) -> Iterator[Member]:
        """Everybody who is connected."""
        for audience in self:
            yield from audience.members.values()

    def get(self, show_id: str | None) -> Audience | None:
        """The audience of a show, if there is one."""
        return self._audiences.get(show_id) if show_id else None

    async def of(self, show_id: str) -> Audience:
        """The audience of a show, made if need be. Raises ``LiveshowError``.

        To be joined without awaiting anything before: one in which nobody is may go.
        """
        while True:
            audience = self._audiences.get(show_id)
            if audience is not None and not audience.feed.lost:
                return audience
            await self._gathering.do(show_id, lambda: self._gather(show_id))

    async def _gather(self, show_id: str) -> Audience:
        feed = await self._directory.subscribe(show_id)
        if former := self._audiences.get(show_id):
            former.dismiss(former.members.values(), "restart", retry=True)
            former.stop()
        audience = Audience(
            feed,
            self._rules,
            self._snapshots,
            clock=self._clock,
            presence=self._presence,
            on_frames=self._on_frames,
        )
        self._audiences[show_id] = audience
        return audience

    def left(self, audience: Audience) -> None:
        """Let go of an audience if nobody is in it any more."""
        if audience.members:
            return
        audience.stop()
        show_id = audience.feed.show_id
        if self._audiences.get(show_id) is audience:
            del self._audiences[show_id]

    async def close(self) -> None:
        """Tell everybody to come back."""
        await asyncio.gather(*(audience.close() for audience in self))
        self._audiences.clear()
