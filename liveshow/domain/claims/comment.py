"""Claims by comment: ``sold 12``, ``SOLD12``, ``#12 sold``, ``claim 12 x2``, ``buy 12 red M``.

The reading is forgiving in spelling and never ambiguous. What a comment means in a show is found by
`meaning`, for the locks and for the decision alike.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import regex

from liveshow.domain.claims.commands import ClaimItem
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Variant

# Words that claim. Hosts say "sold" about others all the time, so of staff it is no claim.
WORDS = frozenset({"sold", "claim", "buy"})
ASKING = frozenset({"claim", "buy"})
MAX_QUANTITY = 100

# ``x2``, ``2x``, ``qty 2``; the third sign is a Cyrillic letter.
_TIMES = r"[x\u00d7*\u0445]"
_QUANTITY = regex.compile(
    rf"{_TIMES}\s?(\d{{1,3}})(?!\w)|(?<!\w)(\d{{1,3}})\s?{_TIMES}(?!\w)"
    r"|(?<!\w)(?:qty|quantity)\W{0,2}(\d{1,3})(?!\w)"
)
_SEPARATORS = regex.compile(r"[\s,;/\u2013\u2014-]+")
_AROUND = ".!?…:()\"'*\u201c\u201d"
# What people say besides, and what says nothing about which piece.
_BESIDES = regex.compile(
    r"(?<!\w)(?:please|pls|plz|thank you|thanks|thx|ty|for me|to me|in|size|colou?r)(?!\w)"
)
_MONEY = regex.compile(r"[\p{Sc}%]")

# Before the word: decoration, politeness. To tell somebody else to claim is no claim.
_LEAD = (
    r"(?:[^\w@\p{Sc}]|_|(?:please|pls|plz|ok|okay|yes|hi|hey|hello)(?!\w))*"
    r"(?:(?:i|i['\u2019]?ll|i will|can i|may i|i want to|i['\u2019]?d like to)\s(?=claim|buy))?"
)
# Between the word and the number. An amount of money is no number of an item.
_SIGN = r"(?:[^\w\p{Sc}]|_)"
_TO_NUMBER = rf"{_SIGN}{{0,3}}?(?:(?:no|nr|number|item|lot|piece){_SIGN}{{0,3}})?"
_NUMBER = r"(?P<number>\d{1,6})(?!\d)"


@dataclass(frozen=True, slots=True)
class Comment:
    """A message in the form of a claim. ``details``: what else it says, such as a size.

    ``sure``: it looks like nothing else. What is not is a claim only if its details name a variant.
    """

    word: str
    number: int
    quantity: int = 1
    details: tuple[str, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A message that looks like a claim and is none; ``hint`` says how to write it."""

    hint: str


def could_claim(text: str) -> str | None:
    """Return a message in one spelling if it may be a claim; None when it names no number."""
    folded = " ".join(_folded(text).split())
    return folded if any(char.isdecimal() for char in folded) else None


@lru_cache(maxsize=1024)
def read_comment(plain: str, words: frozenset[str]) -> Comment | None:
    """Read what `could_claim` returned as a claim with one of ``words``, which are folded.

    Many people write the same.
    """
    if not any(word in plain for word in words):
        return None
    for pattern, sure in _forms(words):
        found = pattern.fullmatch(plain)
        if found is None:
            continue
        parts = found.groupdict("")
        rest = " ".join([parts.get("before", ""), parts["rest"]])
        quantity, rest = _quantity(rest)
        if times := parts.get("times"):
            quantity = int(times)
        return Comment(parts["word"], int(parts["number"]), quantity, _tokens(rest), sure)
    return None


@lru_cache(maxsize=256)
def _forms(words: frozenset[str]) -> list[tuple[regex.Pattern[str], bool]]:
    """The forms that a claim may have, and whether one that has it is nothing else."""
    either = "|".join(regex.escape(word) for word in sorted(words, key=len, reverse=True))
    word = rf"(?P<word>{either})"
    times = r"(?P<times>\d{1,3})"
    rest = r"(?P<rest>.*)"
    between = r"\s(?P<before>[^\d]{1,40}?)\s#?"
    return [
        (regex.compile(form), sure)
        for form, sure in (
            (rf"{_LEAD}{word}{_TO_NUMBER}{_NUMBER}(?!{_TIMES}\s#?\d){rest}", True),
            (rf"{_LEAD}{word}\s?{times}{_TIMES}\s#?{_NUMBER}{rest}", True),
            (rf"{_LEAD}{times}\s?{_TIMES}\s?{word}{_TO_NUMBER}{_NUMBER}{rest}", True),
            (rf"{_LEAD}{_NUMBER}{_SIGN}?{word}(?!\w){rest}", True),
            (rf"{_LEAD}{word}{between}{_NUMBER}{rest}", False),
            (rf"(?P<before>.{{1,40}}?)(?<!\w){word}{_TO_NUMBER}{_NUMBER}{rest}", False),
        )
    ]


def _quantity(rest: str) -> tuple[int, str]:
    """How many pieces the rest of a comment asks for, and what is left of it."""
    found = _QUANTITY.search(rest)
    if found is None:
        return 1, rest
    return int(found[1] or found[2] or found[3]), rest[: found.start()] + " " + rest[found.end() :]


def _tokens(text: str) -> tuple[str, ...]:
    """The words of a text in one spelling, without punctuation around them."""
    words = (word.strip(_AROUND) for word in _SEPARATORS.split(_BESIDES.sub(" ", _folded(text))))
    # What has no letter and no digit is decoration, unless it makes the number an amount.
    return tuple(w for w in words if any(char.isalnum() for char in w) or _MONEY.search(w))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def meaning(
    state: ShowState, plain: str | None, *, staff: bool
) -> ClaimItem | Misunderstood | None:
    """What a comment means in a show: a claim, an attempt at one, or nothing of the kind.

    ``plain`` is what `could_claim` returned.
    """
    if plain is None:
        return None
    comment = read_comment(plain, _words(state.show.claim_word, staff=staff))
    if comment is None:
        return None
    if not comment.sure:
        return _guess(state, comment)
    item = state[RunOfShow].by_number(comment.number)
    if item is None:
        return Misunderstood(f"There is no item {comment.number} in this show.")
    if not 1 <= comment.quantity <= MAX_QUANTITY:
        return Misunderstood(f"You can claim 1 to {MAX_QUANTITY} pieces at a time.")
    if not comment.details:
        return ClaimItem(item=item.id, quantity=comment.quantity)
    matching = _matching(item, comment.details)
    if not matching:
        return Misunderstood(_how_to(comment, item))
    # A size that comes in several colours: the claim is asked to say which.
    variant = matching[0].id if len(matching) == 1 else None
    return ClaimItem(item=item.id, quantity=comment.quantity, variant=variant)


def _guess(state: ShowState, comment: Comment) -> ClaimItem | None:
    """What a message may say in passing is a claim if all else in it names a variant."""
    item = state[RunOfShow].by_number(comment.number)
    if item is None or not comment.details or not 1 <= comment.quantity <= MAX_QUANTITY:
        return None
    matching = _matching(item, comment.details)
    if len(matching) != 1:
        return None
    return ClaimItem(item=item.id, quantity=comment.quantity, variant=matching[0].id)


@lru_cache(maxsize=1024)
def _words(own_word: str, *, staff: bool) -> frozenset[str]:
    own = {" ".join(_folded(own_word).split())} if own_word.strip() else set()
    return frozenset((ASKING if staff else WORDS) | own)


def _matching(item: Item, details: tuple[str, ...]) -> list[Variant]:
    """The variants that a comment may mean: those named exactly, or else those that fit."""
    wanted = set(details)
    labels = [(variant, set(_tokens(variant.label))) for variant in item.variants]
    exact = [variant for variant, label in labels if label == wanted]
    return exact or [variant for variant, label in labels if wanted <= label]


def _how_to(comment: Comment, item: Item) -> str:
    labels = [variant.label for variant in item.variants if variant.label]
    if not labels:
        return f"To claim it, write “{comment.word} {comment.number}” and nothing else."
    shown = ", ".join(labels[:10])
    return f"To claim it, write “{comment.word} {comment.number}” and one of these: {shown}."
