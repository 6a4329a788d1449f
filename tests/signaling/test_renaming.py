"""Whoever has another name is called by it at once, by everybody who looks."""

from __future__ import annotations

import pytest

from signaling.socket.audience import Audience
from signaling.socket.audiences import Audiences
from tests.stage import Json, Seat, Stage
from tests.support import RunningServer


def state_of(seat: Seat) -> Json:
    assert seat.replica
    return seat.replica.state


async def rename(stage: Stage, seat: Seat, name: str) -> None:
    assert seat.account
    await stage.server.request("PATCH", "/api/me", {"name": name}, by=seat.account)


async def test_a_new_name_is_on_every_connection_at_once(stage: Stage) -> None:
    """faults.md 46: the old name on sockets until reconnecting, the new one over HTTP."""
    coat = await stage.item(title="Coat")
    ann, again = await stage.seat("ann"), await stage.seat("ann")
    viewer = await stage.seat("viewer")
    await ann.do("claim", item=coat)
    await ann.do("chat", text="before")
    await rename(stage, ann, "Annabel")
    for seat in (ann, again):
        await seat.until(lambda seat=seat: seat.mine and seat.mine["user"]["name"] == "Annabel")
    await viewer.until(
        lambda: (
            [hold["user"]["name"] for hold in state_of(viewer)["items"][0]["holds"]] == ["Annabel"]
        )
    )

    said = await ann.do("chat", text="after")
    await viewer.reach(said["seq"])
    lines = state_of(viewer)["chat"]["lines"]
    names = {line["text"]: line["user"]["name"] for line in lines if line["kind"] == "message"}
    assert names["after"] == "Annabel"
    assert names["before"] != "Annabel"
    people = await stage.server.get(f"/api/shows/{stage.show}/people", by=stage.host)
    assert "Annabel" in {person["user"]["name"] for person in people["people"]}
    assert state_of(viewer) == (await stage.fresh(viewer.account))["state"]


async def test_a_host_is_renamed_where_people_wait_for_the_start(
    running_server: RunningServer,
) -> None:
    """faults.md 46: a name that every page of the show has was the old one until reloading."""
    stage = await Stage.set(running_server, start=False, scheduled_at=4_000_000_000_000)
    viewer, host = await stage.seat(), await stage.seat(stage.host)
    await rename(stage, host, "Hanna Two")
    await viewer.until(lambda: state_of(viewer)["show"]["host"]["name"] == "Hanna Two")
    assert state_of(viewer)["staff"][0]["user"]["name"] == "Hanna Two"
    await stage.clear()


async def test_who_is_let_in_while_they_are_renamed_has_the_new_name(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await stage.server.account("ann")
    of = Audiences.of

    async def late(self: Audiences, show_id: str) -> Audience:
        # Who this is was asked already; it is a member only after this.
        await stage.server.request("PATCH", "/api/me", {"name": "Annabel"}, by=ann)
        return await of(self, show_id)

    monkeypatch.setattr(Audiences, "of", late)
    seat = await stage.seat(ann)
    await seat.until(lambda: seat.mine)
    assert seat.mine
    assert seat.mine["user"]["name"] == "Annabel"
