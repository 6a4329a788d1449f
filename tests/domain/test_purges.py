"""Purges beside whatever else a batch does with the same lines."""

from __future__ import annotations

from typing import Any

import pytest

from liveshow.domain.moderation.events import ChatPurged
from liveshow.domain.show.chat_lines import LINES_KEPT
from liveshow.errors import Conflict
from tests.domain import asks as c
from tests.domain.world import ANNA, BENO, COHOST, HANNA, MODERATOR, PlainRoom, World

HELLO = c.Chat(text="Hello")
PURGE = c.Purge(user="anna", reason="x")


def _long_ago(world: World, salon: PlainRoom) -> int:
    """A message of Anna's that is behind the lines that are shown."""
    old: int = salon.ask(ANNA, c.Chat(text="long ago"))["seq"]
    for _ in range(LINES_KEPT + 1):
        world.wait(2_000)
        salon.ask(BENO, HELLO)
    return old


def test_a_purge_in_the_same_batch_leaves_alone_what_its_author_has_taken_back(
    world: World, salon: PlainRoom
) -> None:
    old, new = _long_ago(world, salon), salon.ask(ANNA, HELLO)["seq"]
    salon.batch(c.Envelope(c.Delete(message=old), ANNA), c.Envelope(PURGE, MODERATOR))
    assert salon.happened(ChatPurged)[-1].messages == [new]
    salon.ask(MODERATOR, c.Undo(seq=salon.state.seq))
    assert salon.standing("anna") == [new]


def test_a_purge_is_offered_to_be_undone_as_long_as_one_of_its_messages_is_gone(
    world: World, salon: PlainRoom
) -> None:
    said = []
    for _ in range(25):
        world.wait(2_000)
        said.append(salon.ask(ANNA, HELLO)["seq"])
    purge = salon.ask(MODERATOR, PURGE)["seq"]

    def offered() -> bool:
        return next(each.can_undo for each in salon.audit(MODERATOR) if each.seq == purge)

    for message in said[:0:-1]:
        salon.ask(MODERATOR, c.Restore(message=message))
        assert offered()
    salon.ask(MODERATOR, c.Restore(message=said[0]))
    assert not offered()
    salon.ask(MODERATOR, c.Delete(message=said[0]))
    assert not offered()


def test_two_purges_in_one_batch_are_one(world: World, salon: PlainRoom) -> None:
    _long_ago(world, salon)
    ban = c.Ban(user="anna", reason="x", purge=True)
    _, banned = salon.batch(c.Envelope(PURGE, MODERATOR), c.Envelope(ban, COHOST))
    assert isinstance(banned, dict)
    assert set(banned) == {"seq"}


@pytest.mark.parametrize("taken", [PURGE, None])
def test_a_purge_takes_what_the_same_batch_has_brought_back(
    world: World, salon: PlainRoom, taken: c.Purge | None
) -> None:
    old = _long_ago(world, salon)
    if taken:
        back: Any = c.Undo(seq=salon.ask(MODERATOR, taken)["seq"])
    else:
        salon.ask(MODERATOR, c.Delete(message=old))
        back = c.Restore(message=old)
    salon.batch(c.Envelope(back, MODERATOR), c.Envelope(PURGE, COHOST))
    assert salon.standing("anna") == []


def test_a_purge_takes_what_the_same_batch_has_heard_long_before(salon: PlainRoom) -> None:
    crowd = [c.Envelope(c.Announce(text="x"), HANNA)] * (LINES_KEPT + 1)
    salon.batch(c.Envelope(HELLO, ANNA), *crowd, c.Envelope(PURGE, MODERATOR))
    assert salon.standing("anna") == []


def test_a_purge_is_not_undone_before_anybody_has_heard_of_it(salon: PlainRoom) -> None:
    salon.ask(ANNA, HELLO)
    guessed = c.Undo(seq=salon.state.seq + 1)
    _, refusal = salon.batch(c.Envelope(PURGE, MODERATOR), c.Envelope(guessed, MODERATOR))
    assert isinstance(refusal, Conflict)
    assert refusal.code == "cannot_undo"
