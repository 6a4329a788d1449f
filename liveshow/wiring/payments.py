"""Payments: checkouts, orders, and the task that finishes what was left undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liveshow.catalog.coupons import Coupons
from liveshow.catalog.inbox import Inbox
from liveshow.domain.checkout.events import PaymentSettled
from liveshow.domain.checkout.parcels import CartView, Tried, cart
from liveshow.domain.giveaways.events import GiveawayOrdered
from liveshow.domain.show.events import Record
from liveshow.http.api import Endpoint
from liveshow.http.cards import CardResource
from liveshow.http.checkout import CheckoutResource
from liveshow.http.coupons import CouponDesk, CouponResource
from liveshow.http.exports import ExportResource
from liveshow.http.labels import LabelResource
from liveshow.http.notices import NoticeResource
from liveshow.http.orders import OrderResource
from liveshow.http.sales import SalesResource
from liveshow.http.visible import Visible
from liveshow.payments.cards import Cards
from liveshow.payments.chargebacks import Chargebacks
from liveshow.payments.configured import build_providers
from liveshow.payments.follower import ClosedPayments
from liveshow.payments.labels import Fonts
from liveshow.payments.orders import Orders
from liveshow.payments.provider import PageSources, PaymentProvider
from liveshow.payments.providers import Providers
from liveshow.payments.reconciler import Reconciler
from liveshow.payments.service import Payments
from liveshow.payments.webhooks import Webhooks
from liveshow.store.accounts import AccountRepository
from liveshow.store.cards import CardRepository
from liveshow.store.chargebacks import ChargebackRepository
from liveshow.store.coupons import CouponRepository
from liveshow.store.orders import OrderRepository
from liveshow.store.payments import PaymentRepository
from liveshow.store.sales import SalesRepository
from liveshow.wiring.base import Base
from liveshow.wiring.shows import ShowParts


@dataclass(frozen=True)
class PaymentParts:
    providers: Providers
    payments: Payments
    cards: Cards
    chargebacks: Chargebacks
    orders: Orders
    reconciler: Reconciler
    closed: ClosedPayments

    @property
    def page_sources(self) -> list[PageSources]:
        """Where the pages may load from, provider by provider."""
        return [provider.page_sources for provider in self.providers]

    def endpoints(self, base: Base, shows: ShowParts, inbox: Inbox) -> Iterator[Endpoint]:
        async def carts_of(user_id: str, tried: Tried = None) -> list[CartView]:
            found = []
            for show_id in await shows.shows.shows_held_in(user_id):
                state = await shows.registry.snapshot(show_id)
                if held := cart(state, user_id, base.rules, tried):
                    found.append(held)
            return found

        coupons = Coupons(CouponRepository(base.database), base.settings.limits, base.clock)
        yield from CouponResource(coupons).endpoints()

        yield from CheckoutResource(
            self.payments,
            Webhooks(self.providers, self.payments.look, self.chargebacks.look),
            self.providers,
            carts_of,
            CouponDesk(coupons, base.paces),
            base.clock,
        ).endpoints()
        yield from CardResource(self.cards).endpoints()
        yield from NoticeResource(inbox, carts_of, base.clock).endpoints()
        yield from OrderResource(self.orders).endpoints()
        sales, visible = SalesRepository(base.database), Visible(shows.registry, base.clock)
        yield from SalesResource(sales, visible).endpoints()
        yield from ExportResource(self.orders, sales, visible).endpoints()
        accounts = AccountRepository(base.database)
        yield from LabelResource(self.orders, accounts.by_id, Fonts()).endpoints()


def _sellers_in(records: Iterable[Record]) -> frozenset[str]:
    """Whose things were sold or won, by id: their private state in the show does not say it."""
    found: set[str] = set()
    for record in records:
        if isinstance(record.event, PaymentSettled):
            found.update(order.owner for order in record.event.orders)
        elif isinstance(record.event, GiveawayOrdered):
            found.add(record.event.sponsor)
    return frozenset(found)


def build_payments(
    base: Base, shows: ShowParts, more_providers: Iterable[PaymentProvider]
) -> PaymentParts:
    """Build payments; ``more_providers`` come before those that the settings name."""
    configured = build_providers(base.settings, base.database, base.clock)
    providers = Providers([*more_providers, *configured])
    repository = PaymentRepository(base.database)
    cards = Cards(CardRepository(base.database), providers, base.clock)
    payments = Payments(repository, shows.registry, providers, base.clock, cards)
    orders = Orders(
        OrderRepository(base.database), shows.registry, providers, base.clock, shows.notices.tell
    )
    chargebacks = Chargebacks(
        ChargebackRepository(base.database), repository, shows.registry, providers, base.clock
    )
    shows.published.listeners.append(lambda news: shows.notices.tell(_sellers_in(news.records)))
    return PaymentParts(
        providers,
        payments,
        cards,
        chargebacks,
        orders,
        Reconciler(payments, orders, chargebacks),
        ClosedPayments(payments),
    )
