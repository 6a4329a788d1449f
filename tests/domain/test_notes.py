"""Notes of a show, promises with its items, and what a claim keeps of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from liveshow.domain.checkout.events import PaymentSettled
from liveshow.domain.checkout.parcels import cart
from liveshow.domain.notes import decide
from liveshow.domain.notes.events import ItemPromised, ShowNoted
from liveshow.domain.notes.state import MAX_PROMISES, Notes
from tests.domain import asks as c
from tests.domain.world import (
    ANNA,
    BENO,
    COHOST,
    HANNA,
    MODERATOR,
    SELLER,
    PlainRoom,
    World,
)


def promise(room: PlainRoom, listing: str, text: str, **fields: Any) -> c.MakePromise:
    return c.MakePromise(item=room.item(listing).id, text=text, **fields)


def shown(room: PlainRoom, *, staff: bool = False) -> Any:
    return json.loads(room.snapshot(staff=staff))["notes"]


def promised(room: PlainRoom, listing: str) -> list[str]:
    """What everybody sees promised with an item."""
    found = shown(room)["promises"].get(room.item(listing).id, [])
    return [made["text"] for made in found]


def kept(room: PlainRoom, who: Any) -> list[list[str]]:
    """What the lines of somebody's cart say was promised."""
    found = cart(room.state, who.id, room.world.rules)
    return [line.promises for parcel in found.parcels for line in parcel.lines] if found else []


# --- the note ------------------------------------------------------------------------------


def test_a_new_note_replaces_the_former_and_an_empty_one_takes_it_away(salon: PlainRoom) -> None:
    assert shown(salon)["note"] is None
    assert salon.ask(HANNA, c.PinNote(text="Ships Monday")) == {"revision": 1}
    assert salon.ask(COHOST, c.PinNote(text="  Ships \n Tuesday ")) == {"revision": 2}
    assert shown(salon)["note"] == {"text": "Ships Tuesday", "revision": 2}
    assert salon.ask(HANNA, c.PinNote(text="")) == {"revision": 3}
    assert shown(salon)["note"] is None
    # Whoever put the second one aside sees the fourth.
    assert salon.ask(HANNA, c.PinNote(text="Ships Tuesday")) == {"revision": 4}


def test_the_same_note_again_is_no_event(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.PinNote(text="Ships Monday"))
    assert salon.ask(COHOST, c.PinNote(text="Ships Monday")) == {"revision": 1}
    assert len(salon.happened(ShowNoted)) == 1


@pytest.mark.parametrize("who", [MODERATOR, SELLER, ANNA])
def test_only_those_who_run_the_show_pin_and_promise(salon: PlainRoom, who: Any) -> None:
    assert salon.refuses(who, c.PinNote(text="Hello")) == "forbidden"
    assert salon.refuses(who, promise(salon, "dress", "steamed")) == "forbidden"


def test_a_muted_cohost_says_nothing_new_and_may_take_back(salon: PlainRoom) -> None:
    salon.ask(COHOST, c.PinNote(text="Hello"))
    salon.ask(COHOST, promise(salon, "mug", "wrapped"))
    salon.ask(HANNA, c.Mute(user=COHOST.id, reason="loud"))
    assert salon.refuses(COHOST, c.PinNote(text="Still here")) == "muted"
    assert salon.refuses(COHOST, promise(salon, "mug", "still here")) == "muted"
    salon.ask(COHOST, c.PinNote(text=""))
    salon.ask(COHOST, promise(salon, "mug", ""))
    assert shown(salon) == {"note": None, "promises": {}}


def test_an_ended_show_takes_no_new_note_and_promises_nothing_more(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.PinNote(text="Ships Monday"))
    salon.ask(HANNA, promise(salon, "mug", "wrapped"))
    salon.ask(HANNA, c.End())
    assert salon.refuses(HANNA, c.PinNote(text="Ships Friday")) == "show_ended"
    assert salon.refuses(HANNA, promise(salon, "mug", "signed")) == "show_ended"
    salon.ask(HANNA, c.PinNote(text=""))
    assert shown(salon)["note"] is None


def test_who_wrote_it_is_for_the_staff(salon: PlainRoom) -> None:
    salon.ask(COHOST, c.PinNote(text="Hello"))
    salon.ask(COHOST, promise(salon, "mug", "wrapped"))
    for at in (-1, -2):
        assert "by" in json.loads(salon.sent[True][at])["data"]
        assert "by" not in json.loads(salon.sent[False][at])["data"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (c.PinNote, {"text": "x" * 281}),
        (c.PinNote, {"text": "a\u0007b"}),
        (c.MakePromise, {"item": "a", "text": "x" * 141}),
        (c.MakePromise, {"item": "a", "text": "x", "promise": 0}),
    ],
)
def test_texts_have_limits(kind: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind(**fields)


def test_a_text_in_which_nothing_can_be_seen_is_empty() -> None:
    assert c.PinNote(text="\u200b \u2060").text == ""


# --- promises ------------------------------------------------------------------------------


def test_promises_stand_in_the_order_in_which_they_were_made(salon: PlainRoom) -> None:
    first = salon.ask(HANNA, promise(salon, "mug", "gift-wrapped"))["promise"]
    second = salon.ask(COHOST, promise(salon, "mug", "ships Monday"))["promise"]
    assert promised(salon, "mug") == ["gift-wrapped", "ships Monday"]
    changed = salon.ask(HANNA, promise(salon, "mug", "wrapped in silk", promise=first))["promise"]
    assert promised(salon, "mug") == ["wrapped in silk", "ships Monday"]
    assert first < second < changed
    assert salon.ask(HANNA, promise(salon, "mug", "", promise=second)) == {}
    assert promised(salon, "mug") == ["wrapped in silk"]
    assert [event.revision for event in salon.happened(ItemPromised)] == [1, 2, 3, 4]


def test_an_empty_text_takes_all_promises_of_the_item_back(salon: PlainRoom) -> None:
    for text in ("gift-wrapped", "ships Monday"):
        salon.ask(HANNA, promise(salon, "mug", text))
    salon.ask(HANNA, promise(salon, "scarf", "ironed"))
    assert salon.ask(HANNA, promise(salon, "mug", "")) == {}
    assert (promised(salon, "mug"), promised(salon, "scarf")) == ([], ["ironed"])
    seq = salon.state.seq
    salon.ask(HANNA, promise(salon, "mug", ""))
    assert salon.state.seq == seq


def test_the_same_is_not_promised_twice(salon: PlainRoom) -> None:
    first = salon.ask(HANNA, promise(salon, "mug", "wrapped"))
    assert salon.ask(COHOST, promise(salon, "mug", "wrapped")) == first
    assert salon.ask(COHOST, promise(salon, "mug", "wrapped", **first)) == first
    assert len(salon.happened(ItemPromised)) == 1
    other = salon.ask(HANNA, promise(salon, "mug", "signed"))
    # One that becomes what another says is one with it.
    assert salon.ask(HANNA, promise(salon, "mug", "wrapped", **other)) == first
    assert promised(salon, "mug") == ["wrapped"]


def test_an_item_has_five_promises_at_most(salon: PlainRoom) -> None:
    made = [
        salon.ask(HANNA, promise(salon, "mug", f"promise {n}"))["promise"]
        for n in range(MAX_PROMISES)
    ]
    assert salon.refuses(HANNA, promise(salon, "mug", "one more")) == "too_many_promises"
    salon.ask(HANNA, promise(salon, "mug", "another", promise=made[0]))
    salon.ask(HANNA, promise(salon, "mug", "", promise=made[1]))
    salon.ask(HANNA, promise(salon, "mug", "one more"))


def test_the_promises_of_a_show_have_bounded_text_together(
    salon: PlainRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "MAX_PROMISED_BYTES", 10)
    salon.ask(HANNA, promise(salon, "mug", "éééé"))
    assert salon.refuses(HANNA, promise(salon, "scarf", "abc")) == "run_too_large"
    salon.ask(HANNA, promise(salon, "scarf", "ab"))


def test_only_what_is_in_the_run_of_show_gets_promises(salon: PlainRoom) -> None:
    scarf = salon.item("scarf").id
    salon.ask(HANNA, c.Remove(item=scarf))
    assert salon.refuses(HANNA, c.MakePromise(item=scarf, text="ironed")) == "unknown_item"
    assert salon.refuses(HANNA, c.MakePromise(item="none", text="ironed")) == "unknown_item"
    lost = promise(salon, "mug", "ironed", promise=7)
    assert salon.refuses(HANNA, lost) == "unknown_promise"


def test_an_item_that_comes_back_comes_without_promises(salon: PlainRoom) -> None:
    first = salon.ask(HANNA, promise(salon, "scarf", "ironed"))["promise"]
    salon.ask(HANNA, c.Remove(item=salon.item("scarf").id))
    assert shown(salon)["promises"] == {}
    salon.put("scarf")
    assert promised(salon, "scarf") == []
    # Ids are not used again.
    assert salon.ask(HANNA, promise(salon, "scarf", "ironed"))["promise"] > first


def test_the_team_promises_for_a_lent_item_as_long_as_it_is_lent(
    world: World, salon: PlainRoom
) -> None:
    salon.ask(HANNA, promise(salon, "dress", "steamed"))
    held = salon.claim(ANNA, "dress", variant="dress-m")["claim"]
    mandate = world.mandate_of("dress", HANNA.id)
    assert mandate
    mandate.active = False
    # The room has not been told yet: the mandate is looked at with the command.
    assert salon.refuses(HANNA, promise(salon, "dress", "signed")) == "unknown_item"
    assert shown(salon)["promises"] == {}
    assert salon.state[Notes].frozen[held] == ["steamed"]


# --- what a claim keeps --------------------------------------------------------------------


def test_a_claim_keeps_what_was_promised_when_it_was_made(salon: PlainRoom) -> None:
    salon.ask(HANNA, promise(salon, "mug", "gift-wrapped"))
    salon.claim(ANNA, "mug")
    salon.ask(HANNA, promise(salon, "mug", "signed"))
    salon.claim(BENO, "mug")
    salon.ask(HANNA, promise(salon, "mug", ""))
    assert kept(salon, ANNA) == [["gift-wrapped"]]
    assert kept(salon, BENO) == [["gift-wrapped", "signed"]]
    salon.claim(ANNA, "scarf")
    assert sorted(kept(salon, ANNA)) == [[], ["gift-wrapped"]]


def test_a_claim_by_comment_keeps_it_too(salon: PlainRoom) -> None:
    salon.ask(HANNA, promise(salon, "mug", "gift-wrapped"))
    number = salon.item("mug").number
    assert salon.ask(ANNA, c.Chat(text=f"sold {number}"))["claim"]["ok"]
    assert kept(salon, ANNA) == [["gift-wrapped"]]


def test_who_is_promoted_is_promised_what_stands_then(salon: PlainRoom) -> None:
    made = salon.ask(HANNA, promise(salon, "scarf", "ironed"))["promise"]
    held = salon.claim(ANNA, "scarf")["claim"]
    salon.claim(BENO, "scarf")
    salon.ask(HANNA, promise(salon, "scarf", "ironed and boxed", promise=made))
    salon.ask(ANNA, c.Release(claim=held))
    assert kept(salon, BENO) == [["ironed and boxed"]]
    assert list(salon.state[Notes].frozen) == [salon.held_by(BENO.id)[0].id]


def test_an_order_says_what_was_promised_with_the_claim(world: World, salon: PlainRoom) -> None:
    salon.ask(HANNA, promise(salon, "dress", "steamed"))
    salon.claim(ANNA, "dress", variant="dress-s")
    payment = salon.pay(ANNA)
    salon.ask(HANNA, promise(salon, "dress", ""))
    assert salon.settle(payment) == "succeeded"
    [settled] = salon.happened(PaymentSettled)
    assert [line.promises for o in settled.orders for line in o.parcel.lines] == [["steamed"]]
    assert salon.state[Notes].frozen == {}


def test_money_that_comes_late_buys_what_was_promised(world: World, salon: PlainRoom) -> None:
    salon.ask(HANNA, promise(salon, "mug", "gift-wrapped"))
    salon.claim(ANNA, "mug")
    payment = salon.pay(ANNA)
    world.wait(900_000)
    salon.tick()
    assert salon.holds() == []
    salon.ask(HANNA, promise(salon, "mug", ""))
    assert salon.settle(payment) == "succeeded"
    [settled] = salon.happened(PaymentSettled)
    assert [line.promises for o in settled.orders for line in o.parcel.lines] == [["gift-wrapped"]]
