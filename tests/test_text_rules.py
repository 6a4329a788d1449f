"""Text from strangers: the pattern that the documents show decides, and what it says is right."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from liveshow.text_rules import OneLine, Text
from tests.support import seconds

RULES = [OneLine(0, 40), OneLine(1, 40), Text(40), Text(40, minimum=1)]
ODD = "a \n\t\r\0\u200b\u2066é\u202e"
CODE_POINTS = [chr(n) for n in range(0x110000) if not 0xD800 <= n < 0xE000]


def accepts(rule: OneLine | Text, text: str) -> bool:
    try:
        TypeAdapter(Annotated[str, rule]).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_no_control_character_or_separator_is_text(rule: OneLine | Text) -> None:
    pattern = re.compile(rule.pattern)
    allowed = "" if isinstance(rule, OneLine) else "\t\n\r\u2028\u2029"
    for char in CODE_POINTS:
        refused = unicodedata.category(char) in ("Cc", "Zl", "Zp")
        if refused and char not in allowed:
            assert not pattern.fullmatch(f"a{char}"), hex(ord(char))


@pytest.mark.parametrize("rule", [OneLine(1, 40), Text(40, minimum=1)], ids=repr)
def test_white_space_and_format_characters_alone_are_not_seen(rule: OneLine | Text) -> None:
    pattern = re.compile(rule.pattern)
    for char in CODE_POINTS:
        if char.isspace() or unicodedata.category(char) == "Cf":
            assert not pattern.fullmatch(char), hex(ord(char))


@pytest.mark.parametrize("rule", [OneLine(1, 40), Text(40, minimum=1)], ids=repr)
def test_letters_digits_marks_and_symbols_are_seen_in_every_script(rule: OneLine | Text) -> None:
    pattern = re.compile(rule.pattern)
    unseen = [
        char
        for char in CODE_POINTS
        if unicodedata.category(char)[0] in "LNPS" and not pattern.fullmatch(char)
    ]
    # Hangul fillers and a Braille cell without dots.
    assert unseen == ["\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"]


@pytest.mark.parametrize("rule", RULES, ids=repr)
@given(text=st.text(st.characters(codec="utf-8") | st.sampled_from(ODD)))
def test_what_matches_the_schema_is_what_is_accepted(rule: OneLine | Text, text: str) -> None:
    schema = TypeAdapter(Annotated[str, rule]).json_schema()
    fits = (
        schema.get("minLength", 0) <= len(text) <= schema["maxLength"]
        and re.search(schema["pattern"], text) is not None
        and re.fullmatch(schema["pattern"], text) is not None
    )
    assert accepts(rule, text) == fits


def test_lone_surrogates_are_no_text() -> None:
    assert not any(accepts(rule, "a\ud800") for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_what_turns_text_over_is_taken_out(rule: OneLine | Text) -> None:
    """faults.md 48: it comes along with what is pasted, and nobody sees it."""
    assert rule.validate("\u202d+49 30 123\u202c \u202eabc") == "+49 30 123 abc"


@pytest.mark.parametrize("nothing", ["\u2800", "\ufe0f", "\u17b4", "\u202d\u202c", "\u2066 \u2069"])
@pytest.mark.parametrize("rule", [OneLine(1, 40), Text(40, minimum=1)], ids=repr)
def test_what_cannot_be_seen_is_not_written(rule: OneLine | Text, nothing: str) -> None:
    """faults.md 48."""
    with pytest.raises(PydanticCustomError, match="Nothing of this can be seen"):
        rule.validate(nothing)


@pytest.mark.parametrize("nothing", ["\u3164", "\u2800\u2800", "\u200b", "\u202d \u202c", "\ufe0f"])
@pytest.mark.parametrize("rule", [OneLine(0, 40), Text(40)], ids=repr)
def test_where_nothing_need_be_seen_what_cannot_be_seen_is_empty(
    rule: OneLine | Text, nothing: str
) -> None:
    """faults.md 48: a city of one Hangul filler was a city that a parcel can be sent to."""
    assert rule.validate(nothing) == ""


def test_a_separator_ends_a_line_of_text_and_is_refused_in_a_name() -> None:
    assert Text(40).validate("a\u2028b\u2029c\r\nd\re") == "a\nb\nc\nd\ne"
    with pytest.raises(PydanticCustomError, match="This has to be in one line"):
        OneLine(0, 40).validate("a\u2028b")
    with pytest.raises(PydanticCustomError, match="cannot be shown"):
        OneLine(0, 40).validate("a\0\n")


def test_a_long_text_takes_linear_time() -> None:
    import time

    rule = Text(10**6, minimum=1)
    started = time.perf_counter()
    assert not accepts(rule, " " * 500_000 + "x" * 400_000 + "\0")
    assert time.perf_counter() - started < seconds(1)
