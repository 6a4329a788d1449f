"""The draw as arithmetic: from vectors that the browser and the command line have as well."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from liveshow.domain.giveaways import draw

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "giveaways.json").read_text()
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_draw_is_what_the_vectors_say(vector: dict[str, Any]) -> None:
    seed, entries = vector["seed"], vector["entries"]
    assert draw.commitment(seed) == vector["commitment"]
    assert draw.entries_hash(entries) == vector["entries_hash"]
    assert draw.picks(seed, entries, vector["randomness"]) == vector["picks"]


def test_the_first_pick_is_the_remainder_of_the_mac_of_what_was_published() -> None:
    seed, entries = "ab" * 32, ["one", "two", "three", "four"]
    message = hashlib.sha256(b"four\none\nthree\ntwo").digest() + bytes(8)
    mac = hmac.new(bytes.fromhex(seed), message, "sha256").digest()
    first = sorted(entries)[int.from_bytes(mac[:8], "big") % 4]
    assert draw.picks(seed, entries)[0] == first


def test_the_order_in_which_people_came_changes_nothing() -> None:
    entries = [f"entry{number}" for number in range(40)]
    assert draw.picks("01" * 32, entries) == draw.picks("01" * 32, entries[::-1])


def test_nobody_is_picked_twice_and_no_more_than_eleven() -> None:
    assert draw.picks("01" * 32, []) == []
    for count in (1, 2, 11, 12, 300):
        picked = draw.picks("02" * 32, [f"e{number}" for number in range(count)])
        assert len(set(picked)) == len(picked) == min(count, 11)


def test_every_entry_is_as_likely() -> None:
    entries = ["a", "b", "c", "d", "e"]
    seeds = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(2_000))
    wins = Counter(draw.picks(seed, entries)[0] for seed in seeds)
    # 400 each; 5 standard deviations are 90.
    assert all(310 < wins[entry] < 490 for entry in entries)


def test_a_number_that_would_favour_the_first_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 2**64 numbers the last one is no multiple of three: it counts for nobody."""
    numbers = iter([2**64 - 1, 1, 0, 0])
    monkeypatch.setattr(draw, "_numbers", lambda seed, message: numbers)
    assert draw.picks("03" * 32, ["a", "b", "c"]) == ["b", "a", "c"]
