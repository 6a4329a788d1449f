"""What is published of giveaways; ``liveshow.store.giveaways`` answers."""

from __future__ import annotations

from typing import Protocol

from liveshow.domain.giveaways.proof import Prize, Proof


class ProofQueries(Protocol):
    async def show_of(self, giveaway_id: str) -> str | None:
        """The id of the show that a giveaway is in."""

    async def won_by(self, user_id: str) -> list[Prize]:
        """What somebody has won and not claimed yet, the one that ends next first."""

    async def proof(self, giveaway_id: str) -> Proof | None:
        """What is public of a giveaway by now."""
