"""What is wrong with a feature is said when it is registered, at import."""

from __future__ import annotations

import pytest

from liveshow.domain.show.events import Event
from liveshow.domain.show.feature import BadFeature, Feature, Machine


def test_a_field_cannot_hide_what_the_class_of_an_event_declares() -> None:
    class Edited(Event, frozen=True):
        type = "show.edited"

        # The log would be read back with it as the version of the fields.
        version: int  # type: ignore[misc]

    with pytest.raises(BadFeature, match="the field version of Edited hides"):
        Machine([Feature(name="edits", events=[Edited])])
