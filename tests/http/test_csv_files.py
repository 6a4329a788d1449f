"""Tables for spreadsheets: what is in them is what was there, and is never a formula."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.http.csv_files import BOM, Cell, amount, moment, row_text, text_cell

STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def read(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def test_cells_are_quoted_and_quotes_are_doubled() -> None:
    assert row_text(["a", 'say "hi"', 5, None, Decimal("1.50")]) == ('"a","say ""hi""",5,,1.50\r\n')


@pytest.mark.parametrize("start", STARTS)
def test_nothing_begins_like_a_formula(start: str) -> None:
    """https://owasp.org/www-community/attacks/CSV_Injection"""
    [[cell]] = read(row_text([f"{start}1+cmd|' /C calc'!A0"]))
    assert cell[0] not in STARTS
    assert "1" in cell


@pytest.mark.parametrize(
    "attack",
    [
        '","=1+1',
        ";=1+1",
        '";"=1+1',
        'a", =1+1',
        "x,@SUM(1)",
        "x;\t-2",
        "' =1",
        "a\r\n=1+1",
        'a"\n+1',
    ],
)
def test_nor_does_what_another_country_takes_for_a_cell(attack: str) -> None:
    """A spreadsheet that separates by semicolons sees other cells in the same text."""
    text = row_text([attack, "next"])
    assert text.count("\r\n") == 1
    for separator in (",", ";", "\t", "|"):
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for row in rows:
            for cell in row:
                assert not re.match(r"\s*[=+\-@]", cell.strip('"')), (separator, row)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_text_comes_back_as_it_was_but_for_what_is_dangerous(cells: list[str]) -> None:
    values: list[Cell] = list(cells)
    [row] = read(row_text(values))
    assert row == [text_cell(cell) for cell in cells]
    for cell, original in zip(row, cells, strict=True):
        assert not cell or cell[0] not in STARTS
        # Nothing is lost but control characters, and nothing is added but apostrophes and spaces.
        kept = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s']", "", original)
        assert re.sub(r"[\s']", "", cell) == kept


def test_numbers_are_numbers_also_below_zero() -> None:
    assert row_text([-5, amount(-1_250, "EUR"), amount(700, "JPY"), amount(1, "KWD")]) == (
        "-5,-12.50,700,0.001\r\n"
    )


def test_times_are_in_utc() -> None:
    assert moment(1_800_000_000_999) == "2027-01-15 08:00:00"
    assert BOM == "\ufeff"
