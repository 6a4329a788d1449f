"""Decisions about a show as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from liveshow.domain.chat.blocking import with_rules
from liveshow.domain.claims.state import Claims
from liveshow.domain.moderation.events import UserUnbanned, UserUnmuted
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.running.commands import (
    AppointStaff,
    Configure,
    CreateShow,
    DismissStaff,
    End,
    Pause,
    Rename,
    Resume,
    Schedule,
    Start,
    StreamDown,
    StreamUp,
    TimeSkipped,
)
from liveshow.domain.running.events import (
    Changes,
    EndedReason,
    HoldUntil,
    Reason,
    ShowConfigured,
    ShowCreated,
    ShowEnded,
    ShowInterrupted,
    ShowResumed,
    ShowScheduled,
    ShowStaffed,
    ShowStarted,
    ShowUnstaffed,
    StreamStarted,
    StreamStopped,
    UserRenamed,
)
from liveshow.domain.running.show import Status
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event
from liveshow.domain.show.facts import HANDLES, NOTHING, PHOTOS, Needs
from liveshow.domain.show.feature import Due
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Photo
from liveshow.errors import Conflict, Forbidden, NotFound

# A show that nobody takes up again ends by itself: its holds keep pieces from others. Nor is a
# show live for ever of which there is no picture. `Rules` say when.
_ENDS: Mapping[Status, tuple[str, EndedReason]] = {
    "interrupted": ("show:outage", "outage"),
    "live": ("show:blind", "no_picture"),
}
# Settings in which somebody says something to everybody: not who is muted.
SAID = frozenset({"title", "description", "cover", "claim_word"})


def _wrong_status(ctx: Context, message: str) -> Conflict:
    return Conflict("wrong_status", message, show_status=ctx.show.status)


def _in_the_past() -> Conflict:
    return Conflict("in_the_past", "Choose a time in the future.")


# --- planning ------------------------------------------------------------------------------


def create_needs(ctx: Context, command: CreateShow) -> Needs:
    return _cover_needs(ctx, command.cover)


def create(ctx: Context, command: CreateShow) -> Decision:
    if command.scheduled_at is not None and command.scheduled_at <= ctx.now:
        raise _in_the_past()
    return Decision(
        [
            ShowCreated(
                host=ctx.me,
                title=command.title,
                description=command.description,
                cover=_cover(ctx, command.cover),
                currency=command.currency,
                scheduled_at=command.scheduled_at,
                hold_seconds=command.hold_seconds,
                claims_per_buyer=command.claims_per_buyer,
                shipping_cap=command.shipping_cap,
                claim_word=command.claim_word,
                slow_seconds=command.slow_seconds,
                chat_mode=command.chat_mode,
                words=with_rules((), command.words),
            )
        ]
    )


def _cover_needs(ctx: Context, cover: str | None) -> Needs:
    if cover is None or ctx.actor is None:
        return NOTHING
    return Needs().add(PHOTOS, (cover, ctx.actor.id))


def _cover(ctx: Context, cover: str | None) -> Photo | None:
    if cover is None:
        return None
    photo = ctx.facts.get(PHOTOS, (cover, ctx.me.id))
    if photo is None:
        raise NotFound("unknown_photo", "That photo does not exist.")
    return photo


def schedule(ctx: Context, command: Schedule) -> Decision:
    ctx.require("direct")
    if ctx.show.status not in ("draft", "scheduled"):
        raise _wrong_status(ctx, "Only a show that has not started can be scheduled.")
    if command.at <= ctx.now:
        raise _in_the_past()
    return Decision([ShowScheduled(command.at)])


def configure_needs(ctx: Context, command: Configure) -> Needs:
    return _cover_needs(ctx, command.cover)


def configure(ctx: Context, command: Configure) -> Decision:
    me = ctx.require("direct")
    changes = Changes()
    for name in Changes.__struct_fields__:
        if name not in command.model_fields_set:
            continue
        value = getattr(command, name)
        if name == "cover":
            value = _cover(ctx, command.cover)
        if value != getattr(ctx.show, name):
            changes = replace(changes, **{name: value})
    if changes == Changes():
        return Decision()
    if not SAID.isdisjoint(changes.values()) and (muted := ctx[Moderation].muted(me.id, ctx.now)):
        raise muted
    return Decision([ShowConfigured(changes, me)])


# --- the course ----------------------------------------------------------------------------


def start(ctx: Context, _command: Start) -> Decision:
    ctx.require("direct")
    if ctx.show.status not in ("draft", "scheduled"):
        raise _wrong_status(ctx, "This show has already been started.")
    return Decision([ShowStarted(ctx.now, _unseen_until(ctx, streaming=ctx.show.streaming))])


def pause(ctx: Context, _command: Pause) -> Decision:
    ctx.require("direct")
    if ctx.show.status != "live":
        raise _wrong_status(ctx, "Only a live show can be paused.")
    return Decision([_interrupted(ctx, "paused", ctx.now)])


def resume(ctx: Context, _command: Resume) -> Decision:
    ctx.require("direct")
    if ctx.show.status != "interrupted":
        raise _wrong_status(ctx, "The show is not interrupted.")
    return Decision([_resumed(ctx, streaming=ctx.show.streaming)])


def end(ctx: Context, _command: End) -> Decision:
    ctx.require("direct")
    if not ctx.show.on_air:
        raise _wrong_status(ctx, "Only a show that is on can be ended.")
    return Decision([_ended(ctx, "ended")])


def _ended(ctx: Context, reason: EndedReason) -> ShowEnded:
    return ShowEnded(ctx.now, _after_outage(ctx, ctx.show.interrupted_at), reason)


def _resumed(ctx: Context, *, streaming: bool, since: int | None = None) -> ShowResumed:
    since = since or ctx.show.interrupted_at
    stood = 0 if since is None else max(0, ctx.now - since)
    return ShowResumed(_after_outage(ctx, since), _unseen_until(ctx, streaming=streaming), stood)


def _interrupted(ctx: Context, reason: Reason, at: int) -> ShowInterrupted:
    return ShowInterrupted(reason, at, at + ctx.facts.rules.max_interrupted_ms)


def _unseen_until(ctx: Context, *, streaming: bool) -> int | None:
    """When a show that is live from now on ends by itself (ms)."""
    return None if streaming else ctx.now + ctx.facts.rules.max_unseen_ms


def _after_outage(ctx: Context, since: int | None) -> list[HoldUntil]:
    """The holds, each prolonged by what it stood still since then."""
    if since is None:
        return []
    outage = max(0, ctx.now - since)
    return [
        HoldUntil(claim.item, claim.id, claim.until + outage)
        for claim in ctx[Claims].holds.values()
    ]


def stream_up(ctx: Context, _command: StreamUp) -> Decision:
    """Media flows: the show goes on, unless the host paused it on purpose, or it is over."""
    show = ctx.show
    if show.status == "ended":
        return Decision()
    events: list[Event] = [] if show.streaming else [StreamStarted()]
    if show.status == "interrupted" and show.reason != "paused":
        events.append(_resumed(ctx, streaming=True))
    return Decision(events)


def rename(ctx: Context, command: Rename) -> Decision:
    """Call somebody by their new name. Who tells the show knows that it tells of them."""
    return Decision([UserRenamed(command.user)])


def stream_down(ctx: Context, command: StreamDown) -> Decision:
    show = ctx.show
    events: list[Event] = [StreamStopped()] if show.streaming else []
    if show.status == "live" and (events or command.reason == "restart"):
        at = min(ctx.now, command.at) if command.at is not None else ctx.now
        at = max(at, show.started_at or at)
        events.append(_interrupted(ctx, command.reason, at))
    return Decision(events)


def skip_time(ctx: Context, command: TimeSkipped) -> Decision:
    """Nobody could pay meanwhile: the show stood still for as long, as in a restart.

    One that is interrupted stands still already, and goes on with what was left.
    """
    show = ctx.show
    if show.status != "live":
        return Decision()
    since = max(ctx.now - command.ms, show.started_at or 0)
    events: list[Event] = [
        _interrupted(ctx, "restart", since),
        _resumed(ctx, streaming=show.streaming, since=since),
    ]
    return Decision(events)


def _ends(state: ShowState) -> tuple[str, int, EndedReason] | None:
    """What ends the show by itself, and when (ms)."""
    show = state.show
    if show.ends_at is None or show.status not in _ENDS:
        return None
    due_id, reason = _ENDS[show.status]
    return due_id, show.ends_at, reason


def deadline(state: ShowState, aside: frozenset[str]) -> int | None:
    end = _ends(state)
    return None if end is None or end[0] in aside else end[1]


def due(ctx: Context) -> Iterable[Due]:
    """Time does not stand still for ever, and nobody is live unseen for ever."""
    end = _ends(ctx.state)
    if end is not None and end[1] <= ctx.now:
        yield Due(end[0], [_ended(ctx, end[2])])


# --- the team ------------------------------------------------------------------------------


def team_needs(ctx: Context, command: AppointStaff | DismissStaff) -> Needs:
    return Needs().add(HANDLES, command.user)


def _by_handle(ctx: Context, handle: str) -> Person:
    found = ctx.facts.get(HANDLES, handle)
    if found is None:
        raise NotFound("unknown_user", f"There is no account @{handle}.")
    if found.id == ctx.show.host.id:
        raise Conflict("is_host", "The host always stays the host.")
    return found


def _host_only(ctx: Context) -> None:
    if ctx.me.id != ctx.show.host.id:
        raise Forbidden(message="Only the host can choose the team.")


def appoint(ctx: Context, command: AppointStaff) -> Decision:
    _host_only(ctx)
    user = _by_handle(ctx, command.user)
    events: list[Event] = []
    # Becoming staff ends what was in force. What staff is muted for is of the host, and stays
    # with another role.
    standing = {} if ctx.show.is_staff(user.id) else ctx[Moderation].sanctions
    if (user.id, "mute") in standing:
        events.append(UserUnmuted(user, ctx.me))
    if (user.id, "ban") in standing:
        events.append(UserUnbanned(user, ctx.me))
    return Decision([*events, ShowStaffed(user, command.role)])


def dismiss(ctx: Context, command: DismissStaff) -> Decision:
    _host_only(ctx)
    user = _by_handle(ctx, command.user)
    known = ctx.show.staff.get(user.id)
    if known is None:
        raise NotFound("unknown_user", f"@{command.user} is not in the team.")
    return Decision([ShowUnstaffed(user, known[1])])
