"""What the server counts and times, for Prometheus.

One :class:`Metrics` per application with a registry of its own: nothing is global, two servers
in one process do not mix. Label values come from fixed lists (command and event types, route
templates), never from what a client sends, so that nobody can make the registry grow.

Times are seconds, as Prometheus wants them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from liveshow import __version__

if TYPE_CHECKING:
    from liveshow.relay.stats import Distribution, RelayTotals

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class Metrics:
    """The instruments of one server. Whoever does the work calls its instrument."""

    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self, *, process: bool = True) -> None:
        """Create the instruments; ``process`` adds memory, CPU, files and garbage collection."""
        self.registry = CollectorRegistry()
        registry = self.registry
        Info("liveshow", "The version that runs.", registry=registry).info({"version": __version__})

        self.http_requests_total = Counter(
            "liveshow_http_requests_total",
            "HTTP requests answered.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.http_request_seconds = Histogram(
            "liveshow_http_request_seconds",
            "Time to answer an HTTP request; WebSockets are not in it.",
            ["method", "route"],
            buckets=_QUICK,
            registry=registry,
        )

        self.room_batch_seconds = Histogram(
            "liveshow_room_batch_seconds",
            "Time to decide and commit one batch of commands of a show.",
            buckets=_QUICK,
            registry=registry,
        )
        self.room_batch_commands = Histogram(
            "liveshow_room_batch_commands",
            "Commands in one batch of a show.",
            buckets=_BATCH_SIZES,
            registry=registry,
        )
        self.room_commands_total = Counter(
            "liveshow_room_commands_total",
            "Commands decided; the outcome is `ok`, the code of the refusal, or `repeated`: the "
            "answer was given again under a known key.",
            ["type", "outcome"],
            registry=registry,
        )
        self.room_events_total = Counter(
            "liveshow_room_events_total", "Events committed.", ["type"], registry=registry
        )
        self.room_set_aside_total = Counter(
            "liveshow_room_set_aside_total",
            "What time should have ended in a show and could not be saved, by kind; the log says "
            "which. It is tried again less and less often.",
            ["kind"],
            registry=registry,
        )
        self.follower_failures_total = Counter(
            "liveshow_follower_failures_total",
            "Times that what follows from an event could not be done; it is tried again.",
            ["follower"],
            registry=registry,
        )
        self.rooms_open = Gauge(
            "liveshow_rooms_open", "Shows with a running owner task.", registry=registry
        )

        self.sockets = Gauge("liveshow_sockets", "Connections to shows.", registry=registry)
        self.socket_slow_disconnects_total = Counter(
            "liveshow_socket_slow_disconnects_total",
            "Connections closed because too much waited unsent.",
            registry=registry,
        )
        self.fanout_frames_total = Counter(
            "liveshow_fanout_frames_total",
            "Frames written to sockets, one per receiver.",
            registry=registry,
        )

        self.database_errors_total = Counter(
            "liveshow_database_errors_total",
            "Transactions that failed for reasons of the database.",
            registry=registry,
        )
        if process:
            ProcessCollector(registry=registry)
            PlatformCollector(registry=registry)
            GCCollector(registry=registry)

    def follow(self, media: Callable[[], RelayTotals]) -> None:
        """Have the relay's own counts read whenever somebody scrapes."""
        self.registry.register(_MediaCollector(media))

    def render(self) -> bytes:
        """Return everything in the Prometheus text format."""
        return generate_latest(self.registry)


class _MediaCollector(Collector):
    """What the relay knows of itself at the moment of a scrape, asked for once."""

    def __init__(self, media: Callable[[], RelayTotals]) -> None:
        self._media = media

    def collect(self) -> Iterator[Metric]:
        totals = self._media()
        yield from _viewers(totals)
        yield GaugeMetricFamily(
            "liveshow_media_publishers", "Hosts on the air.", value=totals.publishers
        )
        yield GaugeMetricFamily(
            "liveshow_media_bits_per_second",
            "Payload on its way to all viewers together.",
            value=totals.bitrate,
        )
        yield GaugeMetricFamily(
            "liveshow_media_viewers_limited",
            "Viewers who get a smaller layer than there is, or less, because of their connection.",
            value=totals.limited,
        )
        yield GaugeMetricFamily(
            "liveshow_media_handshakes_waiting",
            "DTLS handshakes that wait for their turn.",
            value=totals.handshakes_waiting,
        )
        joins = CounterMetricFamily(
            "liveshow_media_joins",
            "Viewers that connected (`connected`), or were answered and never did (`failed`).",
            labels=["outcome"],
        )
        joins.add_metric(["connected"], totals.joins)
        joins.add_metric(["failed"], totals.failed_joins)
        yield joins
        packets = CounterMetricFamily(
            "liveshow_media_packets",
            "RTP packets to viewers: first hand (`sent`), again because a viewer asked (`resent`), "
            "missing as viewers report it (`lost`).",
            labels=["fate"],
        )
        packets.add_metric(["sent"], totals.sent_packets)
        packets.add_metric(["resent"], totals.resent_packets)
        packets.add_metric(["lost"], totals.lost_packets)
        yield packets
        yield CounterMetricFamily(
            "liveshow_media_freezes",
            "Times that the picture of a viewer stood still for want of a keyframe or of room.",
            value=totals.freezes,
        )
        yield CounterMetricFamily(
            "liveshow_media_keyframe_requests",
            "Keyframes asked of hosts.",
            value=totals.keyframe_requests,
        )
        datagrams = CounterMetricFamily(
            "liveshow_media_datagrams",
            "Packets of media received (`in`), sent (`out`) or thrown away (`dropped`).",
            labels=["direction"],
        )
        for direction, count in totals.datagrams.items():
            datagrams.add_metric([direction], count)
        yield datagrams
        yield from _kernel(totals)


def _viewers(totals: RelayTotals) -> Iterator[Metric]:
    summary = totals.viewers
    viewers = GaugeMetricFamily(
        "liveshow_media_viewers",
        "WebRTC viewers, by their connection (`good`, `fair` or `weak`).",
        labels=["connection"],
    )
    for connection, count in summary.connections.json().items():
        viewers.add_metric([connection], count)
    yield viewers
    yield _distribution(
        "liveshow_media_viewer_round_trip_seconds",
        "Round trips to the viewers of the moment.",
        summary.round_trips,
    )
    yield _distribution(
        "liveshow_media_viewer_loss_ratio",
        "Share of packets (0 to 1) that each viewer of the moment missed in its last report.",
        summary.losses,
    )


def _distribution(name: str, says: str, distribution: Distribution) -> Metric:
    # A gauge, unlike a histogram: who leaves is counted no more.
    bounds = [f"{bound:g}" for bound in distribution.bounds] + ["+Inf"]
    counts = [float(count) for count in (*distribution.at_most, distribution.count)]
    return GaugeHistogramMetricFamily(
        name, says, buckets=list(zip(bounds, counts, strict=True)), gsum_value=distribution.total
    )


KERNEL_COUNTERS = {
    "datagrams": "Datagrams that the fan-out kernel gave to the system.",
    "bytes": "Bytes in the datagrams of the fan-out kernel.",
    "calls": "System calls that the fan-out kernel took to send.",
    "blocked": "Datagrams of the fan-out kernel that found the socket full.",
    "errors": "Datagrams of the fan-out kernel that the system refused.",
}


def _kernel(totals: RelayTotals) -> Iterator[Metric]:
    for name, says in KERNEL_COUNTERS.items():
        if name in totals.kernel:
            yield CounterMetricFamily(
                f"liveshow_media_kernel_{name}", says, value=totals.kernel[name]
            )
    if "segmentation" in totals.kernel:
        yield GaugeMetricFamily(
            "liveshow_media_kernel_segmentation",
            "Whether the system cuts runs of packets into datagrams (UDP_SEGMENT).",
            value=totals.kernel["segmentation"],
        )
