"""With which statuses an endpoint can refuse, and the codes of each, for the document.

An endpoint names the codes that are particular to it; the others follow from what it asks for: who
signs in can fail to, a body can be malformed, an id can be nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from liveshow.domain.features import MACHINE
from liveshow.errors import (
    Conflict,
    Forbidden,
    Invalid,
    LiveshowError,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    UnsupportedMediaType,
)
from liveshow.http.identity import SAFE_METHODS
from liveshow.http.problems import CONTENT_TYPE

#: The class, and by it the status, of every code that a route can name.
CLASSES: Mapping[str, type[LiveshowError]] = MACHINE.refusals | {
    code: kind
    for kind, codes in {
        Invalid: "invalid",
        Unauthenticated: "unauthenticated token_expired wrong_credentials",
        Forbidden: "cross_site forbidden not_impartial",
        NotFound: "not_found not_yours unknown_case unknown_coupon unknown_line",
        Conflict: "already_answered amount_required amount_too_large auction_not_over bad_coupon"
        " card_not_saved case_full case_open checkout_open code_taken conflict"
        " coupon_does_not_apply coupon_minimum coupon_not_for_you coupon_over coupon_used_up"
        " duplicate_variant"
        " handle_taken key_reused listing_changed listing_in_use no_letters no_payments"
        " no_cards nothing_to_pay payment_settled photo_in_use prize_claimed refund_too_large"
        " run_too_large too_late too_many_coupons too_many_listings too_many_photos total_changed"
        " unusable_handle variant_in_use weak_password wrong_postcode",
        TooLarge: "too_large",
        UnsupportedMediaType: "unsupported_media_type",
        Unprocessable: "not_an_image too_complex",
        RateLimited: "rate_limited",
        Unavailable: "unavailable",
    }.items()
    for code in codes.split()
}

_RETRY_AFTER = {
    "description": "Seconds to wait before asking again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
_HEADERS: Mapping[int, dict[str, Any]] = {
    401: {
        "WWW-Authenticate": {
            "description": "How to sign in.",
            "required": True,
            "schema": {"type": "string"},
        }
    },
    429: {"Retry-After": _RETRY_AFTER},
    503: {"Retry-After": _RETRY_AFTER},
}


def codes_by_status(
    named: tuple[str, ...],
    *,
    method: str,
    caller: str,
    body: bool,
    query: bool,
    path: bool,
    paced: bool,
) -> dict[int, list[str]]:
    """Return the codes of each status with which a request can be refused, lowest status first.

    ``named``: codes that are particular to the endpoint. ``caller``: "", "optional" or "required".
    """
    codes = dict.fromkeys(named)
    if caller:
        codes |= dict.fromkeys(("unauthenticated", "token_expired"))
        if method not in SAFE_METHODS:
            codes["cross_site"] = None
    if body:
        codes |= dict.fromkeys(("invalid", "too_large", "unsupported_media_type"))
    if query:
        codes["invalid"] = None
    if path:
        codes["not_found"] = None
    if paced:
        codes["rate_limited"] = None
    # Whatever is kept may be out of reach for a while.
    codes["unavailable"] = None
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(CLASSES[code].status, []).append(code)
    if body:
        found[408] = ["invalid"]
    return dict(sorted(found.items()))


def responses(codes: Mapping[int, list[str]], problem: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI responses of ``codes``; ``problem`` is the schema of their documents."""
    made: dict[str, Any] = {}
    for status, names in codes.items():
        listed = ", ".join(f"`{name}`" for name in names)
        made[str(status)] = {
            "description": f"{HTTPStatus(status).phrase}: {listed}.",
            "content": {CONTENT_TYPE: {"schema": problem}},
            "x-codes": names,
        }
        if status in _HEADERS:
            made[str(status)]["headers"] = _HEADERS[status]
    return made
