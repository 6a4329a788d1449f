"""Decisions about chargebacks: what is known already is not told again."""

from __future__ import annotations

from liveshow.domain.chargebacks.commands import NoteChargeback
from liveshow.domain.chargebacks.events import ChargebackClosed, ChargebackOpened
from liveshow.domain.chargebacks.facts import CHARGEBACKS
from liveshow.domain.orders.facts import ORDERS
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.events import Event
from liveshow.domain.show.facts import Needs


def chargeback_needs(ctx: Context, command: NoteChargeback) -> Needs:
    keys = [(command.chargeback, order) for order in command.orders]
    return Needs().add(ORDERS, *command.orders).add(CHARGEBACKS, *keys)


def note_chargeback(ctx: Context, command: NoteChargeback) -> Decision:
    """Withhold what the orders of a payment brought, and end that when the bank has decided."""
    events: list[Event] = []
    for order_id in command.orders:
        order = ctx.facts.get(ORDERS, order_id)
        known = ctx.facts.get(CHARGEBACKS, (command.chargeback, order_id))
        if order is None:
            continue
        amount = min(command.amount, order.total)
        of = (order_id, command.chargeback, order.owner, amount)
        if known is None:
            events.append(ChargebackOpened(*of, command.reason, command.respond_by))
        # A bank may take up again what it has decided; the last word counts.
        if command.status != "open" and known != command.status:
            events.append(ChargebackClosed(*of, command.status))
    return Decision(events)
