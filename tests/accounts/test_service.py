"""Accounts on both databases, without HTTP: what the command line and load tests use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from liveshow.accounts import service
from liveshow.accounts.passwords import Cost, Passwords
from liveshow.accounts.service import Accounts
from liveshow.errors import Conflict, NotFound, Unauthenticated
from liveshow.store.accounts import AccountRepository
from liveshow.store.database import Database
from liveshow.store.tables.accounts import TokenRow

PASSWORD = "correct horse"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(Cost(time=1, memory_kib=8, parallelism=1))
    yield made
    made.close()


@pytest.fixture
def accounts(database: Database, passwords: Passwords) -> Accounts:
    return Accounts(AccountRepository(database), passwords)


async def test_thousands_of_accounts_get_a_token_each_and_keep_their_identity(
    accounts: Accounts,
) -> None:
    ana = await accounts.create("buyer2", PASSWORD)
    tokens = await accounts.create_tokens([f"buyer{n}" for n in range(1, 2501)])
    assert len(set(tokens)) == 2500
    assert (await accounts.authenticate(tokens[-1])).handle == "buyer2500"
    assert (await accounts.authenticate(tokens[1])).user_id == ana.id
    again = await accounts.create_tokens(["buyer1", "buyer1"])
    first = await accounts.authenticate(tokens[0])
    assert {(await accounts.authenticate(token)).user_id for token in again} == {first.user_id}
    assert len(await accounts.all()) == 2500


async def test_one_more_token_for_somebody_known(accounts: Accounts) -> None:
    await accounts.create("ana", None)
    token = await accounts.create_token("ana", "cli")
    assert (await accounts.authenticate(token)).handle == "ana"
    with pytest.raises(NotFound):
        await accounts.create_token("nobody")


async def test_the_operator_reserves_handles_and_makes_them(
    database: Database, passwords: Passwords
) -> None:
    """friendica/friendica#4753: what looks like a reserved handle is one."""
    accounts = Accounts(AccountRepository(database), passwords, reserved_handles=["corner_shop"])
    for handle in ("corner_shop", "corner.sh0p", "support"):
        with pytest.raises(Conflict, match="unusable_handle"):
            await accounts.sign_up(handle, PASSWORD)
    for handle in ("corner_shop", "support"):
        await accounts.create(handle, PASSWORD)
    await accounts.sign_up("corner_shops", PASSWORD)


async def test_a_handle_is_created_once(accounts: Accounts) -> None:
    await accounts.create("ana", PASSWORD, "Ana")
    with pytest.raises(Conflict, match="handle_taken"):
        await accounts.create("ana", None)


async def test_the_operator_resets_a_password_and_signs_out_everywhere(accounts: Accounts) -> None:
    await accounts.create("ana", PASSWORD)
    signed_in = await accounts.sign_in("ana", PASSWORD)
    await accounts.reset_password("ana", "battery staple")
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(signed_in.token)
    assert await accounts.sign_in("ana", "battery staple")


async def test_a_cheap_hash_is_renewed_at_the_next_sign_in(
    database: Database, accounts: Accounts
) -> None:
    await accounts.create("ana", PASSWORD)
    before = (await accounts.by_handle("ana")).password_hash
    dearer = Passwords(Cost(time=2, memory_kib=16, parallelism=1))
    later = Accounts(AccountRepository(database), dearer)
    first = await later.sign_in("ana", PASSWORD)
    after = (await accounts.by_handle("ana")).password_hash
    assert after != before
    assert not dearer.outdated(after)
    # Nobody is signed out by it, and it happens once.
    await later.sign_in("ana", PASSWORD)
    assert (await accounts.by_handle("ana")).password_hash == after
    assert await later.authenticate(first.token)
    dearer.close()


async def test_an_account_has_a_bounded_number_of_sign_ins(
    database: Database, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_TOKENS", 3)
    await accounts.create("ana", None)
    tokens = [await accounts.create_token("ana") for _ in range(5)]
    async with database.read() as connection:
        count = await connection.execute(select(func.count()).select_from(TokenRow))
        assert count.scalar_one() == 3
    assert await accounts.authenticate(tokens[-1])
