"""Layers of simulcast in an offer (RFC 8851, RFC 8853)."""

from __future__ import annotations

import re
from collections import Counter

from signaling.media.sdp.lines import NUMBER, Block

MAX_LAYERS = 8  # layers of one section; further ones are ignored

_RID = re.compile(r"([A-Za-z0-9]{1,16}) (send|recv)(?: (.*))?")
_LIMIT = re.compile(r"[1-9][0-9]{0,11}")
_FRACTION = re.compile(r"[0-9]{1,6}\.[0-9]{1,6}")
# Restrictions of the sender. ``depend`` is not among them: a layer that needs another one cannot be
# sent to a viewer alone.
_RESTRICTIONS = {
    **dict.fromkeys(("max-width", "max-height", "max-fps", "max-fs", "max-br", "max-pps"), _LIMIT),
    "max-bpp": _FRACTION,
}


def read_layers(block: Block) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    """Return the layers to be sent, also paused ones, and the payload types of those bound to some.

    Of alternatives, which are one picture in several forms, the first is taken (RFC 8853 §5.1). A
    layer without payload types may have all of the section.
    """
    declared = _declared(block)
    words = (block.first("simulcast") or "").split()
    lists = dict(zip(words[::2], words[1::2], strict=False))
    found: dict[str, None] = {}
    for alternatives in lists.get("send", "").split(";"):
        names = (name.removeprefix("~") for name in alternatives.split(","))
        if rid := next((name for name in names if name in declared), None):
            found[rid] = None
    rids = tuple(found)[:MAX_LAYERS]
    return rids, {rid: types for rid in rids if (types := declared[rid]) is not None}


def _declared(block: Block) -> dict[str, tuple[int, ...] | None]:
    """Return the rids that can be taken (RFC 8851 §6.2.2), and the types they are bound to.

    Rids that are declared twice, have no type of the section, or have an unknown restriction are
    left out.
    """
    matches = [m for m in map(_RID.fullmatch, block.all("rid")[: 4 * MAX_LAYERS]) if m is not None]
    times = Counter(match[1] for match in matches)
    declared: dict[str, tuple[int, ...] | None] = {}
    for match in matches:
        rid, direction, rest = match.groups()
        parameters = [part.partition("=")[::2] for part in (rest or "").split(";") if part]
        types = None
        if parameters and parameters[0][0] == "pt":
            listed = parameters.pop(0)[1].split(",")
            types = tuple(
                int(number)
                for number in dict.fromkeys(listed)
                if number in block.formats and re.fullmatch(NUMBER, number)
            )
        if (
            direction == "send"
            and times[rid] == 1
            and types != ()
            and all(_understood(*parameter) for parameter in parameters)
        ):
            declared[rid] = types
    return declared


def _understood(name: str, value: str) -> bool:
    # Without a value it only asks the other side for one.
    return not value or (
        (form := _RESTRICTIONS.get(name)) is not None and bool(form.fullmatch(value))
    )
