"""A provider that says nothing: every call of it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from liveshow.payments import patience
from liveshow.payments.provider import PaymentProvider, ProviderUnavailable
from liveshow.payments.providers import Providers


class Silent:
    """A provider whose connection is open, and over which nothing comes."""

    name = "silent"
    card_form = None

    def __getattr__(self, _name: str) -> Callable[..., Awaitable[None]]:
        async def wait(*_arguments: object) -> None:
            await asyncio.Event().wait()

        return wait


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Providers:
    monkeypatch.setattr(patience, "PROVIDER_SECONDS", 0.05)
    silent: PaymentProvider = Silent()  # type: ignore[assignment]  # of each of its names
    return Providers([silent])


@pytest.mark.parametrize(
    "ask",
    [
        lambda provider: provider.create("p", 100, "EUR", 1),
        lambda provider: provider.status("p"),
        lambda provider: provider.cancel("p"),
        lambda provider: provider.refund("p", 100, "k"),
        lambda provider: provider.client("p"),
        lambda provider: provider.notification({}, b""),
    ],
)
async def test_whoever_asks_a_silent_provider_is_told_that_it_does_not_answer(
    providers: Providers, ask: Callable[[PaymentProvider], Awaitable[object]]
) -> None:
    with pytest.raises(ProviderUnavailable):
        await ask(providers.default)


async def test_a_silent_provider_does_not_keep_the_server_from_ending(providers: Providers) -> None:
    with capture_logs() as logs:
        await providers.close()
    assert [line["provider"] for line in logs] == ["silent"]
