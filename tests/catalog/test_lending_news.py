"""Every end of a mandate is told to whoever did not bring it about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import pytest

from liveshow.catalog.inbox import Inbox, Lending
from liveshow.catalog.listings import Listings
from liveshow.catalog.mandates import End, Mandate, Mandates, Status, Terms
from liveshow.domain.values import Person
from liveshow.store.database import Database
from liveshow.store.listings import ListingRepository
from liveshow.store.mandates import MandateRepository
from liveshow.store.notices import NoticeRepository
from liveshow.store.rows import insert_rows
from liveshow.store.tables.accounts import UserRow
from liveshow.store.tables.listings import ListingRow

WORDS = Path(__file__).parents[2] / "web/features/inbox/words.js"
OWNER, HOST, EVE = (Person(name, name, name.title()) for name in ("owner", "host", "eve"))
START, EXPIRES = 1_800_000_000_000, 1_800_000_060_000


@dataclass
class Lent:
    """A listing of Owner's; ``told`` is who was told of news, time after time."""

    database: Database
    now: int = START
    told: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mandates = Mandates(
            MandateRepository(self.database),
            told=lambda users: self.told.append(set(users)),
            clock=lambda: self.now,
        )
        self.listings = Listings(
            ListingRepository(self.database),
            told=lambda users: self.told.append(set(users)),
            clock=lambda: self.now,
        )
        self.inbox = Inbox(NoticeRepository(self.database), lambda: self.now)

    async def propose(self, by: Person) -> Mandate:
        terms = Terms("listing", host_handle=HOST.handle, expires_at=EXPIRES)
        return await self.mandates.propose(by, terms)

    async def active(self) -> Mandate:
        mandate = await self.propose(OWNER)
        return await self.mandates.answer(HOST.id, mandate.id, "active")

    async def news(self, who: Person) -> Lending:
        return (await self.inbox.news(who.id)).lending


@pytest.fixture
async def lent(database: Database) -> Lent:
    async with database.write() as connection:
        await insert_rows(
            connection,
            *(
                UserRow(id=who.id, handle=who.handle, name=who.name, password_hash="", created_at=0)
                for who in (OWNER, HOST, EVE)
            ),
        )
        await insert_rows(
            connection,
            ListingRow(
                id="listing",
                owner_id=OWNER.id,
                title="Coat",
                price=1000,
                currency="USD",
                created_at=0,
            ),
        )
    return Lent(database)


Way = Callable[[Lent], Awaitable[object]]


async def _offered_and(lent: Lent, answer: Callable[[Mandate], Awaitable[object]]) -> None:
    mandate = await lent.propose(OWNER)
    lent.now += 1000
    await answer(mandate)


async def _asked_and(lent: Lent, answer: Callable[[Mandate], Awaitable[object]]) -> None:
    mandate = await lent.propose(HOST)
    lent.now += 1000
    await answer(mandate)


async def _lent_and(lent: Lent, end: Callable[[Mandate], Awaitable[object]]) -> None:
    mandate = await lent.active()
    lent.now += 1000
    await end(mandate)


async def _wait(lent: Lent) -> None:
    lent.now = EXPIRES


async def _archive(lent: Lent) -> None:
    await lent.listings.archive(OWNER.id, "listing")


# How each end comes about, and who hears of it.
WAYS: dict[End, list[tuple[str, set[Person], Way]]] = {
    "declined": [
        (
            "offer",
            {OWNER},
            lambda lent: _offered_and(
                lent, lambda m: lent.mandates.answer(HOST.id, m.id, "declined")
            ),
        ),
        (
            "request",
            {HOST},
            lambda lent: _asked_and(
                lent, lambda m: lent.mandates.answer(OWNER.id, m.id, "declined")
            ),
        ),
    ],
    "revoked": [
        (
            "offer",
            {HOST},
            lambda lent: _offered_and(lent, lambda m: lent.mandates.revoke(OWNER.id, m.id)),
        ),
        (
            "request",
            {OWNER},
            lambda lent: _asked_and(lent, lambda m: lent.mandates.revoke(HOST.id, m.id)),
        ),
        (
            "by_owner",
            {HOST},
            lambda lent: _lent_and(lent, lambda m: lent.mandates.revoke(OWNER.id, m.id)),
        ),
        (
            "by_host",
            {OWNER},
            lambda lent: _lent_and(lent, lambda m: lent.mandates.revoke(HOST.id, m.id)),
        ),
        # What an owner archives is not lent any more.
        ("archived_offer", {HOST}, lambda lent: _offered_and(lent, lambda m: _archive(lent))),
        ("archived_request", {HOST}, lambda lent: _asked_and(lent, lambda m: _archive(lent))),
        ("archived_loan", {HOST}, lambda lent: _lent_and(lent, lambda m: _archive(lent))),
    ],
    "expired": [
        ("offer", {OWNER, HOST}, lambda lent: _offered_and(lent, lambda m: _wait(lent))),
        ("request", {OWNER, HOST}, lambda lent: _asked_and(lent, lambda m: _wait(lent))),
        ("lent", {OWNER, HOST}, lambda lent: _lent_and(lent, lambda m: _wait(lent))),
    ],
}


def test_every_end_of_a_mandate_has_a_way_here_and_words_on_every_page() -> None:
    assert WAYS.keys() == set(get_args(End))
    words = WORDS.read_text()
    table = words[words.index("export const lendingWords") : words.index("export const orderWords")]
    kinds = set(get_args(Status))
    assert {kind for kind in kinds if f"\n  {kind}: (" in table} == kinds


@pytest.mark.parametrize(
    ("end", "hear", "way"),
    [(end, hear, way) for end, ways in WAYS.items() for _, hear, way in ways],
    ids=[f"{end}-{name}" for end, ways in WAYS.items() for name, _, _ in ways],
)
async def test_whoever_did_not_end_a_mandate_is_told(
    lent: Lent, end: End, hear: set[Person], way: Way
) -> None:
    """faults.md 5: the kind, promises that end."""
    await way(lent)
    for who, other in ((OWNER, HOST), (HOST, OWNER)):
        found = await lent.news(who)
        assert [(n.status, n.by, n.at, n.title) for n in found.news] == (
            [(end, other, lent.now, "Coat")] if who in hear else []
        )
        assert found.waiting == 0
        # Nothing more ends by time.
        assert found.until is None
    assert (await lent.news(EVE)).news == []
    assert lent.told[-1] == {OWNER.id, HOST.id}


async def test_when_the_next_one_expires_is_known_to_both_sides(lent: Lent) -> None:
    await lent.propose(HOST)
    for who in (OWNER, HOST):
        assert (await lent.news(who)).until == EXPIRES
    assert (await lent.news(OWNER)).waiting == 1
    assert (await lent.news(EVE)).until is None
    lent.now = EXPIRES - 1
    assert [n.status for n in (await lent.news(OWNER)).news] == ["requested"]
    lent.now = EXPIRES
    assert (await lent.news(OWNER)).waiting == 0
    assert (await lent.news(OWNER)).until is None
