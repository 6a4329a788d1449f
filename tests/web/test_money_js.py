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
