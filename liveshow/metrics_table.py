"""Writes ``config/metrics.md`` from the instruments of ``liveshow.metrics``.

python -m liveshow.metrics_table > config/metrics.md
"""

from __future__ import annotations

from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

from liveshow.metrics import KERNEL_COUNTERS, Metrics
from liveshow.relay.stats import RelayTotals

_HEAD = """\
# Metrics

Written by `python -m liveshow.metrics_table` from `liveshow/metrics.py`; do not edit.

`GET /metrics` answers in the Prometheus text format. Times are seconds, shares are 0 to 1, counters
begin at the start of the server. Besides these there are the usual `process_*` and `python_*`. A
`histogram` of viewers is of those who watch at the moment of the scrape: use its buckets as they
are, without `rate()`. Worth an alarm: `liveshow_media_viewers{connection="weak"}` above a tenth of
all, `liveshow_media_joins_total{outcome="failed"}` rising, `liveshow_media_kernel_blocked_total`
rising (the network of the server is full), `liveshow_room_set_aside_total` above zero (a row of the
database is not as it should be; the log names what could not be saved).

| name | kind | labels | |
| --- | --- | --- | --- |
"""


def table() -> str:
    """Return the whole page."""
    metrics = Metrics(process=False)
    totals = RelayTotals(
        datagrams=dict.fromkeys(("in", "out", "dropped"), 0),
        kernel=dict.fromkeys([*KERNEL_COUNTERS, "segmentation"], 0),
    )
    metrics.follow(lambda: totals)
    labels = {
        instrument._name: instrument._labelnames  # what has not happened yet has no samples
        for instrument in vars(metrics).values()
        if isinstance(instrument, MetricWrapperBase)
    }
    families = sorted(metrics.registry.collect(), key=lambda family: family.name)
    return _HEAD + "".join(_row(family, labels.get(family.name, ())) for family in families)


def _row(family: Metric, labels: tuple[str, ...]) -> str:
    suffix, kind = {
        "counter": ("_total", "counter"),
        "info": ("_info", "gauge"),
        "gaugehistogram": ("", "histogram"),
    }.get(family.type, ("", family.type))
    names = labels or dict.fromkeys(name for s in family.samples for name in s.labels)
    cells = (
        f"`{family.name}{suffix}`",
        kind,
        ", ".join(f"`{name}`" for name in names if name != "le"),
        family.documentation,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201
