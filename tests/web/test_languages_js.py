"""What a browser says of its visitor's language is a hint, never a reason to stop."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

LIKELY = """
async ([language, languages]) => {
  for (const [name, value] of Object.entries({ language, languages }))
    Object.defineProperty(navigator, name, { get: () => value ?? undefined });
  const { likelyCountry } = await import("/web/lib/countries.js");
  const { likelyCurrency } = await import("/web/features/catalog/currencies.js");
  await import("/web/components/ls-address-form.js");
  const form = document.createElement("ls-address-form");
  document.body.replaceChildren(form);
  await form.updateComplete;
  const country = form.renderRoot.querySelector("select")?.value;
  return [likelyCountry(), likelyCurrency(), country];
}
"""


@pytest.mark.parametrize(
    ("language", "languages", "likely"),
    [
        ("de-CH", ["de-CH", "en-US"], ["CH", "CHF", "CH"]),
        ("en-US@posix", ["en-US@posix"], ["US", "USD", "US"]),
        ("sv_SE.UTF-8", ["sv_SE.UTF-8"], ["SE", "SEK", "SE"]),
        ("C", ["C"], ["", "EUR", ""]),
        ("en", ["en", "en-GB"], ["GB", "GBP", "GB"]),
        ("es-419", ["es-419", "es-MX"], ["MX", "EUR", "MX"]),
        ("en-US", [], ["US", "USD", "US"]),
        (None, None, ["", "EUR", ""]),
    ],
)
async def test_a_page_is_there_whatever_the_browser_takes_for_a_language(
    page: Page, language: str | None, languages: list[str] | None, likely: list[Any]
) -> None:
    """adobe/react-spectrum#2436: `en-US@posix` and `C` are no language tags (BCP 47)."""
    assert await page.evaluate(LIKELY, [language, languages]) == likely
