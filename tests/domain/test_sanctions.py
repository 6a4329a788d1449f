"""Mutes and bans: how they end, what an undo brings back, and on whom moderators may act."""

from __future__ import annotations

import pytest

from liveshow.domain.features import MACHINE
from liveshow.domain.moderation.events import UserBanned, UserMuted, UserUnbanned, UserUnmuted
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.show.notices import Notices
from tests.domain import asks as c
from tests.domain.world import ANNA, BENO, CARL, COHOST, HANNA, MODERATOR, PlainRoom, World

HELLO = c.Chat(text="Hello")


# --- what ends by time ---------------------------------------------------------------------


def test_a_mute_and_a_ban_that_end_by_themselves_are_told(world: World, salon: PlainRoom) -> None:
    """faults.md 41: no `mine` followed when a sanction ended, and the staff was not told."""
    salon.ask(MODERATOR, c.Mute(user="anna", seconds=60, reason="loud"))
    salon.ask(MODERATOR, c.Ban(user="beno", seconds=30, reason="rude"))
    assert MACHINE.next_deadline(salon.state) == world.now + 30_000
    world.wait(30_000)
    salon.tick()
    assert salon.happened(UserUnbanned) == [UserUnbanned(BENO, None)]
    assert MACHINE.next_deadline(salon.state) == world.now + 30_000
    world.wait(30_000)
    salon.tick()
    (ended,) = salon.happened(UserUnmuted)
    assert (ended.by, list(ended.concerns(salon.state))) == (None, ["anna"])
    assert [notice.kind for notice in salon.state[Notices].of("anna")] == ["muted", "unmuted"]
    assert not salon.state[Moderation].sanctions
    newest = salon.audit(HANNA)[0]
    assert (newest.type, newest.by, newest.user and newest.user.id) == (
        "user.unmuted",
        None,
        "anna",
    )


def test_what_has_no_end_wakes_nobody(world: World, salon: PlainRoom) -> None:
    salon.ask(MODERATOR, c.Mute(user="anna", reason="loud"))
    assert MACHINE.next_deadline(salon.state) is None
    salon.ask(MODERATOR, c.Mute(user="anna", seconds=60, reason="loud"))
    salon.ask(MODERATOR, c.Unmute(user="anna"))
    assert MACHINE.next_deadline(salon.state) is None


def test_an_end_that_cannot_be_saved_is_not_waited_for(world: World, salon: PlainRoom) -> None:
    salon.ask(MODERATOR, c.Mute(user="anna", seconds=60, reason="loud"))
    salon.ask(MODERATOR, c.Mute(user="beno", seconds=90, reason="loud"))
    assert salon.state[Moderation].next_end(frozenset({"mute:anna"})) == world.now + 90_000


# --- undo ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "imposed", "lifted"),
    [(c.Mute, UserMuted, UserUnmuted), (c.Ban, UserBanned, UserUnbanned)],
)
def test_undoing_a_second_sanction_brings_back_the_first(
    world: World,
    salon: PlainRoom,
    kind: type[c.Mute | c.Ban],
    imposed: type[UserMuted | UserBanned],
    lifted: type[UserUnmuted | UserUnbanned],
) -> None:
    """faults.md 51: undoing a second mute lifted the first."""
    salon.ask(MODERATOR, kind(user="anna", reason="first"))
    second = salon.ask(MODERATOR, kind(user="anna", seconds=60, reason="second"))["seq"]
    back = salon.ask(COHOST, c.Undo(seq=second))["seq"]
    restored = salon.happened(imposed)[-1]
    assert (restored.until, restored.reason, restored.by) == (None, "first", COHOST)
    assert restored.undoes == second
    assert not salon.happened(lifted)
    # What stood below the first comes next: nothing.
    salon.ask(COHOST, c.Undo(seq=back))
    assert [event.undoes for event in salon.happened(lifted)] == [back]


def test_a_former_mute_whose_time_is_over_does_not_come_back(
    world: World, salon: PlainRoom
) -> None:
    salon.ask(MODERATOR, c.Mute(user="anna", seconds=30, reason="first"))
    second = salon.ask(MODERATOR, c.Mute(user="anna", seconds=3600, reason="second"))["seq"]
    world.wait(31_000)
    salon.ask(MODERATOR, c.Undo(seq=second))
    salon.ask(ANNA, HELLO)


def test_the_list_of_acts_offers_to_undo_exactly_what_can_be_undone(
    world: World, salon: PlainRoom
) -> None:
    """faults.md 51: the page offered to undo an unmute, an unban, a restoration."""
    said = salon.ask(ANNA, HELLO)["seq"]
    salon.ask(HANNA, c.Announce(text="Back in five"))
    salon.ask(CARL, HELLO)
    for command in (
        c.Mute(user="anna", seconds=60, reason="first"),
        c.Mute(user="anna", seconds=90, reason="second"),
        c.Ban(user="beno", reason="rude"),
        c.Unban(user="beno"),
        c.Delete(message=said),
        c.Restore(message=said),
        c.Delete(message=said),
        c.Purge(user="carl", reason="spam"),
        c.Slow(seconds=5),
        c.Slow(seconds=9),
        c.Restrict(mode="sellers"),
        c.Brake(minutes=5),
        c.Mute(user="dora", seconds=1, reason="short"),
    ):
        salon.ask(MODERATOR, command)
    salon.ask(HANNA, c.Mute(user="momo", reason="power"))
    world.wait(1_000)
    salon.tick()
    for who in (HANNA, MODERATOR):
        for entry in salon.audit(who):
            state, log, gone = salon.state.copy(), list(salon.log), dict(salon.withdrawn)
            answer = salon.batch(c.Envelope(c.Undo(seq=entry.seq), who))[0]
            assert entry.can_undo is isinstance(answer, dict), entry
            # As it was, for the next one.
            salon.state, salon.log, salon.withdrawn = state, log, gone
            salon.replicas.clear()
    offered = [entry.type for entry in salon.audit(MODERATOR) if entry.can_undo]
    assert offered == [
        "chat.braked",
        "chat.restricted",
        "chat.slowed",
        "chat.purged",
        "chat.deleted",
        "user.muted",
    ]


# --- staff ---------------------------------------------------------------------------------


def test_what_the_team_says_is_deleted_by_its_author_and_the_host_alone(salon: PlainRoom) -> None:
    """faults.md 53: a moderator deleted the host's announcements."""
    announced = salon.ask(HANNA, c.Announce(text="Back in five"))["seq"]
    said = salon.ask(COHOST, HELLO)["seq"]
    own = salon.ask(MODERATOR, HELLO)["seq"]
    for seq in (announced, said):
        assert salon.refuses(MODERATOR, c.Delete(message=seq)) == "is_staff"
    assert salon.refuses(COHOST, c.Delete(message=announced)) == "is_staff"
    gone = salon.ask(MODERATOR, c.Delete(message=own))["seq"]
    salon.ask(MODERATOR, c.Undo(seq=gone))
    deleted = salon.ask(HANNA, c.Delete(message=own))["seq"]
    assert salon.refuses(MODERATOR, c.Restore(message=own)) == "is_staff"
    assert salon.refuses(MODERATOR, c.Undo(seq=deleted)) == "is_staff"
    salon.ask(HANNA, c.Delete(message=said))
    salon.ask(HANNA, c.Restore(message=said))
    salon.ask(HANNA, c.Delete(message=announced))


def test_nobody_of_the_team_lifts_what_the_host_has_imposed(salon: PlainRoom) -> None:
    """Snaacky/chiya#58: a muted moderator took the mute away, by another way than `unmute`."""
    seq = salon.ask(HANNA, c.Mute(user=MODERATOR.id, reason="loud"))["seq"]
    for who in (MODERATOR, COHOST):
        assert salon.refuses(who, c.Unmute(user=MODERATOR.id)) == "is_staff"
        assert salon.refuses(who, c.Undo(seq=seq)) == "is_staff"
    assert salon.refuses(MODERATOR, c.Announce(text="Hello")) == "muted"


@pytest.mark.parametrize(
    ("kind", "back", "code"), [(c.Mute, c.Unmute, "not_muted"), (c.Ban, c.Unban, "not_banned")]
)
def test_a_lower_role_neither_lifts_nor_shortens_what_a_higher_one_has_imposed(
    world: World,
    salon: PlainRoom,
    kind: type[c.Mute | c.Ban],
    back: type[c.Unmute | c.Unban],
    code: str,
) -> None:
    """A moderator's mute of a minute took the place of the host's for the whole show."""
    by_rank = (MODERATOR, COHOST, HANNA)
    for rank, who in enumerate(by_rank):
        seq = salon.ask(who, kind(user="anna", seconds=3600, reason="loud"))["seq"]
        standing = dict(salon.state[Moderation].sanctions)
        for lower in by_rank[:rank]:
            for command in (
                kind(user="anna", seconds=60, reason="a minute"),
                kind(user="anna", reason="for good"),
                back(user="anna"),
                c.Undo(seq=seq),
            ):
                assert salon.refuses(lower, command) == "outranked", command
            assert not any(entry.can_undo for entry in salon.audit(lower))
            assert salon.state[Moderation].sanctions == standing
        # Who did it, and everybody above, may.
        for higher in by_rank[rank:]:
            salon.ask(higher, back(user="anna"))
            assert salon.refuses(higher, back(user="anna")) == code
            salon.ask(who, kind(user="anna", seconds=3600, reason="loud"))
        salon.ask(HANNA, back(user="anna"))
    salon.ask(COHOST, kind(user="anna", reason="loud"))
    salon.ask(HANNA, c.DismissStaff(user="coco"))
    salon.ask(MODERATOR, back(user="anna"))


def test_a_lower_role_does_not_bring_back_what_a_higher_one_has_removed(salon: PlainRoom) -> None:
    """The kind: messages, one by one and all at once, also within one batch."""
    said = salon.ask(ANNA, HELLO)["seq"]
    gone = salon.ask(HANNA, c.Delete(message=said))["seq"]
    for command in (c.Restore(message=said), c.Undo(seq=gone)):
        for lower in (COHOST, MODERATOR):
            assert salon.refuses(lower, command) == "outranked"
    salon.ask(HANNA, c.Restore(message=said))
    purged, refused = salon.batch(
        c.Envelope(c.Purge(user="anna", reason="spam"), COHOST),
        c.Envelope(c.Restore(message=said), MODERATOR),
    )
    assert isinstance(purged, dict)
    assert getattr(refused, "code", None) == "outranked"
    assert salon.refuses(MODERATOR, c.Undo(seq=purged["seq"])) == "outranked"
    salon.ask(COHOST, c.Undo(seq=purged["seq"]))
    own = salon.ask(MODERATOR, c.Delete(message=said))["seq"]
    salon.ask(MODERATOR, c.Undo(seq=own))


def test_another_role_lifts_nothing_that_the_host_has_imposed(salon: PlainRoom) -> None:
    """`staff` unmuted a moderator whom the host had muted; whoever becomes staff may speak."""
    salon.ask(HANNA, c.Mute(user=MODERATOR.id, reason="loud"))
    for role in ("cohost", "moderator"):
        salon.ask(HANNA, c.AppointStaff(user=MODERATOR.handle, role=role))
        assert salon.refuses(MODERATOR, c.Announce(text="Hello")) == "muted"
    assert not salon.happened(UserUnmuted)
    salon.ask(MODERATOR, c.Mute(user="anna", reason="loud"))
    salon.ask(HANNA, c.AppointStaff(user="anna", role="moderator"))
    salon.ask(ANNA, c.Announce(text="Hello"))


def test_who_is_muted_says_nothing_in_the_settings_of_the_show(
    world: World, salon: PlainRoom
) -> None:
    """A muted co-host changed title and description, which everybody reads."""
    salon.ask(HANNA, c.Mute(user=COHOST.id, seconds=60, reason="loud"))
    title, word = salon.state.show.title, salon.state.show.claim_word
    for words in (
        {"title": "Hanna is a crook"},
        {"description": "Hanna is a crook"},
        {"claim_word": "crook"},
        {"title": "Hanna is a crook", "hold_seconds": 60},
    ):
        assert salon.refuses(COHOST, c.Configure(**words)) == "muted"
    assert (salon.state.show.title, salon.state.show.claim_word) == (title, word)
    # What says nothing is still theirs to do, and so is saving a form that changes no words.
    salon.ask(COHOST, c.Configure(title=title, hold_seconds=90))
    assert salon.state.show.hold_seconds == 90
    world.wait(60_000)
    salon.ask(COHOST, c.Configure(title="Coats"))


def test_whoever_left_the_team_is_moderated_as_everybody_is(salon: PlainRoom) -> None:
    said = salon.ask(COHOST, HELLO)["seq"]
    salon.ask(HANNA, c.DismissStaff(user="coco"))
    salon.ask(MODERATOR, c.Delete(message=said))
