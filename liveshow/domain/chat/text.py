"""What people type: cleaning it, reading mentions out of it."""

from __future__ import annotations

import unicodedata

import regex

# More combining marks than languages stack on one letter ("zalgo" text): of those that all scripts
# share, and of a script's own. Burmese has four on one letter, Tibetan more.
MAX_MARKS = 3
MAX_OWN_MARKS = 8

_SHARED_MARK = regex.compile(r"[[\p{Mn}\p{Me}]&&\p{Script=Inherited}]", regex.V1)
_OWN_MARK = regex.compile(r"[[\p{Mn}\p{Me}]--\p{Script=Inherited}]", regex.V1)
_UNSEEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]")

# A handle is no part of a Latin, Greek or Cyrillic word, such as an address of mail; other scripts
# have no spaces around it.
_MENTION = regex.compile(
    r"(?<![\p{Latin}\p{Greek}\p{Cyrillic}\p{N}_.@])@([A-Za-z0-9_.]{2,})(?![\p{Latin}\p{M}])"
)


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
    shared = 0
    own: set[str] = set()
    for char in unicodedata.normalize("NFC", text):
        if _UNSEEN.match(char):
            # What cannot be seen does not begin a new letter to stack marks on.
            pass
        elif _SHARED_MARK.match(char):
            shared += 1
            if shared > MAX_MARKS:
                continue
        elif _OWN_MARK.match(char):
            if char in own or len(own) == MAX_OWN_MARKS:
                continue
            own.add(char)
        else:
            shared = 0
            own.clear()
        kept.append(char)
    if all(_UNSEEN.match(char) or char.isspace() for char in kept):
        return ""
    return " ".join("".join(kept).split())
