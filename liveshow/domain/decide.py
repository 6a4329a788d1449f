"""``step``: one command, decided and applied. The heart of the product, without I/O.

A command gives events or raises a :class:`~liveshow.errors.LiveshowError`, in which case
nothing has changed. What it frees goes to the next in line in the same step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from liveshow.domain import commands as c
from liveshow.domain.apply import apply, complete
from liveshow.domain.decisions import chat, checkout, claims, moderation, run_of_show, running
from liveshow.domain.decisions.context import Context, Decision
from liveshow.domain.events import Event
from liveshow.domain.facts import Facts
from liveshow.domain.state import Json, ShowState
from liveshow.errors import Forbidden

Decider = Callable[[Context, Any], Decision]

DECIDERS: dict[type, Decider] = {
    c.Chat: chat.say,
    c.Announce: chat.announce,
    c.ClaimItem: claims.claim,
    c.Release: claims.release,
    c.LeaveWaitlist: claims.leave,
    c.CancelClaim: claims.cancel,
    c.Tick: claims.expire,
    c.Opened: lambda ctx, command: Decision(),
    c.Add: run_of_show.add,
    c.Remove: run_of_show.remove,
    c.Move: run_of_show.move,
    c.Pin: run_of_show.pin,
    c.Unpin: run_of_show.unpin,
    c.Reprice: run_of_show.reprice,
    c.Restock: run_of_show.restock,
    c.StockSeen: run_of_show.stock_seen,
    c.ListingChanged: run_of_show.listing_changed,
    c.Schedule: running.schedule,
    c.Start: running.start,
    c.Pause: running.pause,
    c.Resume: running.resume,
    c.End: running.end,
    c.Configure: running.configure,
    c.AppointStaff: running.appoint,
    c.DismissStaff: running.dismiss,
    c.StreamUp: running.stream_up,
    c.StreamDown: running.stream_down,
    c.Mute: moderation.mute,
    c.Unmute: moderation.unmute,
    c.Ban: moderation.ban,
    c.Unban: moderation.unban,
    c.Delete: moderation.delete,
    c.Restore: moderation.restore,
    c.Slow: moderation.slow,
    c.Restrict: moderation.restrict,
    c.BlockWords: moderation.block_words,
    c.Undo: moderation.undo,
    c.Checkout: checkout.open_payment,
    c.ClosePayment: checkout.close_payment,
    c.SettlePayment: checkout.settle_payment,
}

# After these, somebody in line may fit.
_FREES_STOCK = frozenset({"item.released", "item.stocked", "item.changed"})


@dataclass(slots=True)
class Outcome:
    events: list[Event]
    answer: Json


def step(
    state: ShowState,
    envelope: c.Envelope,
    *,
    now: int,
    facts: Facts,
    mint: Callable[[], str],
    record: Callable[[Event], None] = lambda event: None,
) -> Outcome:
    """Decide one command on ``state`` and apply what follows.

    ``now`` is database time in milliseconds, ``mint`` gives new ids, ``record`` is told each event
    right after it was applied (while ``state`` is exactly at that event).

    Raises:
        LiveshowError: the command is refused; ``state`` is unchanged.
    """
    ctx = Context(state, now, facts, mint, envelope.actor)
    _check_ban(ctx, envelope)
    decision = DECIDERS[type(envelope.command)](ctx, envelope.command)
    done: list[Event] = []
    state.new_notices.clear()

    def happen(event: Event) -> None:
        event.seq, event.at = state.seq + 1, now
        facts.learn(event, state)
        apply(state, event)
        complete(state, event)
        record(event)
        done.append(event)

    for event in decision.events:
        happen(event)
    answer = dict(decision.answer)
    if decision.said_at is not None:
        answer["seq"] = decision.events[decision.said_at].seq
    freed = dict.fromkeys(
        _item_of(event) for event in decision.events if event.type in _FREES_STOCK
    )
    if isinstance(envelope.command, c.Opened):
        freed = dict.fromkeys(envelope.command.items)
    for item in freed:
        while promoted := claims.promotion(ctx, item):
            happen(promoted)
    return Outcome(done, answer)


def _item_of(event: Event) -> str:
    item = event.data["item"]
    return cast(str, item["id"] if event.type == "item.changed" else item)


def _check_ban(ctx: Context, envelope: c.Envelope) -> None:
    """A ban takes away the show, but not what is already held: that can still be paid or let go."""
    command = envelope.command
    if envelope.actor is None or isinstance(command, c.Release):
        return
    if not isinstance(command, c.Command):
        return  # what the server asks on somebody's behalf: checkout and its end
    if ban := ctx.state.sanction(envelope.actor.id, "ban", ctx.now):
        raise Forbidden("banned", f"You are banned from this show: {ban.reason}", until=ban.until)
