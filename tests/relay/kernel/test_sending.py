"""How both fan-out kernels send and receive: runs, full sockets, refusals, batches."""

from __future__ import annotations

import gc
import json
import select
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from liveshow.relay.kernel.choice import KernelMissing, open_kernel
from liveshow.relay.kernel.protocols import INTERFACE, Extensions
from liveshow.relay.wire.packets import parse_rtp
from tests.relay.kernel.bed import SSRC, Bed, Opener, Till, burst, kernel_names, packet
from tests.support import seconds

SO_NO_CHECK = 11  # asm-generic/socket.h; Python has no name for it


@pytest.fixture(params=kernel_names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bed(name: str) -> Iterator[Bed]:
    bed = Bed(name)
    yield bed
    bed.close()


class Narrow:
    """A kernel on a socket that is full after a few packets, and the packets it sends.

    UDP on one machine is never full; a pair of local sockets is, when its reader stops.
    """

    def __init__(self, name: str) -> None:
        self.here, self.there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.here.setblocking(False)
        self.there.setblocking(False)
        self.kernel = open_kernel(self.here, name)  # type: ignore[arg-type]
        self.bed = Bed(name)

    def close(self) -> None:
        self.kernel.close()
        self.bed.close()
        self.here.close()
        self.there.close()

    def read(self) -> list[bytes]:
        """Return everything that is there."""
        got = []
        while select.select([self.there], [], [], 0)[0]:
            got.append(self.there.recv(4096))
        return got


@pytest.fixture
def narrow(name: str) -> Iterator[Narrow]:
    narrow = Narrow(name)
    narrow.bed.kernel, kernel = narrow.kernel, narrow.bed.kernel
    yield narrow
    narrow.bed.kernel = kernel
    narrow.close()


def test_a_frame_is_one_call_of_the_system(bed: Bed) -> None:
    """Packets of one size, the last one shorter, are cut by the system."""
    if not bed.kernel.counters()["segmentation"]:
        pytest.skip("this system cannot cut datagrams")
    stream = bed.stream()
    packets = burst(0, [1100] * 8 + [500])
    assert stream.send(packets) == 9
    unprotect = Opener()
    opened = [parse_rtp(unprotect(data)) for data in bed.received(9)]
    assert [header.payload for header in opened] == [sent.payload for sent in packets]
    counted = bed.kernel.counters()
    assert (counted["calls"], counted["datagrams"]) == (1, 9)
    assert counted["bytes"] == 8 * 1100 + 500 + 9 * 28


def test_runs_end_where_they_must(bed: Bed) -> None:
    """At 64 datagrams, at 65,000 bytes, and before a longer packet; nothing is lost."""
    stream = bed.stream()
    sizes = [10] * 130 + [1300] * 60 + [200, 300, 300, 100, 100]
    packets = burst(0, sizes)
    assert stream.send(packets) == len(packets)
    unprotect = Opener()
    opened = [parse_rtp(unprotect(data)) for data in bed.received(len(packets))]
    assert [header.payload for header in opened] == [sent.payload for sent in packets]
    # Runs that are too long would be refused, and then be sent one by one.
    assert not bed.kernel.counters()["segmentation"] or bed.kernel.counters()["calls"] < 15


@pytest.mark.parametrize("extensions", [Extensions(), Extensions(abs_send_time=1, transport_cc=2)])
def test_a_full_socket_loses_nothing(narrow: Narrow, extensions: Extensions) -> None:
    """What did not go is said, and goes when it is given again; numbers have no gap."""
    path = narrow.bed.path(where=())
    stream = narrow.bed.stream(path, extensions)
    packets = burst(0, [1000, 1000, 900] * 200)
    unprotect, got = Opener(), []
    sent = rounds = 0
    while sent < len(packets):
        went = stream.send(packets[sent:])
        assert narrow.kernel.counters()["datagrams"] == sent + went
        sent, rounds = sent + went, rounds + 1
        assert (stream.next, stream.packets) == (1000 + sent, sent)
        arrived = narrow.read()
        assert len(arrived) == went
        got += [unprotect(data) for data in arrived]
    assert rounds > 2
    assert narrow.kernel.counters()["blocked"] > 0
    assert [parse_rtp(data).payload for data in got] == [item.payload for item in packets]
    if extensions.transport_cc:
        numbers = [int.from_bytes(data[21:23], "big") for data in got]
        assert numbers == list(range(len(packets)))
        assert None not in path.sent(0, len(packets))


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["yes", "no"])
def test_a_slow_link_gets_everything_once(name: str, cut: str) -> None:
    """A real socket, full in the middle of runs and of calls with many of them."""
    alone = ["unshare", "-rn"]
    try:
        subprocess.run([*alone, "tc", "qdisc"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no network namespace can be made here, or there is no tc")
    command = [*alone, sys.executable, "-m", "tests.relay.kernel.slow_link", name, cut]
    child = subprocess.run(command, capture_output=True, text=True, timeout=seconds(120))
    assert child.returncode == 0, child.stderr
    result = json.loads(child.stdout)
    expected = [[number, number] for number in range(result["packets"])]
    assert all(viewer == expected for viewer in result["seen"])
    assert result["counters"]["blocked"] > 0
    assert result["counters"]["errors"] == 0


def test_a_group_says_who_did_not_get_all(narrow: Narrow) -> None:
    """The first stream gets everything, others what fits; those with a callback are served."""
    till = Till()
    streams = [narrow.bed.stream(narrow.bed.path(where=())) for _ in range(3)]
    over_tcp = narrow.bed.stream(narrow.bed.path(where=till))
    group = narrow.kernel.group([over_tcp, *streams])
    packets = burst(0, [1000] * 300)
    begun = time.monotonic()
    behind = dict(group.send(packets))
    assert time.monotonic() - begun < seconds(2), "it waits for room, but not for ever"
    assert over_tcp not in behind
    assert len(till.packets) == 300
    got: dict[int, list[int]] = defaultdict(list)
    for data in narrow.read():
        header = parse_rtp(data)
        got[header.ssrc - SSRC].append(header.sequence - 1000)
    for place, stream in enumerate(streams):
        went = behind.get(stream, 300)
        assert got[place] == list(range(went))
        assert (stream.packets, stream.next) == (went, 1000 + went)
    assert behind
    assert narrow.kernel.counters()["blocked"] == sum(300 - went for went in behind.values())


def test_a_refused_retransmission_can_be_repeated(narrow: Narrow) -> None:
    stream = narrow.bed.stream(narrow.bed.path(where=()))
    while stream.retransmit(packet(0), 0, 0):
        pass
    went = len(narrow.read())
    assert stream.next == 1000 + went
    assert stream.retransmit(packet(0), 0, 0)
    assert parse_rtp(narrow.read()[0]).sequence == 1000 + went


def test_a_callable_without_room_is_asked_again_later(bed: Bed) -> None:
    """The packet that it refused is the first of the next time, with the same number."""
    till = Till(room=2)
    path = bed.path(where=till)
    stream = bed.stream(path, Extensions(transport_cc=1))
    packets = burst(0, [10, 10, 20, 20])
    assert bed.kernel.group([stream]).send(packets) == [(stream, 2)]
    assert stream.send(packets[2:]) == 0
    till.room = 4
    assert stream.send(packets[2:]) == 2
    opened = [Opener()(data) for data in till.packets]
    assert [parse_rtp(data).sequence for data in opened] == [1000, 1001, 1002, 1003]
    assert [int.from_bytes(data[17:19], "big") for data in opened] == [0, 1, 2, 3]
    counted = bed.kernel.counters()
    assert (counted["blocked"], counted["datagrams"]) == (4, 0)


def test_a_callable_is_offered_a_burst_in_lists(bed: Bed) -> None:
    """Up to 16 packets of any size; of what it did not take nothing counts, nor is it numbered."""
    till = Till(room=20)
    path = bed.path(where=till)
    stream = bed.stream(path, Extensions(transport_cc=1), first=2)
    packets = burst(0, [10, 1000, 20] * 16)
    assert stream.send(packets) == 22
    assert till.offers == [(16, False), (16, False)]
    assert (stream.next, stream.packets) == (1022, 20)
    assert stream.octets == sum(len(one.payload) for one in packets[2:22])
    assert path.sent(19, 2) == [path.sent(19, 1)[0], None]
    till.room = 1 << 30
    assert stream.send(packets[22:]) == 26
    assert till.offers[2:] == [(16, False), (10, False)]
    unprotect = Opener()
    opened = [unprotect(data) for data in till.packets]
    assert [parse_rtp(data).sequence for data in opened] == list(range(1002, 1048))
    assert [int.from_bytes(data[17:19], "big") for data in opened] == list(range(46))
    assert [parse_rtp(data).payload for data in opened] == [one.payload for one in packets[2:]]


def test_a_callable_is_told_what_is_a_retransmission_and_may_refuse_it(bed: Bed) -> None:
    till = Till(room=1)
    stream = bed.stream(bed.path(where=till))
    assert [stream.retransmit(packet(index), 0, index) for index in (5, 6)] == [True, False]
    assert (stream.next, stream.packets) == (1001, 1)
    till.room = 2
    assert stream.retransmit(packet(7), 0, 7)
    opened = [parse_rtp(Opener()(data)) for data in till.packets]
    assert [(one.sequence, one.payload[:2]) for one in opened] == [(1000, b"\0\5"), (1001, b"\0\7")]
    assert till.offers == [(1, True)] * 3


def test_what_a_callable_raises_comes_out(bed: Bed) -> None:
    """It took nothing of that list; what went before counts."""

    def broken(packets: list[bytes], again: bool) -> int:
        till(packets, again)
        if len(till.packets) > 16:
            raise LookupError
        return len(packets)

    till = Till()
    path = bed.path(where=broken)
    stream = bed.stream(path, Extensions(transport_cc=1))
    with pytest.raises(LookupError):
        stream.send(burst(0, [10] * 18))
    assert (stream.next, stream.packets) == (1016, 16)
    with pytest.raises(LookupError):
        bed.kernel.group([stream]).send(burst(16, [10]))
    with pytest.raises(LookupError):
        stream.retransmit(packet(0), 0, 0)
    assert (stream.next, stream.packets, bed.kernel.counters()["blocked"]) == (1016, 16, 0)
    path.send_to(till)
    assert stream.send(burst(16, [10])) == 1
    assert till.packets[-1] == till.packets[16], "another number, or other contents under it"


@pytest.mark.parametrize(
    ("answer", "error"),
    [(None, TypeError), ("1", TypeError), (-1, ValueError), (4, ValueError), (1 << 70, ValueError)],
)
def test_an_answer_that_cannot_be_is_an_error_and_nothing_went(
    bed: Bed, answer: Any, error: type[Exception]
) -> None:
    stream = bed.stream(bed.path(where=lambda packets, again: answer))
    with pytest.raises(error, match="packets taken"):
        stream.send(burst(0, [10] * 3))
    with pytest.raises(error, match="packets taken"):
        bed.kernel.group([stream]).send(burst(0, [10] * 3))
    assert (stream.next, stream.packets, bed.kernel.counters()["blocked"]) == (1000, 0, 0)


def test_a_callable_does_not_send_itself(bed: Bed) -> None:
    """It is in the middle of a burst; the mistake comes out, and does no harm."""
    stream = bed.stream(bed.path(where=lambda packets, again: other.send([packet(0)])))
    other = bed.stream()
    with pytest.raises(RuntimeError, match="callable"):
        stream.send([packet(0)])
    with pytest.raises(RuntimeError, match="callable"):
        bed.kernel.group([stream]).send([packet(0)])
    assert (stream.next, other.next) == (1000, 1000)
    assert other.send([packet(0)]) == 1
    assert len(bed.received(1)) == 1


def test_nobody_sends_while_a_callable_is_asked(bed: Bed) -> None:
    """Another thread is refused, too: the offered packets are not counted yet."""
    refused = []

    def wait(packets: list[bytes], again: bool) -> int:
        other = threading.Thread(target=send)
        other.start()
        other.join()
        return till(packets, again)

    def send() -> None:
        with pytest.raises(RuntimeError, match="callable"):
            stream.send([packet(0)])
        refused.append(True)

    till = Till()
    stream = bed.stream(bed.path(where=wait))
    assert stream.send(burst(0, [10] * 20)) == 20
    assert (len(refused), stream.packets, len(till.packets)) == (2, 20, 20)


def test_a_callable_may_do_what_it_likes_with_its_list(bed: Bed) -> None:
    """The list belongs to the callback: changing it does not change the number that was taken."""

    def empty(packets: list[bytes], again: bool) -> int:
        kept.append(list(packets))
        packets.clear()
        gc.collect()
        return 2

    kept: list[list[bytes]] = []
    stream = bed.stream(bed.path(where=empty))
    assert stream.send(burst(0, [10] * 3)) == 2
    assert stream.send(burst(2, [10] * 3)) == 2
    assert kept[0][2] == kept[1][0]
    assert stream.next == 1004


def test_a_callable_may_close_the_kernel(bed: Bed) -> None:
    """As with a path to nowhere, what follows counts as sent."""

    def end(packets: list[bytes], again: bool) -> int:
        bed.kernel.close()
        return till(packets, again)

    till = Till()
    stream = bed.stream(bed.path(where=end))
    assert stream.send(burst(0, [10] * 40)) == 40
    assert (len(till.packets), stream.packets) == (16, 40)


def test_a_way_that_refuses_to_cut_gets_datagrams(bed: Bed) -> None:
    """Nothing is lost, and the ways of the others are cut as before."""
    if not bed.kernel.counters()["segmentation"]:
        pytest.skip("this system cannot cut datagrams")
    # The system cuts only what it can write checksums for.
    bed.sender.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
    path = bed.path()
    stream, other = bed.stream(path), bed.stream()
    packets = burst(0, [1000] * 8 + [10])
    assert stream.send(packets) == 9
    unprotect = Opener()
    opened = [parse_rtp(unprotect(data)) for data in bed.received(9)]
    assert [header.payload for header in opened] == [sent.payload for sent in packets]
    counted = bed.kernel.counters()
    assert (counted["segmentation"], counted["datagrams"], counted["errors"]) == (0, 9, 0)
    assert counted["calls"] == 10
    assert stream.send(burst(9, [1000] * 3)) == 3
    counted = bed.kernel.counters()
    assert counted["calls"] <= 13, "it asked again"
    bed.sender.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 0)
    calls = counted["calls"]
    other.send(packets)
    assert bed.kernel.counters()["calls"] == calls + 1
    path.send_to(bed.viewer.getsockname())
    stream.send(burst(12, [1000] * 3))
    assert len(bed.received(15)) == 15
    counted = bed.kernel.counters()
    assert (counted["calls"], counted["segmentation"]) == (calls + 2, 1)


@pytest.mark.parametrize("where", [("127.0.0.1", 0), ("255.255.255.255", 9)])
def test_an_error_of_the_system_counts_as_sent(bed: Bed, where: tuple[str, int]) -> None:
    """An unreachable viewer is not behind, and costs the others nothing."""
    lost = bed.stream(bed.path(where=where))
    stream = bed.stream()
    group = bed.kernel.group([lost, stream])
    for turn in range(2):
        assert group.send(burst(10 * turn, [100] * 3)) == []
        assert len(bed.received(3)) == 3
    assert lost.packets == 6
    counted = bed.kernel.counters()
    assert (counted["errors"], counted["datagrams"], counted["segmentation"]) == (6, 6, 1)


def test_a_group_is_a_set(bed: Bed) -> None:
    first, second = bed.stream(), bed.stream()
    group = bed.kernel.group([first, first])
    group.add(second)
    group.add(first)
    assert (len(group), first in group, second in group) == (2, True, True)
    group.discard(first)
    group.discard(first)
    assert (len(group), first in group, second in group) == (1, False, True)
    assert group.send([packet(0)]) == []
    assert parse_rtp(bed.received(1)[0]).ssrc == SSRC + 1
    with pytest.raises(ValueError, match="kernel"):
        group.add(object())  # type: ignore[arg-type]
    other = Bed(bed.kernel.name)
    with pytest.raises(ValueError, match="kernel"):
        group.add(other.stream())
    other.close()
    group.discard(second)
    assert group.send([packet(0)]) == []
    assert bed.kernel.group().send([packet(1)]) == []


def test_nobody_is_always_last(bed: Bed) -> None:
    streams = [bed.stream() for _ in range(3)]
    group = bed.kernel.group(streams)
    order = []
    for turn in range(4):
        assert group.send([packet(turn)]) == []
        order.append([parse_rtp(data).ssrc - SSRC for data in bed.received(3)])
    assert order == [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]


def test_a_callable_may_change_the_group_while_it_is_served(bed: Bed) -> None:
    """A viewer whose connection ends in the middle of a frame leaves at once."""

    def leave(packets: list[bytes], again: bool) -> int:
        path.send_to(None)
        group.discard(stream)
        group.discard(other)
        return till(packets, again)

    till = Till()
    path = bed.path(where=leave)
    stream, other = bed.stream(path), bed.stream(bed.path(where=None))
    group = bed.kernel.group([stream, other])
    assert group.send(burst(0, [10] * 20)) == []
    assert len(group) == 0
    assert (stream.packets, len(till.packets)) == (20, 16)
    path.send_to(bed.viewer.getsockname())
    stream.send([packet(20)])
    assert len(bed.received(1)) == 1


def test_what_a_callable_refuses_as_it_leaves_is_refused(bed: Bed) -> None:
    def leave(packets: list[bytes], again: bool) -> int:
        path.send_to(None)
        return 1

    path = bed.path(where=leave)
    stream = bed.stream(path)
    assert stream.send(burst(0, [10] * 20)) == 1
    assert stream.send(burst(1, [10] * 19)) == 19
    assert (stream.next, stream.packets) == (1020, 20)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_datagrams_come_in_batches(name: str, family: int) -> None:
    """With addresses as the socket gives them; empty ones too, long ones cut."""
    bed = Bed(name, family=family)
    assert bed.kernel.receive(10, 1500) == []
    sent = [b"", b"x" * 99, b"y" * 101, *(bytes([i]) for i in range(200))]
    for data in sent:
        bed.viewer.sendto(data, bed.sender.getsockname())
    address = bed.viewer.getsockname()
    assert bed.kernel.receive(2, 100) == [(b"", address), (b"x" * 99, address)]
    assert bed.kernel.receive(1, 100) == [(b"y" * 100, address)]
    assert bed.kernel.receive(4096, 100) == [(data, address) for data in sent[3:]]
    assert bed.kernel.receive(10, 1500) == []
    # What came from there can be sent to.
    bed.viewer.sendto(b"me", bed.sender.getsockname())
    ((_, where),) = bed.kernel.receive(1, 65_535)
    bed.stream(bed.path(where=where)).send([packet(0)])
    assert len(bed.received(1)) == 1
    for limit, size in ((0, 10), (5000, 10), (1, 0), (1, 65_536)):
        with pytest.raises(ValueError, match=r"."):
            bed.kernel.receive(limit, size)
    bed.close()


def test_each_datagram_has_its_own_address(bed: Bed) -> None:
    """More of them than are remembered, each twice."""
    viewers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(200)]
    for viewer in viewers * 2:
        viewer.sendto(b"?", bed.sender.getsockname())
    expected = [("127.0.0.1", viewer.getsockname()[1]) for viewer in viewers]
    assert [address for _, address in bed.kernel.receive(4096, 10)] == expected * 2
    for viewer in viewers:
        viewer.close()


def test_errors_of_earlier_sends_are_passed_over(bed: Bed) -> None:
    """The ICMP message of a viewer that is gone is an error of the socket, and passed over."""
    gone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    gone.bind(("127.0.0.1", 0))
    bed.sender.connect(gone.getsockname())
    gone.close()
    stream = bed.stream(bed.path(where=()))
    assert stream.send([packet(0)]) == 1
    assert bed.kernel.receive(10, 1500) == []
    assert stream.send([packet(1)]) == 1
    assert stream.send([packet(2)]) == 1
    assert bed.kernel.counters()["errors"] == 1


def test_a_closed_kernel_sends_nothing(bed: Bed) -> None:
    """Streams that outlive their kernel are safe to use."""
    till = Till()
    streams = [bed.stream(), bed.stream(bed.path(where=till))]
    group = bed.kernel.group(streams)
    bed.kernel.close()
    bed.kernel.close()
    assert group.send([packet(0)]) == []
    assert streams[0].send([packet(1)]) == 1
    assert streams[1].retransmit(packet(1), 0, 0)
    assert (till.packets, bed.kernel.receive(1, 100)) == ([], [])
    assert bed.received(0) == []
    assert bed.kernel.counters()["datagrams"] == 0


def test_a_kernel_has_a_socket_for_datagrams(name: str) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
        pytest.raises(ValueError, match="datagrams"),
    ):
        open_kernel(stream, name)  # type: ignore[arg-type]


def test_the_choice_of_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the native one was not built, asking for it is an error that says what to do."""
    monkeypatch.setitem(sys.modules, "liveshow.relay.kernel._native", None)
    monkeypatch.delattr("liveshow.relay.kernel._native", raising=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        assert open_kernel(sock).name == "python"
        with pytest.raises(KernelMissing, match="OpenSSL"):
            open_kernel(sock, "native")
        with pytest.raises(ValueError, match="threads"):
            open_kernel(sock, threads=0)
        with pytest.raises(ValueError, match="threads"):
            open_kernel(sock, threads=65)
        with pytest.raises(ValueError, match="auto"):
            open_kernel(sock, "fast")  # type: ignore[arg-type]


def test_the_native_kernel_is_chosen_where_it_was_built(name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        assert open_kernel(sock, name).name == name  # type: ignore[arg-type]
        if name == "native":
            assert open_kernel(sock).name == "native"


@pytest.mark.parametrize("kernel", kernel_names()[1:])
def test_a_native_kernel_of_other_sources_is_not_used(
    kernel: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It would read other packets than there are; the log says what to do."""
    native = sys.modules["liveshow.relay.kernel._native"]
    monkeypatch.setattr(native, "INTERFACE", INTERFACE - 1)
    monkeypatch.setattr("liveshow.relay.kernel._native", native, raising=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        with pytest.raises(KernelMissing):
            open_kernel(sock, kernel)  # type: ignore[arg-type]
        assert open_kernel(sock, "auto").name == "python"
    assert "install liveshow again" in caplog.text
