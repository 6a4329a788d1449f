"""Whether Stripe takes a key, for ``liveshow check``."""

from __future__ import annotations

import aiohttp
import stripe

from liveshow.clock import wall_clock
from liveshow.payments.stripe.api import StripeApi


async def try_key(secret_key: str, api_base: str) -> str:
    """Return what is wrong with a secret key, for operators; "" when Stripe takes it.

    It looks at payments, which is what the server needs of a restricted key as well.
    """
    api = StripeApi(secret_key, wall_clock, api_base)
    try:
        await api.client.v1.payment_intents.list_async({"limit": 1})
    except stripe.AuthenticationError:
        return "Stripe refuses stripe_secret_key. Copy it again from the dashboard of Stripe."
    except stripe.PermissionError:
        return (
            "The restricted key in stripe_secret_key may not read PaymentIntents. Give it the "
            "right to write PaymentIntents, Refunds, Customers, SetupIntents and PaymentMethods, "
            "and to read Charges and Disputes."
        )
    except (stripe.StripeError, aiohttp.ClientError, TimeoutError) as error:
        return f"Stripe does not answer ({type(error).__name__}): nobody can pay until it does."
    finally:
        await api.close()
    return ""
