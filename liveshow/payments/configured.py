"""Which payment providers the settings name. The first one takes new payments."""

from __future__ import annotations

from liveshow.clock import Clock
from liveshow.payments import simulated
from liveshow.payments.provider import PaymentProvider
from liveshow.settings import Settings
from liveshow.store.database import Database


def provider_names(settings: Settings) -> list[str]:
    """Return the names of what :func:`build_providers` makes, without making it."""
    return [simulated.NAME] if settings.test_payments else []


def build_providers(settings: Settings, database: Database, clock: Clock) -> list[PaymentProvider]:
    """Make the providers that the settings name, the default first."""
    return [simulated.SimulatedProvider(database, clock)] if settings.test_payments else []
