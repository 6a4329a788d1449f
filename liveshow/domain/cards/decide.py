"""Whether somebody may claim and bid without a card on file."""

from __future__ import annotations

from liveshow.domain.cards.commands import RequireCard
from liveshow.domain.cards.events import CardRequired
from liveshow.domain.cards.facts import CARD_ON_FILE
from liveshow.domain.cards.state import Cards
from liveshow.domain.show.context import Context, Decision
from liveshow.domain.show.facts import Needs
from liveshow.errors import Conflict


def require_card(ctx: Context, command: RequireCard) -> Decision:
    me = ctx.require("sell")
    if command.required == ctx[Cards].required:
        return Decision([])
    if command.required:
        ctx.not_ended()
        if not ctx.facts.rules.cards:
            raise Conflict("no_cards", "This server keeps no cards. Buyers pay at checkout.")
    return Decision([CardRequired(command.required, me)])


def card_needs(ctx: Context) -> Needs:
    """The card of whoever asks, wherever one can be wanted: the rule may change in this batch."""
    needs = Needs()
    if ctx.actor is not None and ctx.facts.rules.cards:
        needs.add(CARD_ON_FILE, ctx.actor.id)
    return needs


def check_card(ctx: Context) -> None:
    """Raise ``card_required`` unless whoever asks has a card on file, or none is wanted.

    Where no provider keeps cards none is wanted: a rule from better days sells nothing to nobody.
    """
    rules = ctx.facts.rules
    if not rules.cards or not (rules.require_card or ctx[Cards].required):
        return
    if not ctx.facts.get(CARD_ON_FILE, ctx.me.id):
        raise Conflict(
            "card_required",
            "This show asks for a card on file before you claim or bid. Add one under “Your card”; "
            "nothing is charged for that.",
        )
