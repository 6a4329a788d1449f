"""Cards on file: saved in the provider's own form, known here by what the provider calls them.

An attempt to save a card is in its owner's row before its form is handed out. So whether it has
come to something can be asked at any time, also after a crash between the two.
"""

from __future__ import annotations

import structlog

from liveshow.clock import Clock
from liveshow.domain.values import Value
from liveshow.errors import Conflict, NotFound
from liveshow.payments.ports import CardStore, KeptCard
from liveshow.payments.provider import CardsOnFile, Client, ProviderUnavailable
from liveshow.payments.providers import Providers

log = structlog.get_logger(__name__)


class CardView(Value, frozen=True):
    """What its owner is shown of a card; ``expires`` is year and month, such as 203012."""

    provider: str
    brand: str
    last4: str
    expires: int


class CardState(Value, frozen=True):
    """``available``: whether a card can be saved on this server."""

    available: bool
    card: CardView | None


class Cards:
    """Everybody's card on file, one each."""

    def __init__(
        self,
        store: CardStore,
        providers: Providers,
        clock: Clock,
    ) -> None:
        self._store = store
        self._providers = providers
        self._clock = clock

    async def state(self, user_id: str) -> CardState:
        """Return somebody's card, after what an attempt has come to."""
        kept = await self._store.get(user_id)
        if kept is not None and kept.attempt:
            try:
                kept = await self._look(kept)
            except ProviderUnavailable:
                log.warning("it is not known whether a card was saved")
        return CardState(self._providers.keeps_cards, _view(kept))

    async def begin(self, user_id: str) -> Client:
        """Begin to save a card, in place of the one that there is; return what its form needs."""
        provider = self._providers.default
        cards = provider.cards
        if cards is None:
            raise Conflict("no_cards", "This server keeps no cards. You pay at checkout.")
        kept = await self._store.get(user_id)
        if kept is not None and kept.provider == provider.name:
            customer = kept.customer
        else:
            customer = await cards.customer(user_id)
        attempt, client = await cards.begin(customer)
        await self._store.begin(user_id, provider.name, customer, attempt)
        return client

    async def finish(self, user_id: str) -> CardState:
        """Keep the card that was saved in the form.

        Raises:
            Conflict: ``card_not_saved``, it was not, or not yet.
            ProviderUnavailable: it is not known.
        """
        kept = await self._store.get(user_id)
        if kept is not None and kept.attempt:
            kept = await self._look(kept)
        if kept is None or kept.attempt:
            raise Conflict(
                "card_not_saved",
                "The card was not saved. Look at what the form says, or try another.",
            )
        return CardState(self._providers.keeps_cards, _view(kept))

    async def remove(self, user_id: str) -> None:
        """Have the card of somebody forgotten, here and at its provider."""
        kept = await self._store.get(user_id)
        if kept is None or not kept.method:
            return
        await self._cards_of(kept).forget(kept.method)
        await self._store.remove(user_id, kept.method)

    async def to_pay_with(self, user_id: str, provider: str) -> KeptCard:
        """Return the card that somebody has at a provider; raise ``NotFound``."""
        kept = await self._store.get(user_id)
        if kept is None or not kept.method or kept.provider != provider:
            raise NotFound(message="You have no card on file. Type one in.")
        return kept

    async def _look(self, kept: KeptCard) -> KeptCard:
        """Follow an attempt; the card that it replaces is forgotten."""
        cards = self._cards_of(kept)
        saved = await cards.saved(kept.attempt)
        if saved is None:
            return kept
        now = await self._store.finish(kept.user_id, kept.attempt, saved, self._clock())
        if kept.method and kept.method != saved.method:
            try:
                await cards.forget(kept.method)
            except ProviderUnavailable:
                log.warning("a card that was replaced is still known to its provider")
        return now or kept

    def _cards_of(self, kept: KeptCard) -> CardsOnFile:
        cards = self._providers.of(kept.provider).cards
        if cards is None:
            raise ProviderUnavailable()
        return cards


def _view(kept: KeptCard | None) -> CardView | None:
    if kept is None or not kept.method:
        return None
    return CardView(kept.provider, kept.brand, kept.last4, kept.expires)
