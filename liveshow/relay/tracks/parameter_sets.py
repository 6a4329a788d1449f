"""The parameter sets of an H.264 publisher (RFC 6184 §8.1, ITU-T H.264 §7.4.1.2.1).

Some encoders send SPS and PPS once, or only in their offer (``sprop-parameter-sets``). Who joins
later could not decode anything. So they are kept, and put before each keyframe that comes without.
"""

from __future__ import annotations

from collections.abc import Iterable

from liveshow.relay.wire.codecs.h264 import aggregate, nal_units

MAX_SETS = 8  # kept of one publisher; the oldest is dropped
MAX_SET = 256  # bytes of one that is kept; longer ones are passed on and not kept
_SPS, _PPS, _FU_A = 7, 8, 28


class ParameterSets:
    """SPS and PPS by their ids."""

    def __init__(self) -> None:
        self._sets: dict[tuple[int, int], bytes] = {}
        self._seen: dict[int, int] = {}  # kind: timestamp of the frame that had one last

    def clear(self) -> None:
        """Forget those of a publisher that is gone."""
        self._sets.clear()
        self._seen.clear()

    def keep(self, units: Iterable[bytes], timestamp: int | None = None) -> None:
        """Keep what is a parameter set; ``timestamp``: of the frame that has it, None: none."""
        for unit in units:
            kind = unit[0] & 0x1F if unit else 0
            if kind not in (_SPS, _PPS):
                continue
            if timestamp is not None:
                self._seen[kind] = timestamp
            if len(unit) <= MAX_SET and (number := _set_id(kind, unit)) is not None:
                self._sets.pop((kind, number), None)
                self._sets[kind, number] = unit
                if len(self._sets) > MAX_SETS:
                    del self._sets[next(iter(self._sets))]

    def missing(self, timestamp: int) -> bytes | None:
        """Return a packet with all sets if the keyframe at ``timestamp`` came without, else None.

        Empty when there are none: nobody can decode it. Call it once per packet that begins a
        slice of the keyframe: after the first call the keyframe has them.
        """
        if self._seen.get(_SPS) == timestamp and self._seen.get(_PPS) == timestamp:
            return None
        self._seen = {_SPS: timestamp, _PPS: timestamp}
        if len({kind for kind, _ in self._sets}) < 2:
            return b""
        return aggregate([self._sets[key] for key in sorted(self._sets)])  # an SPS first

    def take(self, payload: bytes, timestamp: int) -> None:
        """Keep the sets of a packet. A set in fragments is not kept, but it is there."""
        if payload[0] & 0x1F == _FU_A and len(payload) > 1:
            self._seen[payload[1] & 0x1F] = timestamp
        self.keep(nal_units(payload), timestamp)


def _set_id(kind: int, unit: bytes) -> int | None:
    """Return the id of a set, ue(v): after the profile of an SPS, first in a PPS (§7.3.2, §9.1)."""
    bits = unit[4:9] if kind == _SPS else unit[1:6]
    value = int.from_bytes(bits.ljust(5, b"\0"), "big")
    zeros = 40 - value.bit_length()
    return (value >> 39 - 2 * zeros) - 1 if zeros <= 8 else None
