"""An evening to start from: two live shows with items in common (see ``story.two_shows``)."""

from __future__ import annotations

import pytest

from tests.domain.story import two_shows
from tests.domain.world import PlainRoom, World

Evening = tuple[World, PlainRoom, PlainRoom]


@pytest.fixture
def evening() -> Evening:
    return two_shows()


@pytest.fixture
def world(evening: Evening) -> World:
    return evening[0]


@pytest.fixture
def salon(evening: Evening) -> PlainRoom:
    """Hanna's show: her scarf (1) and mug (5), Sela's dress (S 2, M 1); two claims per buyer."""
    return evening[1]


@pytest.fixture
def market(evening: Evening) -> PlainRoom:
    """Boris's show: Sela's dress and Hanna's mug; one claim per buyer."""
    return evening[2]
