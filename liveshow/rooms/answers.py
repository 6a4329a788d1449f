"""Acknowledgements: how an answer is made, recognised under its key, kept, and read back."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec

from liveshow.domain.show.commands import Answer, Command, Envelope
from liveshow.errors import LiveshowError

# As it is kept in a row: JSON.
Kept = dict[str, object]


class Ack(NamedTuple):
    """What a command was answered: an answer, or why it was refused.

    ``repeated``: it had been given before, under the command's key.
    """

    answer: Answer | None = None
    refusal: LiveshowError | None = None
    repeated: bool = False

    @property
    def outcome(self) -> str:
        """``repeated``, ``ok``, or the code of the refusal."""
        if self.repeated:
            return "repeated"
        return self.refusal.code if self.refusal else "ok"

    def result(self) -> Answer:
        """Return the answer, or raise the refusal."""
        if self.refusal is not None:
            raise self.refusal
        assert self.answer is not None
        return self.answer

    def kept(self) -> Kept:
        """Return the acknowledgement as it is kept under its key."""
        if self.refusal is None:
            fields: Kept = msgspec.to_builtins(self.answer)
            return {"ok": True, **fields}
        error = {**self.refusal.document(), "status": self.refusal.status}
        return {"ok": False, "error": error}

    @classmethod
    def of(cls, kept: Kept, kind: type[Answer]) -> Ack:
        """Read back what is to be given again; ``kind`` is what the command is answered with."""
        fields = {name: value for name, value in kept.items() if name != "ok"}
        if kept["ok"]:
            return cls(msgspec.convert(fields, kind), repeated=True)
        refusal = LiveshowError.again(msgspec.convert(fields["error"], dict))
        return cls(refusal=refusal, repeated=True)


def key_of(envelope: Envelope) -> tuple[str, str] | None:
    if envelope.key is None or envelope.actor is None:
        return None
    return envelope.actor.id, envelope.key


def keys_of(envelopes: list[Envelope]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(key for envelope in envelopes if (key := key_of(envelope))))


def digest_of(envelope: Envelope) -> str:
    """Return what tells two commands apart that come under one key."""
    command = envelope.command
    if isinstance(command, Command):
        body = command.model_dump_json().encode()
    else:
        body = msgspec.json.encode(command.asked(), order="sorted")
    return hashlib.sha256(b"%s %s" % (envelope.name.encode(), body)).hexdigest()
