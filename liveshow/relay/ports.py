"""Offers and answers as the relay takes and gives them, without any wire format.

An offer comes in as structural types (``Protocol``). So the parser of SDP may use its own classes,
and the relay imports nothing from the edge. An answer goes out as plain data, which the edge writes
as SDP (``signaling.media.sdp``).
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

    ``disabled``: port 0 and no part of the bundle; ``has_transport``: a port other than 0.
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
    def mixed_extensions(self) -> bool: ...
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
    """An offer with one transport (RFC 9725 §4.4.1); ``group``: the mids of its bundle."""

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
    """One payload type of the answer, with the number of the offer."""

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
    ``tagged``: it has the transport of all ``bundled`` ones (RFC 9143 §7.3.1). ``ssrc`` is set in
    sections that the relay sends, ``rids`` in those whose layers it receives.
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
    mixed_extensions: bool = False  # RFC 8285 §6, a=extmap-allow-mixed
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
    """The answer of the relay: ICE-lite, one candidate per public address.

    ``tcp_port``: port of passive TCP candidates at the same addresses, 0: none. ``active``: the
    relay begins the DTLS handshake, because the peer offered to wait.
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
    """The stream of a show has started, was lost, or has resumed."""

    show_id: str
    state: Literal["started", "lost", "resumed"]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Every delay of the relay, in seconds, in one place.

    ``silence``: time without RTP of the publisher after which the stream is lost.
    ``consent``: time without an authentic packet after which a peer is ended (RFC 7675 §5.1).
    ``setup``: time that ICE and DTLS have to complete.
    ``tick``: time between two checks of the above.
    ``report``: time between two RTCP reports.
    ``idle``: time after which a show without publisher and viewers is forgotten.
    """

    silence: float = 2.0
    consent: float = 30.0
    setup: float = 15.0
    tick: float = 0.1
    report: float = 1.0
    idle: float = 3600.0
