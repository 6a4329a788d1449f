"""Which handles there may be: each can be addressed, and none looks like another one."""

from __future__ import annotations

import re

from liveshow.errors import Conflict

# Of what a handle may consist of, what looks alike (UTS #39, confusables.txt).
_TWINS = str.maketrans({"0": "o", "1": "l", "m": "rn"})
_SIGNS = re.compile(r"[._]+")


def lookalike(handle: str) -> str:
    """Return what handles that look alike have in common.

    Dots and underscores are one sign, however many stand together; at an end they are punctuation.
    """
    return _SIGNS.sub("_", handle.translate(_TWINS)).strip("_")


def check_new(handle: str) -> None:
    """Raise ``unusable_handle`` for a handle that nobody may choose any more."""
    if handle.startswith(".") or handle.endswith(".") or ".." in handle:
        raise Conflict(
            "unusable_handle",
            "A dot in a handle stands between two characters. Leave out the others.",
        )
    if not lookalike(handle):
        raise Conflict("unusable_handle", "A handle needs a letter or a digit.")


def taken() -> Conflict:
    return Conflict(
        "handle_taken", "That handle is taken, or looks like one that is. Choose another."
    )
