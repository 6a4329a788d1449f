"""What a browser says of its visitor's language is a hint, never a reason to stop."""

from __future__ import annotations

from playwright.async_api import Page

LIKELY = """
async (all) => {
  const { likelyCountry } = await import("/web/lib/countries.js");
  const { likelyCurrency } = await import("/web/features/catalog/currencies.js");
  await import("/web/components/ls-address-form.js");
  const seen = [];
  for (const [language, languages] of all) {
    for (const [name, value] of Object.entries({ language, languages }))
      Object.defineProperty(navigator, name, { configurable: true, get: () => value ?? undefined });
    const form = document.createElement("ls-address-form");
    document.body.replaceChildren(form);
    await form.updateComplete;
    const country = form.renderRoot.querySelector("select")?.value;
    seen.push([likelyCountry(), likelyCurrency(), country]);
  }
  return seen;
}
"""


# What a browser says, and what is likely: country, currency, what stands in an address.
SAID: list[tuple[str | None, list[str] | None, list[str]]] = [
    ("de-CH", ["de-CH", "en-US"], ["CH", "CHF", "CH"]),
    ("en-US@posix", ["en-US@posix"], ["US", "USD", "US"]),
    ("sv_SE.UTF-8", ["sv_SE.UTF-8"], ["SE", "SEK", "SE"]),
    ("C", ["C"], ["", "EUR", ""]),
    ("en", ["en", "en-GB"], ["GB", "GBP", "GB"]),
    ("es-419", ["es-419", "es-MX"], ["MX", "EUR", "MX"]),
    ("en-US", [], ["US", "USD", "US"]),
    (None, None, ["", "EUR", ""]),
]


async def test_a_page_is_there_whatever_the_browser_takes_for_a_language(page: Page) -> None:
    """adobe/react-spectrum#2436: `en-US@posix` and `C` are no language tags (BCP 47)."""
    seen = await page.evaluate(LIKELY, [said[:2] for said in SAID])
    assert seen == [likely for _, _, likely in SAID]
