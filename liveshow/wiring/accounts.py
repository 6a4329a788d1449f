"""Accounts: who somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liveshow.accounts.attempts import LimitedAttempts
from liveshow.accounts.identity import Gate, SignOut
from liveshow.accounts.passwords import Passwords
from liveshow.accounts.service import Accounts
from liveshow.domain.values import Person
from liveshow.http.accounts import AccountResource
from liveshow.http.api import Endpoint
from liveshow.store.accounts import AccountRepository
from liveshow.wiring.base import Base, News


@dataclass(frozen=True)
class AccountParts:
    accounts: Accounts
    gate: Gate
    passwords: Passwords
    # Sign-ins that were revoked.
    signed_out: News[SignOut]
    # People with another name.
    renamed: News[Person]

    def endpoints(self) -> Iterator[Endpoint]:
        yield from AccountResource(self.accounts).endpoints()


def build_accounts(base: Base) -> AccountParts:
    settings = base.settings
    passwords = Passwords()
    signed_out: News[SignOut] = News()
    renamed: News[Person] = News()
    accounts = Accounts(
        AccountRepository(base.database),
        passwords,
        token_days=settings.token_days,
        attempts=LimitedAttempts(settings.limits, settings.redis_url),
        reserved_handles=settings.reserved_handles,
        clock=base.clock,
        on_sign_out=signed_out,
        on_renamed=renamed,
    )
    return AccountParts(
        accounts, Gate(accounts, settings.public_url), passwords, signed_out, renamed
    )
