"""Taking back what moderators did: the opposite of an earlier event, if it still stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from liveshow.domain.chat.state import Chat
from liveshow.domain.moderation import decide
from liveshow.domain.moderation.commands import (
    BlockWords,
    Restore,
    Restrict,
    Slow,
    Unban,
    Undo,
    Unmute,
)
from liveshow.domain.moderation.events import (
    ChatDeleted,
    ChatRestricted,
    ChatSlowed,
    ChatWordsSet,
    UserBanned,
    UserMuted,
)
from liveshow.domain.moderation.facts import RECORDS
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import PEOPLE, Needs
from liveshow.errors import Conflict


def undo_needs(ctx: Context, command: Undo) -> Needs:
    needs = Needs().add(RECORDS, command.seq)
    if ctx.facts.knows(RECORDS, command.seq):
        stored = ctx.facts.get(RECORDS, command.seq)
        event = stored.record.event if stored else None
        # What is taken back may itself be about a message, or about somebody.
        if isinstance(event, ChatDeleted):
            needs.add(RECORDS, event.message)
        elif isinstance(event, UserMuted | UserBanned):
            needs.add(PEOPLE, event.user.id)
    return needs


def undo(ctx: Context, command: Undo) -> Decision:
    """Do the opposite of an earlier moderation event."""
    ctx.require("moderate")
    stored = ctx.facts.get(RECORDS, command.seq)
    if stored is None:
        raise _cannot("There is no such action.")
    opposite = ctx.state.machine.undo.get(type(stored.record.event))
    decision = opposite(ctx, stored.record.event, stored.record) if opposite else None
    if decision is None:
        raise _cannot("This cannot be undone any more.")
    events: list[Event] = [
        msgspec.structs.replace(event, undoes=command.seq) for event in decision.events
    ]
    return Decision(events, decision.answer)


def _cannot(message: str) -> Conflict:
    return Conflict("cannot_undo", message)


def _muted(ctx: Context, event: UserMuted, record: Record) -> Decision | None:
    active = ctx[Moderation].active(event.user.id, "mute", ctx.now)
    if active is None or active.seq != record.seq:
        return None
    return decide.unmute(ctx, Unmute(user=event.user.id))


def _banned(ctx: Context, event: UserBanned, record: Record) -> Decision | None:
    active = ctx[Moderation].active(event.user.id, "ban", ctx.now)
    if active is None or active.seq != record.seq:
        return None
    return decide.unban(ctx, Unban(user=event.user.id))


def _deleted(ctx: Context, event: ChatDeleted, _record: Record) -> Decision | None:
    message = ctx.facts.get(RECORDS, event.message)
    if message is None or not message.gone:
        return None
    return decide.restore(ctx, Restore(message=event.message))


def _slowed(ctx: Context, event: ChatSlowed, _record: Record) -> Decision | None:
    if ctx[Chat].slow_seconds != event.seconds:
        return None
    return decide.slow(ctx, Slow(seconds=event.was))


def _restricted(ctx: Context, event: ChatRestricted, _record: Record) -> Decision | None:
    if ctx[Chat].mode != event.mode:
        return None
    return decide.restrict(ctx, Restrict(mode=event.was))


def _words_set(ctx: Context, event: ChatWordsSet, _record: Record) -> Decision | None:
    if ctx[Chat].words != event.words:
        return None
    return decide.block_words(ctx, BlockWords(words=event.was))


UNDO: Mapping[type[Event], Callable[..., Decision | None]] = {
    UserMuted: _muted,
    UserBanned: _banned,
    ChatDeleted: _deleted,
    ChatSlowed: _slowed,
    ChatRestricted: _restricted,
    ChatWordsSet: _words_set,
}
