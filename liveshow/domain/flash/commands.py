"""What can be asked about flash prices, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.show.commands import Answer, Command
from liveshow.fields import Id, Money


class StartFlash(Command):
    """Sell an item for less for a while.

    ``quantity``: for so many pieces; ``per_buyer``: to one buyer so many of them.
    """

    type: Literal["flash"] = "flash"
    item: Id
    price: Money
    seconds: Annotated[int, Field(ge=10, le=1_200)]
    quantity: Annotated[int, Field(ge=1, le=100_000)] | None = None
    per_buyer: Annotated[int, Field(ge=1, le=100)] | None = None


class EndFlash(Command):
    """The flash price of an item is over before its time."""

    type: Literal["end_flash"] = "end_flash"
    item: Id


class FlashAnswer(Answer, frozen=True):
    """The id of the new flash price, and until when it holds (ms)."""

    flash: str
    until: int
