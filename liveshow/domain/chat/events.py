"""What was said in a show."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from liveshow.domain.moderation.facts import learn_said
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.events import Event
from liveshow.domain.values import Speaker

if TYPE_CHECKING:
    from liveshow.domain.show.facts import Facts
    from liveshow.domain.show.state import ShowState


class ChatSaid(Event, frozen=True):
    """Somebody said something. ``mentions`` are handles that somebody has."""

    type = "chat.said"

    user: Speaker
    text: str
    mentions: list[str]

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "message", self.user, self.text, mentions=self.mentions)

    def about(self) -> str:
        return self.user.id

    def learned(self, facts: Facts, state: ShowState) -> None:
        learn_said(facts, self.user.id, state.seq + 1)

    def redacted(self, gone: Collection[int]) -> ChatSaid:
        return msgspec.structs.replace(self, text="", mentions=[])


class ChatAnnounced(Event, frozen=True):
    """The team said something to everybody."""

    type = "chat.announced"
    audited = True

    user: Speaker
    text: str
    mentions: list[str] = []

    def chat_line(self, seq: int, at: int) -> ChatLine:
        return ChatLine(seq, at, "announced", self.user, self.text, mentions=self.mentions)

    def quotes(self) -> str:
        return self.text

    def about(self) -> str:
        return self.user.id

    def learned(self, facts: Facts, state: ShowState) -> None:
        learn_said(facts, self.user.id, state.seq + 1)

    def redacted(self, gone: Collection[int]) -> ChatAnnounced:
        return msgspec.structs.replace(self, text="", mentions=[])


EVENTS = (ChatSaid, ChatAnnounced)
