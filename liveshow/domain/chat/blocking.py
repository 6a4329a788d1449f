"""Blocked words: what a rule means, and which rule forbids a text.

A rule is a word, a phrase, an emoji or a sign. A text and a rule are compared in one plain form
(`plain`), in which look-alike letters are the same letter (UTS #39 §4). Letters with accents are
letters of their own: a rule ``ano`` allows "año".

A word is found as a whole word (UAX #29 §4), beside punctuation, too: ``_spam_``, ``spam.com``.
Where words are not set apart by spaces it is found inside a sentence. A ``*`` at its beginning or
end leaves that side open: ``spam*`` is in "spammer". Signs are found wherever they stand.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import regex
from confusable_homoglyphs.confusables import confusables_data

from liveshow.errors import Conflict

# Of all rules of a show together.
MAX_RULES = 200
MAX_RULES_LENGTH = 4_000

# With the sign before it, which marks may stand on.
_NOT_ASCII = regex.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
_GRAPHEMES = regex.compile(r"\X")
_PICTURE = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")
# What joins pictures to one, and what a picture is decorated with.
_DECORATION = regex.compile(
    r"[[\p{Mn}\p{Me}\p{Cf}]--[\u200d\u20e3\U000e0020-\U000e007f]]", regex.V1
)
# What takes no room (UAX #44: default-ignorable, format characters), and the Braille cell without
# dots.
_UNSEEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]")
_MARK = regex.compile(r"[\p{Mn}\p{Me}]")
_COMMON_MARK = regex.compile(r"\p{Script=Inherited}")
# A mark that is left on one of these after composition is decoration, or an optional vowel.
_BARE = regex.compile(
    r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}\p{Script=Common}\p{Script=Inherited}]"
)
_HANGUL = regex.compile(r"\p{Hangul}")

# Letters of scripts that write words without spaces between them, or glue endings to them. Runs of
# Katakana are words (UAX #29, WB13).
_UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Hangul}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
    r"\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}\p{Javanese}\p{Balinese}\p{Yi}"
)
_WORDLIKE = r"\p{L}\p{M}\p{N}"
_NEEDS_BOUNDARY = regex.compile(rf"[[{_WORDLIKE}]--[{_UNSPACED}]]", regex.V1)
_LETTER = regex.compile(rf"[{_WORDLIKE}]")

# UAX #29 joins words over an underscore, a dot or an apostrophe; people who hide one do, too.
_BEGINS = rf"(?:\b|(?<![{_WORDLIKE}]))"
_ENDS = rf"(?:\b|(?![{_WORDLIKE}]))"
# Not in the middle of a letter, a family or a flag.
_WHOLE_BEFORE = r"(?<!\u200d)"
_WHOLE_FLAG = r"(?<=(?:^|[^\p{Regional_Indicator}])(?:\p{Regional_Indicator}{2})*)"
_WHOLE_AFTER = r"(?![\p{M}\u200d\U000e0020-\U000e007f])"
_TONES = regex.compile(r"[\U0001f3fb-\U0001f3ff]")
_TONED = regex.compile(r"\p{Emoji_Modifier_Base}")
# Between the words of a phrase.
_GAP = rf"[^{_WORDLIKE}]+"
_BETWEEN = regex.compile(rf"\s+|(?<=[{_WORDLIKE}])[-_.'\u2019\u00b7\u30fb/]+(?=[{_WORDLIKE}])")


class Rule(NamedTuple):
    """A blocked word as it is looked for. ``part`` is in every text that it forbids."""

    word: str
    part: str
    pattern: str


@dataclass(frozen=True, eq=False)
class Rules:
    """All rules of a show. The same list of them is the same object, for as long as it is used."""

    rules: tuple[Rule, ...]

    def blocking(self, text: str) -> Iterator[str]:
        """Give the words of the rules that forbid ``text``."""
        said = plain(text)
        for rule in self.rules:
            if rule.part in said and _compiled(rule.pattern).search(said):
                yield rule.word


def blocked_by(text: str, words: Sequence[str]) -> str | None:
    """Return the first of ``words`` that forbids ``text``, or None."""
    return next(_blocking(text, words), None) if words else None


def all_blocking(text: str, words: Sequence[str]) -> list[str]:
    """Return those of ``words`` that forbid ``text``."""
    return [*_blocking(text, words)]


def blocks_name(name: str, words: Sequence[str]) -> bool:
    """Whether one of ``words`` forbids a name or a handle. It is asked with every message."""
    return bool(words) and _forbids(_rules(tuple(words)), name)


# The names of those who write lately; each is looked through once for the rules as they are.
@lru_cache(maxsize=8192)
def _forbids(rules: Rules, name: str) -> bool:
    return next(rules.blocking(name), None) is not None


def _blocking(text: str, words: Sequence[str]) -> Iterator[str]:
    return _rules(tuple(words)).blocking(text)


def with_rules(words: Sequence[str], new: Iterable[str]) -> list[str]:
    """Return ``words`` and after them the ``new`` ones.

    Raises ``unusable_word`` for a rule that cannot mean what it says, ``already_blocked`` and
    ``too_many_words``.
    """
    known = {_spelling(word): word for word in words}
    for word in new:
        _rule(word)
        if same := known.get(_spelling(word)):
            raise Conflict("already_blocked", f"“{same}” is blocked already.")
        known[_spelling(word)] = word
    together = [*known.values()]
    if len(together) > MAX_RULES:
        raise _full(f"A show can block {MAX_RULES} words. Allow one of them again first.")
    if sum(map(len, together)) > MAX_RULES_LENGTH:
        raise _full(
            f"The blocked words of a show have {MAX_RULES_LENGTH:,} characters together at most."
            " Allow a long one again first."
        )
    return together


def without_rules(words: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Return ``words`` without those that are the same rule as one of ``taken``."""
    gone = frozenset(map(_spelling, taken))
    return [word for word in words if _spelling(word) not in gone]


def _spelling(word: str) -> str:
    """Return what two spellings of one rule have in common."""
    return " ".join(plain(word).split())


def _full(message: str) -> Conflict:
    return Conflict("too_many_words", message)


def _unusable(message: str) -> Conflict:
    return Conflict("unusable_word", message)


def plain(text: str) -> str:
    """Return ``text`` in the form in which rules and texts are compared."""
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(_plain_run, unicodedata.normalize("NFKC", text)).lower()


def _plain_run(found: regex.Match[str]) -> str:
    seen = "".join(map(_seen, _GRAPHEMES.findall(found[0])))
    return "".join(map(_plain_letter, _GRAPHEMES.findall(unicodedata.normalize("NFC", seen))))


def _seen(letter: str) -> str:
    """Return what can be seen of a grapheme cluster."""
    if _PICTURE.search(letter):
        return _DECORATION.sub("", letter).rstrip("\u200d")
    return _UNSEEN.sub("", letter)


def _plain_letter(letter: str) -> str:
    """Return one grapheme cluster in its plain form."""
    return _folded(letter) if len(letter) < 8 else _fold(letter)


def _fold(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    if _PICTURE.search(letter):
        return letter
    kept = ""
    for char in letter:
        if not _MARK.match(char):
            kept += _prototype(_small(char))
        # A mark that nothing was composed with is decoration, unless its letter is of its script.
        elif not (_COMMON_MARK.match(char) or _BARE.match(kept[:1])):
            kept += char
    return kept


_folded = lru_cache(maxsize=8192)(_fold)


def _small(char: str) -> str:
    """Simple case folding (UAX #44): ``ß`` and ``ss`` stay two spellings."""
    folded = char.casefold()
    if len(folded) == 1:
        return folded
    lower = char.lower()
    return lower if len(lower) == 1 else lower[0]


def _prototype(char: str) -> str:
    """Return the Latin letter that ``char`` looks like, with its accents, or ``char``."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char.isascii() or _HANGUL.match(char):
        return char
    apart = unicodedata.normalize("NFD", char)
    for other in confusables_data.get(apart[0], ()):
        twin: str = other["c"]
        if len(twin) == 1 and twin.isascii() and twin.isalpha():
            return unicodedata.normalize("NFC", twin.lower() + apart[1:])
    return char


# Most rules are in no text, and are never compiled.
_compiled = lru_cache(maxsize=4096)(regex.compile)


@lru_cache(maxsize=8192)
def _rule(word: str) -> Rule:
    bare = _spelling(word)
    open_before, open_after = bare.startswith("*"), bare.endswith("*")
    if open_before or open_after:
        bare = bare[open_before : len(bare) - open_after].strip()
        if sum(map(len, _LETTER.findall(bare))) < 2:
            raise _unusable("Beside a * there have to be two letters at least, as in spam*.")
    if "*" in bare:
        raise _unusable("A * can only stand at the beginning or the end, as in spam*.")
    if not bare:
        raise _unusable("Nothing of this can be compared with what people write.")
    words = [found for found in _BETWEEN.split(bare) if found]
    pattern = _begins(bare, open_before) + _GAP.join(map(_spelled, words)) + _ends(bare, open_after)
    part = max((part for known in words for part in _TONED.split(known)), key=len)
    return Rule(word, part, f"(?w){pattern}")


def _begins(bare: str, is_open: bool) -> str:
    if regex.match(r"\p{Regional_Indicator}", bare):
        return _WHOLE_FLAG
    if _NEEDS_BOUNDARY.match(bare) and not is_open:
        return _BEGINS
    return _WHOLE_BEFORE


def _ends(bare: str, is_open: bool) -> str:
    if _NEEDS_BOUNDARY.match(bare[-1]):
        return "" if is_open else _ENDS
    return _WHOLE_AFTER


@lru_cache(maxsize=256)
def _rules(words: tuple[str, ...]) -> Rules:
    """The same few words are looked for in every message of a show."""
    rules = []
    for word in words:
        # What an older version took forbids nothing if it has no meaning.
        with suppress(Conflict):
            rules.append(_rule(word))
    return Rules(tuple(rules))


def _spelled(word: str) -> str:
    """Return a pattern for a word of a rule; a gesture is meant in every colour of skin."""
    any_tone = "" if _TONES.search(word) else f"{_TONES.pattern}?"
    return "".join(
        regex.escape(char, special_only=True) + (any_tone if _TONED.match(char) else "")
        for char in word
    )
