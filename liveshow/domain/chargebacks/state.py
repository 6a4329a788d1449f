"""Who is told of chargebacks."""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.domain.chargebacks.events import ChargebackClosed, ChargebackOpened
from liveshow.domain.show.notices import Notices, Told
from liveshow.domain.show.slices import Moment, Slice, applies

OPENED = Told("chargeback")
# By its outcome.
CLOSED = {"won": Told("chargeback_won"), "lost": Told("chargeback_lost")}


@dataclass
class Chargebacks(Slice):
    """Chargebacks are rows: the state has nothing of them but the notices."""

    @applies(ChargebackOpened)
    def _opened(self, event: ChargebackOpened, moment: Moment) -> None:
        _tell(event, moment, OPENED, event.reason)

    @applies(ChargebackClosed)
    def _closed(self, event: ChargebackClosed, moment: Moment) -> None:
        _tell(event, moment, CLOSED[event.outcome], "")


def _tell(
    event: ChargebackOpened | ChargebackClosed, moment: Moment, told: Told, text: str
) -> None:
    for user in event.concerns(moment.state):
        moment.state[Notices].tell_end(moment, user, told, text=text, price=event.amount)
