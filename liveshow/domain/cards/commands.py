"""What can be asked about cards."""

from __future__ import annotations

from typing import Literal

from liveshow.domain.show.commands import Command


class RequireCard(Command):
    """Want a card on file before the first claim or bid, or want none."""

    type: Literal["require_card"] = "require_card"
    required: bool
