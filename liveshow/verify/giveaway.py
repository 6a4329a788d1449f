"""Draws a giveaway again from its exported proof, and says whether it comes to the same.

It needs nothing but Python, so that it can be copied and read on its own. How it is drawn is in
PROTOCOL.md, at ``GET /api/giveaways/{id}/proof``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_RANGE = 2**64
_ALTERNATES = 10


class Step(NamedTuple):
    """Something that was checked, in words, and whether it is so. ``ok`` None: it is not known."""

    ok: bool | None
    words: str


class Malformed(Exception):
    """The file is no proof of a giveaway."""


def verify(text: str) -> list[Step]:
    """Check the proof in ``text`` (JSON) step by step; raise `Malformed`.

    It agrees when no step is False and it was drawn.
    """
    proof = _read(text)
    if proof["seed"] is None or proof["picks"] is None:
        return [Step(False, "It is not drawn, so there is nothing to check yet.")]
    entries, beacon = sorted(proof["entry_ids"]), proof["beacon"]
    return [
        _seed(proof),
        _entries(proof, entries),
        *_beacon(beacon),
        _draw(proof, entries, (beacon or {}).get("randomness") or ""),
        *_not_known(beacon),
    ]


def agrees(steps: list[Step]) -> bool:
    return all(step.ok is not False for step in steps)


# --- the steps -----------------------------------------------------------------------------


def _seed(proof: dict[str, Any]) -> Step:
    same = hashlib.sha256(bytes.fromhex(proof["seed"])).hexdigest() == proof["commitment"]
    said = "is" if same else "is NOT"
    return Step(same, f"The seed {said} the one whose hash was published before entries opened.")


def _entries(proof: dict[str, Any], entries: list[str]) -> Step:
    told = hashlib.sha256("\n".join(entries).encode()).hexdigest() == proof["entries_hash"]
    same = told and len(set(entries)) == len(entries) == proof["entries"]
    said = "are" if same else "are NOT"
    return Step(
        same, f"The {len(entries)} entries {said} those whose hash was published at the end."
    )


def _beacon(beacon: dict[str, Any] | None) -> Iterator[Step]:
    if beacon is None or beacon["signature"] is None:
        return
    randomness = hashlib.sha256(bytes.fromhex(beacon["signature"])).hexdigest()
    same = randomness == beacon["randomness"]
    said = "is" if same else "is NOT"
    yield Step(
        same,
        f"The randomness of the beacon {said} the hash of the signature of round "
        f"{beacon['round']}.",
    )


def _draw(proof: dict[str, Any], entries: list[str], randomness: str) -> Step:
    drawn = _picks(proof["seed"], entries, randomness)
    same = drawn == proof["picks"]
    if not same:
        return Step(False, f"Drawn again, it is {drawn[:1]} that wins, NOT {proof['picks'][:1]}.")
    return Step(True, f"Drawn again, entry {drawn[0]} wins, and {len(drawn) - 1} come after it.")


def _not_known(beacon: dict[str, Any] | None) -> Iterator[Step]:
    if beacon is None or beacon["signature"] is None:
        why = "" if beacon is None else " The beacon did not answer in time."
        yield Step(
            None,
            "Without a public beacon this proves that nothing was changed after entries opened."
            f"{why} It does not prove that the server tried no seeds before, nor that it made no "
            "entries up.",
        )
        return
    yield Step(
        None,
        "Not checked here: that drand signed this round. Compare the signature with "
        f"https://api.drand.sh/{beacon['chain']}/public/{beacon['round']}.",
    )


def _picks(seed: str, entries: list[str], randomness: str) -> list[str]:
    left = sorted(entries)
    message = hashlib.sha256("\n".join(left).encode()).digest() + bytes.fromhex(randomness)
    picked: list[str] = []
    counter = 0
    while left and len(picked) <= _ALTERNATES:
        mac = hmac.digest(bytes.fromhex(seed), message + counter.to_bytes(8, "big"), "sha256")
        counter += 1
        number = int.from_bytes(mac[:8], "big")
        # One that would favour the first entries counts for nobody.
        if number < _RANGE - _RANGE % len(left):
            picked.append(left.pop(number % len(left)))
    return picked


# --- reading -------------------------------------------------------------------------------


def _read(text: str) -> dict[str, Any]:
    try:
        proof = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("This is not JSON.") from error
    if not isinstance(proof, dict) or proof.get("kind") != "liveshow.giveaway":
        raise Malformed("This is not the proof of a giveaway.")
    if proof.get("version") != 1:
        raise Malformed("This proof is of a newer version. Take a newer liveshow to check it.")
    for name in ("commitment", "entries_hash"):
        _hex(proof, name)
    if proof.get("seed") is not None:
        _hex(proof, "seed")
    for name in ("entry_ids", "picks"):
        value = proof.setdefault(name, None)
        if value is not None and not _texts(value):
            raise Malformed(f"{name} is not a list of entries.")
    proof.setdefault("seed", None)
    if proof["seed"] is not None and (proof["entry_ids"] is None or not proof["picks"]):
        raise Malformed("A draw has entries, and somebody who wins.")
    if type(proof.get("entries")) is not int and proof["seed"] is not None:
        raise Malformed("entries is not a number.")
    _read_beacon(proof)
    return proof


def _read_beacon(proof: dict[str, Any]) -> None:
    beacon = proof.setdefault("beacon", None)
    if beacon is None:
        return
    if not isinstance(beacon, dict) or type(beacon.get("round")) is not int:
        raise Malformed("beacon is not a round of a beacon.")
    _hex(beacon, "chain")
    for name in ("signature", "randomness"):
        if beacon.setdefault(name, None) is not None:
            _hex(beacon, name)
    if (beacon["signature"] is None) is not (beacon["randomness"] is None):
        raise Malformed("A beacon has a signature and its randomness, or neither.")


def _hex(where: dict[str, Any], name: str) -> None:
    value = where.get(name)
    if name in ("commitment", "entries_hash") and value is None and where.get("seed") is None:
        return
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise Malformed(f"{name} is not hexadecimal.")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
