"""Addresses as the countries have them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from liveshow.codes import COUNTRIES, WITHOUT_POSTCODE
from liveshow.fields import Address

PLACE = {"name": "Mei", "line1": "1 Nathan Road", "city": "Kowloon"}


def test_an_address_without_a_postcode_is_one_where_there_are_none() -> None:
    """faults.md 30: Hong Kong has none; nor is one refused that somebody writes."""
    assert Address.model_validate(PLACE | {"country": "HK"}).postcode == ""
    assert Address.model_validate(PLACE | {"country": "HK", "postcode": "999077"}).postcode


@pytest.mark.parametrize("postcode", [{}, {"postcode": ""}, {"postcode": "  "}])
def test_an_address_needs_a_postcode_where_there_are_some(postcode: dict[str, str]) -> None:
    """faults.md 30."""
    with pytest.raises(ValidationError) as refused:
        Address.model_validate(PLACE | {"country": "DE"} | postcode)
    (error,) = refused.value.errors()
    assert error["loc"] == ("postcode",)
    assert "postcode" in error["msg"]


@pytest.mark.parametrize("country", ["AA", "ZZ", "hk", "EU"])
def test_a_country_is_one_of_iso_3166(country: str) -> None:
    """faults.md 30: AA is no country."""
    with pytest.raises(ValidationError):
        Address.model_validate(PLACE | {"country": country, "postcode": "1"})


def test_both_sides_know_the_same_countries_without_postcodes() -> None:
    text = (Path(__file__).parents[1] / "web/lib/postcodes.js").read_text()
    assert set(re.findall(r"\b[A-Z]{2}\b", text)) == WITHOUT_POSTCODE
    assert WITHOUT_POSTCODE < COUNTRIES
