"""Whether buyers can pay, and whether every payment has its provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from liveshow.check.findings import Finding
from liveshow.payments import simulated
from liveshow.payments.configured import provider_names
from liveshow.payments.records import OPEN, UNCONFIRMED
from liveshow.settings import Settings
from liveshow.store.tables.orders import OrderRow
from liveshow.store.tables.payments import PaymentRow

PART = "payments"
TIMEOUT = 5  # seconds for the database to answer

_HOOK = "/api/payments/webhooks/stripe"


def providers(settings: Settings) -> Iterator[Finding]:
    """Whether there is a provider, and whether its money is real."""
    names = provider_names(settings)
    if not names:
        yield Finding(
            "warning",
            PART,
            "No payment provider is set up: carts and claims work, but nobody can pay. To try it "
            "with test cards, which move no money, set test_payments.",
        )
    elif simulated.NAME in names:
        yield Finding(
            "warning",
            PART,
            "Test cards are taken, which move no money: orders are made that nobody has paid for. "
            "Unset test_payments before anything is sent to buyers.",
        )
    else:
        yield Finding("ok", PART, f"New payments go to {names[0]}.")


async def stripe(settings: Settings) -> AsyncIterator[Finding]:
    """Whether Stripe takes the secret key, what its money is worth, and whether it calls back."""
    if not settings.stripe:
        if settings.require_card:
            yield Finding(
                "warning", PART, "require_card does nothing: without Stripe no cards are kept."
            )
        return
    # Its library takes half a second to import, which is for those who use it.
    from liveshow.payments.stripe.trial import try_key

    key = settings.stripe_secret_key.get_secret_value()
    if problem := await try_key(key, settings.stripe_api_base):
        yield Finding("problem", PART, problem)
    elif settings.stripe_api_base:
        yield Finding(
            "warning",
            PART,
            f"{settings.stripe_api_base} stands in for Stripe: no money moves, and cards that are "
            "typed in go there. Unset stripe_api_base before anything is sent to buyers.",
        )
    elif "_test_" in key:
        yield Finding(
            "warning",
            PART,
            "Stripe takes the key, which is one for tests: no money moves. Use live keys before "
            "anything is sent to buyers.",
        )
    else:
        yield Finding("ok", PART, "Stripe takes the key.")
    if not settings.stripe_webhook_secret.get_secret_value():
        yield Finding(
            "warning",
            PART,
            "Stripe cannot tell this server what happens: payments are found by asking, some "
            f"seconds later. Make an endpoint for {settings.public_url or 'https://…'}{_HOOK} at "
            "Stripe and set stripe_webhook_secret.",
        )


def orphans(settings: Settings) -> Iterator[Finding]:
    """Name providers that payments still need and that are not set up. Blocks.

    Whether the database answers at all is said elsewhere.
    """
    known = provider_names(settings)
    try:
        found = _waiting(settings)
    except (ValueError, SQLAlchemyError):
        return
    for name, (moving, paid) in sorted(found.items()):
        if name not in known:
            yield Finding("warning", PART, _about(name, moving, paid))


def _about(name: str, moving: int, paid: int) -> str:
    waiting = []
    if moving:
        waiting.append(f"{_count(moving, 'payment')} cannot come to an end")
    if paid:
        waiting.append(f"{_count(paid, 'order')} cannot be refunded")
    return f"The provider “{name}” is not set up: {' and '.join(waiting)} until it is again."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _waiting(settings: Settings) -> dict[str, tuple[int, int]]:
    """Return per provider the payments that are on their way, and orders that can be refunded."""
    url = make_url(settings.sql_url)
    if url.get_backend_name() == "sqlite":
        # Opening a file that is not there would make it.
        if not url.database or not Path(url.database).exists():
            return {}
        url = url.set(drivername="sqlite")
    else:
        url = url.update_query_dict({"connect_timeout": str(TIMEOUT)})
    count = func.count()
    moving = (
        select(col(PaymentRow.provider), count)
        .where(col(PaymentRow.status).in_((*OPEN, *UNCONFIRMED)))
        .group_by(col(PaymentRow.provider))
    )
    paid = (
        select(col(PaymentRow.provider), count)
        .join(OrderRow, col(OrderRow.payment_id) == col(PaymentRow.id))
        .where(col(OrderRow.status) != "refunded")
        .group_by(col(PaymentRow.provider))
    )
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            first = {row[0]: row[1] for row in connection.execute(moving)}
            second = {row[0]: row[1] for row in connection.execute(paid)}
    finally:
        engine.dispose()
    return {name: (first.get(name, 0), second.get(name, 0)) for name in first | second}
