"""Lines of SDP as blocks of attributes: one for the session, one for each media section."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

from liveshow.errors import Invalid

MAX_LINES = 4000  # lines of one SDP; more are refused
MAX_LINE = 2000  # characters of one line; more are refused
MAX_SECTIONS = 8  # media sections of one SDP; more are refused

_LINE_END = re.compile(r"\r\n|\n|\r")
_SPACE = " \t"
_ICE_CHARS = r"[A-Za-z0-9+/]"
UFRAG = re.compile(rf"{_ICE_CHARS}{{4,256}}")
PASSWORD = re.compile(rf"{_ICE_CHARS}{{22,256}}")
_TCHAR = r"[!#-'*+\-.0-9A-Z^-~]"  # RFC 8866 §9, token-char
TOKEN = re.compile(rf"{_TCHAR}{{1,64}}")
# ASCII digits: ``\d`` would accept those of every script.
NUMBER = r"(0|[1-9][0-9]{0,9})"
_MEDIA = re.compile(
    r"([a-z]{1,16}) ([0-9]{1,5})(?:/[0-9]+)? ([A-Za-z0-9/._-]{1,32})"
    rf"((?: {_TCHAR}{{1,32}}){{1,128}})"
)


@dataclass
class Block:
    """The lines of the session, or of one media section.

    ``kind``, ``port``, ``protocol`` and ``formats`` are those of the ``m=`` line.
    """

    kind: str = ""
    port: int = 0
    protocol: str = ""
    formats: tuple[str, ...] = ()
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def first(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.attributes)

    @property
    def is_media(self) -> bool:
        """Whether it is audio or video, not a data channel or anything else."""
        return self.kind in ("audio", "video")


def bad(reason: str) -> NoReturn:
    """Raise ``Invalid("malformed_sdp")``."""
    raise Invalid("malformed_sdp", f"The SDP cannot be used: {reason}.")


def read_blocks(text: str, fragment: bool = False) -> list[Block]:
    """Return the session's block and those of the media sections.

    Only CR and LF end lines (RFC 8866 §5); other characters that Python takes for line breaks are
    part of what a line says. A byte order mark before the text and zeros after it are no lines.
    """
    lines = _LINE_END.split(text.removeprefix("\ufeff").rstrip("\0"))
    if len(lines) > MAX_LINES:
        bad("it has too many lines")
    if not fragment and (lines[0].strip(_SPACE) != "v=0"):
        bad("it does not begin with v=0")
    blocks = [Block()]
    for line in lines:
        if len(line) > MAX_LINE:
            bad("it has a line that is too long")
        if not line.strip(_SPACE):
            continue
        if len(line) < 2 or line[1] != "=":
            bad("it has a line that is not of the form x=…")
        kind, value = line[0], line[2:].strip(_SPACE)
        if kind == "m":
            match = _MEDIA.fullmatch(value)
            if match is None or len(blocks) > MAX_SECTIONS:
                bad("a media line is not valid, or there are too many")
            media, port, protocol, formats = match.groups()
            blocks.append(Block(media, int(port), protocol, tuple(formats.split())))
        elif kind == "a":
            name, _, rest = value.partition(":")
            blocks[-1].attributes.append((name, rest.strip(_SPACE)))
    return blocks
