"""Accounts: signing up and in, tokens, profiles."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import structlog

from liveshow import budgets
from liveshow.accounts.attempts import Attempts, Key, NoLimit
from liveshow.accounts.handles import (
    check_new,
    lookalike,
    not_for_strangers,
    reads_as,
    reserved,
    taken,
)
from liveshow.accounts.identity import Identity, SignOut
from liveshow.accounts.passwords import NO_PASSWORD, Passwords
from liveshow.accounts.ports import Account, AccountChanges, AccountStore, Profile, TokenRecord
from liveshow.clock import Clock, wall_clock
from liveshow.domain.values import Person
from liveshow.errors import Conflict, NotFound, StoreUnavailable, Unauthenticated
from liveshow.ids import new_id

log = structlog.get_logger(__name__)

DAY = 24 * 3600 * 1000
TOUCH_EVERY = 60_000  # ms; a token's `last_used_at` is no more exact than this
MAX_TOUCHING = 50  # notes of use that are written at once; others are left to the next request
MAX_TOKENS = budgets.SIGN_INS.amount  # sign-ins of one account; the oldest give way
SHOWN_TOKENS = 100
MAX_AGENT = 200


@dataclass(frozen=True)
class SignIn:
    """A fresh sign-in, good for ``lifetime`` ms. ``token`` exists nowhere else, only its hash."""

    token: str
    identity: Identity
    lifetime: int


@dataclass(frozen=True)
class _Guesser:
    """Under what attempts at a password are counted. ``address`` is "" for who is signed in."""

    handle: str
    address: str

    @property
    def place(self) -> str:
        """The handle as it is tried from one address; no handle has a space."""
        return f"{self.handle} {self.address}"

    @property
    def at(self) -> Key:
        return budgets.GUESSES_AT, self.place

    @property
    def anywhere(self) -> Key:
        return budgets.GUESSES_FROM, self.address

    @property
    def of(self) -> Key:
        return budgets.GUESSES_OF, self.handle

    @property
    def wrong(self) -> tuple[Key, ...]:
        """What a wrong password counts for."""
        return (self.at, self.anywhere, self.of) if self.address else (self.at,)

    @property
    def checks_at(self) -> Key:
        return budgets.CHECKS_AT, self.place

    @property
    def checks_from(self) -> Key:
        return budgets.CHECKS_FROM, self.address


def token_hash(token: str) -> str:
    """Return what is stored of a token. It has 256 random bits: a fast hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class Accounts:
    """Everything about accounts that has a rule. Safe to share between requests."""

    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        *,
        token_days: int = 30,
        attempts: Attempts | None = None,
        reserved_handles: Collection[str] = (),
        clock: Clock = wall_clock,
        on_sign_out: Callable[[SignOut], None] = lambda ended: None,
        on_renamed: Callable[[Person], None] = lambda user: None,
    ) -> None:
        """Nobody signs up as what looks like one of ``reserved_handles``, or ``handles.RESERVED``.

        ``on_sign_out`` is told after sign-ins were revoked here, ``on_renamed`` of new names.
        """
        self._store = store
        self._on_sign_out = on_sign_out
        self._on_renamed = on_renamed
        self._passwords = passwords
        self._lifetime = token_days * DAY
        self._attempts = attempts or NoLimit()
        self._reserved = reserved(reserved_handles)
        self._clock = clock
        # Sign-ins whose use is being noted.
        self._touching: dict[str, asyncio.Task[None]] = {}

    # --- Signing up, in and out -------------------------------------------------------------

    async def sign_up(
        self, handle: str, password: str, name: str = "", *, address: str = "", agent: str = ""
    ) -> SignIn:
        """Create an account and sign it in.

        ``address`` is what attempts are counted by; "" is the operator, who is not counted.
        Raises ``Conflict``: ``handle_taken``, ``unusable_handle``, ``weak_password``;
        ``RateLimited``.
        """
        check_new(handle)
        if reads_as(handle) in self._reserved:
            raise not_for_strangers()
        if address:
            await self._attempts.spend((budgets.SIGN_UPS_FROM, address))
        await self._check_new(password, handle, name, address=address)
        now = self._clock()
        account = Account(
            id=new_id(),
            handle=handle,
            name=name or handle,
            password_hash=await self._passwords.hash(password, address=address),
            created_at=now,
        )
        token, record = self._new_token(account.id, now, agent)
        await self._store.add(account, record)
        return SignIn(token, _identity(account, record), self._lifetime)

    async def create(
        self, handle: str, password: str | None, name: str = "", *, public: bool = False
    ) -> Account:
        """Create an account without signing in; without a password only tokens open it.

        ``public``: everybody is meant to know the password. Raises ``Conflict``: ``handle_taken``,
        ``unusable_handle``, ``weak_password``.
        """
        check_new(handle)
        if password is not None and not public:
            await self._check_new(password, handle, name)
        hashed = NO_PASSWORD if password is None else await self._passwords.hash(password)
        account = Account(new_id(), handle, name or handle, hashed, self._clock())
        await self._store.add(account)
        return account

    async def sign_in(
        self, handle: str, password: str, *, address: str = "", agent: str = ""
    ) -> SignIn:
        """Sign in with a password.

        Failures count as attempts; every check, right ones too, costs of what the account and the
        address have. Raises ``Unauthenticated("wrong_credentials")``, ``RateLimited``,
        ``Unavailable``.
        """
        guesser = _Guesser(handle, address)
        await self._check_guesses(guesser)
        if address:
            await self._attempts.spend(guesser.checks_from, guesser.checks_at)
        account = await self._store.by_handle(handle)
        stored = account.password_hash if account is not None else None
        right = await self._passwords.verify(
            stored, password, address=address, account=guesser.place
        )
        # Of many guesses at once, those after too many wrong ones learn nothing, right or wrong.
        await self._check_guesses(guesser)
        if not right or account is None:
            await self._attempts.count(*guesser.wrong)
            raise Unauthenticated("wrong_credentials", "That handle and password do not match.")
        if self._passwords.outdated(account.password_hash):
            await self._store.set_password(
                account.id,
                await self._passwords.hash(password, address=address, account=guesser.place),
                keep=None,
                was=account.password_hash,
            )
        token, record = self._new_token(account.id, self._clock(), agent)
        await self._store.add_tokens((), (record,), most=MAX_TOKENS)
        return SignIn(token, _identity(account, record), self._lifetime)

    async def _check_new(self, password: str, *known: str, address: str = "") -> None:
        """Raise ``Conflict("weak_password")`` for what strangers would try first."""
        if why := await self._passwords.weakness(password, known, address=address):
            raise Conflict("weak_password", why)

    async def _check_guesses(self, guesser: _Guesser) -> None:
        """Raise ``RateLimited`` for who has guessed too often.

        What everybody has guessed of a handle together is held against those who have guessed wrong
        only. Whoever knows the password says it once, and strangers cannot lock them out.
        """
        await self._attempts.check(guesser.at, *([guesser.anywhere] if guesser.address else []))
        if await self._attempts.counted(guesser.at):
            await self._attempts.check(guesser.of)

    async def authenticate(self, token: str) -> Identity:
        """Return whose token this is.

        Raises ``Unauthenticated``: ``token_expired``, or ``unauthenticated`` when it was revoked
        or never existed.
        """
        found = await self._store.by_token(token_hash(token))
        if found is None:
            raise Unauthenticated("unauthenticated", "This sign-in is not valid. Sign in again.")
        record, account = found
        now = self._clock()
        if record.expires_at <= now:
            raise Unauthenticated("token_expired", "This sign-in has expired. Sign in again.")
        if now - record.last_used_at >= TOUCH_EVERY:
            self._touch(record.id, now)
        return _identity(account, record)

    def _touch(self, token_id: str, now: int) -> None:
        """Note that a sign-in was used, without making anybody wait for it."""
        if len(self._touching) < MAX_TOUCHING and token_id not in self._touching:
            task = asyncio.create_task(self._note_use(token_id, now), name="note a sign-in's use")
            self._touching[token_id] = task

    async def _note_use(self, token_id: str, now: int) -> None:
        try:
            await self._store.touch(token_id, now)
        except StoreUnavailable:
            pass  # the next request notes it
        except Exception:
            log.exception("the use of a sign-in could not be noted")
        finally:
            del self._touching[token_id]

    async def sign_out(self, identity: Identity) -> None:
        """Revoke the token that ``identity`` came with."""
        await self._store.revoke(identity.user_id, identity.token_id)
        self._on_sign_out(SignOut(identity.user_id, identity.token_id))

    # --- Tokens -------------------------------------------------------------------------------

    async def sessions(self, user_id: str) -> list[TokenRecord]:
        """Return the account's sign-ins, last used first, at most ``SHOWN_TOKENS``."""
        return await self._store.tokens(user_id, self._clock(), SHOWN_TOKENS)

    async def revoke(self, user_id: str, token_id: str) -> None:
        """Revoke one sign-in of the account; raise ``NotFound``."""
        if not await self._store.revoke(user_id, token_id):
            raise NotFound("not_found", "There is no such sign-in.")
        self._on_sign_out(SignOut(user_id, token_id))

    async def standing(self, token_ids: Collection[str]) -> set[str]:
        """Return those of the sign-ins that are neither revoked nor expired."""
        return await self._store.standing(token_ids, self._clock())

    async def change_password(self, identity: Identity, current: str, new: str) -> None:
        """Change the password and sign out everywhere else.

        Raises ``Unauthenticated("wrong_credentials")``, ``Conflict("weak_password")``,
        ``RateLimited``.
        """
        # Strangers who guess at this handle are somewhere else.
        guesser = _Guesser(identity.handle, "")
        await self._check_guesses(guesser)
        await self._attempts.spend(guesser.checks_at)
        account = await self._store.by_id(identity.user_id)
        stored = account.password_hash if account is not None else None
        right = await self._passwords.verify(stored, current, account=guesser.place)
        await self._check_guesses(guesser)
        if not right:
            await self._attempts.count(guesser.at)
            raise Unauthenticated("wrong_credentials", "That is not your current password.")
        await self._check_new(new, identity.handle, identity.name)
        await self._store.set_password(
            identity.user_id,
            await self._passwords.hash(new, account=guesser.place),
            keep=identity.token_id,
        )
        self._on_sign_out(SignOut(identity.user_id, keep=identity.token_id))

    async def reset_password(self, handle: str, new: str) -> None:
        """Set a password and sign out everywhere: for the operator.

        Raises ``NotFound``, ``Conflict("weak_password")``.
        """
        account = await self.by_handle(handle)
        await self._check_new(new, handle, account.name)
        await self._store.set_password(account.id, await self._passwords.hash(new), keep=None)
        self._on_sign_out(SignOut(account.id))

    async def create_token(self, handle: str, agent: str = "") -> str:
        """Return a new token for an account; raise ``NotFound``."""
        account = await self.by_handle(handle)
        token, record = self._new_token(account.id, self._clock(), agent)
        await self._store.add_tokens((), (record,), most=MAX_TOKENS)
        return token

    async def create_tokens(self, handles: Sequence[str], agent: str = "") -> list[str]:
        """Return one new token for each handle, creating the accounts that do not exist.

        Accounts made here have no password. One transaction, for load tests of thousands. Raises
        ``handle_taken`` when one only looks like another, ``unusable_handle``.
        """
        now = self._clock()
        known = {account.handle: account for account in await self._store.all()}
        looks = {lookalike(handle) for handle in known}
        created: list[Account] = []
        tokens: list[str] = []
        records: list[TokenRecord] = []
        for handle in handles:
            account = known.get(handle)
            if account is None:
                check_new(handle)
                if (look := lookalike(handle)) in looks:
                    raise taken()
                looks.add(look)
                account = Account(new_id(), handle, handle, NO_PASSWORD, now)
                known[handle] = account
                created.append(account)
            token, record = self._new_token(account.id, now, agent)
            tokens.append(token)
            records.append(record)
        await self._store.add_tokens(created, records, most=MAX_TOKENS)
        return tokens

    # --- Profiles -----------------------------------------------------------------------------

    async def me(self, user_id: str) -> Account:
        """Return the whole account; raise ``NotFound``."""
        return _found(await self._store.by_id(user_id))

    async def by_handle(self, handle: str) -> Account:
        """Return the account; raise ``NotFound``."""
        return _found(await self._store.by_handle(handle))

    async def all(self) -> list[Account]:
        """Return every account, by handle: for the operator."""
        return await self._store.all()

    async def update(self, user_id: str, changes: AccountChanges) -> Account:
        """Change an account; return it. Raises ``not_found``."""
        account = _found(await self._store.update(user_id, changes))
        if "name" in changes:
            self._on_renamed(account.user)
        return account

    async def profile(self, handle: str, viewer_id: str | None) -> Profile:
        """Return what everyone may see; raise ``NotFound``."""
        profile = await self._store.profile(handle, viewer_id)
        if profile is None:
            raise NotFound("not_found", "There is nobody with that handle.")
        return profile

    async def follow(self, follower_id: str, handle: str) -> None:
        """Follow an account, once; raise ``NotFound``, or ``Conflict`` for oneself."""
        followee = await self.by_handle(handle)
        if followee.id == follower_id:
            raise Conflict("conflict", "You cannot follow yourself.")
        await self._store.follow(follower_id, followee.id, self._clock())

    async def unfollow(self, follower_id: str, handle: str) -> None:
        """Stop following an account; raise ``NotFound``."""
        followee = await self.by_handle(handle)
        await self._store.unfollow(follower_id, followee.id)

    def _new_token(self, user_id: str, now: int, agent: str) -> tuple[str, TokenRecord]:
        token = secrets.token_urlsafe(32)
        record = TokenRecord(
            id=new_id(),
            user_id=user_id,
            hash=token_hash(token),
            agent=agent[:MAX_AGENT],
            created_at=now,
            last_used_at=now,
            expires_at=now + self._lifetime,
        )
        return token, record


def _found(account: Account | None) -> Account:
    if account is None:
        raise NotFound("not_found", "There is no such account.")
    return account


def _identity(account: Account, record: TokenRecord) -> Identity:
    return Identity(account.id, account.handle, account.name, record.id, record.expires_at)
