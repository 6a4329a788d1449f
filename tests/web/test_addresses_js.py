"""An address in lines, as its country writes it on a parcel."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Page, Route

from liveshow import postal

LINES = """
async (address) => {
  const { addressLines, learnParts } = await import("/web/lib/addresses.js");
  await learnParts(address.country);
  return addressLines(address);
}
"""


@pytest.mark.parametrize(
    ("country", "region", "lines"),
    [
        ("US", "OR", ["Salem, OR 97201", "United States"]),
        ("US", "", ["Salem 97201", "United States"]),
        ("GB", "", ["Salem", "97201", "United Kingdom"]),
        ("DE", "", ["97201 Salem", "Germany"]),
        # Written although the country has no such part.
        ("DE", "Bayern", ["97201 Salem", "Bayern", "Germany"]),
        ("BR", "SP", ["Salem-SP", "97201", "Brazil"]),
        ("JP", "Tokyo", ["Tokyo", "97201", "Salem", "Japan"]),
    ],
)
async def test_an_address_stands_as_its_country_writes_it(
    page: Page, country: str, region: str, lines: list[str]
) -> None:
    """A seller read "97201 Portland" on a parcel for the United States."""

    async def shape(route: Route) -> None:
        written = {"country": country, "written": postal.shape(country).written, "parts": []}
        await route.fulfill(body=json.dumps(written), content_type="application/json")

    await page.route("**/api/address-shape*", shape)
    address = {
        "name": "Ann",
        "line1": "1 Main St",
        "line2": "",
        "city": "Salem",
        "region": region,
        "postcode": "97201",
        "country": country,
    }
    assert await page.evaluate(LINES, address) == ["Ann", "1 Main St", *lines]
