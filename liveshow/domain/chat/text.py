"""What people type: cleaning it, reading mentions out of it."""

from __future__ import annotations

import re
import unicodedata

# More combining marks than languages stack on one letter ("zalgo" text).
MAX_MARKS = 3

# Default-ignorable characters that are neither format characters nor marks (UAX #44), and the
# grapheme joiner, a mark that nobody sees.
_FILLERS = frozenset("\u034f\u115f\u1160\u3164\uffa0")

_MENTION = re.compile(r"(?<![\w.@])@([A-Za-z0-9_.]{2,})")


def mentions(text: str) -> list[str]:
    """The handles mentioned, lower case, each once, at most ten."""
    found = (handle.lower().rstrip(".") for handle in _MENTION.findall(text))
    return list(dict.fromkeys(handle for handle in found if 2 <= len(handle) <= 24))[:10]


def clean(text: str) -> str:
    """Normalise a message (NFC), fold its white space, and cap combining marks.

    A message in which nothing can be seen is empty.
    """
    if text.isascii():
        return " ".join(text.split())
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        if unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks > MAX_MARKS:
                continue
        elif not _invisible(char):
            # What cannot be seen does not begin a new letter to stack marks on.
            marks = 0
        kept.append(char)
    if all(_invisible(char) or char.isspace() for char in kept):
        return ""
    return " ".join("".join(kept).split())


def _invisible(char: str) -> bool:
    """Whether a character takes no room: joiners, zero-width spaces, fillers."""
    return char in _FILLERS or unicodedata.category(char) == "Cf"
