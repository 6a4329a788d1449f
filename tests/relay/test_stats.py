"""What the relay's figures mean: one viewer's connection, a show in plain words, a distribution."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from liveshow.relay.publishing.troubles import ORDER
from liveshow.relay.stats import (
    LOSS_BOUNDS,
    MAX_VIEWERS,
    AudioStats,
    Connection,
    Connections,
    Distribution,
    LayerStats,
    PublisherStats,
    RelayTotals,
    ShowStats,
    ViewerStats,
    ViewerSummary,
    rate_connection,
    session_name,
)
from liveshow.relay.words import TROUBLES, summary

VIEWER = ViewerStats(
    session="a",
    connected_seconds=12.34567,
    connection="good",
    loss=0.0,
    round_trip=0.0412345,
    bitrate=2_000_000.4,
    layer="f",
    freezes=0,
    transport="udp",
    limited=False,
)
HOST = PublisherStats(loss=0.0, bitrate_limit=2_500_000, keyframe_requests=3, transport="udp")


def crowd(good: int = 0, fair: int = 0, weak: int = 0) -> list[ViewerStats]:
    kinds: list[Connection] = ["good"] * good + ["fair"] * fair + ["weak"] * weak
    return [
        replace(VIEWER, session=f"{number:03}", connection=kind)
        for number, kind in enumerate(kinds)
    ]


def show(loss: float = 0.0, **viewers: int) -> ShowStats:
    return ShowStats(live=True, publisher=replace(HOST, loss=loss), viewers=crowd(**viewers))


@pytest.mark.parametrize(
    ("stats", "sentence"),
    [
        (ShowStats(), "Nothing is being broadcast."),
        (ShowStats(publisher=HOST), "No picture is arriving."),
        (show(), "No viewers at the moment."),
        (show(good=1), "The one viewer sees the full picture."),
        (show(good=2), "Both viewers see the full picture."),
        (show(good=40), "All 40 viewers see the full picture."),
        (show(fair=1), "The one viewer has a slower connection. They keep up."),
        (show(good=3, fair=1), "1 viewer has a slower connection, 25 % of all. They keep up."),
        (show(weak=1), "The one viewer has a weak connection."),
        (show(weak=4), "All 4 viewers have a weak connection."),
        (show(good=99, weak=1), "1 viewer has a weak connection, 1 % of all."),
        (show(good=28, weak=12), "12 viewers have a weak connection, 30 % of all."),
        (show(good=20, fair=8, weak=12), "12 viewers have a weak connection, 30 % of all."),
        (show(good=300, weak=1), "1 viewer has a weak connection, less than 1 % of all."),
        (
            show(good=1, weak=299),
            "299 viewers have a weak connection, 99 % of all: "
            "the server's own network may be at its limit.",
        ),
        (
            show(weak=12),
            "All 12 viewers have a weak connection: the server's own network may be at its limit.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_show_in_plain_words(stats: ShowStats, sentence: str) -> None:
    assert summary(stats) == sentence


@pytest.mark.parametrize(
    ("stats", "healthy"),
    [
        (ShowStats(), False),
        (ShowStats(publisher=HOST), False),
        (show(), True),
        (show(fair=9), True),
        (show(weak=1), False),
        (show(good=11, weak=1), True),
        (show(good=9, weak=1), False),
        (show(loss=0.02, good=9), False),
        (ShowStats(live=True, viewers=crowd(good=2)), True),
    ],
)
def test_a_tenth_with_weak_connections_is_a_reason_to_look(stats: ShowStats, healthy: bool) -> None:
    assert stats.healthy is healthy


def test_what_is_wrong_at_the_source_is_said_first_and_to_whom_it_belongs() -> None:
    lossy = show(loss=0.06, good=40)
    rest = "of the picture. All 40 viewers see the full picture."
    assert summary(lossy, own=True) == f"Your own connection loses 6 % {rest}"
    assert summary(lossy) == f"The host's connection loses 6 % {rest}"
    assert "loses" not in summary(show(loss=0.01, good=40), own=True)


def test_what_is_wrong_with_its_packets_is_said_to_the_host_and_what_helps() -> None:
    """faults.md 33 and 39: even when nothing arrives because of it."""
    refused = replace(HOST, troubles=("too_long", "b_frames"))
    stats = ShowStats(live=True, publisher=refused, viewers=crowd(good=2))
    sentences = f"{TROUBLES['too_long']} {TROUBLES['b_frames']}"
    assert summary(stats, own=True) == f"{sentences} Both viewers see the full picture."
    assert summary(ShowStats(publisher=refused)) == f"No picture is arriving. {sentences}"
    assert not stats.healthy
    assert set(TROUBLES) == set(ORDER)


@pytest.mark.parametrize(
    ("figures", "connection"),
    [
        ({}, "good"),
        ({"round_trip": None}, "good"),
        ({"loss": 0.019, "round_trip": 0.29}, "good"),
        ({"loss": 0.02}, "fair"),
        ({"round_trip": 0.3}, "fair"),
        ({"limited": True}, "fair"),
        ({"loss": 0.1}, "weak"),
        ({"round_trip": 0.8}, "weak"),
        ({"freezing": True}, "weak"),
        ({"loss": 0.02, "limited": True, "round_trip": 0.9}, "weak"),
    ],
    ids=str,
)
def test_a_connection_is_the_worst_that_one_figure_makes_it(
    figures: dict[str, float], connection: str
) -> None:
    fine = {"loss": 0.0, "round_trip": 0.05, "limited": False, "freezing": False}
    assert rate_connection(**(fine | figures)) == connection  # type: ignore[arg-type]


def test_the_name_of_a_session_is_always_the_same_and_not_its_id() -> None:
    name = session_name("sEcReT-capability-0123456")
    assert name == session_name("sEcReT-capability-0123456")
    assert name != session_name("sEcReT-capability-0123457")
    assert len(name) == 10
    assert "sEcReT" not in name


def test_the_weakest_come_first_and_no_more_than_were_asked_for() -> None:
    viewers = crowd(good=300, fair=20, weak=10)
    worst = replace(VIEWER, session="worst", connection="weak", loss=0.4)
    stats = ShowStats(live=True, publisher=HOST, viewers=[*viewers, worst])
    assert stats.weakest(1) == [worst]
    kinds = [viewer.connection for viewer in stats.weakest(50)]
    assert kinds == ["weak"] * 11 + ["fair"] * 20 + ["good"] * 19
    everybody = stats.json(most=10_000)
    assert len(everybody["weakest"]) == MAX_VIEWERS
    assert (everybody["viewers"], everybody["connections"]["good"]) == (331, 300)
    assert stats.json(most=0)["weakest"] == []


def test_a_show_is_plain_json() -> None:
    layer = LayerStats("h", "VP8", None, 449_999.7, 29.97, 1.23456, 900, True)
    stats = ShowStats(
        live=True,
        publisher=HOST,
        viewers=[replace(VIEWER, limited=True)],
        layers=[layer],
        audio=AudioStats("opus", 32_000.2, 500),
        lost_packets=4,
    )
    value = stats.json()
    assert json.loads(json.dumps(value)) == value
    assert (value["publishing"], value["limited"], value["lost_packets"]) == (True, 1, 4)
    assert value["layers"][0]["keyframe_age"] == 1.235
    assert value["weakest"][0]["round_trip"] == 0.041
    empty = ShowStats().json()
    assert (empty["publisher"], empty["audio"], empty["layers"]) == (None, None, [])


def test_a_spread_counts_by_bounds_which_are_in() -> None:
    distribution = Distribution.of([0.5, 0.1, 0.1, 0.2], (0.1, 0.2, 0.4))
    assert (distribution.at_most, distribution.count) == ((2, 3, 3), 4)
    assert distribution.total == pytest.approx(0.9)
    assert Distribution.of([], LOSS_BOUNDS).at_most == (0,) * len(LOSS_BOUNDS)


def test_a_survey_leaves_out_round_trips_that_are_not_known() -> None:
    viewers = ViewerSummary.of(
        [VIEWER, replace(VIEWER, round_trip=None, loss=0.03, connection="fair")]
    )
    assert viewers.connections == Connections(good=1, fair=1)
    assert (viewers.round_trips.count, viewers.losses.count) == (1, 2)
    assert RelayTotals().viewers.connections.total == 0
