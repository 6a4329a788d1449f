"""Planning shows: the rules without a database, and their bound on both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from liveshow.domain.running.commands import CreateShow
from liveshow.domain.running.events import ShowCreated
from liveshow.domain.show.events import Record
from liveshow.domain.show.facts import PHOTOS, Facts, Needs, Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person, Photo
from liveshow.errors import Conflict, LiveshowError
from liveshow.rooms import planning
from liveshow.rooms.planning import Planning
from liveshow.rooms.ports import Remembered
from liveshow.store.database import Database
from liveshow.store.room.store import SqlRoomStore
from liveshow.store.rows import insert_rows
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.shows import ShowRow
from tests.support import rows_of

NOW = 1_800_000_000_000
HOST = Person("host", "host", "Hana")
COVER = Photo("photo", "/full", "/thumb", 4, 3)


class Plans:
    """Implements ``PlanStore`` and ``Batch``: a host who has planned some shows already."""

    now = NOW

    def __init__(self, planned: int = 0, *covers: Photo) -> None:
        self.planned = planned
        self.covers = {(cover.id, HOST.id): cover for cover in covers}
        self.recorded: list[Record] = []
        self.saved: list[ShowState] = []

    @asynccontextmanager
    async def planning(self, show_id: str, host_id: str) -> AsyncIterator[tuple[int, Plans]]:
        assert host_id == HOST.id
        yield self.planned, self

    async def answers(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Remembered]:
        raise AssertionError("plans have no keys")

    async def load(self, needs: Needs, facts: Facts) -> None:
        for fact, keys in needs.items():
            assert fact is PHOTOS
            facts.put(fact, keys, self.covers)

    def record(self, state: ShowState, record: Record) -> None:
        assert state.seq == record.seq
        self.recorded.append(record)

    def remember(self, answer: Remembered) -> None:
        raise AssertionError("plans have no keys")

    async def flush(self, state: ShowState) -> None:
        self.saved.append(state)


async def plan(store: Plans, **fields: Any) -> ShowState:
    wanted = CreateShow(title="Coats", currency="USD", **fields)
    return await Planning(store, Rules()).plan(HOST, wanted)


async def refusal(store: Plans, **fields: Any) -> str:
    with pytest.raises(LiveshowError) as refused:
        await plan(store, **fields)
    assert (store.recorded, store.saved) == ([], [])
    return refused.value.code


async def test_a_show_without_a_time_is_a_draft_and_with_one_it_is_scheduled() -> None:
    store = Plans()
    draft = await plan(store)
    assert (draft.show.status, draft.show.host) == ("draft", HOST)
    (created,) = store.recorded
    assert (created.seq, created.at) == (1, NOW)
    assert isinstance(created.event, ShowCreated)
    assert store.saved == [draft]
    assert (await plan(Plans(), scheduled_at=NOW + 1)).show.status == "scheduled"


async def test_a_show_cannot_be_planned_for_the_past() -> None:
    assert await refusal(Plans(), scheduled_at=NOW) == "in_the_past"


async def test_a_cover_is_a_photo_of_the_hosts_own() -> None:
    assert await refusal(Plans(), cover=COVER.id) == "unknown_photo"
    assert (await plan(Plans(0, COVER), cover=COVER.id)).show.cover == COVER


async def test_a_host_plans_a_bounded_number_of_shows() -> None:
    assert await refusal(Plans(planning.MAX_PLANNED)) == "conflict"
    await plan(Plans(planning.MAX_PLANNED - 1))


async def test_plans_at_the_same_moment_do_not_pass_the_bound(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MAX_PLANNED", 3)
    async with database.write() as connection:
        host = UserRow(id=HOST.id, handle="host", name="Hana", password_hash="", created_at=0)
        await insert_rows(connection, host)
    plans = Planning(SqlRoomStore(database), Rules())
    made = await asyncio.gather(
        *(plans.plan(HOST, CreateShow(title=f"Show {n}", currency="USD")) for n in range(8)),
        return_exceptions=True,
    )
    refused = [outcome for outcome in made if not isinstance(outcome, ShowState)]
    assert len(refused) == 5
    assert all(isinstance(error, Conflict) for error in refused)
    assert len(await rows_of(database, ShowRow)) == 3
