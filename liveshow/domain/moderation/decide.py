"""Decisions of moderators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from liveshow.domain.chat.blocking import with_rules, without_rules
from liveshow.domain.chat.events import ChatAnnounced, ChatSaid
from liveshow.domain.chat.state import Chat
from liveshow.domain.claims.events import unwaitlisted
from liveshow.domain.claims.state import Claims
from liveshow.domain.moderation.commands import (
    Ban,
    Banned,
    BlockWord,
    Brake,
    Delete,
    Mute,
    Purge,
    Purged,
    Restore,
    Restrict,
    Slow,
    Unban,
    UnblockWord,
    Unmute,
)
from liveshow.domain.moderation.events import (
    ChatBraked,
    ChatDeleted,
    ChatPurged,
    ChatRestored,
    ChatRestricted,
    ChatSlowed,
    ChatUnpurged,
    ChatWordsSet,
    Former,
    Told,
    UserBanned,
    UserMuted,
    UserUnbanned,
    UserUnmuted,
)
from liveshow.domain.moderation.facts import MOST_PURGED, RECORDS, STANDING
from liveshow.domain.moderation.state import Kind, Moderation, Sanction
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.commands import Command, Envelope
from liveshow.domain.show.context import Context, Decision, said
from liveshow.domain.show.events import Event, Record, Stored
from liveshow.domain.show.facts import PEOPLE, Needs
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Role
from liveshow.errors import Conflict, NotFound

# Nobody takes back what somebody to the right of them has done.
RANKS: Sequence[Role] = ("", "moderator", "cohost", "host")
_DONE: Mapping[Kind, str] = {"mute": "muted them", "ban": "banned them from this show"}
_REMOVED = "removed this"


def guard(ctx: Context, envelope: Envelope) -> None:
    """Refuse who is banned. A ban takes away the show, but not what is already held: that can still
    be paid or let go."""
    command = envelope.command
    # What the server asks on somebody's behalf is checkout and its end.
    if ctx.actor is None or not isinstance(command, Command) or command.outlives_ban:
        return
    if ban := ctx[Moderation].active(ctx.actor.id, "ban", ctx.now):
        raise ban.refusal()


def user_needs(_ctx: Context, command: Mute | Unmute | Ban | Unban | Purge) -> Needs:
    needs = Needs().add(PEOPLE, command.user)
    if isinstance(command, Purge) or (isinstance(command, Ban) and command.purge):
        needs.add(STANDING, command.user)
    return needs


def _not_on_staff(ctx: Context, user_id: str) -> None:
    """Only the host decides about the team, and nobody about the host."""
    role = ctx.show.role(user_id)
    if role == "host" or (role and ctx.me.id != ctx.show.host.id):
        raise Conflict("is_staff", "Only the host can mute or ban somebody of the team.")


def _not_over_staff(ctx: Context, author: str) -> None:
    """Refuse what moderators would do to the lines of the team."""
    if ctx.me.id != ctx.show.host.id and ctx.show.is_staff(author):
        raise Conflict("is_staff", "Only the host can delete or restore what the team has said.")


def _outranked(ctx: Context, by: Person, done: str) -> None:
    """Refuse to change what somebody of a higher role has done: neither lifted nor shortened.

    It counts what they are now: what former staff has done is anybody's of the team to change.
    """
    role = ctx.show.role(by.id)
    if RANKS.index(role) <= RANKS.index(ctx.show.role(ctx.me.id)):
        return
    who, whoever = ("The host", "the host") if role == "host" else ("A co-host", "co-hosts")
    raise Conflict("outranked", f"{who} has {done}. Only {whoever} can change that.")


def _target(ctx: Context, user_id: str) -> Person:
    found = ctx.facts.get(PEOPLE, user_id)
    if found is None:
        raise NotFound("unknown_user", "There is no such account.")
    _not_on_staff(ctx, found.id)
    return found


def _until(ctx: Context, command: Mute | Ban) -> int | None:
    return None if command.seconds is None else ctx.now + command.seconds * 1000


def _former(ctx: Context, user_id: str, kind: Kind) -> Former | None:
    """What another sanction takes the place of; that of a higher role stays."""
    standing = ctx[Moderation].active(user_id, kind, ctx.now)
    if standing is None:
        return None
    _outranked(ctx, standing.by, _DONE[kind])
    return standing.former()


# --- what ends by time ----------------------------------------------------------------------


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    return state[Moderation].next_end(aside)


def due(ctx: Context) -> Iterable[Due]:
    """Mutes and bans that are over: whoever is concerned hears it, and so does the team."""
    for sanction in ctx[Moderation].over(ctx.now):
        lifted = UserUnmuted if sanction.kind == "mute" else UserUnbanned
        yield Due(sanction.id, [lifted(sanction.user, None)])


# --- people --------------------------------------------------------------------------------


def mute(ctx: Context, command: Mute) -> Decision:
    """Take away chat, never the right to buy."""
    me = ctx.require("moderate")
    user = _target(ctx, command.user)
    was = _former(ctx, user.id, "mute")
    return Decision([UserMuted(user, _until(ctx, command), command.reason, me, was)], said)


def ban(ctx: Context, command: Ban) -> Decision:
    """Take away the show; standing holds are honoured, places in line are given up."""
    me = ctx.require("moderate")
    user = _target(ctx, command.user)
    was = _former(ctx, user.id, "ban")
    events: list[Event] = [UserBanned(user, _until(ctx, command), command.reason, me, was)]
    messages = _standing_messages(ctx, user.id) if command.purge else []
    if messages:
        events.append(ChatPurged(user, messages, me, command.reason))
    claims = ctx[Claims]
    left = [
        event
        for item, waitlist in list(claims.waitlists.items())
        for event in unwaitlisted(item, claims.waiting_of(user.id, item), len(waitlist), "banned")
    ]

    def answer(records: Sequence[Record]) -> Banned:
        if not messages:
            return Banned(records[0].seq)
        return Banned(records[0].seq, records[1].seq, len(messages))

    return Decision([*events, *left], answer)


def purge(ctx: Context, command: Purge) -> Decision:
    """Take away all that somebody said, and nothing else of theirs."""
    me = ctx.require("moderate")
    user = _target(ctx, command.user)
    messages = _standing_messages(ctx, user.id)
    if not messages:
        raise Conflict("no_messages", "There is no message of theirs to remove.")
    purged = ChatPurged(user, messages, me, command.reason)
    return Decision([purged], lambda records: Purged(records[0].seq, len(messages)))


def _standing_messages(ctx: Context, user_id: str) -> list[int]:
    """What they said that is there to read, newest first; also what this very batch has heard."""
    return [*(ctx.facts.get(STANDING, user_id) or ())][:MOST_PURGED]


def unpurge(ctx: Context, event: ChatPurged, record: Record) -> Decision | None:
    """Bring back what one purge took away, but for what was taken away again since."""
    me = ctx.require("moderate")
    if event.by.id != me.id:
        _not_over_staff(ctx, event.user.id)
        _outranked(ctx, event.by, _REMOVED)
    if not all(ctx.facts.knows(RECORDS, seq) for seq in event.messages):
        return None  # A purge of this very batch, of which nobody has heard yet.
    found = [ctx.facts.get(RECORDS, seq) for seq in event.messages]
    back = {each.record.seq: each for each in found if each and each.withdrawn == record.seq}
    if not back:
        return None
    newest = [line.id for line in ctx.state[ChatLines].newest if line.id in back]
    messages = [(seq, _said(back[seq])) for seq in newest]
    lines = [Told(seq, message.text, message.mentions) for seq, message in messages]
    return Decision([ChatUnpurged(event.user, list(back), lines, me)], said)


def _said(stored: Stored) -> ChatSaid | ChatAnnounced:
    event = stored.record.event
    assert isinstance(event, ChatSaid | ChatAnnounced)
    return event


def _standing(ctx: Context, user_id: str, kind: Kind, code: str) -> Sanction:
    """The sanction that is to be lifted."""
    sanction = ctx[Moderation].active(user_id, kind, ctx.now)
    if sanction is None:
        if ctx.facts.get(PEOPLE, user_id) is None:
            raise NotFound("unknown_user", "There is no such account.")
        raise Conflict(code, f"They are {code.replace('_', ' ')}.")
    _not_on_staff(ctx, user_id)
    _outranked(ctx, sanction.by, _DONE[kind])
    return sanction


def unmute(ctx: Context, command: Unmute) -> Decision:
    me = ctx.require("moderate")
    sanction = _standing(ctx, command.user, "mute", "not_muted")
    return Decision([UserUnmuted(sanction.user, me)], said)


def unban(ctx: Context, command: Unban) -> Decision:
    me = ctx.require("moderate")
    sanction = _standing(ctx, command.user, "ban", "not_banned")
    return Decision([UserUnbanned(sanction.user, me)], said)


# --- messages and the chat -----------------------------------------------------------------


def message_needs(ctx: Context, command: Delete | Restore) -> Needs:
    needs = Needs().add(RECORDS, command.message)
    if isinstance(command, Restore) and ctx.facts.knows(RECORDS, command.message):
        stored = ctx.facts.get(RECORDS, command.message)
        if stored and stored.withdrawn is not None:
            needs.add(RECORDS, stored.withdrawn)
    return needs


def _message(ctx: Context, seq: int, *, gone: bool) -> ChatSaid | ChatAnnounced:
    stored = ctx.facts.get(RECORDS, seq)
    event = stored.record.event if stored and stored.gone is gone else None
    if not isinstance(event, ChatSaid | ChatAnnounced):
        raise NotFound("unknown_message", "That message does not exist.")
    return event


def delete(ctx: Context, command: Delete) -> Decision:
    """Take a message away: everybody their own, the team anybody's, of the team only the host."""
    me = ctx.me
    stored = ctx.facts.get(RECORDS, command.message)
    own = stored is not None and _is_by(stored, me)
    if not own:
        ctx.require("moderate")
    author = _message(ctx, command.message, gone=False).user
    if not own:
        _not_over_staff(ctx, author.id)
    return Decision([ChatDeleted(command.message, me, command.reason)], said)


def restore(ctx: Context, command: Restore) -> Decision:
    ctx.require("moderate")
    return bring_back(ctx, command.message)


def bring_back(ctx: Context, seq: int, deleted_by: Person | None = None) -> Decision:
    """Give a line back. Whoever deleted one of the team's may think better of it."""
    message = _message(ctx, seq, gone=True)
    by = _taker(ctx, seq)
    if by is not None and by.id == message.user.id:
        if message.user.id != ctx.me.id:
            raise Conflict("taken_back", "Its author has taken this message back.")
    elif deleted_by is None or deleted_by.id != ctx.me.id:
        _not_over_staff(ctx, message.user.id)
        if by is not None:
            _outranked(ctx, by, _REMOVED)
    return Decision([ChatRestored(seq, message.text, ctx.me, mentions=message.mentions)], said)


def _is_by(stored: Stored, who: Person) -> bool:
    """Whether it is a message of theirs."""
    event = stored.record.event
    return isinstance(event, ChatSaid | ChatAnnounced) and event.user.id == who.id


def _taker(ctx: Context, seq: int) -> Person | None:
    """Who took a message away."""
    stored = ctx.facts.get(RECORDS, seq)
    withdrawn = stored.withdrawn if stored else None
    by = ctx.facts.get(RECORDS, withdrawn) if withdrawn is not None else None
    event = by.record.event if by else None
    return event.by if isinstance(event, ChatDeleted | ChatPurged) else None


def slow(ctx: Context, command: Slow) -> Decision:
    me = ctx.require("moderate")
    return Decision([ChatSlowed(command.seconds, ctx[Chat].slow_seconds, me)], said)


def brake(ctx: Context, command: Brake) -> Decision:
    """Let accounts chat only when they are some minutes old."""
    me = ctx.require("moderate")
    return Decision([ChatBraked(command.minutes, ctx[Chat].newcomer_minutes, me)], said)


def restrict(ctx: Context, command: Restrict) -> Decision:
    me = ctx.require("moderate")
    return Decision([ChatRestricted(command.mode, ctx[Chat].mode, me)], said)


def block_word(ctx: Context, command: BlockWord) -> Decision:
    me = ctx.require("moderate")
    was = ctx[Chat].words
    return Decision([ChatWordsSet(with_rules(was, [command.word]), list(was), me)], said)


def unblock_word(ctx: Context, command: UnblockWord) -> Decision:
    me = ctx.require("moderate")
    was = ctx[Chat].words
    words = without_rules(was, [command.word])
    if len(words) == len(was):
        raise NotFound("unknown_word", f"“{command.word}” is not blocked.")
    return Decision([ChatWordsSet(words, list(was), me)], said)
