"""Amounts in the browser have the decimals of ISO 4217, as the server's table has them."""

from __future__ import annotations

from playwright.async_api import Page

from liveshow.codes import CURRENCIES, DECIMALS

SHOWN = """
async (currencies) => {
  const { decimals, money, moneyInput, parseMoney } = await import("/web/lib/money.js");
  const { DECIMALS } = await import("/web/lib/currencies.js");
  return {
    named: Object.keys(DECIMALS).sort(),
    decimals: Object.fromEntries(currencies.map((code) => [code, decimals(code)])),
    there: currencies.every((code) => parseMoney(moneyInput(1234, code), code) === 1234),
    forints: money(899000, "HUF").replace(/[^0-9.,]/g, ""),
    yen: money(899, "JPY").replace(/[^0-9.,]/g, ""),
    dinars: money(8990, "KWD").replace(/[^0-9.,]/g, ""),
    typed: parseMoney("8990.00", "HUF"),
  };
}
"""


async def test_both_sides_have_one_table_of_decimals(page: Page) -> None:
    """faults.md 28: 8,990.00 forints were shown as 899,000."""
    shown = await page.evaluate(SHOWN, sorted(CURRENCIES))
    assert shown["decimals"] == DECIMALS
    assert shown["named"] == sorted(code for code, places in DECIMALS.items() if places != 2)
    assert shown["there"]
    assert (shown["forints"], shown["yen"], shown["dinars"]) == ("8,990.00", "899", "8.990")
    assert shown["typed"] == 899_000


PARSED = """
async (all) => {
  const { amountAdvice, parseMoney } = await import("/web/lib/money.js");
  return all.map(([currency, texts]) => [
    texts.map((text) => parseMoney(text, currency)),
    amountAdvice(currency).match(/[0-9.]*[0-9]/g).map((text) => parseMoney(text, currency)),
  ]);
}
"""


TYPED: list[tuple[str, dict[str, int | None]]] = [
    ("EUR", {"25": 2500, "24.5": 2450, "12,50": 1250, " 7 ": 700, "999999.99": 99_999_999}),
    ("EUR", {"1,234.50": 123_450, "1.234,50": 123_450, "1\u202f234,50": 123_450}),
    # Thousands, or a slip of the finger: asked again.
    ("EUR", {"1,000": None, "1.000": None, "24.505": None, "": None, "-5": None, "5e3": None}),
    ("EUR", {"1,23,4": None, "1.234.50": None, "12 34": None, ".5": None, "5.": None}),
    ("JPY", {"12500000": 12_500_000, "99999999": 99_999_999, "12,500": 12_500}),
    ("JPY", {"12,500,000": 12_500_000, "24.50": None, "\uff11\uff12\uff15": 125}),
    ("KWD", {"1.250": 1250, "1.5": 1500, "1,5": 1500, "1000": 1_000_000}),
    # One dinar or a thousand? A factor of a thousand is not guessed.
    ("KWD", {"1,000": None, "1.000": 1000, "1,234.500": 1_234_500, "1000,500": 1_000_500}),
    ("KWD", {"\u0661\u0662\u066b\u0665": 12_500, "\u06f1\u06f2": 12_000}),
    ("KWD", {"\u0661\u066c\u0660\u0660\u0660": 1_000_000}),
]


async def test_an_amount_is_read_as_it_was_meant_or_asked_for_again(page: Page) -> None:
    """autoNumeric/autoNumeric#127: "1,000" became 1. Expensify/App#78643: ten million dong were
    the most that could be entered."""
    read = await page.evaluate(PARSED, [[currency, list(typed)] for currency, typed in TYPED])
    for (currency, typed), (parsed, advised) in zip(TYPED, read, strict=True):
        assert dict(zip(typed, parsed, strict=True)) == typed, currency
        assert len(advised) == 2
        assert None not in advised
