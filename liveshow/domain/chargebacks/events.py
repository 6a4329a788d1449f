"""What happens to orders whose payment is disputed at a bank."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from liveshow.domain.show.events import Event
from liveshow.domain.values import Person

if TYPE_CHECKING:
    from liveshow.domain.show.facts import Facts
    from liveshow.domain.show.state import ShowState

Outcome = Literal["won", "lost"]
ChargebackStatus = Literal["open", Outcome]


class _OfOwner(Event, frozen=True):
    """Base of the events of this module: the ``user`` owns the order."""

    private_to = "user"

    order: str
    chargeback: str
    user: Person
    amount: int

    def concerns(self, state: ShowState) -> Iterable[str]:
        return dict.fromkeys((self.user.id, state.show.host.id))


class ChargebackOpened(_OfOwner, frozen=True):
    """The bank wants money of an order back; ``respond_by`` (ms): until when it can be answered."""

    type = "order.chargeback_opened"

    reason: str
    respond_by: int | None

    def learned(self, facts: Facts, state: ShowState) -> None:
        from liveshow.domain.chargebacks.facts import CHARGEBACKS

        facts.learn(CHARGEBACKS, (self.chargeback, self.order), "open")


class ChargebackClosed(_OfOwner, frozen=True):
    """The bank has decided: ``won``, the money stays; ``lost``, it has gone back."""

    type = "order.chargeback_closed"

    outcome: Outcome

    def learned(self, facts: Facts, state: ShowState) -> None:
        from liveshow.domain.chargebacks.facts import CHARGEBACKS

        facts.learn(CHARGEBACKS, (self.chargeback, self.order), self.outcome)


EVENTS = (ChargebackOpened, ChargebackClosed)
