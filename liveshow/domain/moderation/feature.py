"""Moderation, as it is registered."""

from __future__ import annotations

from liveshow.domain.moderation import commands as c
from liveshow.domain.moderation import decide
from liveshow.domain.moderation.events import EVENTS
from liveshow.domain.moderation.state import Moderation, Sanction
from liveshow.domain.moderation.undo import UNDO, undo, undo_needs
from liveshow.domain.show.commands import Said
from liveshow.domain.show.feature import Does, Feature, Look, MineSection, Section
from liveshow.domain.values import Person, Value
from liveshow.errors import Conflict, Forbidden, NotFound


class MutedView(Value, frozen=True):
    """Until when (ms) somebody is muted, None as long as the show, and why."""

    until: int | None
    reason: str


def _muted(look: Look, who: Person) -> MutedView | None:
    mute = look.state[Moderation].active(who.id, "mute", look.now)
    return MutedView(mute.until, mute.reason) if mute else None


FEATURE = Feature(
    name="moderation",
    slice=Moderation,
    events=EVENTS,
    commands=(
        Does(c.Mute, decide.mute, decide.user_needs, Said),
        Does(c.Unmute, decide.unmute, decide.user_needs, Said),
        Does(c.Ban, decide.ban, decide.user_needs, c.Banned),
        Does(c.Unban, decide.unban, decide.user_needs, Said),
        Does(c.Purge, decide.purge, decide.user_needs, c.Purged),
        Does(c.Delete, decide.delete, decide.message_needs, Said),
        Does(c.Restore, decide.restore, decide.message_needs, Said),
        Does(c.Slow, decide.slow, answer=Said),
        Does(c.Brake, decide.brake, answer=Said),
        Does(c.Restrict, decide.restrict, answer=Said),
        Does(c.BlockWord, decide.block_word, answer=Said),
        Does(c.UnblockWord, decide.unblock_word, answer=Said),
        Does(c.Undo, undo, undo_needs, Said),
    ),
    snapshot=(
        Section(
            "sanctions",
            list[Sanction],
            lambda look: list(look.state[Moderation].sanctions.values()),
            staff_only=True,
        ),
    ),
    mine=(MineSection("muted", MutedView | None, _muted),),
    deadline=decide.deadline,
    due=decide.due,
    guard=decide.guard,
    undo=UNDO,
    refuses={
        Conflict: "is_staff outranked not_muted not_banned no_messages taken_back cannot_undo"
        " already_blocked unusable_word too_many_words",
        Forbidden: "banned",
        NotFound: "unknown_message unknown_user unknown_word",
    },
)
