"""Blocked words: what a rule forbids and what it leaves alone (faults.md 47)."""

# ruff: noqa: RUF001 - look-alikes are the matter here

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveshow.domain.chat.blocking import (
    MAX_RULES,
    MAX_RULES_LENGTH,
    all_blocking,
    blocked_by,
    plain,
    with_rules,
)
from liveshow.domain.chat.state import Chat
from liveshow.errors import Conflict
from tests.domain import asks as c
from tests.domain.world import ANNA, COHOST, HANNA, MODERATOR, PlainRoom


@pytest.mark.parametrize(
    "text",
    [
        "spam",
        "SPAM!",
        "buy spam now",
        "ѕраm",
        "ｓｐａｍ",
        "s\u200bp\u200ba\u200bm",
        "s\u200b\u0336pam",
        "s\u0336p\u0336a\u0336m\u0336",
        "sp\u00adam",
        "sp\u034fam",
        "𝓼𝓹𝓪𝓶",
        "sp\u0e31am",
        "_spam_",
        "spam.com",
        "l'spam",
        "(spam)",
        "no:spam",
        "spam🍆",
    ],
)
def test_a_word_is_found_behind_its_look_alikes_and_beside_signs(text: str) -> None:
    assert blocked_by(text, ["Spam"]) == "Spam"


@pytest.mark.parametrize("text", ["spammer", "sp am", "Scunthorpe", "", "bad-words are not here"])
def test_words_that_only_contain_a_blocked_one_are_free(text: str) -> None:
    assert not all_blocking(text, ["spam", "cunt", "bad words here", ""])


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("バカ", "このバカ野郎"),
        ("傻逼", "你是傻逼吗"),
        ("바보", "너는 바보야"),
        ("바보", "너는바보야"),
        ("โง่", "คนโง่มาก"),
        ("🍆", "send 🍆 now"),
        ("🍆", "🍆\u200d"),
        ("🍆", "🍆\u0336"),
        ("❤", "❤\ufe0f"),
        ("👍", "👍🏿"),
        ("👍👍", "👍🏽👍🏽"),
        ("🇩🇪", "🇫🇷🇩🇪"),
        ("$$$", "cheap $$$!"),
        ("$$$", "＄＄＄"),
        ("a$$", "what an a$$ hat"),
        ("<3", "i <3 you"),
        ("c++", "I write C++."),
        ("año", "AN\u0303O nuevo"),
        ("âne", "l'âne"),
        ("straße", "STRAẞE"),
        ("my site", "visit my-site, now"),
        ("my-site", "visit my site"),
        ("bad $$$", "bad  $$$"),
        ("spam*", "spammers"),
        ("*spam", "antispam"),
        ("*spam*", "antispammer"),
        ("spin", "SPİN"),
        ("شتم", "شَتْم"),
        ("блин", "ну, БЛИН!"),
    ],
)
def test_a_rule_forbids_what_it_says(word: str, text: str) -> None:
    assert blocked_by(text, with_rules([], [word])) == word


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("a$$", "what a nice coat"),
        ("<3", "size 3"),
        ("<3", "<30"),
        ("c++", "vitamin c"),
        ("ano", "año"),
        ("ass", "aß"),
        ("ass", "class"),
        ("café", "cafe"),
        # Holidays.
        ("バカ", "バカンス"),
        ("ขาว", "ข่าว"),
        ("कि", "कु"),
        ("👩", "👨‍👩‍👧"),
        ("👍🏿", "👍🏽"),
        # Andorra and Spain.
        ("🇩🇪", "🇦🇩🇪🇸"),
        ("1", "1️⃣"),
        ("spam*", "antispam"),
    ],
)
def test_a_rule_leaves_alone_what_only_looks_a_little_like_it(word: str, text: str) -> None:
    assert blocked_by(text, with_rules([], [word])) is None


@pytest.mark.parametrize("word", ["*", "***", "a*", "🍆*", "f**k", "\u0336", "  \u0336 "])
def test_a_rule_that_cannot_mean_anything_is_refused_in_a_sentence(word: str) -> None:
    with pytest.raises(Conflict) as refused:
        with_rules([], [word])
    assert refused.value.code == "unusable_word"
    assert refused.value.message.endswith(".")


def test_rules_from_before_that_mean_nothing_forbid_nothing() -> None:
    assert all_blocking("a * f**k", ["***", "f**k", "\u0336"]) == []


@given(st.text(max_size=200), st.text(min_size=1, max_size=50))
def test_any_text_is_held_against_any_rule(text: str, word: str) -> None:
    assert plain(plain(text)) == plain(text)
    all_blocking(text, [word, "spam"])


# --- the list of a show --------------------------------------------------------------------


def words(room: PlainRoom) -> list[str]:
    return room.state[Chat].words


def test_words_are_blocked_one_at_a_time_and_nobody_loses_theirs(salon: PlainRoom) -> None:
    """faults.md 50: two who add a word at the same time both have it."""
    salon.ask(MODERATOR, c.BlockWord(word="spam"))
    salon.ask(COHOST, c.BlockWord(word="scam"))
    assert words(salon) == ["spam", "scam"]
    salon.ask(HANNA, c.UnblockWord(word="spam"))
    assert words(salon) == ["scam"]
    salon.ask(ANNA, c.Chat(text="spam"))


def test_a_word_is_blocked_once_and_what_is_not_blocked_cannot_be_allowed(
    salon: PlainRoom,
) -> None:
    salon.ask(MODERATOR, c.BlockWord(word="spam"))
    assert salon.refuses(MODERATOR, c.BlockWord(word="ЅРАm")) == "already_blocked"
    assert salon.refuses(MODERATOR, c.UnblockWord(word="scam")) == "unknown_word"
    assert salon.refuses(MODERATOR, c.BlockWord(word="f**k")) == "unusable_word"
    assert words(salon) == ["spam"]


def test_a_rule_is_the_same_in_every_spelling(salon: PlainRoom) -> None:
    salon.ask(MODERATOR, c.BlockWord(word="buy now"))
    assert salon.refuses(COHOST, c.BlockWord(word="Buy \u00a0 NOW")) == "already_blocked"
    salon.ask(COHOST, c.UnblockWord(word="ＢＵＹ now"))
    assert words(salon) == []


def test_what_cannot_be_blocked_again_is_not_undone(salon: PlainRoom) -> None:
    salon.ask(MODERATOR, c.BlockWord(word="Spam"))
    allowed = salon.ask(MODERATOR, c.UnblockWord(word="Spam"))["seq"]
    salon.ask(COHOST, c.BlockWord(word="spam"))
    assert salon.refuses(MODERATOR, c.Undo(seq=allowed)) == "cannot_undo"
    salon.ask(COHOST, c.UnblockWord(word="spam"))
    salon.state[Chat].words = with_rules([], [f"w{n}" for n in range(MAX_RULES)])
    assert salon.refuses(MODERATOR, c.Undo(seq=allowed)) == "cannot_undo"


def test_undoing_takes_back_one_word_whatever_came_after(salon: PlainRoom) -> None:
    first = salon.ask(MODERATOR, c.BlockWord(word="spam"))["seq"]
    salon.ask(COHOST, c.BlockWord(word="scam"))
    salon.ask(HANNA, c.Undo(seq=first))
    assert words(salon) == ["scam"]
    assert salon.refuses(HANNA, c.Undo(seq=first)) == "cannot_undo"
    taken = salon.ask(HANNA, c.UnblockWord(word="scam"))["seq"]
    salon.ask(HANNA, c.Undo(seq=taken))
    assert words(salon) == ["scam"]


def test_a_show_has_so_many_rules_and_so_much_text_in_them(salon: PlainRoom) -> None:
    """faults.md 54: what the team is sent has a bound, whatever JSON makes of emoji."""
    full = with_rules([], [f"w{n}" for n in range(MAX_RULES)])
    with pytest.raises(Conflict, match="200 words"):
        with_rules(full, ["one more"])
    long = [chr(0x1F600 + n) * 49 for n in range(MAX_RULES_LENGTH // 49)]
    with pytest.raises(Conflict, match="4,000 characters"):
        with_rules(long, ["🍆" * 49])
    assert MAX_RULES_LENGTH * len(r"\ud83c\udf46") < 64 * 1024
