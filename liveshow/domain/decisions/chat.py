"""What is said: messages, claims by comment, announcements."""

from __future__ import annotations

from liveshow.domain.commands import Announce, Chat, ClaimItem
from liveshow.domain.decisions import claims
from liveshow.domain.decisions.context import Context, Decision
from liveshow.domain.events import Event
from liveshow.domain.state import Json, ShowState
from liveshow.domain.text import blocked, claim_comment, clean, mentions
from liveshow.errors import Forbidden, Invalid, LiveshowError, RateLimited

# At most this many messages per person in the window, whatever the slow mode says.
BURST = 5
BURST_WINDOW_MS = 5_000


def say(ctx: Context, command: Chat) -> Decision:
    """Say something; a message that is a claim also claims, even for those who are muted."""
    me = ctx.me
    ctx.not_ended()
    text = clean(command.text)
    if not text:
        raise Invalid(message="Write something first.")
    claimed = _claim_in(ctx, command.text)
    refusal = _refusal(ctx, text)
    if refusal is not None:
        if claimed is None:
            raise refusal
        # The right to buy is never taken away: the claim counts, the message is not shown.
        return claimed
    said = Event(
        "chat.said",
        {
            "user": me.json() | {"role": ctx.state.role(me.id)},
            "text": text,
            "mentions": mentions(text),
        },
    )
    if claimed is None:
        return Decision([said], said_at=0)
    return Decision([said, *claimed.events], claimed.answer, said_at=0)


def _claim_in(ctx: Context, text: str) -> Decision | None:
    command = meant_claim(ctx.state, text)
    if command is None:
        return None
    answer: Json
    try:
        decision = claims.claim(ctx, command, via="comment")
    except LiveshowError as refusal:
        error = {"code": refusal.code, "message": refusal.message, **refusal.details}
        return Decision([], {"claim": {"ok": False, "error": error}})
    answer = {"claim": {"ok": True, **decision.answer}}
    return Decision(decision.events, answer)


def meant_claim(state: ShowState, text: str) -> ClaimItem | None:
    """Return the claim that a message means, or None when it is just a message.

    ``text`` is as it was sent. Locks and decisions both ask here, so that the stock that is
    decided on is the stock that was locked.
    """
    comment = claim_comment(clean(text))
    item = state.by_number(comment.number) if comment else None
    if comment is None or item is None or not 1 <= comment.quantity <= 100:
        return None
    variant_id: str | None = None
    if comment.variant:
        wanted = _folded(comment.variant)
        labels = {v.id: _folded(v.label) for v in item.variants}
        matching = [v for v, label in labels.items() if label == wanted] or [
            v for v, label in labels.items() if wanted in label.split(" / ")
        ]
        if not matching:
            return None
        # A size that comes in several colours: the claim is asked to say which.
        variant_id = matching[0] if len(matching) == 1 else None
    return ClaimItem(item=item.id, quantity=comment.quantity, variant=variant_id)


def _folded(text: str) -> str:
    return clean(text).casefold()


def _refusal(ctx: Context, text: str) -> LiveshowError | None:
    """Why this person may not say this now, or None."""
    state, me, now = ctx.state, ctx.me, ctx.now
    if muted := _muted(ctx):
        return muted
    times = state.last_said.get(me.id)
    if times and len(times) >= BURST and (wait := _rest(times[-BURST], BURST_WINDOW_MS, now)):
        return RateLimited(message="You are writing very fast. Wait a moment.", retry_after=wait)
    if state.is_staff(me.id):
        return None
    if state.chat_mode == "followers" and me.id not in ctx.facts.followers:
        return Forbidden("followers_only", f"Follow @{state.host.handle} to chat here.")
    if state.chat_mode == "sellers" and me.id not in ctx.facts.sellers:
        return Forbidden("sellers_only", "Only sellers can chat right now.")
    if times and (wait := _rest(times[-1], state.slow_seconds * 1000, now)):
        return RateLimited(
            "slow_mode",
            f"Slow mode: one message every {state.slow_seconds} seconds.",
            retry_after=wait,
        )
    if blocked(text, state.words):
        return Forbidden("blocked_word", "That has a word this show does not allow.")
    return None


def _rest(since: int, window_ms: int, now: int) -> float:
    """Seconds until the window is over; a clock that was set back does not silence anybody."""
    passed = now - since
    return (window_ms - passed) / 1000 if 0 <= passed < window_ms else 0.0


def _muted(ctx: Context) -> Forbidden | None:
    mute = ctx.state.sanction(ctx.me.id, "mute", ctx.now)
    if mute is None:
        return None
    return Forbidden("muted", f"You are muted: {mute.reason}", until=mute.until, reason=mute.reason)


def announce(ctx: Context, command: Announce) -> Decision:
    me = ctx.require("moderate")
    ctx.not_ended()
    if muted := _muted(ctx):
        raise muted
    text = clean(command.text)
    if not text:
        raise Invalid(message="Write something first.")
    user = me.json() | {"role": ctx.state.role(me.id)}
    return Decision([Event("chat.announced", {"user": user, "text": text})], said_at=0)
