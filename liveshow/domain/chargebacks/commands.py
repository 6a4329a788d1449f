"""What the payments tell a show of chargebacks."""

from __future__ import annotations

from liveshow.domain.chargebacks.events import ChargebackStatus
from liveshow.domain.show.commands import ServerCommand


class NoteChargeback(ServerCommand, frozen=True):
    """How far a chargeback of a payment is; ``orders`` are all orders of that payment."""

    chargeback: str
    orders: list[str]
    amount: int
    reason: str
    status: ChargebackStatus
    respond_by: int | None = None
