"""Planning shows: the rules without a database, and their bound on both."""

from __future__ import annotations

import asyncio

import pytest

from liveshow.errors import Conflict, LiveshowError
from liveshow.rooms import planning
from liveshow.rooms.planning import NewShow, Planning, Surroundings, decide_new
from liveshow.store.database import Database
from liveshow.store.rows import insert_rows
from liveshow.store.shows import ShowRepository
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.shows import ShowRow
from tests.support import rows_of

NOW = 1_800_000_000_000
ALONE = Surroundings(planned=0, owns_cover=False, now=NOW)


def refusal(wanted: NewShow, around: Surroundings) -> str:
    with pytest.raises(LiveshowError) as refused:
        decide_new("show", "host", wanted, around)
    return refused.value.code


def test_a_show_without_a_time_is_a_draft_and_with_one_it_is_scheduled() -> None:
    draft = decide_new("show", "host", NewShow("Coats", "USD"), ALONE)
    assert (draft.status, draft.created_at) == ("draft", NOW)
    later = NewShow("Coats", "USD", scheduled_at=NOW + 1)
    assert decide_new("show", "host", later, ALONE).status == "scheduled"


def test_a_show_cannot_be_planned_for_the_past() -> None:
    assert refusal(NewShow("Coats", "USD", scheduled_at=NOW), ALONE) == "in_the_past"


def test_a_cover_is_a_photo_of_the_hosts_own() -> None:
    wanted = NewShow("Coats", "USD", cover="photo")
    assert refusal(wanted, ALONE) == "unknown_photo"
    own = Surroundings(planned=0, owns_cover=True, now=NOW)
    assert decide_new("show", "host", wanted, own).wanted.cover == "photo"


def test_a_host_plans_a_bounded_number_of_shows() -> None:
    full = Surroundings(planned=planning.MAX_PLANNED, owns_cover=False, now=NOW)
    assert refusal(NewShow("Coats", "USD"), full) == "conflict"


async def test_plans_at_the_same_moment_do_not_pass_the_bound(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MAX_PLANNED", 3)
    async with database.write() as connection:
        host = UserRow(id="host", handle="host", name="Hana", password_hash="", created_at=0)
        await insert_rows(connection, host)
    plans = Planning(ShowRepository(database))
    made = await asyncio.gather(
        *(plans.plan("host", NewShow(f"Show {n}", "USD")) for n in range(8)),
        return_exceptions=True,
    )
    refused = [outcome for outcome in made if not isinstance(outcome, str)]
    assert len(refused) == 5
    assert all(isinstance(error, Conflict) for error in refused)
    assert len(await rows_of(database, ShowRow)) == 3
