"""snapshot + events = fresh snapshot, for every event type and both audiences."""

from __future__ import annotations

import copy
import json

import msgspec

from liveshow.domain.features import MACHINE
from liveshow.domain.show.events import seen_log
from tests.domain import asks as c
from tests.domain.replica import Replica
from tests.domain.story import tell, two_shows
from tests.domain.world import ANNA, MODERATOR, check_log_is_frozen


def test_every_event_type_leads_a_replica_to_the_fresh_snapshot() -> None:
    """The comparison itself is in `PlainRoom._record`, after each event."""
    _, salon, market = tell()
    happened = {record.event.type for room in (salon, market) for record in room.log}
    assert happened == set(MACHINE.events.those(lambda kind: kind.logged))
    for room in (salon, market):
        for staff, replica in room.replicas.items():
            assert replica.state == json.loads(room.snapshot(staff=staff))
            assert replica.seq == room.state.seq


def test_recorded_events_do_not_change_afterwards() -> None:
    _, salon, market = tell()
    check_log_is_frozen([salon, market])


def test_what_concerns_one_buyer_is_hidden_from_all_others() -> None:
    _, salon, _ = tell()
    for staff, sent in salon.sent.items():
        private = [
            record.seq
            for record in salon.log
            if record.event.private_to or (record.event.staff_only and not staff)
        ]
        assert private
        seen = [json.loads(text) for text in sent]
        assert [event["seq"] for event in seen if event["type"] == "hidden"] == private
        assert all(event["data"] == {} for event in seen if event["type"] == "hidden")


def test_whoever_comes_back_ends_where_the_others_are() -> None:
    """From any point of the evening, with what was deleted meanwhile withheld."""
    _, salon, _ = tell()
    fresh = {staff: json.loads(salon.snapshot(staff=staff)) for staff in (False, True)}
    log = salon.stored(salon.began)
    for staff in (False, True):
        follower = Replica(json.loads(salon.first[staff]), seq=salon.began, epoch=1)
        told = salon.sent[staff][salon.began :]
        for away in range(0, len(log), 7):
            returned = copy.deepcopy(follower)
            events = seen_log(log[away:], staff=staff)
            returned.receive(json.loads(msgspec.json.encode(events)))
            assert returned.state == fresh[staff]
            for text in told[away : away + 7]:
                follower.apply(json.loads(text))


def test_a_message_deleted_again_is_not_told_by_its_restoration() -> None:
    _, salon, _ = two_shows()
    said = salon.ask(ANNA, c.Chat(text="rubbish"))["seq"]
    for command in (c.Delete(message=said), c.Restore(message=said), c.Delete(message=said)):
        salon.ask(MODERATOR, command)
    log = salon.stored()
    assert b"rubbish" not in msgspec.json.encode(seen_log(log, staff=False))
    assert b"rubbish" in msgspec.json.encode(seen_log(log, staff=True))


def test_what_was_purged_again_is_not_told_by_its_return() -> None:
    _, salon, _ = two_shows()
    for text in ("rubbish", "waste"):
        said = salon.ask(ANNA, c.Chat(text=text))["seq"]
    purge = salon.ask(MODERATOR, c.Purge(user="anna", reason="x"))["seq"]
    salon.ask(MODERATOR, c.Undo(seq=purge))
    salon.ask(MODERATOR, c.Delete(message=said))
    told = msgspec.json.encode(seen_log(salon.stored(), staff=False))
    assert b"waste" not in told
    assert b"rubbish" in told
    salon.ask(MODERATOR, c.Purge(user="anna", reason="x"))
    assert b"rubbish" not in msgspec.json.encode(seen_log(salon.stored(), staff=False))
