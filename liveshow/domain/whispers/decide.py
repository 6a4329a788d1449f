"""The decisions about whispers."""

from __future__ import annotations

from liveshow.domain.moderation.state import Moderation
from liveshow.domain.show.context import Context, Decision, said
from liveshow.domain.values import Speaker
from liveshow.domain.whispers.commands import Unwhisper, Whisper
from liveshow.domain.whispers.events import ChatUnwhispered, ChatWhispered
from liveshow.domain.whispers.state import Whispers
from liveshow.errors import Conflict, Invalid, NotFound


def whisper(ctx: Context, command: Whisper) -> Decision:
    """Say something to the team alone, also before the show and after it."""
    me = ctx.require("moderate")
    if muted := ctx[Moderation].muted(me.id, ctx.now):
        raise muted
    if not command.text:
        raise Invalid(message="Write something first.")
    return Decision([ChatWhispered(Speaker.of(me, ctx.show.role(me.id)), command.text)], said)


def unwhisper(ctx: Context, command: Unwhisper) -> Decision:
    """Take one of the newest whispers back: everybody their own, the host anybody's."""
    me = ctx.require("moderate")
    line = ctx[Whispers].standing(command.whisper)
    if line is None:
        raise NotFound("unknown_message", "That message does not exist.")
    if me.id not in (line.user.id, ctx.show.host.id):
        raise Conflict("is_staff", "Only the host can take back what others of the team wrote.")
    return Decision([ChatUnwhispered(line.id, me)], said)
