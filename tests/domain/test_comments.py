"""Claims by comment: forgiving in spelling, never ambiguous."""

# ruff: noqa: RUF001 - other spellings of digits and letters are the matter here

from __future__ import annotations

import pytest

from liveshow.domain.claims.comment import WORDS, Comment, could_claim, read_comment
from liveshow.domain.run_of_show.state import RunOfShow
from tests.domain import asks as c
from tests.domain.world import ANNA, BENO, COHOST, HANNA, SELLER, PlainRoom, World


def read(text: str) -> Comment | None:
    plain = could_claim(text)
    return read_comment(plain, WORDS) if plain else None


@pytest.mark.parametrize(
    "text",
    [
        "SOLD1",
        "sold1",
        "sold 1",
        "Sold 1",
        "SOLD 1",
        "sold  1",
        "sold#1",
        "sold #1",
        "sold # 1",
        "sold:1",
        "sold: 1",
        "sold - 1",
        "sold-1",
        "sold=1",
        "sold.1",
        "sold_1",
        "sold no 1",
        "sold no. 1",
        "sold №1",
        "sold nr. 1",
        "sold number 1",
        "sold item 1",
        "sold item #1",
        "sold 01",
        "sold 001",
        "sold 1.",
        "sold 1!",
        "sold 1 !!",
        "sold 1!!! 🎉",
        "sold 1 ❤️",
        "🎉 sold 1",
        "#sold1",
        "!sold 1",
        "*sold 1*",
        "(sold 1)",
        "“sold 1”",
        "sold 1 :)",
        "sold 1 please",
        "please sold 1",
        "Pls sold 1",
        "sold1please",
        "sold 1 thanks",
        "sold 1, thank you!",
        "sold 1 for me",
        "1 sold",
        "#1 sold",
        "1 sold!",
        "1sold",
        "#1sold",
        "ＳＯＬＤ\u3000１",
        "ｓｏｌｄ＃１",
        "sold ①",
        "sold 1️⃣",
        "sold １",
        "sold ١",
        "sold ۱",
        "sold १",
        "sold ১",
        "sold ๑",
        "sold ௧",
        "sold ១",
    ],
)
def test_a_claim_is_read_in_every_spelling(text: str) -> None:
    """faults.md 26: 61 of them, with the digits of nine scripts."""
    assert read(text) == Comment("sold", 1)


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("Claim 12 x2", Comment("claim", 12, 2)),
        ("claim 12 x 2", Comment("claim", 12, 2)),
        ("claim 12 2x", Comment("claim", 12, 2)),
        ("claim 12x2", Comment("claim", 12, 2)),
        ("claim 12 × 2", Comment("claim", 12, 2)),
        ("claim 12 *2", Comment("claim", 12, 2)),
        ("claim 12 х2", Comment("claim", 12, 2)),
        ("claim १२ x२", Comment("claim", 12, 2)),
        ("claim 12 qty 2", Comment("claim", 12, 2)),
        ("claim 2x 12", Comment("claim", 12, 2)),
        ("2x claim 12", Comment("claim", 12, 2)),
        ("sold 12 x0", Comment("sold", 12, 0)),
        ("I claim 12", Comment("claim", 12)),
        ("i'd like to buy 12", Comment("buy", 12)),
        ("buy 12 M", Comment("buy", 12, 1, ("m",))),
        ("buy 12M", Comment("buy", 12, 1, ("m",))),
        ("buy 12 M/Red", Comment("buy", 12, 1, ("m", "red"))),
        ("buy 12, red, m", Comment("buy", 12, 1, ("red", "m"))),
        ("buy 12 M-Red", Comment("buy", 12, 1, ("m", "red"))),
        ("buy 12 x2 M / Red", Comment("buy", 12, 2, ("m", "red"))),
        ("buy 12 in size M, please", Comment("buy", 12, 1, ("m",))),
        ("12 sold M", Comment("sold", 12, 1, ("m",))),
        ("sold 3 dark blue", Comment("sold", 3, 1, ("dark", "blue"))),
        ("M sold 12", Comment("sold", 12, 1, ("m",), sure=False)),
        ("sold M 12", Comment("sold", 12, 1, ("m",), sure=False)),
        ("I sold 12", Comment("sold", 12, 1, ("i",), sure=False)),
        # What would be ambiguous is not left out: it has to name a variant, or is hinted at.
        ("sold 12 and 13", Comment("sold", 12, 1, ("and", "13"))),
        ("sold 12€", Comment("sold", 12, 1, ("€",))),
        ("sold 12 @anna", Comment("sold", 12, 1, ("@anna",))),
        ("sold $12", None),
        ("$12 sold", None),
        ("@anna buy 12", Comment("buy", 12, 1, ("@anna",), sure=False)),
        ("sold", None),
        ("sold out", None),
        ("sold 1234567", None),
        ("unsold 12", None),
    ],
)
def test_what_else_a_claim_says_is_read(text: str, comment: Comment | None) -> None:
    """faults.md 26."""
    assert read(text) == comment


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("sold 2 s", "dress-s"),
        ("SOLD2 M", "dress-m"),
        ("2 claim m!", "dress-m"),
        ("S sold 2", "dress-s"),
        ("sold M 2", "dress-m"),
    ],
)
def test_a_size_is_claimed_in_any_case_and_order(salon: PlainRoom, text: str, variant: str) -> None:
    salon.ask(ANNA, c.Chat(text=text))
    assert [own.variant for own in salon.held_by("anna")] == [variant]


def test_a_label_of_several_words_is_found_in_any_order(world: World, salon: PlainRoom) -> None:
    world.listing("shirt", HANNA, {"Dark blue / M": 1, "Blue / M": 1})
    salon.put("shirt")
    salon.ask(ANNA, c.Chat(text="sold 4 m dark\nblue"))
    salon.ask(BENO, c.Chat(text="sold 4 M Blue"))
    assert [own.variant for own in salon.held_by("anna")] == ["shirt-dark-blue-m"]
    assert [own.variant for own in salon.held_by("beno")] == ["shirt-blue-m"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sold 9", "There is no item 9 in this show."),
        ("sold 2 XL", "To claim it, write “sold 2” and one of these: S, M."),
        ("sold 3 XL", "To claim it, write “sold 3” and nothing else."),
        ("buy 2 x101", "You can claim 1 to 100 pieces at a time."),
        ("buy 3 x0", "You can claim 1 to 100 pieces at a time."),
    ],
)
def test_what_looks_like_a_claim_and_is_none_is_said_and_hinted_at(
    salon: PlainRoom, text: str, hint: str
) -> None:
    answer = salon.ask(ANNA, c.Chat(text=text))
    assert set(answer) == {"seq", "hint"}
    assert answer["hint"] == hint
    assert not salon.holds()


@pytest.mark.parametrize("text", ["2x claim 3", "claim 2x ３", "ｃｌａｉｍ　३ x२"])
def test_the_answer_says_how_a_message_was_read(salon: PlainRoom, text: str) -> None:
    """faults.md 26: a page that reads the message once more reads another number, or none."""
    mug = salon.state[RunOfShow].by_number(3)
    assert mug
    claimed = salon.ask(ANNA, c.Chat(text=text))["claim"]
    assert (claimed["ok"], claimed["item"], claimed["quantity"]) == (True, mug.id, 2)


def test_a_claim_without_a_size_is_answered_with_the_choices(salon: PlainRoom) -> None:
    """faults.md 68: "sold 2" of a piece in sizes says which there are."""
    claimed = salon.ask(ANNA, c.Chat(text="sold 2"))["claim"]
    assert claimed["error"] == {
        "code": "variant_required",
        "message": "Choose one of these first: S, M.",
    }


@pytest.mark.parametrize(
    "text", ["hello 12", "over 9000 likes", "i love number 3", "see you", "I sold 2", "who sold 2?"]
)
def test_what_is_no_claim_is_just_a_message(salon: PlainRoom, text: str) -> None:
    assert set(salon.ask(ANNA, c.Chat(text=text))) == {"seq"}


def test_the_host_has_a_word_of_their_own(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Configure(claim_word="Mine"))
    salon.ask(ANNA, c.Chat(text="MINE 3"))
    assert [own.variant for own in salon.held_by("anna")] == ["mug-one"]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("I want", "i  want 3"),
        ("ฉันเอา", "ฉันเอา 3"),
        ("मेरा", "मेरा ३"),
        ("2go!", "2GO! 3"),
        ("もらう", "3もらう"),
    ],
)
def test_the_hosts_word_may_be_any(salon: PlainRoom, word: str, text: str) -> None:
    """faults.md 26: two words, a sign, vowels that are marks."""
    salon.ask(HANNA, c.Configure(claim_word=word))
    salon.ask(ANNA, c.Chat(text=text))
    assert [own.variant for own in salon.held_by("anna")] == ["mug-one"]


def test_what_the_team_says_is_no_claim_unless_they_ask_for_it(salon: PlainRoom) -> None:
    """faults.md 27: the host says "Sold 2" about an item that somebody lent."""
    assert set(salon.ask(HANNA, c.Chat(text="Sold 2 S"))) == {"seq"}
    assert set(salon.ask(COHOST, c.Chat(text="sold 3"))) == {"seq"}
    assert not salon.holds()
    salon.ask(COHOST, c.Chat(text="claim 3"))
    assert [own.variant for own in salon.held_by("coco")] == ["mug-one"]


def test_owners_are_told_that_it_is_their_own(salon: PlainRoom) -> None:
    answer = salon.ask(SELLER, c.Chat(text="sold 2 s"))
    assert answer["claim"]["error"]["code"] == "own_item"
