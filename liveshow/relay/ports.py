"""What the relay is given and what it gives back, without any wire format.

An offer comes in as structural types (``Protocol``), so that whoever parses SDP may use
classes of its own and the relay imports nothing from the edge. An answer goes out as
plain data; the edge writes it down as SDP (``signaling.media.sdp``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["audio", "video"]


class OfferedCodec(Protocol):
    """One payload type of an offer (RFC 8866 §6.6, ``a=rtpmap``)."""

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


class OfferedSection(Protocol):
    """One media section (``m=`` line) of an offer.

    ``disabled``: port 0 and no part of the bundle; ``has_transport``: any other port.
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
    def disabled(self) -> bool: ...
    @property
    def has_transport(self) -> bool: ...
    @property
    def rtcp_mux(self) -> bool: ...
    @property
    def reduced_size_rtcp(self) -> bool: ...
    @property
    def codecs(self) -> Sequence[OfferedCodec]: ...
    @property
    def extensions(self) -> Mapping[str, int]: ...
    @property
    def ssrcs(self) -> Sequence[int]: ...
    @property
    def retransmission_ssrcs(self) -> Mapping[int, int]: ...
    @property
    def rids(self) -> Sequence[str]: ...
    @property
    def rid_types(self) -> Mapping[str, Sequence[int]]: ...
    @property
    def simulcast_ssrcs(self) -> Sequence[int]: ...


class Offer(Protocol):
    """An offer of one transport (RFC 9725 §4.4.1); ``group``: mids of its bundle."""

    @property
    def ufrag(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def fingerprints(self) -> Sequence[tuple[str, str]]: ...
    @property
    def passive(self) -> bool: ...
    @property
    def lite(self) -> bool: ...
    @property
    def group(self) -> Sequence[str]: ...
    @property
    def sections(self) -> Sequence[OfferedSection]: ...


@dataclass(frozen=True, slots=True)
class AnsweredCodec:
    """One payload type of the answer, under the number that the offer gave it."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)
    feedback: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AnsweredSection:
    """One media section of the answer.

    ``mid``, ``protocol`` and ``formats`` are those of the offer. One of the sections is
    ``tagged``: it has the transport of all that are ``bundled`` (RFC 9143 §7.3.1).
    ``ssrc`` is set for what the relay sends, ``rids`` for the layers that it receives.
    """

    mid: str
    kind: str
    protocol: str
    formats: Sequence[str]
    direction: str
    rejected: bool = False
    bundled: bool = False
    tagged: bool = False
    reduced_size_rtcp: bool = False
    codecs: Sequence[AnsweredCodec] = ()
    extensions: Mapping[str, int] = field(default_factory=dict)
    ssrc: int | None = None
    retransmission_ssrc: int | None = None
    rids: Sequence[str] = ()
    rid_types: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IceCredentials:
    """The relay's side of one ICE generation (RFC 8445 §5.3)."""

    ufrag: str
    password: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the relay answers: ICE-lite, one candidate per public address.

    ``tcp_port``: where passive TCP candidates of the same addresses listen, 0: nowhere.
    ``active``: the relay begins the DTLS handshake, because the peer insists on waiting.
    """

    session_number: int
    ice: IceCredentials
    fingerprint: tuple[str, str]
    candidates: Sequence[tuple[str, int]]
    sections: Sequence[AnsweredSection]
    cname: str
    active: bool = False
    tcp_port: int = 0


@dataclass(frozen=True, slots=True)
class StreamChange:
    """The encoded stream of a show began, stopped arriving, or is back."""

    show_id: str
    state: Literal["started", "lost", "resumed"]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Every delay of the relay, in seconds, in one place.

    ``silence``: no RTP from the publisher for so long means the stream is lost.
    ``consent``: a peer that sent nothing authentic for so long is reaped (RFC 7675 §5.1).
    ``setup``: ICE and DTLS have so long to complete.
    ``tick``: how often the above are looked at.
    ``report``: distance of RTCP reports.
    ``idle``: a show without publisher and viewers is forgotten after so long.
    """

    silence: float = 2.0
    consent: float = 30.0
    setup: float = 15.0
    tick: float = 0.1
    report: float = 1.0
    idle: float = 3600.0
