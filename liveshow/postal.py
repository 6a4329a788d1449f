"""How addresses are written: what a parcel needs in each country, and what people call it there.

``postal.tsv`` is Google's address data (libaddressinput), made small: ``tests/postal_table.py``
makes it, and says where it comes from. One line is read when its country is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from liveshow.domain.values import Address

PartName = Literal["city", "region", "postcode"]

_TABLE = Path(__file__).with_name("postal.tsv")
_NAMES: Mapping[str, PartName] = {"C": "city", "S": "region", "Z": "postcode"}
# What a part is called, where its kind is no word of everybody.
_LABELS = {
    "do_si": "province or city",
    "eircode": "Eircode",
    "pin": "PIN code",
    "post_town": "town",
    "postal": "postcode",
    "zip": "ZIP code",
}
# Where the data asks for more than a parcel needs. Hong Kong has neither cities nor regions: people
# write a district or one of its three areas, as the one or the other, or neither. Monaco and the
# Vatican are their own towns.
_NOT_NEEDED = {"HK": "S", "MC": "C", "VA": "C"}
# Where people write a part that the data has among the lines of the street.
_WRITTEN_TOO = {"JP": "C"}

# An ending such as -1010 may be left out.
_SO_MANY_DIGITS = re.compile(r"\\d\{(\d)\}(?:\?:\[ \\-\]\\d\{4\}\?)?")
# What keyboards have for a hyphen, the Japanese long vowel among them.
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\u30fc"), "-")
# The mark of the Japanese post, which people write before a postcode.
_POSTAL_MARK = "\u3012"
_GAPS = re.compile("[ -]")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of addresses of a country. ``label`` is what it is called in a sentence."""

    name: PartName
    label: str
    required: bool
    example: str = ""

    @property
    def a_label(self) -> str:
        return f"{'an' if self.label[0] in 'aeiouE' else 'a'} {self.label}"


@dataclass(frozen=True, slots=True)
class Shape:
    """What addresses of a country have beside names and streets, in the order of an envelope."""

    parts: tuple[Part, ...]
    # How they stand on an envelope: %C, %S and %Z are the parts, %n is another line.
    written: str
    # Of a postcode, and what is put before it on letters from abroad.
    pattern: str
    prefix: str

    @property
    def required(self) -> frozenset[PartName]:
        return frozenset(part.name for part in self.parts if part.required)

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)

    def postcode(self, typed: str) -> str | None:
        """Return a postcode as the country writes it, or None for what is none there.

        Only one that a parcel needs is looked at: where it is left to people, theirs stays.
        """
        part = self.part("postcode")
        if not (typed and part and part.required and self.pattern):
            return typed
        return next((form for form in self._forms(typed, part.example) if self._fits(form)), None)

    def _fits(self, postcode: str) -> bool:
        return re.fullmatch(self.pattern, postcode, re.ASCII) is not None

    def _forms(self, typed: str, example: str) -> Iterator[str]:
        """Give what may have been meant: people leave gaps out and put the country before it."""
        plain = unicodedata.normalize("NFKC", typed.translate(_HYPHENS)).upper().translate(_HYPHENS)
        plain = plain.removeprefix(_POSTAL_MARK).strip()
        yield plain
        compact = _GAPS.sub("", plain)
        for letters in (compact, compact.removeprefix(_GAPS.sub("", self.prefix) or " ")):
            yield letters
            yield _with_gaps(letters, example)

    def wrong_postcode(self) -> str:
        """Return the sentence for what is no postcode of the country."""
        part = self.part("postcode")
        assert part is not None
        name = f"{part.a_label[0].upper()}{part.a_label[1:]} of this country"
        digits = _SO_MANY_DIGITS.fullmatch(re.sub("[()]", "", self.pattern))
        if digits:
            return f"{name} has {digits[1]} digits, for example {part.example}"
        return f"{name} is written like {part.example}"

    def wrong(self, address: Mapping[str, str]) -> dict[str, str]:
        found: dict[str, str] = {
            part.name: needed(part)
            for part in self.parts
            if part.required and not address[part.name]
        }
        if self.postcode(address["postcode"]) is None:
            found["postcode"] = self.wrong_postcode()
        return found


def wrong(address: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with an address: a sentence by the name of each such field.

    It may be one that was kept when less was asked, of a country that there is no more.
    """
    if address["country"] not in _lines():
        return {"country": "Choose the country again"}
    return shape(address["country"]).wrong(address)


def needed(part: Part) -> str:
    """Return the sentence for a part that is missing."""
    return f"A parcel to this country needs {part.a_label}"


@cache
@cache
def country_names() -> Mapping[str, str]:
    """Return what countries are called in English, as the post of the world reads it."""
    lines = _TABLE.with_name("countries.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def envelope(address: Address, *, at_home: str = "") -> list[str]:
    """Return an address as it stands on a parcel, a line each; ``at_home``: sent from there.

    Within a country its name is left out.
    """
    known = address.country in _lines()
    written = shape(address.country).written if known else "%Z %C%n%S"
    left = {"%C": address.city, "%S": address.region, "%Z": address.postcode}
    lines = []
    for line in written.split("%n"):
        out = ""
        # What stands between two parts is written when both are there.
        for between, part in re.findall(r"([^%]*)(%[CSZ])", line):
            if left[part]:
                out += (between if out else "") + left[part]
            left[part] = ""
        lines.append(out)
    country = country_names().get(address.country, address.country).upper()
    home = address.country == at_home
    # What a country has no place for was written all the same.
    found = [address.name, address.line1, address.line2, *lines, *left.values()]
    return [line for line in (*found, "" if home else country) if line]


def shape(country: str) -> Shape:
    """Return how addresses of a country (ISO 3166-1 alpha-2) are written. Raises ``KeyError``."""
    written, required, region, city, postcode, prefix, pattern, example = _lines()[country].split(
        "\t"
    )
    kinds = {"S": region, "C": city, "Z": postcode}
    needed = set(required) - set(_NOT_NEEDED.get(country, ""))
    return Shape(
        tuple(
            Part(
                _NAMES[letter],
                _LABELS.get(kinds[letter], kinds[letter]),
                letter in needed,
                example if letter == "Z" else "",
            )
            for letter in [*re.findall("%([CSZ])", written), *_WRITTEN_TOO.get(country, "")]
        ),
        written,
        pattern,
        prefix,
    )


@cache
def _lines() -> dict[str, str]:
    text = _TABLE.read_text(encoding="utf-8")
    rows = (line for line in text.splitlines() if not line.startswith("#"))
    return dict(row.split("\t", 1) for row in rows)


def _with_gaps(letters: str, example: str) -> str:
    """Return a postcode with the gaps that the example has: 00950 is written like 48-300."""
    rest = iter(letters)
    return "".join(sign if sign in " -" else next(rest, "") for sign in example) + "".join(rest)
