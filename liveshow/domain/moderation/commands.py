"""What moderators can ask."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, UnsetType
from pydantic import Field

from liveshow.domain.show.commands import Command, Reason, Remark, Said, Seq
from liveshow.fields import Id, OneLine

# A year at most: longer than any show.
Seconds = Annotated[int, Field(ge=1, le=31_536_000)]


class Mute(Command):
    type: Literal["mute"] = "mute"
    user: Id
    seconds: Seconds | None = None
    reason: Reason


class Unmute(Command):
    type: Literal["unmute"] = "unmute"
    user: Id


class Ban(Command):
    """``purge``: all that they said goes, too."""

    type: Literal["ban"] = "ban"
    user: Id
    seconds: Seconds | None = None
    reason: Reason
    purge: bool = False


class Purge(Command):
    type: Literal["purge"] = "purge"
    user: Id
    reason: Reason


class Unban(Command):
    type: Literal["unban"] = "unban"
    user: Id


class Delete(Command):
    type: Literal["delete"] = "delete"
    message: Seq
    reason: Remark = ""


class Restore(Command):
    type: Literal["restore"] = "restore"
    message: Seq


class Slow(Command):
    type: Literal["slow"] = "slow"
    seconds: Annotated[int, Field(ge=0, le=600)]


class Brake(Command):
    type: Literal["brake"] = "brake"
    minutes: Annotated[int, Field(ge=0, le=43_200)]


class Restrict(Command):
    type: Literal["restrict"] = "restrict"
    mode: Literal["everyone", "followers", "sellers"]


BlockedWord = Annotated[str, OneLine(1, 50)]


class BlockWord(Command):
    type: Literal["block_word"] = "block_word"
    word: BlockedWord


class UnblockWord(Command):
    type: Literal["unblock_word"] = "unblock_word"
    word: BlockedWord


class Purged(Said, frozen=True):
    """``removed``: how many messages went."""

    removed: int


class Banned(Said, frozen=True):
    """``purged``: the ``seq`` of the purge, if anything was there to go; ``removed`` as above."""

    purged: int | UnsetType = UNSET
    removed: int | UnsetType = UNSET


class Undo(Command):
    type: Literal["undo"] = "undo"
    seq: Seq
