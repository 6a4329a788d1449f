"""``liveshow payouts``: who is owed what, and what they were paid."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click

from liveshow.accounts.ports import Account
from liveshow.cli import HANDLE, STORAGE, Refused, main, settings_options, with_database
from liveshow.clock import wall_clock
from liveshow.codes import CURRENCIES
from liveshow.domain.values import Person
from liveshow.payouts.ports import Payout
from liveshow.payouts.service import Payouts
from liveshow.payouts.terms import Standing
from liveshow.settings import Settings
from liveshow.store.accounts import AccountRepository
from liveshow.store.database import Database
from liveshow.store.payouts import PayoutRepository

T = TypeVar("T")


def _with_payouts(
    settings: Settings, work: Callable[[Payouts, AccountRepository], Coroutine[Any, Any, T]]
) -> T:
    def begun(database: Database) -> Coroutine[Any, Any, T]:
        store = PayoutRepository(database)
        payouts = Payouts(store, wall_clock, days=settings.payout_days)
        return work(payouts, AccountRepository(database))

    return with_database(settings, begun)


@main.group()
def payouts() -> None:
    """What people have earned and were paid: list, pay."""


@payouts.command("list")
@settings_options(*STORAGE, "payout_days")
def payouts_list(settings: Settings) -> None:
    """List whom the house owes money, in minor units: available, held, frozen by cases."""

    async def work(
        payouts: Payouts, _accounts: AccountRepository
    ) -> list[tuple[Person, list[Standing]]]:
        return await payouts.creditors()

    for person, standings in _with_payouts(settings, work):
        for each in standings:
            click.echo(
                f"{person.handle:24}  {each.currency}  available {each.available:>10}  "
                f"held {each.held:>10}  frozen {each.frozen:>10}"
            )


@payouts.command("pay")
@click.argument("handle", type=HANDLE)
@click.argument("currency", type=click.Choice(sorted(CURRENCIES)), metavar="CURRENCY")
@click.option("--reference", default="", help="Of the transfer; they see it.")
@settings_options(*STORAGE, "payout_days")
def payouts_pay(settings: Settings, handle: str, currency: str, reference: str) -> None:
    """Note that somebody was paid all that is available to them. It moves no money itself."""

    async def work(payouts: Payouts, accounts: AccountRepository) -> Payout:
        account: Account | None = await accounts.by_handle(handle)
        if account is None:
            raise Refused(f"There is no account {handle}.")
        return await payouts.pay(account.id, currency, reference.strip()[:100])

    made = _with_payouts(settings, work)
    click.echo(f"{handle} was paid {made.amount} {currency} for {made.orders} orders ({made.id}).")
