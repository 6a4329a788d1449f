"""Taking back what moderators did: the opposite of an earlier event, if it still stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from liveshow.domain.chat.blocking import with_rules, without_rules
from liveshow.domain.chat.state import Chat
from liveshow.domain.moderation import decide
from liveshow.domain.moderation.commands import (
    Brake,
    Restrict,
    Slow,
    Unban,
    Undo,
    Unmute,
)
from liveshow.domain.moderation.events import (
    ChatBraked,
    ChatDeleted,
    ChatPurged,
    ChatRestricted,
    ChatSlowed,
    ChatWordsSet,
    Former,
    UserBanned,
    UserMuted,
)
from liveshow.domain.moderation.facts import RECORDS
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.show.context import Context, Decision, said
from liveshow.domain.show.events import Event, Record, Stored
from liveshow.domain.show.facts import PEOPLE, Facts, Needs, Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.errors import Conflict, LiveshowError


def undo_needs(ctx: Context, command: Undo) -> Needs:
    needs = Needs().add(RECORDS, command.seq)
    if ctx.facts.knows(RECORDS, command.seq):
        stored = ctx.facts.get(RECORDS, command.seq)
        event = stored.record.event if stored else None
        # What is taken back may itself be about a message, or about somebody.
        if isinstance(event, ChatDeleted):
            needs.add(RECORDS, event.message)
        elif isinstance(event, ChatPurged):
            needs.add(RECORDS, *event.messages)
        elif isinstance(event, UserMuted | UserBanned):
            needs.add(PEOPLE, event.user.id)
            if event.was:
                needs.add(RECORDS, event.was.seq)
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


def undoable(
    state: ShowState, who: Person, now: int, seqs: Iterable[int], known: Mapping[int, Stored]
) -> frozenset[int]:
    """Return which of these events somebody can take back at ``now`` (ms).

    Whether they can is asked of `undo` itself. ``known`` are the records that it needs, by seq.
    """
    facts = Facts(Rules())
    facts.put(RECORDS, known, known)
    for stored in known.values():
        if isinstance(event := stored.record.event, UserMuted | UserBanned):
            facts.learn(PEOPLE, event.user.id, event.user)
            if event.was and not facts.knows(RECORDS, event.was.seq):
                facts.learn(RECORDS, event.was.seq, None)
        elif isinstance(event, ChatPurged):
            for message in event.messages:
                if not facts.knows(RECORDS, message):
                    facts.learn(RECORDS, message, None)
    ctx = Context(state, now, facts, _no_ids, who)
    return frozenset(seq for seq in seqs if _can(ctx, Undo(seq=seq)))


def _no_ids() -> str:
    raise AssertionError("what takes back mints nothing")


def _can(ctx: Context, command: Undo) -> bool:
    try:
        undo(ctx, command)
    except LiveshowError:
        return False
    return True


def _cannot(message: str) -> Conflict:
    return Conflict("cannot_undo", message)


def _muted(ctx: Context, event: UserMuted, record: Record) -> Decision | None:
    """Bring back the mute that stood before, if its time is not over, or let them speak."""
    active = ctx[Moderation].active(event.user.id, "mute", ctx.now)
    if active is None or active.seq != record.seq:
        return None
    lifted = decide.unmute(ctx, Unmute(user=event.user.id))
    if (was := _again(ctx, event.was)) is None:
        return lifted
    return Decision([UserMuted(active.user, was.until, was.reason, ctx.me, _below(ctx, was))], said)


def _banned(ctx: Context, event: UserBanned, record: Record) -> Decision | None:
    active = ctx[Moderation].active(event.user.id, "ban", ctx.now)
    if active is None or active.seq != record.seq:
        return None
    lifted = decide.unban(ctx, Unban(user=event.user.id))
    if (was := _again(ctx, event.was)) is None:
        return lifted
    return Decision(
        [UserBanned(active.user, was.until, was.reason, ctx.me, _below(ctx, was))], said
    )


def _again(ctx: Context, was: Former | None) -> Former | None:
    """What stood before, if it would still stand now."""
    return was if was and (was.until is None or was.until > ctx.now) else None


def _below(ctx: Context, former: Former) -> Former | None:
    """What ``former`` had taken the place of: undoing goes on from there."""
    stored = ctx.facts.get(RECORDS, former.seq)
    event = stored.record.event if stored else None
    return event.was if isinstance(event, UserMuted | UserBanned) else None


def _deleted(ctx: Context, event: ChatDeleted, record: Record) -> Decision | None:
    message = ctx.facts.get(RECORDS, event.message)
    if message is None or message.withdrawn != record.seq:
        return None
    return decide.bring_back(ctx, event.message, deleted_by=event.by)


def _purged(ctx: Context, event: ChatPurged, record: Record) -> Decision | None:
    return decide.unpurge(ctx, event, record)


def _slowed(ctx: Context, event: ChatSlowed, _record: Record) -> Decision | None:
    if ctx[Chat].slow_seconds != event.seconds:
        return None
    return decide.slow(ctx, Slow(seconds=event.was))


def _restricted(ctx: Context, event: ChatRestricted, _record: Record) -> Decision | None:
    if ctx[Chat].mode != event.mode:
        return None
    return decide.restrict(ctx, Restrict(mode=event.was))


def _braked(ctx: Context, event: ChatBraked, _record: Record) -> Decision | None:
    if ctx[Chat].newcomer_minutes != event.minutes:
        return None
    return decide.brake(ctx, Brake(minutes=event.was))


def _words_set(ctx: Context, event: ChatWordsSet, _record: Record) -> Decision | None:
    """Allow what was blocked and block what was allowed, whatever others have changed since."""
    now = ctx[Chat].words
    kept = [word for word in now if word in event.was or word not in event.words]
    allowed = [word for word in event.was if word not in event.words]
    try:
        # Somebody may have blocked it again, in another spelling.
        words = with_rules(kept, without_rules(allowed, now))
    except Conflict as full:
        raise _cannot(full.message) from None
    if words == now:
        return None
    return Decision([ChatWordsSet(words, list(now), ctx.me)], said)


UNDO: Mapping[type[Event], Callable[..., Decision | None]] = {
    UserMuted: _muted,
    UserBanned: _banned,
    ChatDeleted: _deleted,
    ChatPurged: _purged,
    ChatSlowed: _slowed,
    ChatRestricted: _restricted,
    ChatBraked: _braked,
    ChatWordsSet: _words_set,
}
