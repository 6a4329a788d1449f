"""Whatever happens in two shows: what the store reads back is what was committed.

More examples: HYPOTHESIS_PROFILE=thorough python -m pytest tests/rooms/test_rows_are_the_state.py
"""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from tests.domain.story import tell
from tests.domain.test_machine import Shows, listings, pick, prices
from tests.domain.world import World
from tests.rooms.written import Disk, WrittenWorld

_THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


class WrittenShows(Shows):
    """The evenings of `Shows`, over a real database."""

    def __init__(self, url: str) -> None:
        self.disk = Disk(url)
        super().__init__()

    def new_world(self) -> World:
        return WrittenWorld(self.disk)

    @rule(listing=listings, archived=st.booleans())
    def edit_listing(self, listing: str, archived: bool) -> None:
        """Nobody edits and archives in one step."""
        self.texts += 1
        self.world.edit(listing, archived=archived)
        self.world.edit(listing, title=f"Edition {self.texts}")
        self.share()

    @rule(index=pick, active=st.booleans(), floor=prices, expires=st.none() | st.just(100_000))
    def change_mandate(self, index: int, active: bool, floor: int, expires: int | None) -> None:
        """The terms of a mandate stay as they are: with others it is a new one."""
        index %= len(self.world.mandates)
        old = self.world.mandates[index]
        old.active = False
        if active:
            self.world.mandates[index] = replace(
                old,
                id=self.world.mint(),
                floor=floor,
                expires_at=None if expires is None else self.world.now + expires,
                active=True,
            )
        self.world.tell(old.listing)
        self.share()

    def teardown(self) -> None:
        super().teardown()
        self.disk.close()


def test_after_every_batch_the_rows_are_the_state(database_url: str) -> None:
    class Evening(WrittenShows):
        def __init__(self) -> None:
            super().__init__(database_url)

    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=500 if _THOROUGH else 3,
            stateful_step_count=60 if _THOROUGH else 25,
            # Finding the shortest evening that fails takes minutes.
            phases=list(Phase) if _THOROUGH else [Phase.reuse, Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_event_of_the_protocol_is_read_back(database_url: str) -> None:
    disk = Disk(database_url)
    tell(world=WrittenWorld(disk))
    disk.close()
