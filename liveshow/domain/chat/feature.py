"""The chat, as it is registered."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from liveshow.domain.chat import commands as c
from liveshow.domain.chat import decide
from liveshow.domain.chat.events import EVENTS
from liveshow.domain.chat.state import Chat
from liveshow.domain.running.events import ChatMode
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.commands import Said
from liveshow.domain.show.feature import Does, Feature, Look, MineSection, Section
from liveshow.domain.show.notices import Notice, Notices
from liveshow.domain.values import Value
from liveshow.errors import Forbidden, RateLimited


class ChatView(Value, frozen=True):
    """The chat; ``words`` are the blocked ones, for staff only."""

    slow_seconds: int
    mode: ChatMode
    newcomer_minutes: int
    lines: list[ChatLine]
    words: list[str] | UnsetType = UNSET


def _chat(look: Look) -> ChatView:
    chat = look.state[Chat]
    lines = look.state[ChatLines].shown(staff=look.staff)
    words = chat.words if look.staff else UNSET
    return ChatView(chat.slow_seconds, chat.mode, chat.newcomer_minutes, lines, words)


FEATURE = Feature(
    name="chat",
    slice=Chat,
    events=EVENTS,
    commands=(
        Does(c.Chat, decide.say, decide.say_needs, c.Chatted),
        Does(c.Announce, decide.announce, decide.announce_needs, Said),
    ),
    snapshot=(Section("chat", ChatView, _chat),),
    mine=(MineSection("notices", list[Notice], lambda look, who: look.state[Notices].of(who.id)),),
    refuses={
        Forbidden: "muted newcomer followers_only sellers_only blocked_word",
        RateLimited: "slow_mode",
    },
)
