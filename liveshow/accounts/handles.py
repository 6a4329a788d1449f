"""Which handles there may be: each can be addressed, and none looks like another one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from liveshow.errors import Conflict

# Of what a handle may consist of, what looks alike (UTS #39, confusables.txt).
_TWINS = str.maketrans({"0": "o", "1": "l", "m": "rn"})
# What is read for the letter that it is shaped like, where nobody looks twice.
_SHAPED = str.maketrans({"l": "i", "3": "e", "4": "a", "5": "s"})
_SIGNS = re.compile(r"[._]+")

# Whoever is called so seems to speak for the server: the mailboxes that every host has (RFC 2142 §3
# to §5), and what those are called who run this one. The operator can make such accounts.
RESERVED = frozenset(
    {"info", "marketing", "sales", "support", "abuse", "noc", "security"}
    | {"postmaster", "hostmaster", "webmaster"}
    | {"admin", "administrator", "root", "system", "operator", "staff", "team", "moderator"}
    | {"official", "help", "liveshow"}
)


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


def reads_as(handle: str) -> str:
    """Return what handles have in common that are read as one another, at a glance.

    More than ``lookalike``: 1 is written for i as for l, other digits for letters too, vv for w,
    and signs are passed over. Among people such handles may stand beside each other, but nobody
    should be read as who runs the server.
    """
    return lookalike(handle).replace("_", "").replace("vv", "w").translate(_SHAPED)


def reserved(names: Iterable[str]) -> frozenset[str]:
    """Return how handles are read that strangers may not choose; ``names``: the operator's."""
    return frozenset(map(reads_as, RESERVED.union(names)))


def not_for_strangers() -> Conflict:
    return Conflict(
        "unusable_handle", "That handle is kept for those who run this server. Choose another."
    )


def taken() -> Conflict:
    return Conflict(
        "handle_taken", "That handle is taken, or looks like one that is. Choose another."
    )
