"""The decision about a whisper."""

from __future__ import annotations

from liveshow.domain.moderation.state import Moderation
from liveshow.domain.show.context import Context, Decision, said
from liveshow.domain.values import Speaker
from liveshow.domain.whispers.commands import Whisper
from liveshow.domain.whispers.events import ChatWhispered
from liveshow.errors import Invalid


def whisper(ctx: Context, command: Whisper) -> Decision:
    """Say something to the team alone, also before the show and after it."""
    me = ctx.require("moderate")
    if muted := ctx[Moderation].muted(me.id, ctx.now):
        raise muted
    if not command.text:
        raise Invalid(message="Write something first.")
    return Decision([ChatWhispered(Speaker.of(me, ctx.show.role(me.id)), command.text)], said)
