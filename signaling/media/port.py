"""The media relay as WHIP and WHEP need it, and the typed form of SDP between them.

The edge does not import the relay, and the relay does not import the edge. Each declares with
``Protocol`` what it needs of the other, and the type checker compares the two where ``app.py`` puts
them together. The edge parses text (``signaling.media.sdp``); the relay decides on codecs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from liveshow.errors import LiveshowError


class PreconditionFailed(LiveshowError):
    """``If-Match`` names another ICE session (RFC 9725 §4.3.1)."""

    status = 412
    default_code = "precondition_failed"


class PreconditionRequired(LiveshowError):
    """A ``PATCH`` without ``If-Match`` (RFC 9725 §4.3.1)."""

    status = 428
    default_code = "precondition_required"


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type of an offer. ``parameters`` are those of ``a=fmtp``."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)
    feedback: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One media section of an offer.

    ``mid``: "" without one. ``protocol`` and ``formats``: those of the ``m=`` line. ``disabled``:
    port 0, and not because another section of the bundle has the transport (RFC 9143 §6).
    ``has_transport``: a port other than 0. ``streams``: ids of its MediaStreams (RFC 8830).
    ``extensions``: id by URI. ``retransmission_ssrcs``: SSRC of RTX by SSRC. ``rids``: layers of
    simulcast to be sent (RFC 8853); their order says nothing of their sizes. ``rid_types``: payload
    types of the layers that are bound to some. ``simulcast_ssrcs``: layers of a sender without
    rids, the smallest picture first.
    """

    mid: str
    kind: str
    protocol: str
    formats: Sequence[str]
    direction: str = "sendrecv"
    disabled: bool = False
    has_transport: bool = False
    rtcp_mux: bool = False
    reduced_size_rtcp: bool = False
    mixed_extensions: bool = False
    streams: Sequence[str] = ()
    codecs: Sequence[Codec] = ()
    extensions: Mapping[str, int] = field(default_factory=dict)
    ssrcs: Sequence[int] = ()
    retransmission_ssrcs: Mapping[int, int] = field(default_factory=dict)
    rids: Sequence[str] = ()
    rid_types: Mapping[str, Sequence[int]] = field(default_factory=dict)
    simulcast_ssrcs: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A parsed offer with one transport. Its candidates are ignored: the relay is ICE-lite.

    ``group``: mids of the bundle, in its order (RFC 9143). ``passive``: the offerer waits for our
    DTLS handshake, as FFmpeg does. ``lite``: it sends no checks (RFC 8445 §2.5).
    """

    ufrag: str
    password: str
    fingerprints: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    group: Sequence[str] = ()
    passive: bool = False
    lite: bool = False


@dataclass(frozen=True, slots=True)
class Fragment:
    """A parsed ``trickle-ice-sdpfrag`` (RFC 8840 §9)."""

    ufrag: str
    password: str
    candidates: int


class AnsweredSection(Protocol):
    """One media section of an answer.

    ``mid``, ``protocol`` and ``formats`` are those of the offer. ``bundled``: it is in the bundle.
    ``tagged``: it has the transport; exactly one section has, and it is not ``rejected``. ``ssrc``
    is set in sections that the server sends, ``rids`` in those whose layers it receives.
    ``rid_types``: payload types of the layers that are bound to some.
    """

    @property
    def mid(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def protocol(self) -> str: ...
    @property
    def formats(self) -> Sequence[str]: ...
    @property
    def direction(self) -> str: ...
    @property
    def rejected(self) -> bool: ...
    @property
    def bundled(self) -> bool: ...
    @property
    def tagged(self) -> bool: ...
    @property
    def reduced_size_rtcp(self) -> bool: ...
    @property
    def mixed_extensions(self) -> bool: ...
    @property
    def codecs(self) -> Sequence[AnsweredCodec]: ...
    @property
    def extensions(self) -> Mapping[str, int]: ...
    @property
    def ssrc(self) -> int | None: ...
    @property
    def retransmission_ssrc(self) -> int | None: ...
    @property
    def rids(self) -> Sequence[str]: ...
    @property
    def rid_types(self) -> Mapping[str, Sequence[int]]: ...


class AnsweredCodec(Protocol):
    """One payload type of an answer."""

    @property
    def payload_type(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def clock_rate(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def parameters(self) -> Mapping[str, str]: ...
    @property
    def feedback(self) -> Sequence[str]: ...


class IceCredentials(Protocol):
    """The server's user name fragment and password."""

    @property
    def ufrag(self) -> str: ...
    @property
    def password(self) -> str: ...


class Answer(Protocol):
    """An answer of an ICE-lite server. ``active``: the server begins the DTLS handshake.

    ``tcp_port``: port of passive TCP candidates at the same addresses, 0: none.
    """

    @property
    def session_number(self) -> int: ...
    @property
    def ice(self) -> IceCredentials: ...
    @property
    def fingerprint(self) -> tuple[str, str]: ...
    @property
    def candidates(self) -> Sequence[tuple[str, int]]: ...
    @property
    def tcp_port(self) -> int: ...
    @property
    def sections(self) -> Sequence[AnsweredSection]: ...
    @property
    def cname(self) -> str: ...
    @property
    def active(self) -> bool: ...


class RelaySession(Protocol):
    """A publisher or viewer. ``role`` is ``publisher`` or ``viewer``."""

    @property
    def id(self) -> str: ...
    @property
    def show_id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def answer(self) -> Answer: ...
    @property
    def etag(self) -> str: ...
    @property
    def remote_ufrag(self) -> str: ...

    @property
    def restarting(self) -> bool:
        """Whether an ICE restart waits for its first check."""

    def restart(self, ufrag: str) -> IceCredentials:
        """Restart ICE and change the entity tag.

        A request that is repeated before the first check gets the same credentials.
        """

    async def end(self) -> None:
        """End it and tell the peer."""


class MediaRelay(Protocol):
    """The relay, as the edge uses it. It raises ``liveshow.errors``."""

    async def publish(
        self, show_id: str, offer: Offer, *, takeover: bool = False
    ) -> RelaySession: ...

    async def subscribe(self, show_id: str, offer: Offer, *, address: str = "") -> RelaySession: ...

    def session(self, session_id: str) -> RelaySession | None: ...
