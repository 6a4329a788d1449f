"""Passwords: argon2id, off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from liveshow.accounts import passwords as rules
from liveshow.accounts.passwords import NO_PASSWORD, Cost, Passwords
from liveshow.errors import Unavailable

CHEAP = Cost(time=1, memory_kib=8, parallelism=1)


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(CHEAP)
    yield made
    made.close()


async def test_a_hash_verifies_its_password_only(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    assert stored.startswith("$argon2id$")
    assert stored != await passwords.hash("correct horse")
    assert await passwords.verify(stored, "correct horse")
    assert not await passwords.verify(stored, "correct horse ")


@pytest.mark.parametrize("stored", [None, NO_PASSWORD, "", "nonsense", "$argon2id$broken"])
async def test_without_a_hash_nothing_verifies(passwords: Passwords, stored: str | None) -> None:
    for password in ("", "!", "decoy"):
        assert not await passwords.verify(stored, password)


async def test_an_unknown_account_costs_as_much_as_a_known_one(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await passwords.hash("correct horse")
    await passwords.verify(None, "x")
    checked: list[str] = []
    real = passwords._hasher.verify

    class Counting:
        def verify(self, hash_: str, password: str) -> bool:
            checked.append(hash_.rpartition("$")[0].rpartition("$")[0])
            return bool(real(hash_, password))

    monkeypatch.setattr(passwords, "_hasher", Counting())
    for account in (stored, None, NO_PASSWORD):
        await passwords.verify(account, "x")
    assert len(checked) == 3
    assert len(set(checked)) == 1


async def test_other_parameters_make_a_hash_outdated(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    assert not passwords.outdated(stored)
    dearer = Passwords(Cost(time=2, memory_kib=16, parallelism=1))
    assert dearer.outdated(stored)
    assert await dearer.verify(stored, "correct horse")
    dearer.close()


async def test_too_many_at_once_are_asked_to_come_back(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MAX_WAITING", 3)
    results = await asyncio.gather(
        *(passwords.hash("correct horse") for _ in range(5)), return_exceptions=True
    )
    assert [isinstance(result, Unavailable) for result in results] == [False] * 3 + [True] * 2
    assert await passwords.hash("correct horse")


def test_real_hashes_are_at_least_what_owasp_asks_for() -> None:
    assert Cost().memory_kib >= 46 * 1024
    assert Cost().time >= 1
