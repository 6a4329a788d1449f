"""PROTOCOL.md 2.11: how giveaways were drawn, and prizes that are claimed."""

from __future__ import annotations

from liveshow.accounts.identity import Identity
from liveshow.clock import Clock
from liveshow.domain.giveaways.commands import ClaimPrize, PrizeOrdered
from liveshow.domain.giveaways.proof import Prize, Proof
from liveshow.domain.show.commands import Envelope, Key
from liveshow.domain.values import Value
from liveshow.errors import NotFound
from liveshow.fields import Address, Body
from liveshow.http.api import Endpoint
from liveshow.http.bodies import ship_to
from liveshow.http.visible import Visible
from liveshow.rooms.directory import Directory
from liveshow.rooms.proofs import ProofQueries


class PrizeBody(Body):
    """Where the prize goes."""

    key: Key
    address: Address


class PrizesView(Value, frozen=True):
    now: int
    items: list[Prize]


class GiveawayResource:
    """Routes of giveaways."""

    def __init__(
        self, proofs: ProofQueries, directory: Directory, visible: Visible, clock: Clock
    ) -> None:
        self._proofs = proofs
        self._directory = directory
        self._visible = visible
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                "/api/giveaways/{id}/proof",
                self.proof,
                "Everything that is needed to draw again",
                errors=("unknown_giveaway", "not_found", "banned"),
                compressed=True,
            ),
            Endpoint("GET", "/api/prizes", self.prizes, "What the caller has won, to be claimed"),
            Endpoint(
                "POST",
                "/api/giveaways/{id}/claim",
                self.claim,
                "Say where a prize goes",
                status=201,
                errors=(
                    "unknown_giveaway",
                    "not_yours",
                    "prize_claimed",
                    "key_reused",
                    "wrong_postcode",
                    "unavailable",
                ),
            ),
        ]

    async def proof(self, caller: Identity | None, id_: str) -> Proof:
        proof = await self._proofs.proof(id_)
        if proof is None:
            raise _unknown()
        await self._visible.to(caller, proof.show.id)
        return proof

    async def prizes(self, caller: Identity) -> PrizesView:
        return PrizesView(self._clock(), await self._proofs.won_by(caller.user_id))

    async def claim(self, caller: Identity, id_: str, body: PrizeBody) -> PrizeOrdered:
        show = await self._proofs.show_of(id_)
        if show is None:
            raise _unknown()
        command = ClaimPrize(id_, ship_to(body.address))
        answer = await self._directory.submit(show, Envelope(command, caller.user, body.key))
        assert isinstance(answer, PrizeOrdered)
        return answer


def _unknown() -> NotFound:
    return NotFound("unknown_giveaway", "There is no such giveaway.")
