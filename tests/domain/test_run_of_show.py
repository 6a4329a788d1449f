"""The run of show, lent items, and the course of the evening."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from liveshow.domain.moderation.state import Moderation
from liveshow.domain.run_of_show import decide as run_of_show
from liveshow.domain.run_of_show import size as run_size
from liveshow.domain.run_of_show.events import ItemRemoved
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.step import step
from liveshow.errors import LiveshowError
from tests.domain import asks as c
from tests.domain.world import (
    ANNA,
    BENO,
    BORIS,
    COHOST,
    HANNA,
    MODERATOR,
    PHOTO,
    SELLER,
    PlainRoom,
    World,
)

# --- items ---------------------------------------------------------------------------------


def test_only_those_who_sell_change_the_run_of_show(salon: PlainRoom) -> None:
    item = salon.item("mug").id
    for command in (
        c.Add(listing="mug"),
        c.Remove(item=item),
        c.Move(item=item, to=0),
        c.Pin(item=item),
        c.Unpin(),
        c.Reprice(item=item, price=1),
        c.Restock(item=item, quantity=1),
        c.CancelClaim(claim="any"),
    ):
        assert salon.refuses(MODERATOR, command) == "forbidden"
        assert salon.refuses(ANNA, command) == "forbidden"
        assert salon.refuses(None, command) == "unauthenticated"


def test_unknown_items_are_refused(salon: PlainRoom) -> None:
    for command in (
        c.Remove(item="nothing"),
        c.Move(item="nothing", to=0),
        c.Pin(item="nothing"),
        c.Reprice(item="nothing", price=1),
        c.Restock(item="nothing", quantity=1),
    ):
        assert salon.refuses(HANNA, command) == "unknown_item"


def test_what_does_not_exist_or_is_archived_cannot_be_added(world: World, salon: PlainRoom) -> None:
    world.listing("old", HANNA, {"": 1}, archived=True)
    assert salon.refuses(HANNA, c.Add(listing="nothing")) == "unknown_listing"
    assert salon.refuses(HANNA, c.Add(listing="old")) == "unknown_listing"


def test_what_was_not_lent_cannot_be_added(world: World, salon: PlainRoom) -> None:
    world.listing("coat", SELLER, {"": 1})
    assert salon.refuses(HANNA, c.Add(listing="coat")) == "no_mandate"
    world.lend("coat", HANNA, expires_at=world.now)
    assert salon.refuses(HANNA, c.Add(listing="coat")) == "no_mandate"


def test_a_lent_item_is_never_sold_below_its_floor(world: World, salon: PlainRoom) -> None:
    world.listing("coat", SELLER, {"": 1}, price=2000)
    world.lend("coat", HANNA, floor=3000)
    assert salon.refuses(HANNA, c.Add(listing="coat", price=2999)) == "below_floor"
    item = salon.put("coat")
    assert salon.item("coat").price == 3000
    assert salon.refuses(HANNA, c.Reprice(item=item, price=2999)) == "below_floor"


def test_a_floor_that_is_raised_raises_the_price(world: World, salon: PlainRoom) -> None:
    mandate = world.mandate_of("dress", "hanna")
    assert mandate
    mandate.floor = 9999
    world.tell("dress")
    assert salon.item("dress").price == 9999


def test_a_price_below_the_floor_cannot_be_pinned(world: World, salon: PlainRoom) -> None:
    """The room reads the mandate again before it pins."""
    item = salon.item("dress")
    item.price = 1
    command = c.Envelope(c.Pin(item=item.id), HANNA)
    facts = salon.facts(command)
    with pytest.raises(LiveshowError, match="below_floor"):
        step(salon.state, command, now=world.now, facts=facts, mint=world.mint)


def test_a_listing_is_added_once(salon: PlainRoom) -> None:
    assert salon.refuses(HANNA, c.Add(listing="mug")) == "already_added"


def test_a_listing_in_another_currency_cannot_be_added(world: World, salon: PlainRoom) -> None:
    world.listing("coat", HANNA, {"": 1}, currency="EUR")
    assert salon.refuses(HANNA, c.Add(listing="coat")) == "currency_mismatch"


def test_an_item_whose_listing_changes_its_currency_leaves(world: World, salon: PlainRoom) -> None:
    world.edit("mug", currency="EUR")
    assert salon.item("mug").removed


def test_a_show_has_a_limited_number_of_items(
    salon: PlainRoom, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_of_show, "MAX_ITEMS", 3)
    world.listing("coat", HANNA, {"": 1})
    assert salon.refuses(HANNA, c.Add(listing="coat")) == "too_many_items"


def test_nothing_is_added_or_pinned_after_the_end(world: World, salon: PlainRoom) -> None:
    world.listing("coat", HANNA, {"": 1})
    salon.ask(HANNA, c.End())
    assert salon.refuses(HANNA, c.Add(listing="coat")) == "show_ended"
    assert salon.refuses(HANNA, c.Pin(item=salon.item("mug").id)) == "show_ended"


def test_a_revoked_item_leaves_and_its_holds_are_honoured(world: World, salon: PlainRoom) -> None:
    salon.claim(ANNA, "dress", variant="dress-s")
    salon.ask(HANNA, c.Pin(item=salon.item("dress").id))
    mandate = world.mandate_of("dress", "hanna")
    assert mandate
    world.revoke(mandate)
    assert salon.state[RunOfShow].pinned is None
    assert salon.happened(ItemRemoved)[-1].reason == "mandate_revoked"
    assert salon.settle(salon.pay(ANNA)) == "succeeded"


def test_a_revoked_item_cannot_be_sold_in_the_same_batch(world: World, salon: PlainRoom) -> None:
    mandate = world.mandate_of("dress", "hanna")
    assert mandate
    mandate.active = False
    item = salon.item("dress").id
    claim = c.ClaimItem(item=item, variant="dress-s")
    assert salon.refuses(ANNA, claim) == "unknown_item"


def test_an_archived_item_leaves(world: World, salon: PlainRoom) -> None:
    world.edit("mug", archived=True)
    assert salon.happened(ItemRemoved)[-1].reason == "archived"


def test_an_edited_item_keeps_its_price_place_and_holds(world: World, salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Reprice(item=salon.item("scarf").id, price=1))
    salon.claim(ANNA, "scarf")
    world.edit("scarf", title="Silk", price=9_999)
    item = salon.item("scarf")
    assert (item.title, item.price, item.variants[0].held) == ("Silk", 1, 1)
    assert salon.state[RunOfShow].order[0] == item.id


def test_what_happens_in_a_batch_is_not_forgotten_by_an_edit_in_it(
    world: World, salon: PlainRoom
) -> None:
    item = salon.item("scarf").id
    world.listings["scarf"] = replace(world.listings["scarf"], title="Silk")
    first, _, second = salon.batch(
        c.Envelope(c.ClaimItem(item=item), ANNA),
        c.Envelope(c.ListingChanged("scarf")),
        c.Envelope(c.ClaimItem(item=item), BENO),
    )
    assert (first["status"], second["status"]) == ("held", "waitlisted")  # type: ignore[index]


def test_stock_is_changed_by_its_owner_alone_and_never_below_what_is_taken(
    salon: PlainRoom, market: PlainRoom
) -> None:
    salon.claim(ANNA, "mug", quantity=2)
    item = salon.item("mug").id
    assert salon.refuses(COHOST, c.Restock(item=item, quantity=9)) == "not_owner"
    assert salon.refuses(HANNA, c.Restock(item=item, quantity=1)) == "stock_in_use"
    unknown = c.Restock(item=item, quantity=9, variant="nothing")
    assert salon.refuses(HANNA, unknown) == "unknown_variant"
    market.ask(BORIS, c.AppointStaff(user="sela", role="cohost"))
    dress = market.item("dress").id
    assert market.refuses(SELLER, c.Restock(item=dress, quantity=9)) == "variant_required"
    assert market.ask(SELLER, c.Restock(item=dress, quantity=9, variant="dress-s")) == {}


def test_commands_that_change_nothing_say_nothing(salon: PlainRoom) -> None:
    item = salon.item("scarf")
    salon.ask(HANNA, c.Pin(item=item.id))
    seq = salon.state.seq
    for command in (
        c.Pin(item=item.id),
        c.Reprice(item=item.id, price=item.price),
        c.Restock(item=item.id, quantity=1),
        c.Move(item=item.id, to=0),
        c.Configure(title=salon.state.show.title),
    ):
        assert salon.ask(HANNA, command) == {}
    assert salon.state.seq == seq


def test_an_item_moved_beyond_the_end_is_last(salon: PlainRoom) -> None:
    item = salon.item("scarf").id
    salon.ask(HANNA, c.Move(item=item, to=10_000))
    assert salon.state[RunOfShow].order[-1] == item


# --- the course of the show ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "wrong"),
    [
        ("draft", [c.Pause(), c.Resume(), c.End()]),
        ("live", [c.Start(), c.Resume(), c.Schedule(at=2**50)]),
        ("interrupted", [c.Start(), c.Pause(), c.Schedule(at=2**50)]),
        ("ended", [c.Start(), c.Pause(), c.Resume(), c.End(), c.Schedule(at=2**50)]),
    ],
)
def test_what_the_status_does_not_allow_is_refused(
    world: World, status: str, wrong: list[Any]
) -> None:
    room = world.show("other", HANNA)
    if status != "draft":
        room.ask(HANNA, c.Start())
    if status == "interrupted":
        room.ask(HANNA, c.Pause())
    if status == "ended":
        room.ask(HANNA, c.End())
    assert room.state.show.status == status
    for command in wrong:
        assert room.refuses(HANNA, command) == "wrong_status"


def test_a_show_is_scheduled_in_the_future(world: World) -> None:
    room = world.show("other", HANNA)
    assert room.refuses(HANNA, c.Schedule(at=world.now)) == "in_the_past"


def test_only_hosts_and_cohosts_direct(salon: PlainRoom) -> None:
    for command in (c.Schedule(at=1), c.Start(), c.Pause(), c.Resume(), c.End(), c.Configure()):
        assert salon.refuses(MODERATOR, command) == "forbidden"
    assert salon.ask(COHOST, c.Pause()) == {}


def test_a_pause_is_not_ended_by_the_stream(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Pause())
    salon.ask(None, c.StreamDown())
    salon.ask(None, c.StreamUp())
    assert (salon.state.show.status, salon.state.show.streaming) == ("interrupted", True)


def test_a_stream_that_never_was_interrupts_nothing(world: World) -> None:
    room = world.show("other", HANNA)
    room.ask(HANNA, c.Start())
    room.ask(None, c.StreamDown())
    assert room.state.show.status == "live"
    room.ask(None, c.StreamDown("restart"))
    assert (room.state.show.status, room.state.show.reason) == ("interrupted", "restart")


def test_a_show_is_configured(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Configure(cover=PHOTO.id, shipping_cap=0))
    assert (salon.state.show.cover, salon.state.show.shipping_cap) == (PHOTO, 0)
    salon.ask(HANNA, c.Configure(cover=None, shipping_cap=None))
    assert (salon.state.show.cover, salon.state.show.shipping_cap) == (None, None)
    with pytest.raises(ValidationError):
        c.Configure(title=None)
    assert salon.refuses(HANNA, c.Configure(cover="nothing")) == "unknown_photo"


def test_the_team_is_chosen_by_the_host(salon: PlainRoom) -> None:
    appoint = c.AppointStaff(user="anna", role="moderator")
    assert salon.refuses(COHOST, appoint) == "forbidden"
    assert salon.refuses(COHOST, c.DismissStaff(user="momo")) == "forbidden"
    nobody = c.AppointStaff(user="nobody", role="cohost")
    assert salon.refuses(HANNA, nobody) == "unknown_user"
    assert salon.refuses(HANNA, c.AppointStaff(user="hanna", role="cohost")) == "is_host"
    assert salon.refuses(HANNA, c.DismissStaff(user="hanna")) == "is_host"
    assert salon.refuses(HANNA, c.DismissStaff(user="anna")) == "unknown_user"
    salon.ask(HANNA, appoint)
    assert salon.state.show.role("anna") == "moderator"


def test_who_joins_the_team_is_not_muted_any_more(salon: PlainRoom) -> None:
    salon.ask(HANNA, c.Mute(user="anna", reason="loud"))
    salon.ask(HANNA, c.Ban(user="anna", reason="loud"))
    salon.ask(HANNA, c.AppointStaff(user="anna", role="cohost"))
    assert salon.state[Moderation].sanctions == {}


def test_a_show_has_so_much_text_and_no_more(
    world: World, salon: PlainRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 17"""
    run = salon.state[RunOfShow]
    present = sum(run_size.item_bytes(run.items[item]) for item in run.order)
    world.listing("long", HANNA, {"": 1})
    listing = replace(world.listings["long"], description="\U0001f600" * 5_000)
    world.listings["long"] = listing
    assert run_size.item_bytes(listing) > 20_000
    monkeypatch.setattr(run_size, "MAX_RUN_BYTES", present + run_size.item_bytes(listing) - 1)
    assert salon.refuses(HANNA, c.Add(listing="long")) == "run_too_large"
    monkeypatch.setattr(run_size, "MAX_RUN_BYTES", present + run_size.item_bytes(listing))
    salon.ask(HANNA, c.Add(listing="long"))
    # What is taken out makes room.
    world.listing("more", HANNA, {"": 1})
    assert salon.refuses(HANNA, c.Add(listing="more")) == "run_too_large"
    salon.ask(HANNA, c.Remove(item=salon.item("long").id))
    salon.ask(HANNA, c.Add(listing="more"))
