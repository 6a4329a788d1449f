"""Acknowledgements: how an answer is made, recognised under its key, and read back."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from liveshow.domain.commands import Command, Envelope
from liveshow.domain.state import Json
from liveshow.errors import LiveshowError


def key_of(envelope: Envelope) -> tuple[str, str] | None:
    if envelope.key is None or envelope.actor is None:
        return None
    return envelope.actor.id, envelope.key


def keys_of(envelopes: list[Envelope]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(key for envelope in envelopes if (key := key_of(envelope))))


def digest_of(envelope: Envelope) -> str:
    command = envelope.command
    body: Any = command.model_dump() if isinstance(command, Command) else repr(command)
    text = json.dumps([envelope.name, body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def refusal(error: LiveshowError) -> Json:
    fields = {"code": error.code, "message": error.message, "status": error.status}
    return {"ok": False, "error": error.details | fields}


class Refused(LiveshowError):
    """A refusal read back from an answer: same code, sentence and status as the first time."""

    def __init__(self, code: str, message: str, status: int, details: Json) -> None:
        super().__init__(code, message, **details)
        self.status = status  # type: ignore[misc]


def refused(error: Json) -> LiveshowError:
    rest = {k: v for k, v in error.items() if k not in ("code", "message", "status")}
    return Refused(error["code"], error["message"], error["status"], rest)
