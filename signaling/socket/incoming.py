"""What a client may say on the show channel: a narrow subset of Engine.IO 4 and Socket.IO 5.

    3                       pong                          (Engine.IO)
    2probe, 5               the change to WebSocket       (Engine.IO)
    1                       goodbye                       (Engine.IO)
    40/show,{"show": …}     connect to a namespace        (Socket.IO in a message)
    41/show,                leave it
    42/show,7["chat",{…}]   a command, with the number of its acknowledgement

No command is binary, and the server asks for no acknowledgement. So binary frames, binary packets
(which announce attachments and make the receiver wait for them) and acknowledgements are not read.
Neither is anything that is not JSON where JSON belongs. A client that sends one is not ours.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

# python-socketio calls handlers of these names itself: `*` is whatever has no other handler.
_RESERVED = frozenset({"connect", "disconnect", "*"})
# Engine.IO separates the packets of a long-polling body by this.
_SEPARATOR = "\x1e"
# As many as python-engineio sends at once.
MAX_PACKETS = 16
_PACKET = re.compile(
    r"(?P<kind>[012])"
    r"(?:(?P<namespace>/[^,?\[{]*)(?:\?[^,]*)?(?:,|$))?"
    r"(?P<id>[0-9]{0,15})"
    r"(?P<data>[^0-9].*)?",
    re.DOTALL,
)


class Unreadable(ValueError):
    """The client sent what this channel does not speak. The text says what, without its data."""


class Kind(Enum):
    CONNECT = "0"
    DISCONNECT = "1"
    EVENT = "2"


@dataclass(frozen=True, slots=True)
class ClientPacket:
    """A Socket.IO packet. ``data`` is any JSON; of an event, its name and arguments."""

    kind: Kind
    namespace: str
    id: int | None
    data: Any


def check_frame(frame: object, *, upgrading: bool) -> str:
    """Return a WebSocket message that engine.io may read; raise ``Unreadable``.

    ``upgrading``: the session still changes from long polling to this WebSocket.
    """
    if not isinstance(frame, str):
        raise Unreadable("a binary frame")
    if upgrading:
        if frame not in ("2probe", "5"):
            raise Unreadable("not a change of transport")
    elif not _is_packet(frame):
        raise Unreadable("not an engine.io packet")
    return frame


def check_body(body: bytes) -> str:
    """Return a long-polling body that engine.io may read; raise ``Unreadable``."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Unreadable("a binary body") from None
    packets = text.split(_SEPARATOR)
    if len(packets) > MAX_PACKETS or not all(map(_is_packet, packets)):
        raise Unreadable("not an engine.io payload")
    return text


def _is_packet(text: str) -> bool:
    # The digit after a 4 keeps engine.io from reading the message as JSON itself.
    return text in ("3", "1") or text[:2] in ("40", "41", "42")


def read_packet(message: object) -> ClientPacket:
    """Return the Socket.IO packet in an Engine.IO message; raise ``Unreadable``."""
    found = _PACKET.fullmatch(message) if isinstance(message, str) else None
    if found is None:
        raise Unreadable("not a socket.io packet")
    kind = Kind(found["kind"])
    data = _json(found["data"]) if found["data"] else None
    if kind is Kind.EVENT:
        _check_event(data)
    return ClientPacket(
        kind, found["namespace"] or "/", int(found["id"]) if found["id"] else None, data
    )


def _check_event(data: Any) -> None:
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        raise Unreadable("an event without a name")
    if data[0] in _RESERVED:
        raise Unreadable("an event of a reserved name")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
