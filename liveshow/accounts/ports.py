"""What accounts need from a store, and the plain records that pass between them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypedDict

from liveshow.domain.values import Address, Person


@dataclass(frozen=True)
class Account:
    """A user as stored. ``address``: where parcels go, None until they say so."""

    id: str
    handle: str
    name: str
    password_hash: str
    created_at: int
    bio: str = ""
    # What stands on the packing slips of what they send.
    thanks: str = ""
    address: Address | None = None

    @property
    def user(self) -> Person:
        """The user as everyone sees them."""
        return Person(self.id, self.handle, self.name)


class AccountChanges(TypedDict, total=False):
    """What of an account is changed; what is left out stays."""

    name: str
    bio: str
    thanks: str
    address: Address | None


@dataclass(frozen=True)
class TokenRecord:
    """A sign-in as stored: ``hash`` is the SHA-256 of the token, in hexadecimal."""

    id: str
    user_id: str
    hash: str
    agent: str
    created_at: int
    last_used_at: int
    expires_at: int


@dataclass(frozen=True)
class Profile:
    """What everyone may see of an account; ``following`` is about who asks."""

    account: Account
    followers: int
    following: bool
    listings: int


class AccountStore(Protocol):
    """Implemented by ``liveshow.store.accounts.AccountRepository``. Each call is a transaction."""

    async def add(self, account: Account, token: TokenRecord | None = None) -> None:
        """Add an account; raise ``Conflict("handle_taken")``."""

    async def by_handle(self, handle: str) -> Account | None: ...

    async def by_id(self, user_id: str) -> Account | None: ...

    async def all(self) -> list[Account]: ...

    async def update(self, user_id: str, changes: AccountChanges) -> Account | None:
        """Change an account; return it, None if it is gone."""

    async def set_password(
        self, user_id: str, password_hash: str, *, keep: str | None, was: str | None = None
    ) -> bool:
        """Set the hash and revoke every token but ``keep``.

        With ``was``, only if that is still the hash, and no token is revoked.
        """

    async def add_tokens(
        self, accounts: Sequence[Account], tokens: Sequence[TokenRecord], *, most: int
    ) -> None:
        """Add accounts and tokens in one go; of each user's tokens keep the newest ``most``."""

    async def by_token(self, hash_: str) -> tuple[TokenRecord, Account] | None: ...

    async def touch(self, token_id: str, at: int) -> None:
        """Note that a token was used."""

    async def tokens(self, user_id: str, now: int, limit: int) -> list[TokenRecord]:
        """Return the tokens that have not expired, last used first."""

    async def standing(self, token_ids: Collection[str], now: int) -> set[str]:
        """Return those of the tokens that exist and have not expired."""

    async def revoke(self, user_id: str, token_id: str) -> bool:
        """Delete a token; return whether there was one."""

    async def profile(self, handle: str, viewer_id: str | None) -> Profile | None: ...

    async def follow(self, follower_id: str, followee_id: str, at: int) -> None:
        """Idempotent."""

    async def unfollow(self, follower_id: str, followee_id: str) -> None:
        """Idempotent."""
