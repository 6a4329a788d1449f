"""A poll on the show channel: everybody sees the bars move, each their own vote."""

from __future__ import annotations

from tests.stage import Json, Seat, Stage


async def asked(stage: Stage) -> str:
    answer = await stage.command("poll", question="Red?", options=["Yes", "No"], seconds=600)
    return str(answer["poll"])


def votes(seat: Seat) -> list[Json]:
    return [payload for name, payload in seat.ephemeral if name == "poll_votes"]


async def hears(seat: Seat, poll: str, counts: list[int]) -> None:
    await seat.until(lambda: {"poll": poll, "counts": counts} in votes(seat)[-1:])


async def test_everybody_hears_the_counts_and_each_their_own_vote(stage: Stage) -> None:
    ann, ben, guest = await stage.seat("ann"), await stage.seat("ben"), await stage.seat()
    poll = await asked(stage)
    await ann.do("vote", poll=poll, option=1)
    for seat in (ann, ben, guest):
        await hears(seat, poll, [0, 1])
    await ann.until(lambda: ann.mine and ann.mine["vote"] == {"poll": poll, "option": 1})
    assert ben.mine is not None
    assert ben.mine["vote"] is None
    assert (await ann.say("vote", poll=poll, option=0))["error"]["code"] == "already_voted"


async def test_who_joins_or_changes_sides_hears_the_counts_as_they_are(stage: Stage) -> None:
    ann = await stage.seat("ann")
    poll = await asked(stage)
    await ann.do("vote", poll=poll, option=0)
    late = await stage.seat("late")
    await hears(late, poll, [1, 0])
    heard = len(votes(late))
    await stage.command("staff", user="late", role="moderator")
    await late.until(lambda: len(votes(late)) > heard)
    await hears(late, poll, [1, 0])


async def test_the_end_says_the_counts_to_all_and_to_those_who_come_later(stage: Stage) -> None:
    ann = await stage.seat("ann")
    poll = await asked(stage)
    await ann.do("vote", poll=poll, option=0)
    await stage.command("end_poll", poll=poll)
    await ann.until(lambda: ann.events and ann.events[-1]["type"] == "poll.closed")
    assert ann.replica is not None
    assert ann.replica.state["poll"]["counts"] == [1, 0]
    assert ann.replica.state["chat"]["lines"][-1]["text"] == "Red? Yes: 100 % of 1 vote."
    late = await stage.seat()
    assert late.replica is not None
    assert late.replica.state == ann.replica.state == (await stage.fresh())["state"]
    assert votes(late) == []
