"""Decisions about what is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from liveshow.domain.chat.blocking import blocked_by, blocks_name
from liveshow.domain.chat.commands import Announce, Chat, Chatted, ClaimReply
from liveshow.domain.chat.events import ChatAnnounced, ChatSaid
from liveshow.domain.chat.facts import FOLLOWERS, SELLERS, SINCE
from liveshow.domain.chat.state import Chat as ChatState
from liveshow.domain.chat.text import mentions
from liveshow.domain.claims import decide as claims
from liveshow.domain.claims.commands import Claimed, ClaimItem
from liveshow.domain.claims.comment import Misunderstood, meaning
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.show.context import Context, Decision, said
from liveshow.domain.show.events import Event, Record
from liveshow.domain.show.facts import HANDLES, Fact, Needs
from liveshow.domain.values import Speaker
from liveshow.errors import Forbidden, Invalid, LiveshowError, RateLimited

# At most this many messages per person in the window, whatever the slow mode says.
BURST = 5
BURST_WINDOW_MS = 5_000


def _meant(ctx: Context, command: Chat) -> ClaimItem | Misunderstood | None:
    staff = ctx.actor is not None and ctx.show.is_staff(ctx.actor.id)
    return meaning(ctx.state, command.comment, staff=staff)


def say_needs(ctx: Context, command: Chat) -> Needs:
    needs = Needs()
    if ctx.actor is not None:
        needs.add(HANDLES, *mentions(command.text))
        if not ctx.show.is_staff(ctx.actor.id):
            for fact in _asked_of(ctx[ChatState]):
                needs.add(fact, ctx.actor.id)
    meant = _meant(ctx, command)
    if isinstance(meant, ClaimItem):
        needs.update(claims.claim_needs(ctx, meant))
    return needs


def _asked_of(chat: ChatState) -> list[Fact[str, Any]]:
    """What has to be known of somebody who is not of the staff. Mostly nothing."""
    asked: list[Fact[str, Any]] = []
    if chat.mode == "followers":
        asked.append(FOLLOWERS)
    if chat.mode == "sellers":
        asked.append(SELLERS)
    if chat.newcomer_minutes:
        asked.append(SINCE)
    return asked


def _lacks(ctx: Context, fact: Fact[str, bool]) -> bool:
    """Whether somebody is not what the chat asks. Who wrote before it was asked is not kept out."""
    return ctx.facts.knows(fact, ctx.me.id) and not ctx.facts.get(fact, ctx.me.id)


def say(ctx: Context, command: Chat) -> Decision:
    """Say something; a message that is a claim also claims, even for those who are muted."""
    ctx.not_ended()
    if not command.text:
        raise Invalid(message="Write something first.")
    meant = _meant(ctx, command)
    claimed = _claim(ctx, meant) if isinstance(meant, ClaimItem) else None
    refusal = _refusal(ctx, command.text)
    if refusal is not None:
        if claimed is None:
            raise refusal
        # The right to buy is never taken away: the claim counts, the message is not shown.
        return Decision(claimed[0], Chatted(claim=claimed[1]))
    events: list[Event] = claimed[0] if claimed else []
    reply = claimed[1] if claimed else UNSET
    hint = meant.hint if isinstance(meant, Misunderstood) else UNSET

    def answer(records: Sequence[Record]) -> Chatted:
        return Chatted(records[0].seq, reply, hint)

    message = ChatSaid(_speaker(ctx), command.text, _mentioned(ctx, command.text))
    return Decision([message, *events], answer)


def _speaker(ctx: Context) -> Speaker:
    return Speaker.of(ctx.me, ctx.show.role(ctx.me.id))


def _claim(ctx: Context, command: ClaimItem) -> tuple[list[Event], ClaimReply]:
    try:
        decision = claims.claim(ctx, command, via="comment")
    except LiveshowError as refused:
        return [], ClaimReply(False, command.item, command.quantity, error=refused.document())
    answer = decision.answer
    assert isinstance(answer, Claimed)
    reply = ClaimReply(
        ok=True,
        item=command.item,
        quantity=command.quantity,
        status=answer.status,
        claim=UNSET if answer.claim is None else answer.claim,
        until=UNSET if answer.until is None else answer.until,
        entry=UNSET if answer.entry is None else answer.entry,
        place=UNSET if answer.place is None else answer.place,
    )
    return list(decision.events), reply


def _refusal(ctx: Context, text: str) -> LiveshowError | None:
    """Why this person may not say this now, or None."""
    me, now, chat = ctx.me, ctx.now, ctx[ChatState]
    if muted := ctx[Moderation].muted(me.id, now):
        return muted
    times = chat.spoke.get(me.id)
    if times and len(times) >= BURST and (wait := _rest(times[-BURST], BURST_WINDOW_MS, now)):
        return RateLimited(message="You are writing very fast. Wait a moment.", retry_after=wait)
    if ctx.show.is_staff(me.id):
        return None
    if newcomer := _newcomer(ctx):
        return newcomer
    if chat.mode == "followers" and _lacks(ctx, FOLLOWERS):
        return Forbidden("followers_only", f"Follow @{ctx.show.host.handle} to chat here.")
    if chat.mode == "sellers" and _lacks(ctx, SELLERS):
        return Forbidden("sellers_only", "Only sellers can chat right now.")
    if times and (wait := _rest(times[-1], chat.slow_seconds * 1000, now)):
        return RateLimited(
            "slow_mode",
            f"Slow mode: one message every {chat.slow_seconds} seconds.",
            retry_after=wait,
        )
    if blocked_by(text, chat.words):
        return Forbidden("blocked_word", "That has a word this show does not allow.")
    # Both stand beside every message.
    if blocks_name(me.name, chat.words):
        return Forbidden(
            "blocked_word",
            "Your name has a word this show does not allow. Change your name to chat here.",
        )
    if blocks_name(me.handle, chat.words):
        return Forbidden(
            "blocked_word",
            "Your handle has a word this show does not allow, so you cannot chat here."
            " You can still claim and buy.",
        )
    return None


def _newcomer(ctx: Context) -> Forbidden | None:
    """Why an account is too young to chat here, or None. Claims are not asked this."""
    minutes = ctx[ChatState].newcomer_minutes
    # Who wrote before the rule was there is not asked how old they are.
    if not minutes or not ctx.facts.knows(SINCE, ctx.me.id):
        return None
    until = (ctx.facts.get(SINCE, ctx.me.id) or 0) + minutes * 60_000
    if until <= ctx.now:
        return None
    return Forbidden(
        "newcomer",
        f"New accounts wait before they chat here: yours can in {_span(until - ctx.now)}."
        " You can claim and buy already.",
        until=until,
    )


def _span(ms: int) -> str:
    """A time to wait, in words; rounded up, so that it is over by then."""
    minutes = -(-ms // 60_000)
    if minutes < 120:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    hours = -(-minutes // 60)
    return f"{hours} hours" if hours < 48 else f"{-(-hours // 24)} days"


def _rest(since: int, window_ms: int, now: int) -> float:
    """Seconds until the window is over; a clock that was set back does not silence anybody."""
    passed = now - since
    return (window_ms - passed) / 1000 if 0 <= passed < window_ms else 0.0


def announce_needs(_ctx: Context, command: Announce) -> Needs:
    return Needs().add(HANDLES, *mentions(command.text))


def _mentioned(ctx: Context, text: str) -> list[str]:
    """The handles in a text that somebody has."""
    return [handle for handle in mentions(text) if ctx.facts.get(HANDLES, handle)]


def announce(ctx: Context, command: Announce) -> Decision:
    me = ctx.require("moderate")
    ctx.not_ended()
    if muted := ctx[Moderation].muted(me.id, ctx.now):
        raise muted
    if not command.text:
        raise Invalid(message="Write something first.")
    mentioned = _mentioned(ctx, command.text)
    return Decision([ChatAnnounced(_speaker(ctx), command.text, mentioned)], said)
