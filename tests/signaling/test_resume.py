"""A client that was away ends in the same state as one that never left."""

from __future__ import annotations

import asyncio

from sqlalchemy import delete
from sqlmodel import col

from liveshow.store.rows import insert_rows
from liveshow.store.tables.log import EventRow
from signaling.socket import audience
from tests.stage import Stage


async def test_a_client_that_returns_gets_exactly_what_it_missed(stage: Stage) -> None:
    item = await stage.item(quantity=3)
    viewer, stayed = await stage.seat("viewer"), await stage.seat("stayed")
    await viewer.leave()
    missed_from = viewer.replica.seq if viewer.replica else 0
    await stayed.do("claim", item=item)
    await stayed.do("chat", text="hello")
    last = await stage.command("slow", seconds=5)
    await viewer.sit(resume=True)
    replica = await viewer.reach(last["seq"])
    assert viewer.snapshots == 1, "a snapshot was sent although the events were few"
    assert [event["seq"] for event in viewer.events] == list(
        range(missed_from + 1, last["seq"] + 1)
    )
    assert replica.state == (await stayed.reach(last["seq"])).state
    assert replica.state == (await stage.fresh())["state"]


async def test_a_client_that_missed_too_much_gets_a_snapshot(
    stage: Stage, monkeypatch: object
) -> None:
    viewer = await stage.seat("viewer")
    await viewer.leave()
    for start in range(0, audience.MAX_RESUME + 1, 50):
        await asyncio.gather(
            *(stage.command("slow", seconds=n % 600) for n in range(start, start + 50))
        )
    await viewer.sit(resume=True)
    assert viewer.snapshots == 2
    assert viewer.replica is not None
    assert viewer.replica.state == (await stage.fresh())["state"]


async def test_a_client_of_another_epoch_gets_a_snapshot(stage: Stage) -> None:
    viewer = await stage.seat("viewer")
    assert viewer.replica is not None
    await viewer.leave()
    viewer.replica.epoch -= 1
    await viewer.sit(resume=True)
    assert viewer.snapshots == 2


async def test_a_client_that_claims_to_be_ahead_gets_a_snapshot(stage: Stage) -> None:
    viewer = await stage.seat("viewer", since={"epoch": 1, "seq": 10_000})
    assert viewer.snapshots == 1


async def test_a_client_that_missed_nothing_gets_nothing_but_the_head(stage: Stage) -> None:
    viewer = await stage.seat("viewer")
    await viewer.leave()
    await viewer.sit(resume=True)
    assert viewer.snapshots == 1
    assert viewer.events == []


async def test_a_message_deleted_meanwhile_arrives_without_its_text(stage: Stage) -> None:
    viewer, rude = await stage.seat("viewer"), await stage.seat("rude")
    await viewer.leave()
    said = await rude.do("chat", text="something rude")
    gone = await stage.command("delete", message=said["seq"])
    await viewer.sit(resume=True)
    replica = await viewer.reach(gone["seq"])
    assert "something rude" not in str(viewer.events)
    assert replica.state == (await stage.fresh())["state"]


async def test_what_was_purged_meanwhile_arrives_without_its_text(stage: Stage) -> None:
    viewer, rude = await stage.seat("viewer"), await stage.seat("rude")
    assert rude.account is not None
    await rude.do("chat", text="something rude")
    await viewer.leave()
    await rude.do("chat", text="something worse")
    gone = await stage.command("ban", user=rude.account.id, reason="x", purge=True)
    assert gone["removed"] == 2
    await viewer.sit(resume=True)
    replica = await viewer.reach(gone["purged"])
    assert "something worse" not in str(viewer.events[-3:])
    assert replica.state == (await stage.fresh())["state"]
    back = await stage.command("undo", seq=gone["purged"])
    replica = await viewer.reach(back["seq"])
    texts = [line["text"] for line in replica.state["chat"]["lines"] if line["kind"] == "message"]
    assert texts == ["something rude", "something worse"]


async def test_joining_while_things_happen_misses_and_repeats_nothing(stage: Stage) -> None:
    talker = await stage.seat("talker")
    await stage.command("configure", title="busy")
    last = 0

    async def talk() -> None:
        nonlocal last
        for number in range(40):
            last = (await stage.command("slow", seconds=number))["seq"]

    talking = asyncio.create_task(talk())
    joiners = []
    while not talking.done():
        joiners.append(await stage.seat())
    await talking
    fresh = await stage.fresh()
    for seat in [*joiners, talker]:
        # The replica itself fails on a gap or a repetition.
        assert (await seat.reach(last)).state == fresh["state"]
    assert len(joiners) > 1


async def test_a_room_that_is_read_again_sends_everybody_a_snapshot_of_a_new_epoch(
    stage: Stage,
) -> None:
    viewer = await stage.seat("viewer")
    assert viewer.replica is not None
    before = viewer.replica.epoch
    # Break one commit: the log cannot take an event twice.
    async with stage.parts.database.write() as connection:
        await insert_rows(
            connection,
            EventRow(
                show_id=stage.show,
                seq=viewer.replica.seq + 1,
                epoch=before,
                at=0,
                type="chat.slowed",
                data={"seconds": 1, "was": 0, "by": None},
            ),
        )
    ack = await viewer.say("chat", text="lost?")
    assert ack["error"]["code"] == "unavailable"
    await viewer.until(lambda: viewer.replica and viewer.replica.epoch > before)
    async with stage.parts.database.write() as connection:
        await connection.execute(delete(EventRow).where(col(EventRow.at) == 0))
    again = await viewer.do("chat", text="not lost")
    replica = await viewer.reach(again["seq"])
    assert [line["text"] for line in replica.state["chat"]["lines"]][-1] == "not lost"
