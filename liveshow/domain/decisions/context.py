"""What every decision is given, and the questions several of them ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from liveshow.domain.events import Event
from liveshow.domain.facts import Facts
from liveshow.domain.state import Claim, Item, Json, Permission, Person, ShowState, Variant
from liveshow.errors import Conflict, Forbidden, NotFound, Unauthenticated


@dataclass(slots=True)
class Decision:
    """The events that a command leads to, and the answer to whoever asked.

    ``said_at``: the index of the event whose ``seq`` the answer wants to name.
    """

    events: list[Event] = field(default_factory=list)
    answer: Json = field(default_factory=dict)
    said_at: int | None = None


@dataclass(slots=True)
class Context:
    state: ShowState
    now: int
    facts: Facts
    mint: Callable[[], str]
    actor: Person | None = None

    @property
    def me(self) -> Person:
        """Who asks; raises `unauthenticated` for a guest."""
        if self.actor is None:
            raise Unauthenticated(message="Sign in to do that.")
        return self.actor

    def require(self, permission: Permission) -> Person:
        """Who asks, if they may; raises `forbidden`."""
        if not self.state.may(self.me.id, permission):
            raise Forbidden(message="Only the team of this show can do that.")
        return self.me

    def item(self, item_id: str) -> Item:
        item = self.state.in_run(item_id)
        if item is None:
            raise NotFound("unknown_item", "That item is not in this show.")
        return item

    def claim(self, claim_id: str) -> Claim:
        claim = self.state.claims.get(claim_id)
        if claim is None:
            raise NotFound("unknown_claim", "That hold does not exist any more.")
        return claim

    def not_ended(self) -> None:
        if self.state.status == "ended":
            raise Conflict("show_ended", "This show has ended.")


def pick_variant(item: Item, variant_id: str | None) -> Variant:
    """The variant asked for; the only one when there is just one."""
    if variant_id is None:
        if len(item.variants) > 1:
            raise Conflict("variant_required", "Choose a size or colour first.")
        return item.variants[0]
    for variant in item.variants:
        if variant.id == variant_id:
            return variant
    raise NotFound("unknown_variant", "That size or colour does not exist.")
