"""What an offer and its answer agree on, as publishers and viewers use it."""

from __future__ import annotations

from dataclasses import dataclass, field

from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.ports import AnsweredSection, Kind
from liveshow.relay.wire.codecs import H264, best_h264
from liveshow.relay.wire.packets import ExtensionIds


class PayloadTypes:
    """The payload types of a viewer's offer.

    ``plain`` by codec, ``h264`` by profile-level-id, ``retransmission`` by the type that
    it retransmits (RFC 4588 §8.1, ``apt``).
    """

    def __init__(
        self, plain: dict[str, int], h264: dict[str, int], retransmission: dict[int, int]
    ) -> None:
        self._plain = plain
        self._h264 = h264
        self._retransmission = retransmission

    def of(self, codec: str, profile: str | None) -> tuple[int, int | None] | None:
        """Return (payload type, that of RTX or None); None if the viewer cannot play it."""
        plain = best_h264(self._h264, profile) if codec == H264 else self._plain.get(codec)
        return None if plain is None else (plain, self._retransmission.get(plain))


@dataclass
class ReceiveParameters:
    """One media section that a publisher sends."""

    kind: Kind
    codecs: dict[int, str]  # payload type: codec
    retransmission: dict[int, int]  # payload type of RTX: of the media
    retransmission_ssrcs: dict[int, int]  # SSRC of RTX: of the media
    ssrcs: tuple[int, ...]
    extensions: ExtensionIds
    mid: str = ""
    nack: bool = False
    remb: bool = False
    # SPS and PPS of H.264 by payload type (RFC 6184 §8.1, sprop-parameter-sets).
    parameter_sets: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    # Simulcast: names of the layers, or their SSRCs if they have no names. Without it both empty.
    rids: tuple[str, ...] = ()
    layer_ssrcs: tuple[int, ...] = ()


@dataclass
class SendParameters:
    """One media section that a viewer receives."""

    kind: Kind
    types: PayloadTypes
    ssrc: int
    retransmission_ssrc: int
    retransmits: bool  # with RTX (RFC 4588); without it the same packet is sent again
    extensions: Extensions


@dataclass
class Negotiation:
    """The sections of the answer, in the order of the offer, and the parameters they agree on."""

    sections: list[AnsweredSection] = field(default_factory=list)
    incoming: list[ReceiveParameters] = field(default_factory=list)
    outgoing: list[SendParameters] = field(default_factory=list)
