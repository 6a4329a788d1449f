"""Which payment providers the settings name. The first one takes new payments."""

from __future__ import annotations

from liveshow.clock import Clock
from liveshow.payments import simulated
from liveshow.payments.provider import PaymentProvider
from liveshow.settings import Settings
from liveshow.store.database import Database
from liveshow.store.stripe import StripeRepository

STRIPE = "stripe"


def provider_names(settings: Settings) -> list[str]:
    """Return the names of what :func:`build_providers` makes, without making it."""
    return [
        *([STRIPE] if settings.stripe else []),
        *([simulated.NAME] if settings.test_payments else []),
    ]


def build_providers(settings: Settings, database: Database, clock: Clock) -> list[PaymentProvider]:
    """Make the providers that the settings name, the default first."""
    providers: list[PaymentProvider] = []
    if settings.stripe:
        providers.append(_stripe(settings, database, clock))
    if settings.test_payments:
        providers.append(simulated.SimulatedProvider(database, clock))
    return providers


def _stripe(settings: Settings, database: Database, clock: Clock) -> PaymentProvider:
    # Its library takes half a second to import, which is for those who use it.
    from liveshow.payments.stripe.api import StripeApi
    from liveshow.payments.stripe.provider import StripeProvider

    base = settings.stripe_api_base
    return StripeProvider(
        StripeApi(settings.stripe_secret_key.get_secret_value(), clock, base),
        StripeRepository(database),
        clock,
        publishable_key=settings.stripe_publishable_key,
        webhook_secret=settings.stripe_webhook_secret.get_secret_value(),
        stand_in=base,
    )
