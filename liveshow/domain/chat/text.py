"""What people type: comparing it, reading mentions out of it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from confusable_homoglyphs.confusables import confusables_data

# More combining marks than languages stack on one letter ("zalgo" text).
MAX_MARKS = 3

# Default-ignorable characters that are neither format characters nor marks (UAX #44), and the
# grapheme joiner, a mark that nobody sees.
_FILLERS = frozenset("\u034f\u115f\u1160\u3164\uffa0")

_MENTION = re.compile(r"(?<![\w.@])@([A-Za-z0-9_.]{2,})")
_WORD = re.compile(r"\w+")


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


@lru_cache(maxsize=8192)
def _prototype(char: str) -> str:
    for other in confusables_data.get(char, ()):
        twin: str = other["c"]
        if len(twin) == 1 and twin.isascii() and twin.isalpha():
            return twin.lower()
    return char


def skeleton(text: str) -> str:
    """Fold a text so that look-alikes compare equal (after UTS #39 §4)."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare: list[str] = []
    for char in folded:
        if char.isascii():
            bare.append(char)
        elif not (unicodedata.combining(char) or _invisible(char) or _odd_mark(char, bare)):
            bare.append(_prototype(char))
    return "".join(bare)


def _odd_mark(char: str, before: list[str]) -> bool:
    """Whether a mark of another script sits on a Latin letter; on its own letters it is a vowel."""
    return unicodedata.category(char) in ("Mn", "Me") and bool(before) and before[-1].isascii()


def blocked(text: str, words: list[str]) -> bool:
    """Whether a blocked word (or phrase) is in the text, look-alike letters included."""
    padded = f" {_bare_words(text)} "
    return any(f" {needle} " in padded for word in words if (needle := _needle(word)))


def _bare_words(text: str) -> str:
    return " ".join(_WORD.findall(skeleton(text)))


# The same few words are looked for in every message.
_needle = lru_cache(maxsize=8192)(_bare_words)
