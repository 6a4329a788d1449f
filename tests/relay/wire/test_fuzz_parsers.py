"""Nothing that a stranger sends makes a parser raise what it must not, or point outside.

Bounded: ``PARSER_FUZZ`` is the number of inputs for each parser. ``fuzz_parsers`` does it for
hours, guided by coverage.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.relay.wire.parsers import TARGETS, Target

INPUTS = int(os.environ.get("PARSER_FUZZ", "150"))


@st.composite
def mutated(draw: st.DrawFn, target: Target) -> bytes:
    """Return a seed in which some places were cut out, repeated, or written over."""
    data = draw(st.sampled_from(target.seeds))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 40)))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(target.words),
                st.just(data[at:end] * 2),
                st.just(b""),
            )
        )
        data = data[:at] + piece + data[end if draw(st.booleans()) else at :]
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 9)) == 0 else data


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused(name: str) -> None:
    """Mutations of what real programs send, and noise."""
    target = TARGETS[name]

    @settings(
        max_examples=INPUTS,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.one_of(mutated(target), st.binary(max_size=60)))
    def run(data: bytes) -> None:
        target.run(data)

    run()


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_taken_whole_and_in_every_part(name: str) -> None:
    """Each cut of the shorter ones, some of the longer ones."""
    target = TARGETS[name]
    for data in target.seeds:
        step = max(1, len(data) // 40)
        for end in range(0, len(data) + 1, step):
            target.run(data[:end])
        target.run(data)
