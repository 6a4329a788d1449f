"""The media of one show: its simulcasts, publisher and viewers, and whether it is live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from liveshow.relay.kernel.protocols import Kernel
from liveshow.relay.ports import Kind
from liveshow.relay.tracks.simulcast import Simulcast

if TYPE_CHECKING:
    from liveshow.relay.session import Session

State = Literal["started", "lost", "resumed"]


class Show:
    """State of one show. Only the relay changes it."""

    def __init__(self, show_id: str, kernel: Kernel, now: float) -> None:
        self.id = show_id
        self.simulcasts: dict[Kind, Simulcast] = {
            "audio": Simulcast("audio", kernel),
            "video": Simulcast("video", kernel),
        }
        self.publisher: Session | None = None
        self.viewers: dict[str, Session] = {}
        self.live = False
        self.last_used = now
        self._last_media = float("-inf")
        self._was_live = False

    @property
    def empty(self) -> bool:
        """Whether it has neither publisher nor viewers."""
        return self.publisher is None and not self.viewers

    def packet_arrived(self, now: float) -> State | None:
        """Note a packet of the publisher; return the change of state, if any."""
        self._last_media = now
        if self.live:
            return None
        self.live = True
        state: State = "resumed" if self._was_live else "started"
        self._was_live = True
        return state

    def check_silence(self, now: float, limit: float) -> State | None:
        """Lose the stream after ``limit`` seconds of silence; return the change, if any."""
        if self.live and now - self._last_media > limit:
            return self.lose()
        return None

    def lose(self) -> State | None:
        """Note that the stream is gone; return the change of state, if any."""
        if not self.live:
            return None
        self.live = False
        return "lost"

    def close(self) -> None:
        """Tell the sinks of all tracks that the show is over."""
        for simulcast in self.simulcasts.values():
            simulcast.close()
