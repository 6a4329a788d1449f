"""PROTOCOL.md 2.5: the card on file."""

from __future__ import annotations

from liveshow.accounts.identity import Identity
from liveshow.domain.values import Value
from liveshow.http.api import Endpoint
from liveshow.payments.cards import Cards, CardState
from liveshow.payments.records import ClientView


class CardFormView(Value, frozen=True):
    """What the form of the provider needs to save a card."""

    client: ClientView


class CardResource:
    """Routes of everybody's own card."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/api/me/card", self.card, "The caller's card on file"),
            Endpoint(
                "POST",
                "/api/me/card",
                self.begin,
                "Begin to save a card",
                status=201,
                errors=("no_cards", "no_payments", "unavailable"),
            ),
            Endpoint(
                "POST",
                "/api/me/card/finish",
                self.finish,
                "Keep the card that was saved in the provider's form",
                errors=("card_not_saved", "unavailable"),
            ),
            Endpoint(
                "DELETE",
                "/api/me/card",
                self.remove,
                "Have the card forgotten",
                errors=("unavailable",),
            ),
        ]

    async def card(self, caller: Identity) -> CardState:
        return await self._cards.state(caller.user_id)

    async def begin(self, caller: Identity) -> CardFormView:
        client = await self._cards.begin(caller.user_id)
        return CardFormView(ClientView(client.form, dict(client.parameters)))

    async def finish(self, caller: Identity) -> CardState:
        return await self._cards.finish(caller.user_id)

    async def remove(self, caller: Identity) -> None:
        await self._cards.remove(caller.user_id)
