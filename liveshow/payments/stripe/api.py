"""The client of Stripe, and what its errors mean to whoever asks.

The transport is aiohttp: this server has it anyway, httpx would be a second one.

An idempotency key keeps the first answer for as long as Stripe remembers it, an error of Stripe's
own included. A key whose answer is such an error is followed by another one, or nothing could ever
be asked under it again. That is the same for everybody who asks within `NEXT_KEY_MS`, so that two
processes do not do the same twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import stripe
import structlog
from stripe import RequestOptions

from liveshow.clock import Clock
from liveshow.payments.provider import ProviderUnavailable

# Of one try; there are two, and `liveshow.payments.patience` waits for both.
TRY_SECONDS = 10
RETRIES = 1
NEXT_KEY_MS = 60_000

API_BASE = "https://api.stripe.com"

T = TypeVar("T")

log = structlog.get_logger(__name__)

# What it sends says how long earlier requests took: nobody here has agreed to that.
stripe.enable_telemetry = False


class StripeApi:
    """``client`` as its library documents it; every call of it goes through :meth:`ask`."""

    def __init__(self, secret_key: str, clock: Clock, api_base: str = "") -> None:
        self._clock = clock
        self._http = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=TRY_SECONDS))
        self.client = stripe.StripeClient(
            secret_key,
            http_client=self._http,
            base_addresses={"api": api_base or API_BASE},
            max_network_retries=RETRIES,
        )

    async def ask(self, call: Awaitable[T]) -> T:
        """Wait for an answer.

        Raises:
            stripe.CardError: the card, or its bank, says no.
            stripe.InvalidRequestError: it cannot be done, now or ever.
            ProviderUnavailable: it may be asked again; it may have been done or not.
        """
        try:
            return await call
        except (stripe.CardError, stripe.InvalidRequestError):
            raise
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            log.error("Stripe refuses the secret key", status=error.http_status)
            raise ProviderUnavailable(
                "The payment provider does not accept this server at the moment. Nothing is lost: "
                "try again later, or ask the operator.",
                retry_after=60,
            ) from error
        except stripe.RateLimitError as error:
            raise ProviderUnavailable("The payment provider is busy.", retry_after=5) from error
        except (stripe.StripeError, aiohttp.ClientError, TimeoutError) as error:
            # Its message may quote what was sent; the kind and the id of the request do not.
            log.warning(
                "no answer from Stripe",
                kind=type(error).__name__,
                request=getattr(error, "request_id", None),
            )
            raise ProviderUnavailable() from error

    async def once(self, key: str, call: Callable[[RequestOptions], Awaitable[T]]) -> T:
        """Ask under an idempotency key; raises what :meth:`ask` does."""
        try:
            return await self.ask(_unless_replayed(call({"idempotency_key": key})))
        except _Replayed:
            following = f"{key}-{self._clock() // NEXT_KEY_MS}"
        return await self.ask(call({"idempotency_key": following}))

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]


class _Replayed(Exception):
    """The error that was answered to an earlier request under the same key."""


async def _unless_replayed(call: Awaitable[T]) -> T:
    try:
        return await call
    except stripe.APIError as error:
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        if headers.get("idempotent-replayed") == "true":
            raise _Replayed from error
        raise
