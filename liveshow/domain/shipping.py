"""What it costs to send a parcel: everything one buyer takes from one owner goes together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache

from liveshow.codes import DECIMALS
from liveshow.domain.values import Shipping

# Up to (grams): price in minor units. The last tier also takes whatever is heavier.
Rates = Sequence[tuple[int, int]]

DEFAULT_RATES: Rates = (
    (250, 395),
    (500, 495),
    (1_000, 695),
    (2_000, 895),
    (5_000, 1_295),
    (10_000, 1_895),
    (30_000, 2_995),
)

# What one US dollar was worth late in 2025, roughly: enough for examples of rates, and for no more.
# An operator who sells in a currency sets the rates that their post has.
_PER_DOLLAR = (  # noqa: SIM905 - a table is easier to check than quoted strings
    "AED 3.7 AFN 66 ALL 83 AMD 380 AOA 915 ARS 1450 AUD 1.5 AWG 1.8 AZN 1.7 BAM 1.7 BBD 2 BDT 122 "
    "BHD 0.38 BIF 2950 BMD 1 BND 1.3 BOB 6.9 BRL 5.4 BSD 1 BTN 89 BWP 13 BYN 3 BZD 2 CAD 1.4 "
    "CDF 2200 CHF 0.8 CLP 930 CNY 7.1 COP 3800 CRC 500 CUP 24 CVE 95 CZK 21 DJF 178 DKK 6.4 "
    "DOP 63 DZD 130 EGP 47 ERN 15 ETB 155 EUR 0.86 FJD 2.3 FKP 0.76 GBP 0.76 GEL 2.7 GHS 11 "
    "GIP 0.76 GMD 73 GNF 8700 GTQ 7.7 GYD 209 HKD 7.8 HNL 26 HTG 131 HUF 330 IDR 16700 ILS 3.3 "
    "INR 89 IQD 1310 IRR 42000 ISK 127 JMD 160 JOD 0.71 JPY 156 KES 129 KGS 87 KHR 4000 KMF 425 "
    "KPW 900 KRW 1470 KWD 0.31 KYD 0.83 KZT 515 LAK 21600 LBP 89500 LKR 308 LRD 180 LSL 17 "
    "LYD 5.4 MAD 9.3 MDL 17 MGA 4500 MKD 53 MMK 2100 MNT 3570 MOP 8 MRU 40 MUR 46 MVR 15 "
    "MWK 1730 MXN 18 MYR 4.1 MZN 64 NAD 17 NGN 1450 NIO 37 NOK 10 NPR 142 NZD 1.7 OMR 0.38 PAB 1 "
    "PEN 3.4 PGK 4.3 PHP 59 PKR 281 PLN 3.7 PYG 7000 QAR 3.6 RON 4.4 RSD 101 RUB 78 RWF 1455 "
    "SAR 3.8 SBD 8.2 SCR 14 SDG 600 SEK 9.5 SGD 1.3 SHP 0.76 SLE 23 SOS 571 SRD 39 SSP 4700 "
    "STN 21 SVC 8.8 SYP 11000 SZL 17 THB 32 TJS 9.2 TMT 3.5 TND 2.9 TOP 2.4 TRY 42 TTD 6.8 "
    "TWD 31 TZS 2460 UAH 42 UGX 3600 USD 1 UYU 40 UZS 12000 VED 245 VES 245 VND 26400 VUV 122 "
    "WST 2.8 XAF 565 XCD 2.7 XCG 1.8 XOF 565 XPF 103 YER 238 ZAR 17 ZMW 23 ZWG 26"
).split()
PER_DOLLAR = {code: float(worth) for code, worth in zip(*[iter(_PER_DOLLAR)] * 2, strict=True)}


@cache
def example_rates(currency: str) -> Rates:
    """Return the built-in rates in a currency: those in dollars, changed and rounded to two digits.

    ``currency`` is one of ``liveshow.codes.CURRENCIES``.
    """
    if currency == "USD":
        return DEFAULT_RATES
    minor = PER_DOLLAR[currency] * 10 ** DECIMALS[currency] / 100
    return tuple((grams, _two_digits(price * minor)) for grams, price in DEFAULT_RATES)


def _two_digits(amount: float) -> int:
    places = 1 - math.floor(math.log10(amount))
    return max(1, int(round(amount, min(places, 0))))


# ``(shipping of the listing, quantity)``
Pieces = Iterable[tuple[Shipping, int]]


def parcel_shipping(pieces: Pieces, cap: int | None, rates: Rates = DEFAULT_RATES) -> int:
    """Price of one parcel holding these pieces.

    Flat rates do not add up: the dearest one pays for the parcel. Weights add up and are
    looked up in ``rates``. A parcel with both costs the dearer of the two. ``cap`` is the most
    that a parcel of this show may cost.
    """
    flat = grams = 0
    for shipping, quantity in pieces:
        flat = max(flat, shipping.flat or 0)
        grams += (shipping.weight or 0) * quantity
    by_weight = 0
    if grams:
        by_weight = next((price for up_to, price in rates if grams <= up_to), rates[-1][1])
    price = max(flat, by_weight)
    return price if cap is None else min(price, cap)
