"""Addresses as the countries have them (faults.md 30)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from liveshow import postal
from liveshow.codes import COUNTRIES
from liveshow.fields import Address
from tests.postal_table import table

PLACE = {"name": "Mei", "line1": "1 Nathan Road"}
WHOLE = {"city": "Town", "region": "Land", "postcode": "1"}


def wrong(place: dict[str, str]) -> dict[str, str]:
    """What is refused of an address, by field."""
    with pytest.raises(ValidationError) as refused:
        Address.model_validate(PLACE | place)
    return {str(error["loc"][0]): error["msg"] for error in refused.value.errors()}


@pytest.mark.parametrize(
    "place",
    [
        {"country": "HK"},
        {"country": "HK", "city": "Kowloon", "postcode": "999077"},
        {"country": "SG", "postcode": "546080"},
        {"country": "MC", "postcode": "98000"},
        {"country": "AE", "region": "Dubai"},
        {"country": "JP", "region": "Tokyo", "postcode": "154-0023"},
        {"country": "IE", "city": "Dublin"},
        {"country": "DE", "city": "Ulm", "postcode": "89073"},
    ],
)
def test_an_address_has_what_its_country_has(place: dict[str, str]) -> None:
    """faults.md 30: Hong Kong has no postcodes, Singapore no cities, Germany no regions."""
    address = Address.model_validate(PLACE | place)
    assert not postal.wrong(address.model_dump())
    assert address.shape.postcode(address.postcode) == place.get("postcode", "")


@pytest.mark.parametrize("country", ["US", "CA", "AU", "BR", "MX", "IN", "CN"])
def test_an_address_needs_a_region_where_parcels_go_by_it(country: str) -> None:
    """faults.md 30."""
    assert list(wrong({"country": country})) == ["city", "region", "postcode"]
    assert list(wrong({"country": country, "city": "Town", "postcode": "1"})) == ["region"]


@pytest.mark.parametrize("postcode", [{}, {"postcode": ""}, {"postcode": "  "}])
def test_an_address_needs_a_postcode_where_there_are_some(postcode: dict[str, str]) -> None:
    """faults.md 30."""
    assert wrong({"country": "DE", "city": "Ulm"} | postcode) == {
        "postcode": "A parcel to this country needs a postcode"
    }


def test_what_is_missing_is_called_as_people_there_call_it() -> None:
    assert wrong({"country": "US", "city": "Albany"}) == {
        "region": "A parcel to this country needs a state",
        "postcode": "A parcel to this country needs a ZIP code",
    }
    assert wrong({"country": "AE"}) == {"region": "A parcel to this country needs an emirate"}
    assert wrong({"country": "KR", "city": "Suwon", "postcode": "16487"}) == {
        "region": "A parcel to this country needs a province or city"
    }


@pytest.mark.parametrize("country", ["AA", "ZZ", "hk", "EU"])
def test_a_country_is_one_of_iso_3166(country: str) -> None:
    """faults.md 30: AA is no country."""
    assert "country" in wrong({"country": country} | WHOLE)


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("US", "94103", "94103"),
        ("US", " 94103-1234", "94103-1234"),
        ("US", "ABC", None),
        ("US", "9410", None),
        ("US", "941034", None),
        ("GB", "sw1a 1aa", "SW1A 1AA"),
        ("GB", "sw1a1aa", "SW1A1AA"),
        ("GB", "94103", None),
        ("CA", "h3z-2y7", "H3Z2Y7"),
        ("PL", "00950", "00-950"),
        ("PL", "00 950", "00-950"),
        ("PT", "4000", None),
        ("JP", "\uff11\uff15\uff14\u30fc\uff10\uff10\uff12\uff13", "154-0023"),
        ("FI", "FI-00550", "00550"),
        ("FI", "FI 00550", "00550"),
        ("SE", "SE-114 55", "11455"),
        ("LV", "LV1073", "LV-1073"),
        ("NL", "1234ab", "1234AB"),
        # Where it is left to people, what they write stays.
        ("IE", "somewhere", "somewhere"),
        ("HK", "999077", "999077"),
        ("DE", "", ""),
    ],
)
def test_a_postcode_is_one_that_its_country_can_have(
    country: str, typed: str, kept: str | None
) -> None:
    """faults.md 30: a ZIP code ABC was accepted. How it is typed does not matter."""
    assert postal.shape(country).postcode(typed.strip()) == kept


def test_what_a_postcode_looks_like_is_said_in_plain_words() -> None:
    said = {country: postal.shape(country).wrong_postcode() for country in ("US", "DE", "GB", "IN")}
    assert said == {
        "US": "A ZIP code of this country has 5 digits, for example 95014",
        "DE": "A postcode of this country has 5 digits, for example 26133",
        "GB": "A postcode of this country is written like EC1Y 8SY",
        "IN": "A PIN code of this country has 6 digits, for example 110034",
    }


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_country_has_a_shape_that_its_own_example_fits(country: str) -> None:
    shape = postal.shape(country)
    for part in shape.parts:
        assert part.label == part.label.strip() != ""
        assert "_" not in part.label
        if part.name == "postcode" and part.required:
            assert part.example
            assert shape.postcode(part.example) == part.example
            assert part.example in shape.wrong_postcode()
            assert shape.postcode("?") is None
    needed = {part.name: WHOLE[part.name] for part in shape.parts if part.required}
    Address.model_validate(PLACE | needed | {"country": country})


def test_the_table_is_what_its_source_says() -> None:
    assert postal._TABLE.read_text(encoding="utf-8") == table()


@pytest.mark.parametrize(
    ("stored", "fields"),
    [
        ({"country": "US", "region": "", "postcode": "ABC"}, {"region", "postcode"}),
        ({"country": "AA"}, {"country"}),
        ({"country": "DE", "postcode": "89073"}, set()),
    ],
)
def test_an_address_that_was_kept_can_always_be_read(
    stored: dict[str, str], fields: set[str]
) -> None:
    """What was stored when less was asked is told of, and never an error."""
    assert set(postal.wrong(PLACE | WHOLE | {"line2": ""} | stored)) == fields


def test_the_table_is_read_when_somebody_writes_an_address() -> None:
    """A server that starts reads nothing of it, and later eleven kilobytes."""
    code = "import liveshow.fields, liveshow.postal as p; print(p._lines.cache_info().currsize)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "0"
    assert postal._TABLE.stat().st_size < 16_000


def schema_of(country: str) -> list[Any]:
    document = Address.model_json_schema()
    return [
        part["required"]
        for part in document["anyOf"]
        if country in part["properties"]["country"]["enum"]
    ]


def test_the_document_says_what_each_country_needs() -> None:
    """faults.md 40."""
    assert schema_of("US") == [["city", "postcode", "region"]]
    assert schema_of("SG") == [["postcode"]]
    assert schema_of("HK") == [[]]
