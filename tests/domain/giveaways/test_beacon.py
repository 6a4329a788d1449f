"""What is believed of a beacon's answer, and which round a draw waits for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from liveshow.beacon import signature_in
from liveshow.domain.giveaways.beacon import AHEAD_MS, PERIOD_MS, round_after, time_of
from liveshow.domain.giveaways.draw import randomness
from tests.domain.world import START

SIGNATURE = "ab" * 48


def said(**changes: Any) -> bytes:
    whole = {"round": 7, "signature": SIGNATURE, "randomness": randomness(SIGNATURE)}
    return json.dumps(whole | changes).encode()


def test_a_round_as_drand_tells_it_is_believed() -> None:
    assert signature_in(said(), 7) == SIGNATURE
    assert signature_in(said(previous_signature="cd"), 7) == SIGNATURE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"[" * 10_000,
        b"\xff\xfe",
        said(round=8),
        said(round="7"),
        said(randomness="00" * 32),
        said(randomness=None),
        said(signature=None),
        said(signature="zz" * 48),
        said(signature="abc"),
        said(signature=7),
        said(signature="ab" * 300, randomness=randomness("ab" * 300)),
        said()[:40],
    ],
)
def test_anything_else_is_not(body: bytes) -> None:
    assert signature_in(body, 7) is None


@pytest.mark.parametrize("now", [START, START + 1, START + 2_999, START + 3_000])
def test_the_round_of_a_draw_is_soon_and_nobody_can_know_it(now: int) -> None:
    at = time_of(round_after(now).round)
    assert now + AHEAD_MS < at <= now + AHEAD_MS + 2 * PERIOD_MS


def test_the_first_round_of_the_chain_was_at_its_genesis() -> None:
    """As the chain's own information says: genesis 1692803367, a round every 3 seconds."""
    assert time_of(1) == 1_692_803_367_000
    assert time_of(2) == 1_692_803_370_000


def test_a_round_of_the_real_chain_is_believed() -> None:
    """Round 1000 of quicknet."""
    signature = (
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
        "e342b73a8dd2bacbe47e4b6b63ed5e39"
    )
    drawn = "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
    body = json.dumps({"round": 1000, "randomness": drawn, "signature": signature})
    assert signature_in(body.encode(), 1000) == signature
