"""How the chat is run, and who spoke when."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from liveshow.domain.chat.events import ChatSaid
from liveshow.domain.moderation.events import ChatBraked, ChatRestricted, ChatSlowed, ChatWordsSet
from liveshow.domain.running.events import ChatMode, ShowCreated
from liveshow.domain.show.slices import Moment, Slice, applies

# Messages are remembered for as long as the longest slow mode looks back, this many at most.
RECENT_MS = 600_000
RECENT_KEPT = 5_000


@dataclass
class Chat(Slice):
    """Slow mode (seconds), who may chat, blocked words, and when people spoke last (ms)."""

    slow_seconds: int = 0
    mode: ChatMode = "everyone"
    # How old an account has to be to chat, minutes.
    newcomer_minutes: int = 0
    words: list[str] = field(default_factory=list)
    # Who spoke when lately, oldest first, and the same by person.
    recent: deque[tuple[str, int]] = field(default_factory=deque)
    spoke: dict[str, deque[int]] = field(default_factory=dict)

    def heard(self, user_id: str, at: int) -> None:
        """Note that somebody spoke, and forget what is too old to matter."""
        self.recent.append((user_id, at))
        self.spoke.setdefault(user_id, deque()).append(at)
        while len(self.recent) > RECENT_KEPT or at - self.recent[0][1] > RECENT_MS:
            user, _ = self.recent.popleft()
            times = self.spoke[user]
            times.popleft()
            if not times:
                del self.spoke[user]

    def last_spoke(self, user_id: str) -> int | None:
        """When somebody spoke last (ms)."""
        times = self.spoke.get(user_id)
        return times[-1] if times else None

    @applies(ShowCreated)
    def _created(self, event: ShowCreated, moment: Moment) -> None:
        self.slow_seconds = event.slow_seconds
        self.mode = event.chat_mode
        self.words = event.words

    @applies(ChatSaid)
    def _said(self, event: ChatSaid, moment: Moment) -> None:
        self.heard(event.user.id, moment.at)

    @applies(ChatSlowed)
    def _slowed(self, event: ChatSlowed, moment: Moment) -> None:
        self.slow_seconds = event.seconds

    @applies(ChatRestricted)
    def _restricted(self, event: ChatRestricted, moment: Moment) -> None:
        self.mode = event.mode

    @applies(ChatBraked)
    def _braked(self, event: ChatBraked, moment: Moment) -> None:
        self.newcomer_minutes = event.minutes

    @applies(ChatWordsSet)
    def _words_set(self, event: ChatWordsSet, moment: Moment) -> None:
        self.words = event.words
