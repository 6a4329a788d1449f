"""The course of a show: scheduling, starting, interruptions, the end, settings, staff."""

from __future__ import annotations

from typing import Any

from liveshow.domain.commands import (
    AppointStaff,
    Configure,
    DismissStaff,
    End,
    Pause,
    Resume,
    Schedule,
    Start,
    StreamDown,
    StreamUp,
)
from liveshow.domain.decisions.context import Context, Decision
from liveshow.domain.events import Event
from liveshow.domain.state import Json, Person, ShowState
from liveshow.errors import Conflict, Forbidden, NotFound

# A show that nobody takes up again ends by itself: its holds keep pieces from others.
MAX_OUTAGE_MS = 6 * 3600 * 1000


def _wrong_status(ctx: Context, message: str) -> Conflict:
    return Conflict("wrong_status", message, show_status=ctx.state.status)


def schedule(ctx: Context, command: Schedule) -> Decision:
    ctx.require("direct")
    if ctx.state.status not in ("draft", "scheduled"):
        raise _wrong_status(ctx, "Only a show that has not started can be scheduled.")
    if command.at <= ctx.now:
        raise Conflict("in_the_past", "Choose a time in the future.")
    return Decision([Event("show.scheduled", {"scheduled_at": command.at})])


def start(ctx: Context, _command: Start) -> Decision:
    ctx.require("direct")
    if ctx.state.status not in ("draft", "scheduled"):
        raise _wrong_status(ctx, "This show has already been started.")
    return Decision([Event("show.started", {"at": ctx.now})])


def pause(ctx: Context, _command: Pause) -> Decision:
    ctx.require("direct")
    if ctx.state.status != "live":
        raise _wrong_status(ctx, "Only a live show can be paused.")
    return Decision([Event("show.interrupted", {"reason": "paused", "at": ctx.now})])


def resume(ctx: Context, _command: Resume) -> Decision:
    ctx.require("direct")
    if ctx.state.status != "interrupted":
        raise _wrong_status(ctx, "The show is not interrupted.")
    return Decision([_resumed(ctx)])


def end(ctx: Context, _command: End) -> Decision:
    ctx.require("direct")
    if not ctx.state.on_air:
        raise _wrong_status(ctx, "Only a show that is on can be ended.")
    return Decision([ended(ctx.state, ctx.now)])


def ended(state: ShowState, now: int) -> Event:
    return Event("show.ended", {"at": now, "holds": _after_outage(state, now)})


def _after_outage(state: ShowState, now: int) -> list[Json]:
    """The holds, each prolonged by what it stood still."""
    since = state.interrupted_at
    if since is None:
        return []
    return [
        {
            "item": claim.item,
            "claim": claim.id,
            "until": claim.until + max(0, now - since),
        }
        for claim in state.claims.values()
    ]


def _resumed(ctx: Context) -> Event:
    return Event("show.resumed", {"holds": _after_outage(ctx.state, ctx.now)})


def stream_up(ctx: Context, _command: StreamUp) -> Decision:
    """Media flows: the show goes on, unless the host paused it on purpose, or it is over."""
    if ctx.state.status == "ended":
        return Decision()
    events = [] if ctx.state.streaming else [Event("stream.started", {})]
    if ctx.state.status == "interrupted" and ctx.state.reason != "paused":
        events.append(_resumed(ctx))
    return Decision(events)


def stream_down(ctx: Context, command: StreamDown) -> Decision:
    events = [Event("stream.stopped", {})] if ctx.state.streaming else []
    if ctx.state.status == "live" and (events or command.reason == "restart"):
        at = min(ctx.now, command.at) if command.at is not None else ctx.now
        at = max(at, ctx.state.started_at or at)
        events.append(Event("show.interrupted", {"reason": command.reason, "at": at}))
    return Decision(events)


def configure(ctx: Context, command: Configure) -> Decision:
    me = ctx.require("direct")
    changes: dict[str, Any] = {}
    for name in type(command).model_fields:
        if name == "type" or name not in command.model_fields_set:
            continue
        value = getattr(command, name)
        if name == "cover" and value is not None:
            if value not in ctx.facts.photos:
                raise NotFound("unknown_photo", "That photo does not exist.")
            value = ctx.facts.photos[value]
        if value != getattr(ctx.state, name):
            changes[name] = value
    if not changes:
        return Decision()
    return Decision([Event("show.configured", {"changes": changes, "by": me.json()})])


def _by_handle(ctx: Context, handle: str) -> Person:
    found = ctx.facts.people.get(f"@{handle}")
    if found is None:
        raise NotFound("unknown_user", f"There is no account @{handle}.")
    if found.id == ctx.state.host.id:
        raise Conflict("is_host", "The host always stays the host.")
    return found


def _host_only(ctx: Context) -> None:
    if ctx.me.id != ctx.state.host.id:
        raise Forbidden(message="Only the host can choose the team.")


def appoint(ctx: Context, command: AppointStaff) -> Decision:
    _host_only(ctx)
    user = _by_handle(ctx, command.user)
    events = []
    for kind in ("mute", "ban"):
        # Staff cannot be muted or banned; becoming staff ends what was in force.
        if (user.id, kind) in ctx.state.sanctions:
            name = "user.unmuted" if kind == "mute" else "user.unbanned"
            events.append(Event(name, {"user": user.json(), "by": ctx.me.json()}))
    events.append(Event("show.staffed", {"user": user.json(), "role": command.role}))
    return Decision(events)


def dismiss(ctx: Context, command: DismissStaff) -> Decision:
    _host_only(ctx)
    user = _by_handle(ctx, command.user)
    known = ctx.state.staff.get(user.id)
    if known is None:
        raise NotFound("unknown_user", f"@{command.user} is not in the team.")
    return Decision([Event("show.unstaffed", {"user": user.json(), "role": known[1]})])
