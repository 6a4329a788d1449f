"""Bytes that real programs sent, and how they were captured: see README.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Stream:
    """RTP packets of one capture, in the order in which they came.

    ``extensions`` maps URI to id as negotiated, empty for plain RTP.
    """

    name: str
    source: str
    codec: str
    extensions: dict[str, int]
    packets: list[bytes]


def offers() -> dict[str, str]:
    """Return the captured and the written offers by name."""
    return {path.stem: path.read_bytes().decode() for path in sorted(FOLDER.glob("offers/*.sdp"))}


def streams() -> list[Stream]:
    """Return the captured streams."""
    index: dict[str, Any] = json.loads((FOLDER / "rtp/index.json").read_text())
    return [
        Stream(name=name, packets=read(FOLDER / f"rtp/{name}.rtp"), **about)
        for name, about in sorted(index.items())
    ]


def read(path: Path) -> list[bytes]:
    """Read packets, each after its length in two bytes (RFC 4571 §2)."""
    data, packets, at = path.read_bytes(), [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        packets.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return packets


def write(path: Path, packets: list[bytes]) -> None:
    """Write packets as ``read`` takes them."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(len(data).to_bytes(2, "big") + data for data in packets))
