"""snapshot + events = fresh snapshot, for every event type and both audiences."""

from __future__ import annotations

import copy
import json

from liveshow.domain import commands as c
from liveshow.domain.events import PRIVATE_TYPES, TYPES, wire_log
from tests.domain.replica import Replica
from tests.domain.story import tell, two_shows
from tests.domain.world import ANNA, MODERATOR, check_log_is_frozen


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


def test_whoever_comes_back_ends_where_the_others_are() -> None:
    """From any point of the evening, with what was deleted meanwhile withheld."""
    _, salon, _ = tell()
    fresh = {staff: json.loads(salon.snapshot(staff=staff)) for staff in (False, True)}
    log = [(event, event.seq in salon.deleted) for event in salon.log]
    for staff in (False, True):
        follower = Replica(json.loads(salon.first[staff]), seq=0, epoch=1)
        for away in range(0, len(log), 7):
            returned = copy.deepcopy(follower)
            events = wire_log(log[away:], staff=staff)
            returned.receive(json.loads(json.dumps(events)))
            assert returned.state == fresh[staff]
            for text in salon.sent[staff][away : away + 7]:
                follower.apply(json.loads(text))


def test_a_message_deleted_again_is_not_told_by_its_restoration() -> None:
    _, salon, _ = two_shows()
    said = salon.ask(ANNA, c.Chat(text="rubbish"))["seq"]
    for command in (c.Delete(message=said), c.Restore(message=said), c.Delete(message=said)):
        salon.ask(MODERATOR, command)
    log = [(event, event.seq in salon.deleted) for event in salon.log]
    assert "rubbish" not in json.dumps(wire_log(log, staff=False))
    assert "rubbish" in json.dumps(wire_log(log, staff=True))
