"""Every benchmark still runs: so small that it says nothing but that."""

from __future__ import annotations

import shutil

import pytest

from tests.bench import relay
from tests.bench.__main__ import BENCHMARKS
from tests.bench.measure import percentile
from tests.bench.stage import missing
from tests.bench.table import Row, Section, medians, render


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
async def test_a_benchmark_measures_ours_and_a_peer(name: str) -> None:
    section = await BENCHMARKS[name](quick=True)
    compared = [row for row in section.rows if not isinstance(row.peer, str)]
    assert compared or all(row.peer == "-" for row in section.rows)  # what nobody else shows
    for row in compared:
        assert isinstance(row.ours, int | float)
        assert row.ratio() != "-" or row.ours <= 0 or row.peer == 0, row
    assert all(row.what in render([section]) for row in section.rows)


def test_a_ratio_says_how_many_times_better_ours_is() -> None:
    assert Row("time", 2.0, 10.0, "us", "").ratio() == "5 x"
    assert Row("rate", 2.0, 10.0, "/s", "", more_is_better=True).ratio() == "0.2 x"
    assert Row("time", 2.0, "not installed", "us", "").ratio() == "-"


def test_a_peer_that_is_missing_is_said_not_made_up() -> None:
    row = Row("what", 2.0, "not installed", "us", "counted")
    assert row.cells() == ("what", "2 us", "not installed", "-", "counted")
    assert "not installed" in render([Section("Title", "Setting", [row])])


def test_servers_that_cannot_be_measured_here_leave_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "janus" else name)
    assert missing("janus") == missing("janus loop") == "not installed"
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert missing("python") == "no C compiler"
    rows = relay._rows(dict.fromkeys(relay.PLANS, "not here"), relay.COST, relay.DELAYS)
    assert rows
    assert all(row.ours == "not here" for row in rows)
    assert all(row.peer in ("not here", "-") for row in rows)


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [percentile(values, p) for p in (50, 99, 100)] == [50.0, 99.0, 100.0]
    assert percentile([3.0], 99) == 3.0


def test_several_runs_are_shown_by_their_medians() -> None:
    runs = [Section("T", "S", [Row("what", ours, 10.0, "us", "")]) for ours in (9.0, 2.0, 3.0)]
    assert medians(runs).rows == [Row("what", 3.0, 10.0, "us", "")]
