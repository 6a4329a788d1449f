"""What the team sees: who is here, and what moderators did."""

from __future__ import annotations

import pytest

from liveshow.domain.moderation import staff
from tests.domain import asks as c
from tests.domain.world import ANNA, BENO, CARL, DORA, HANNA, MODERATOR, PlainRoom, World


def test_people_are_those_who_are_here_were_heard_or_are_kept_out(
    world: World, salon: PlainRoom
) -> None:
    salon.ask(ANNA, c.Chat(text="Hello"))
    salon.ask(HANNA, c.Mute(user=BENO.id, seconds=300, reason="rude"))
    salon.ask(HANNA, c.Ban(user=CARL.id, reason="rude"))
    people = {entry.user.id: entry for entry in staff.people(salon.state, [HANNA, DORA], world.now)}
    assert people.keys() == {HANNA.id, DORA.id, ANNA.id, BENO.id, CARL.id}
    assert [id_ for id_, entry in people.items() if entry.connected] == [HANNA.id, DORA.id]
    assert people[HANNA.id].roles == ["host"]
    assert people[ANNA.id].last_said_at == world.now
    assert (people[BENO.id].muted, people[BENO.id].banned) == (True, False)
    assert people[BENO.id].muted_until == world.now + 300_000
    assert (people[CARL.id].banned, people[CARL.id].banned_until) == (True, None)


def test_who_was_muted_and_is_silent_is_not_listed_when_it_is_over(
    world: World, salon: PlainRoom
) -> None:
    salon.ask(HANNA, c.Mute(user=BENO.id, seconds=300, reason="rude"))
    assert staff.people(salon.state, [], world.now + 300_001) == []


def test_the_list_of_people_is_bounded_and_begins_with_those_who_are_here(
    world: World, salon: PlainRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "MAX_PEOPLE", 1)
    salon.ask(ANNA, c.Chat(text="Hello"))
    (entry,) = staff.people(salon.state, [DORA], world.now)
    assert entry.user.id == DORA.id


def test_the_audit_says_what_was_said_to_whom_and_what_was_undone(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.AppointStaff(user=MODERATOR.id, role="moderator"))
    said = salon.ask(ANNA, c.Chat(text="bad words"))["seq"]
    deleted = salon.ask(MODERATOR, c.Delete(message=said, reason="rude"))["seq"]
    slowed = salon.ask(MODERATOR, c.Slow(seconds=5))["seq"]
    restored = salon.ask(HANNA, c.Undo(seq=deleted))["seq"]
    newest_first = salon.audited()
    assert staff.messages_of(newest_first) == [said, said]

    entries = salon.audit(HANNA)
    assert [entry.seq for entry in entries] == [restored, slowed, deleted]
    undo, slow, delete = entries
    assert (_id(delete.by), _id(delete.user)) == (MODERATOR.id, ANNA.id)
    assert (delete.message, delete.reason, delete.undone_by) == (
        "bad words",
        "rude",
        restored,
    )
    assert slow.change == staff.Change(seconds=5, was=0)
    assert (slow.user, _id(undo.by)) == (None, HANNA.id)


def test_the_audit_quotes_what_an_act_is_about(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Announce(text="Back in five"))
    entry = salon.audit(HANNA)[0]
    assert (entry.type, _id(entry.by), entry.message) == (
        "chat.announced",
        HANNA.id,
        "Back in five",
    )


def _id(who: staff.AuditUser | None) -> str:
    assert who
    return who.id
