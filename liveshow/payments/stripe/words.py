"""Why a card was refused, for people (docs.stripe.com/declines/codes).

What a bank says of a card that was lost or looks stolen is not for whoever holds it: they read the
same as of any other decline.
"""

from __future__ import annotations

from typing import Any

from liveshow.domain.checkout.events import PaymentError

DECLINED = PaymentError("card_declined", "The bank declined this card. Try another one.")
NOT_CONFIRMED = PaymentError(
    "challenge_failed",
    "Your bank could not make sure that it is you. Try again, or use another card.",
)
_NO_MONEY = PaymentError(
    "insufficient_funds", "There is not enough money on this card. Try another one."
)
_OVER_LIMIT = PaymentError(
    "insufficient_funds", "This card has reached its limit. Try another one, or ask your bank."
)
_EXPIRED = PaymentError("card_expired", "This card has expired. Use another one.")
_WRONG_CVC = PaymentError(
    "wrong_cvc", "The security code is not that of the card. Look at the card and try again."
)
_WRONG_NUMBER = PaymentError("wrong_number", "This is not the number of a card. Type it again.")
_TRY_AGAIN = PaymentError(
    "try_again", "The bank could not be asked. You were not charged: try again in a moment."
)
_NOT_THIS_KIND = PaymentError(
    "card_not_supported", "This card cannot pay for this. Try one of another kind."
)

#: By the decline code of a bank, or the code of Stripe.
_BY_CODE = {
    "insufficient_funds": _NO_MONEY,
    "card_velocity_exceeded": _OVER_LIMIT,
    "withdrawal_count_limit_exceeded": _OVER_LIMIT,
    "expired_card": _EXPIRED,
    "invalid_expiry_month": _EXPIRED,
    "invalid_expiry_year": _EXPIRED,
    "incorrect_cvc": _WRONG_CVC,
    "invalid_cvc": _WRONG_CVC,
    "incorrect_number": _WRONG_NUMBER,
    "invalid_number": _WRONG_NUMBER,
    "processing_error": _TRY_AGAIN,
    "issuer_not_available": _TRY_AGAIN,
    "reenter_transaction": _TRY_AGAIN,
    "try_again_later": _TRY_AGAIN,
    "approve_with_id": _TRY_AGAIN,
    "authentication_required": NOT_CONFIRMED,
    "payment_intent_authentication_failure": NOT_CONFIRMED,
    "setup_intent_authentication_failure": NOT_CONFIRMED,
    "card_not_supported": _NOT_THIS_KIND,
    "currency_not_supported": _NOT_THIS_KIND,
}

#: What is refused for good: another card does not help.
TOO_SMALL = PaymentError(
    "amount_refused",
    "The payment provider does not take so small an amount. Claim something else in this show to "
    "pay for it together, or ask the host.",
)
TOO_LARGE = PaymentError(
    "amount_refused",
    "The payment provider does not take so large an amount at once. Ask the host how to pay.",
)
NOT_EXACT = PaymentError(
    "amount_refused",
    "The payment provider cannot take exactly this amount. Ask the host to round the price.",
)
REFUSED = PaymentError(
    "provider_refused",
    "The payment provider does not take this payment. You were not charged: ask the host how to "
    "pay.",
)
_REFUSALS = {"amount_too_small": TOO_SMALL, "amount_too_large": TOO_LARGE}


def card_error(error: Any) -> PaymentError:
    """Return what an error of a card says to its holder; ``error`` as Stripe writes it."""
    for code in (getattr(error, "decline_code", None), getattr(error, "code", None)):
        if code in _BY_CODE:
            return _BY_CODE[code]
    return DECLINED


def refusal(code: str | None) -> PaymentError:
    """Return why a charge is not made at all, by the code of Stripe."""
    return _REFUSALS.get(code or "", REFUSED)
