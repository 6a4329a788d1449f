"""What can be asked about offers, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from liveshow.domain.show.commands import Answer, Command
from liveshow.fields import NOT_NULL, Id, Money


class MakeOffer(Command):
    """Say what one would pay; ``amount`` is for one piece, as prices are."""

    type: Literal["offer"] = "offer"
    item: Id
    amount: Money
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    variant: Id | None = None


class AnswerOffer(Command):
    """Accept what the other side says, counter it, or decline it: with neither it is declined."""

    type: Literal["answer_offer"] = "answer_offer"
    offer: Id
    accept: bool = False
    counter: Annotated[Money | None, NOT_NULL] = None


class WithdrawOffer(Command):
    type: Literal["withdraw_offer"] = "withdraw_offer"
    offer: Id


class OfferMadeAnswer(Answer, frozen=True):
    """``offer`` is the id of the new one."""

    offer: str


class OfferAnswered(Answer, frozen=True, omit_defaults=True):
    """What an answer led to; ``claim`` is the hold of an accepted one, ``until`` (ms) its end."""

    status: Literal["accepted", "countered", "declined"]
    claim: str | None = None
    until: int | None = None
