"""What people type: comparing it, reading claims and mentions out of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from confusable_homoglyphs.confusables import confusables_data

# More combining marks than any language stacks on one letter ("zalgo" text).
MAX_MARKS = 3

_MENTION = re.compile(r"(?<![\w.@])@([a-z0-9_.]{2,24})", re.IGNORECASE)
_CLAIM = re.compile(
    r"(?:sold|claim|buy)\s+#?(?P<number>[0-9]{1,6})"
    r"(?:\s+x\s?(?P<quantity>[0-9]{1,3}))?(?:\s+(?P<variant>\S.{0,59}))?",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ClaimComment:
    """A message that is a claim: ``sold 12``, ``claim #12 x2``, ``buy 12 M``."""

    number: int
    quantity: int
    variant: str


def claim_comment(text: str) -> ClaimComment | None:
    """Read a claim out of a message; the whole message must be one."""
    found = _CLAIM.fullmatch(text.strip())
    if found is None:
        return None
    return ClaimComment(
        int(found["number"]), int(found["quantity"] or 1), (found["variant"] or "").strip()
    )


def mentions(text: str) -> list[str]:
    """The handles mentioned, lower case, each once, at most ten."""
    return list(dict.fromkeys(handle.lower().rstrip(".") for handle in _MENTION.findall(text)))[:10]


def clean(text: str) -> str:
    """Normalise a message (NFC), fold its white space, and cap combining marks."""
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        if unicodedata.combining(char):
            marks += 1
            if marks > MAX_MARKS:
                continue
        else:
            marks = 0
        kept.append(char)
    return " ".join("".join(kept).split())


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
    bare = (char for char in folded if not unicodedata.combining(char))
    return "".join(char if char.isascii() else _prototype(char) for char in bare)


def blocked(text: str, words: list[str]) -> bool:
    """Whether a blocked word (or phrase) is in the text, look-alike letters included."""
    haystack = " ".join(_WORD.findall(skeleton(text)))
    padded = f" {haystack} "
    return any(
        f" {needle} " in padded
        for word in words
        if (needle := " ".join(_WORD.findall(skeleton(word))))
    )
