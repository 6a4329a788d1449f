"""snapshot + events = fresh snapshot, for every event type and both audiences."""

from __future__ import annotations

import json

from liveshow.domain.events import PRIVATE_TYPES, TYPES
from tests.domain.story import tell
from tests.domain.world import check_log_is_frozen


def test_every_event_type_leads_a_replica_to_the_fresh_snapshot() -> None:
    """The comparison itself is in `PlainRoom._record`, after each event."""
    _, salon, market = tell()
    happened = {event.type for room in (salon, market) for event in room.log}
    assert happened == TYPES
    for room in (salon, market):
        for staff, replica in room.replicas.items():
            assert replica.state == json.loads(room.snapshot(staff=staff))
            assert replica.seq == room.state.seq


def test_recorded_events_do_not_change_afterwards() -> None:
    _, salon, market = tell()
    check_log_is_frozen([salon, market])


def test_what_concerns_one_buyer_is_hidden_from_all_others() -> None:
    _, salon, _ = tell()
    private = [event.seq for event in salon.log if event.type in PRIVATE_TYPES]
    assert private
    for sent in salon.sent.values():
        seen = [json.loads(text) for text in sent]
        assert [event["seq"] for event in seen if event["type"] == "hidden"] == private
        assert all(event["data"] == {} for event in seen if event["type"] == "hidden")
