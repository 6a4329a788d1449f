"""Webhooks of Stripe: whether one is signed, fresh, and what it is about.

The signature is checked by Stripe's library, over the raw body; how old one may be is checked by
our clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import stripe

from liveshow.clock import Clock
from liveshow.errors import Invalid

SIGNATURE = "Stripe-Signature"
TOLERANCE_SECONDS = 300


class _Data(msgspec.Struct):
    object: dict[str, Any]


class _Event(msgspec.Struct):
    id: str
    type: str
    data: _Data


@dataclass(frozen=True, slots=True)
class StripeNews:
    """What an event is about: the ids of a PaymentIntent and of a dispute, "" when of none."""

    id: str
    intent: str
    dispute: str


def read_webhook(headers: Mapping[str, str], body: bytes, secret: str, clock: Clock) -> StripeNews:
    """Verify a webhook and say what it is about; raise ``Invalid``."""
    header = headers.get(SIGNATURE, "")
    try:
        stripe.WebhookSignature.verify_header(body, header, secret)
        event = msgspec.json.decode(body, type=_Event)
    except (stripe.SignatureVerificationError, ValueError):
        raise Invalid("invalid", "The signature of this webhook is not right.") from None
    if abs(clock() // 1000 - _signed_at(header)) > TOLERANCE_SECONDS:
        raise Invalid("invalid", "This webhook was signed too long ago.")
    return StripeNews(event.id, _intent(event), _dispute(event))


def _signed_at(header: str) -> int:
    """The time of a header that was verified, in seconds."""
    return next(int(part[2:]) for part in header.split(",") if part.startswith("t="))


def _intent(event: _Event) -> str:
    about = event.data.object
    found = about.get("id" if event.type.startswith("payment_intent.") else "payment_intent")
    return found if isinstance(found, str) else ""


def _dispute(event: _Event) -> str:
    found = event.data.object.get("id")
    is_dispute = event.type.startswith("charge.dispute.")
    return found if is_dispute and isinstance(found, str) else ""
