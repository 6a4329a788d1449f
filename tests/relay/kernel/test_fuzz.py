"""Whatever both fan-out kernels are asked for, they answer and write the same.

``asan.sh`` runs this, and the other tests of the kernels, with the native one built for
AddressSanitizer; ``KERNEL_FUZZ`` is the number of histories that are tried.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from liveshow.relay.kernel.choice import native_available
from liveshow.relay.kernel.protocols import Extensions
from liveshow.relay.wire.packets import Packet
from tests.relay.kernel.bed import PROFILES, SALTS, Bed, Till, kernel_names

EDGES = [0, -1, 1, 100, 1023, 1024, 32767, 32768, 65535, 65536, 1 << 31, 1 << 48, 1 << 62, 1 << 70]
numbers = st.one_of(st.sampled_from(EDGES), st.integers(-70_000, 70_000))
indexes = st.one_of(st.integers(0, 200), numbers)
ids = st.integers(-1, 16) | st.integers(0, 5)
packets = st.builds(
    Packet,
    index=indexes,
    timestamp=numbers,
    marker=st.booleans(),
    codec=st.just("vp8"),
    payload=st.builds(bytes, st.sampled_from([0, 1, 2, 16, 300, 300, 300, 1300, 1388, 1390, 1391])),
    keyframe=st.just(False),
    arrival=st.just(0.0),
    padding=st.sampled_from([0, 0, 0, 1, 100, 255, 256, -1]),
    orientation=st.sampled_from([-1, -1, 0, 255, 256, -2]),
    playout_delay=st.sampled_from([-1, -1, 0, 0xFFFFFF, 1 << 24]),
    picture_at=st.sampled_from([-1, -1, 0, 1, 14, 15, 298, 299, 1389, 1390, -2]),
    picture_bits=st.sampled_from([7, 15, 15, 8]),
    tl0_at=st.sampled_from([-1, -1, 0, 1, 15, 299, 1390, -2]),
    descriptor=st.builds(bytes, st.sampled_from([0, 0, 0, 2, 3, 16, 17, 90, 255, 256])),
)
bursts = st.lists(packets, max_size=12) | st.builds(
    lambda first, sizes: [
        Packet(first + i, 0, False, "vp8", bytes(size), False, 0.0) for i, size in enumerate(sizes)
    ],
    st.integers(0, 40_000),
    st.lists(st.sampled_from([200, 200, 200, 1100, 1100, 50]), max_size=150),
)
extensions = st.builds(
    Extensions,
    mid_id=ids,
    mid=st.binary(max_size=18),
    transport_cc=ids,
    playout_delay=ids,
    video_orientation=ids,
    dependency_descriptor=ids,
)


def outcome(call: Callable[[], Any]) -> Any:
    """Return what a call gave, or the class of what it raised."""
    try:
        return call()
    except (ValueError, LookupError) as error:
        return type(error)


class Two(RuleBasedStateMachine):
    """A kernel of each kind, and everything twice."""

    def __init__(self) -> None:
        super().__init__()
        self.beds = (Bed("python"), Bed("native", 2))
        self.paths: list[tuple[Any, Any]] = []
        self.tills: list[tuple[Till, Till]] = []
        self.streams: list[tuple[Any, Any]] = []
        self.ssrc = 0
        self.groups = tuple(bed.kernel.group() for bed in self.beds)

    def teardown(self) -> None:
        for bed in self.beds:
            bed.close()

    def both(self, call: Callable[[int], Any]) -> Any:
        """Call for each kind; they must agree."""
        reference, native = outcome(lambda: call(0)), outcome(lambda: call(1))
        assert reference == native
        return reference

    @rule(profile=st.sampled_from(PROFILES))
    def path(self, profile: Any) -> None:
        if len(self.paths) < 6:
            made = [bed.kernel.path(profile, bytes(16), SALTS[profile]) for bed in self.beds]
            self.paths.append((made[0], made[1]))
            self.tills.append((Till(), Till()))

    @precondition(lambda self: self.paths)
    @rule(
        at=st.integers(0, 5),
        kind=st.sampled_from(["till", "till", "full", "nowhere", "viewer", "bad", "odd"]),
        host=st.text(max_size=5),
    )
    def send_to(self, at: int, kind: str, host: str) -> None:
        at %= len(self.paths)
        for till in self.tills[at]:
            till.room = 1 << 30 if kind == "till" else len(till.packets) + 5
        ways: dict[str, Callable[[int], Any]] = {
            "till": lambda i: self.tills[at][i],
            "full": lambda i: self.tills[at][i],
            "nowhere": lambda i: None,
            "viewer": lambda i: self.beds[i].viewer.getsockname(),
            "bad": lambda i: (host, 9),
            "odd": lambda i: ("127.0.0.1", 0, host),
        }
        self.both(lambda i: self.paths[at][i].send_to(ways[kind](i)))

    @precondition(lambda self: self.paths)
    @rule(
        at=st.integers(0, 5),
        first=st.integers(0, 32767) | numbers,
        wrong=st.sampled_from([0, 0, 0, -1, 1 << 32, 1, 2]),
    )
    def stream(self, at: int, first: int, wrong: int) -> None:
        at %= len(self.paths)
        self.ssrc += 1
        ssrc = wrong or self.ssrc
        if len(self.streams) >= 20:
            return
        made = [outcome(lambda i=i: self.paths[at][i].stream(ssrc, first)) for i in (0, 1)]
        assert (made[0] is ValueError) == (made[1] is ValueError)
        if made[0] is not ValueError:
            self.streams.append((made[0], made[1]))
            for stream in made:
                stream.remap(96, 0, first, 0)

    @precondition(lambda self: self.streams)
    @rule(at=st.integers(0, 19), run=st.tuples(*[numbers] * 7), type_=st.integers(-1, 128))
    def remap(self, at: int, run: tuple[int, ...], type_: int) -> None:
        pair = self.streams[at % len(self.streams)]
        self.both(lambda i: pair[i].remap(type_, *run[1:]))

    @precondition(lambda self: self.streams)
    @rule(at=st.integers(0, 19), carried=extensions)
    def extend(self, at: int, carried: Extensions) -> None:
        pair = self.streams[at % len(self.streams)]
        self.both(lambda i: pair[i].set_extensions(carried))

    @precondition(lambda self: self.streams)
    @rule(at=st.integers(0, 19), burst=bursts, times=st.none() | st.lists(numbers, max_size=3))
    def send(self, at: int, burst: list[Packet], times: list[int] | None) -> None:
        pair = self.streams[at % len(self.streams)]
        self.both(lambda i: pair[i].send(burst, times))

    @precondition(lambda self: self.streams)
    @rule(at=st.integers(0, 19), packet=packets, time=numbers, original=numbers)
    def retransmit(self, at: int, packet: Packet, time: int, original: int) -> None:
        pair = self.streams[at % len(self.streams)]
        self.both(lambda i: pair[i].retransmit(packet, time, original))

    @precondition(lambda self: self.streams)
    @rule(at=st.integers(0, 19), there=st.booleans())
    def member(self, at: int, there: bool) -> None:
        pair = self.streams[at % len(self.streams)]
        for group, stream in zip(self.groups, pair, strict=True):
            (group.add if there else group.discard)(stream)

    @rule(burst=bursts)
    def send_to_all(self, burst: list[Packet]) -> None:
        def behind(i: int) -> Any:
            places = {pair[i]: at for at, pair in enumerate(self.streams)}
            return [(places.get(stream), went) for stream, went in self.groups[i].send(burst)]

        self.both(behind)

    @precondition(lambda self: self.paths)
    @rule(at=st.integers(0, 5), first=numbers, count=st.integers(-1, 70_000) | st.integers(0, 9))
    def sent(self, at: int, first: int, count: int) -> None:
        pair = self.paths[at % len(self.paths)]

        def sizes(i: int) -> list[int | None]:
            return [entry and entry[1] for entry in pair[i].sent(first, count)]

        self.both(sizes)

    @precondition(lambda self: self.paths)
    @rule(at=st.integers(0, 5))
    def forget(self, at: int) -> None:
        """Groups keep their streams, and these their path."""
        at %= len(self.paths)
        del self.paths[at], self.tills[at]
        del self.streams[at:]
        gc.collect()

    @invariant()
    def same(self) -> None:
        for reference, native in self.tills:
            assert (reference.packets, reference.offers) == (native.packets, native.offers)
        for first, second in self.streams:
            assert (first.next, first.packets, first.octets) == (
                second.next,
                second.packets,
                second.octets,
            )
        counted = [bed.kernel.counters() for bed in self.beds]
        for name in ("datagrams", "bytes", "blocked", "errors"):
            assert counted[0][name] == counted[1][name], name
        assert len(self.groups[0]) == len(self.groups[1])


@pytest.mark.slow
@pytest.mark.parametrize("name", kernel_names()[1:])
def test_both_kernels_do_the_same(name: str) -> None:
    assert native_available(), f"the {name} kernel was not built"
    run_state_machine_as_test(
        Two,
        settings=settings(
            max_examples=int(os.environ.get("KERNEL_FUZZ", "12")),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
