"""Claims by comment: ``sold 12``, ``SOLD12``, ``#12 sold``, ``claim 12 x2``, ``buy 12 red M``.

The reading is forgiving in spelling and never ambiguous. A comment is read once, when it arrives;
what it means in a show is found by `meaning`, for the locks and for the decision alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from liveshow.domain.claims.commands import ClaimItem
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Variant

# Words that claim. Hosts say "sold" about others all the time, so of staff it is no claim.
WORDS = frozenset({"sold", "claim", "buy"})
ASKING = frozenset({"claim", "buy"})
MAX_QUANTITY = 100

_WORD_FIRST = re.compile(r"(?P<word>[^\W\d_]+)\W{0,3}?(?P<number>\d{1,6})(?P<rest>(?!\d).*)")
_NUMBER_FIRST = re.compile(r"#?\s?(?P<number>\d{1,6})\s?(?P<word>[^\W\d_]+)(?P<rest>(?!\w).*)")
_QUANTITY = re.compile(r"[x\u00d7*]\s?(\d{1,3})\b|\b(\d{1,3})\s?[x\u00d7*](?!\w)")
_SEPARATORS = re.compile(r"[\s,;/]+")
_POLITE = frozenset({"please", "pls", "plz"})


@dataclass(frozen=True, slots=True)
class Comment:
    """A message in the form of a claim. ``details``: what else it says, such as a size."""

    word: str
    number: int
    quantity: int
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A message that looks like a claim and is none; ``hint`` says how to write it."""

    hint: str


def read_comment(text: str) -> Comment | None:
    """Read a message that may be a claim; None when it does not have the form of one."""
    plain = " ".join(_folded(text).split())
    found = _WORD_FIRST.fullmatch(plain) or _NUMBER_FIRST.fullmatch(plain)
    if found is None:
        return None
    quantity, rest = _quantity(found["rest"])
    return Comment(found["word"], int(found["number"]), quantity, _tokens(rest))


def _quantity(rest: str) -> tuple[int, str]:
    """How many pieces the rest of a comment asks for, and what is left of it."""
    found = _QUANTITY.search(rest)
    if found is None:
        return 1, rest
    return int(found[1] or found[2]), rest[: found.start()] + " " + rest[found.end() :]


def _tokens(text: str) -> tuple[str, ...]:
    """The words of a text in one spelling, without punctuation around them."""
    words = (word.strip(".!…:()\"'") for word in _SEPARATORS.split(_folded(text)))
    # What has no letter and no digit is decoration.
    return tuple(w for w in words if any(char.isalnum() for char in w) and w not in _POLITE)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def meaning(
    state: ShowState, comment: Comment | None, *, staff: bool
) -> ClaimItem | Misunderstood | None:
    """What a comment means in a show: a claim, an attempt at one, or nothing of the kind."""
    if comment is None or not _claims(comment.word, state.show.claim_word, staff=staff):
        return None
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


def _claims(word: str, own_word: str, *, staff: bool) -> bool:
    own = {_folded(own_word)} if own_word else set()
    return word in (ASKING if staff else WORDS) | own


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
