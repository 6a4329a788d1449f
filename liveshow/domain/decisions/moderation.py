"""Keeping a chat friendly, and taking back what went too far."""

from __future__ import annotations

from liveshow.domain.commands import (
    Ban,
    BlockWords,
    Delete,
    Mute,
    Restore,
    Restrict,
    Slow,
    Unban,
    Undo,
    Unmute,
)
from liveshow.domain.decisions.claims import unwaitlisted
from liveshow.domain.decisions.context import Context, Decision
from liveshow.domain.events import Event
from liveshow.domain.state import Json, Person
from liveshow.errors import Conflict, NotFound


def _one(event: Event) -> Decision:
    return Decision([event], said_at=0)


def _target(ctx: Context, user_id: str) -> Person:
    found = ctx.facts.people.get(user_id)
    if found is None:
        raise NotFound("unknown_user", "There is no such account.")
    _not_on_staff(ctx, found.id)
    return found


def _not_on_staff(ctx: Context, user_id: str) -> None:
    """Only the host decides about the team, and nobody about the host."""
    role = ctx.state.role(user_id)
    if role == "host" or (role and ctx.me.id != ctx.state.host.id):
        raise Conflict("is_staff", "Only the host can mute or ban somebody of the team.")


def _sanction(ctx: Context, kind: str, command: Mute | Ban) -> Decision:
    me = ctx.require("moderate")
    user = _target(ctx, command.user)
    until = None if command.seconds is None else ctx.now + command.seconds * 1000
    data = {"user": user.json(), "until": until, "reason": command.reason, "by": me.json()}
    return _one(Event(kind, data))


def mute(ctx: Context, command: Mute) -> Decision:
    """Take away chat, never the right to buy."""
    return _sanction(ctx, "user.muted", command)


def ban(ctx: Context, command: Ban) -> Decision:
    """Take away the show; standing holds are honoured, places in line are given up."""
    decision = _sanction(ctx, "user.banned", command)
    for item_id, line in ctx.state.waitlists.items():
        waiting = [entry.id for entry in ctx.state.waiting_of(command.user, item_id)]
        decision.events.extend(unwaitlisted(item_id, waiting, len(line)))
    return decision


def _lift(ctx: Context, user_id: str, kind: str, event: str, code: str) -> Decision:
    me = ctx.require("moderate")
    sanction = ctx.state.sanction(user_id, kind, ctx.now)
    if sanction is None:
        if user_id not in ctx.facts.people:
            raise NotFound("unknown_user", "There is no such account.")
        raise Conflict(code, f"They are {code.replace('_', ' ')}.")
    _not_on_staff(ctx, user_id)
    return _one(Event(event, {"user": sanction.user.json(), "by": me.json()}))


def unmute(ctx: Context, command: Unmute) -> Decision:
    return _lift(ctx, command.user, "mute", "user.unmuted", "not_muted")


def unban(ctx: Context, command: Unban) -> Decision:
    return _lift(ctx, command.user, "ban", "user.unbanned", "not_banned")


def _message(ctx: Context, seq: int, *, deleted: bool) -> Event:
    found = ctx.facts.events.get(seq)
    if (
        found is None
        or found.type not in ("chat.said", "chat.announced")
        or (seq in ctx.facts.deleted) is not deleted
    ):
        raise NotFound("unknown_message", "That message does not exist.")
    return found


def delete(ctx: Context, command: Delete) -> Decision:
    me = ctx.require("moderate")
    _message(ctx, command.message, deleted=False)
    data = {"message": command.message, "by": me.json(), "reason": command.reason}
    return _one(Event("chat.deleted", data))


def restore(ctx: Context, command: Restore) -> Decision:
    me = ctx.require("moderate")
    said = _message(ctx, command.message, deleted=True)
    data = {"message": command.message, "text": said.data["text"], "by": me.json()}
    return _one(Event("chat.restored", data))


def slow(ctx: Context, command: Slow) -> Decision:
    me = ctx.require("moderate")
    data = {"seconds": command.seconds, "was": ctx.state.slow_seconds, "by": me.json()}
    return _one(Event("chat.slowed", data))


def restrict(ctx: Context, command: Restrict) -> Decision:
    me = ctx.require("moderate")
    data = {"mode": command.mode, "was": ctx.state.chat_mode, "by": me.json()}
    return _one(Event("chat.restricted", data))


def block_words(ctx: Context, command: BlockWords) -> Decision:
    me = ctx.require("moderate")
    words = list(dict.fromkeys(word.strip() for word in command.words))
    data = {"words": words, "was": list(ctx.state.words), "by": me.json()}
    return _one(Event("chat.words_set", data))


def undo(ctx: Context, command: Undo) -> Decision:
    """Do the opposite of an earlier moderation event."""
    ctx.require("moderate")
    event = ctx.facts.events.get(command.seq)
    if event is None:
        raise _cannot("There is no such action.")
    decision = _opposite(ctx, event, event.data)
    if decision is None:
        raise _cannot("This cannot be undone any more.")
    for opposite in decision.events:
        opposite.data["undoes"] = command.seq
    return decision


def _cannot(message: str) -> Conflict:
    return Conflict("cannot_undo", message)


def _opposite(ctx: Context, event: Event, data: Json) -> Decision | None:
    state, now = ctx.state, ctx.now
    match event.type:
        case "user.muted" | "user.banned":
            kind = "mute" if event.type == "user.muted" else "ban"
            active = state.sanction(data["user"]["id"], kind, now)
            if active is None or active.seq != event.seq:
                return None
            if kind == "mute":
                return unmute(ctx, Unmute(user=active.user.id))
            return unban(ctx, Unban(user=active.user.id))
        case "chat.deleted" if data["message"] in ctx.facts.deleted:
            return restore(ctx, Restore(message=data["message"]))
        case "chat.slowed" if state.slow_seconds == data["seconds"]:
            return slow(ctx, Slow(seconds=data["was"]))
        case "chat.restricted" if state.chat_mode == data["mode"]:
            return restrict(ctx, Restrict(mode=data["was"]))
        case "chat.words_set" if state.words == data["words"]:
            return block_words(ctx, BlockWords(words=data["was"]))
    return None
