"""What people type: mentions, what is left of a message when it is cleaned."""

# ruff: noqa: RUF001 - look-alikes are the matter here

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from liveshow.domain.chat.text import (
    MAX_MARKS,
    clean,
    mentions,
)
from liveshow.domain.claims.comment import WORDS, could_claim, read_comment
from liveshow.domain.features import MACHINE


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("Hello @anna and @BENO.", ["anna", "beno"]),
        ("@anna @anna", ["anna"]),
        ("mail@anna.de", []),
        ("@@anna", []),
        ("@a", []),
        ("@a.", []),
        ("(@anna)", ["anna"]),
        ("@" + "a" * 25, []),
        ("@ſtella", []),
        ("@anné", []),
        ("josé@anna.de", []),
        ("你好@anna你好", ["anna"]),
        ("שלום @anna.", ["anna"]),
        (" ".join(f"@user{n}" for n in range(20)), [f"user{n}" for n in range(10)]),
    ],
)
def test_mentions_are_handles_each_once_and_at_most_ten(text: str, handles: list[str]) -> None:
    """faults.md 48: a full stop behind a handle is the sentence's."""
    assert mentions(text) == handles


def test_white_space_is_folded_and_text_composed() -> None:
    assert clean("  a \n\t b  ") == "a b"
    assert clean("e\u0301") == "é"


@pytest.mark.parametrize(
    "nothing",
    ["", " ", "\u200b", "\u2060 \ufeff", "\u3164", "\u00ad", "\u2800", "\ufe0f", "\u17b4"],
)
def test_a_message_in_which_nothing_can_be_seen_is_empty(nothing: str) -> None:
    assert clean(nothing) == ""


@pytest.mark.parametrize("between", ["", "\u034f", "\u200d", "\u200b"])
def test_marks_do_not_pile_up_whatever_is_put_between_them(between: str) -> None:
    zalgo = "x" + f"\u0335\u0336\u0337{between}" * 50
    marks = [char for char in clean(zalgo) if "\u0335" <= char <= "\u0337"]
    assert len(marks) <= MAX_MARKS
    assert clean("ส" + f"\u0e47{between}" * 50).count("\u0e47") == 1


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "Việt Nam", "ภาษาไทยที่นี่", "हिन्दी", "שָׁלוֹם", "한국어", "မှုံ့", "བསྒྲུབས"]
)
def test_languages_and_emoji_come_through_whole(text: str) -> None:
    """faults.md 48: Burmese has four marks on a letter."""
    assert clean(text) == unicodedata.normalize("NFC", text)


@given(st.text(max_size=500))
def test_any_text_is_cleaned_once_and_for_all(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    mentions(text)
    read_comment(could_claim(cleaned) or cleaned, WORDS)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "chat"},
        {"type": "chat", "text": ""},
        {"type": "chat", "text": "   "},
        {"type": "chat", "text": "x" * 501},
        {"type": "chat", "text": "bell\u0007"},
        {"type": "chat", "text": "\u202d\u202c"},
        {"type": "chat", "text": "half \ud800"},
        {"type": "chat", "text": "hi", "color": "red"},
        {"type": "chat", "text": 1},
        {"type": "claim", "item": "a", "quantity": 0},
        {"type": "claim", "item": "a", "quantity": 101},
        {"type": "claim", "item": "a", "quantity": True},
        {"type": "claim", "item": "a", "quantity": "1"},
        {"type": "claim", "item": "a", "quantity": 1.5},
        {"type": "claim", "item": ""},
        {"type": "claim", "item": "a\n"},
        {"type": "claim", "item": "x" * 65},
        {"type": "mute", "user": "a", "reason": "  "},
        {"type": "mute", "user": "a", "reason": "loud", "seconds": 0},
        {"type": "reprice", "item": "a", "price": 0},
        {"type": "reprice", "item": "a", "price": 100_000_000},
        {"type": "configure", "hold_seconds": 29},
        {"type": "block_word", "word": " "},
        {"type": "block_word", "word": "x" * 51},
        {"type": "restrict", "mode": "nobody"},
        {"type": "staff", "user": "anna", "role": "host"},
        {"type": "dance"},
        {},
    ],
)
def test_what_is_not_a_command_is_refused_at_the_door(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MACHINE.client_command.validate_python(body)
