"""How often somebody may try, in memory and in a real Valkey."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from liveshow.accounts import attempts as module
from liveshow.accounts.attempts import Key, LimitedAttempts, NoLimit
from liveshow.budgets import CHECKS_AT, CHECKS_FROM, GUESSES_AT, Limits
from liveshow.errors import RateLimited
from tests.support import eventually, seconds

ANA: Key = (GUESSES_AT, "ana 203.0.113.7")
BOB: Key = (GUESSES_AT, "bob 203.0.113.7")


def attempts_of(limit: str, url: str = "") -> LimitedAttempts:
    return LimitedAttempts(Limits(sign_in_limit=limit), url)


@pytest.fixture(params=["memory", "valkey"])
def url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "memory" else str(request.getfixturevalue("valkey"))


async def test_attempts_are_counted_per_key(url: str) -> None:
    attempts = attempts_of("2/minute", url)
    for _ in range(2):
        await attempts.check(ANA, BOB)
        await attempts.count(ANA)
    with pytest.raises(RateLimited) as refusal:
        await attempts.check(BOB, ANA)
    assert 1 <= refusal.value.retry_after <= 60
    await attempts.check(BOB)


async def test_looking_does_not_count(url: str) -> None:
    attempts = attempts_of("1/minute", url)
    for _ in range(5):
        await attempts.check(ANA)


async def test_two_servers_share_their_counts_in_redis(valkey: str) -> None:
    one, other = attempts_of("1/minute", valkey), attempts_of("1/minute", valkey)
    await one.count(ANA)
    with pytest.raises(RateLimited):
        await other.check(ANA)


async def test_each_process_counts_for_itself_when_redis_is_gone(
    free_port: Callable[[], int],
) -> None:
    """faults.md 72: the limits are not off, and nobody else is locked out."""
    url = f"redis://127.0.0.1:{free_port()}/0"
    attempts, other = attempts_of("2/minute", url), attempts_of("2/minute", url)
    with capture_logs() as log:
        for _ in range(2):
            await attempts.check(ANA)
            await attempts.count(ANA)
        with pytest.raises(RateLimited):
            await attempts.check(ANA)
    assert len(log) == 1
    await attempts.check(BOB)
    await other.check(ANA)


async def test_nobody_waits_for_a_redis_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """faults.md 72: asked once, for a moment; then it is left alone for a while."""
    monkeypatch.setattr(module, "REDIS_SECONDS", 0.1)
    monkeypatch.setattr(module, "AWAY_SECONDS", seconds(60))
    asked = 0

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        attempts = attempts_of("10/minute", f"redis://127.0.0.1:{port}/0")
        async with asyncio.timeout(seconds(5)):
            for _ in range(10):
                await attempts.spend(ANA)
        with pytest.raises(RateLimited):
            await attempts.check(ANA)
    assert asked == 1


async def test_redis_is_asked_again_when_it_is_back(
    valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts, other = attempts_of("1/minute", valkey), attempts_of("1/minute", valkey)
    monkeypatch.setattr(module, "AWAY_SECONDS", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr(module, "REDIS_SECONDS", 0.0)
        await attempts.check(ANA)
    await attempts.count(ANA)
    with pytest.raises(RateLimited):
        await other.check(ANA)


async def test_the_operator_is_not_counted() -> None:
    await NoLimit().count(ANA)
    await NoLimit().check(ANA)


async def test_a_hall_has_more_checks_than_an_account(url: str) -> None:
    """faults.md 18"""
    attempts = attempts_of("10/minute", url)
    for number in range(300):
        await attempts.spend((CHECKS_FROM, "198.51.100.9"), (CHECKS_AT, f"buyer{number}"))
    with pytest.raises(RateLimited):
        await attempts.spend((CHECKS_FROM, "198.51.100.9"))
    await attempts.spend((CHECKS_FROM, "198.51.100.10"))


async def test_one_account_runs_out_of_checks_at_one_address(url: str) -> None:
    """faults.md 18"""
    attempts = attempts_of("10/minute", url)
    for _ in range(30):
        await attempts.spend((CHECKS_AT, "ana"))
    with pytest.raises(RateLimited) as refusal:
        await attempts.spend((CHECKS_AT, "ana"))
    assert 1 <= refusal.value.retry_after <= 60
    # What is left of attempts is another matter.
    await attempts.check(ANA)


async def test_what_was_counted_can_be_asked(url: str) -> None:
    attempts = attempts_of("2/minute", url)
    assert await attempts.counted(ANA) == 0
    await attempts.count(ANA)
    assert await attempts.counted(ANA) == 1
    assert await attempts.counted(BOB) == 0


async def test_a_clock_that_is_set_back_does_not_prolong_a_window(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 77: 429 until the old window was over."""
    attempts = attempts_of("1/second", url)
    await attempts.count(ANA)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)

    async def free() -> bool:
        try:
            await attempts.check(ANA)
        except RateLimited:
            return False
        return True

    await eventually(free, what="the window is over")
