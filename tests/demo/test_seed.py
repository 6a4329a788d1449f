"""What there is when the demo has started."""

from __future__ import annotations

import msgspec

from liveshow.demo.seed import seed
from liveshow.demo.wardrobe import ALL_PIECES, PASSWORD
from liveshow.domain.flash.state import Flashes
from liveshow.domain.giveaways.state import Giveaways
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.running.commands import Start
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.commands import Envelope
from tests.demo.conftest import StartDemo


async def test_every_role_signs_in_with_the_one_password(start_demo: StartDemo) -> None:
    demo = await start_demo()
    for handle in ("host", "seller", "moderator", "viewer", "viewer2"):
        signed_in = await demo.parts.accounts.sign_in(handle, PASSWORD)
        assert signed_in.identity.handle == handle
        assert signed_in.identity.name != handle


async def test_the_show_has_own_and_lent_items_of_every_kind(start_demo: StartDemo) -> None:
    demo = await start_demo()
    state = await demo.state()
    run = state[RunOfShow]
    items = [run.items[item] for item in run.order]
    stock = {item.title: [v.quantity for v in item.variants] for item in items}
    assert state.show.status == "live"
    assert 10 <= len(items) <= 12
    assert {item.owner.handle for item in items} == {"host", "seller"}
    lent = [item.lending for item in items if item.owner.handle == "seller"]
    assert {lending.commission_percent for lending in lent if lending} == {0, 10}
    assert all(lending and lending.floor > 0 for lending in lent)
    assert [1] in stock.values()
    assert not any(variant.sold or variant.held for item in items for variant in item.variants)
    assert any(len(quantities) > 1 for quantities in stock.values())
    assert any(len(quantities) == 1 and quantities[0] > 10 for quantities in stock.values())
    kinds = {kind for item in items for kind in msgspec.to_builtins(item.shipping)}
    assert kinds == {"flat", "weight"}
    assert all(item.photos for item in items)
    assert run.pinned == items[0].id
    (flash,) = state[Flashes].known.values()
    assert flash.price < run.items[flash.item].price
    assert state[Giveaways].open is not None
    assert sum(line.kind == "message" for line in state[ChatLines].newest) >= 8
    assert state.show.role(demo.demo.evening.people["moderator"].id) == "moderator"


async def test_discover_has_a_live_a_coming_and_a_past_show(start_demo: StartDemo) -> None:
    demo = await start_demo()
    cards = (await demo.get("/api/shows"))["items"]
    assert [card["status"] for card in cards] == ["live", "scheduled", "ended"]
    assert all(card["cover"] and card["items"] for card in cards)
    past = cards[-1]
    assert past["ended_at"] - past["started_at"] > 3_000_000
    assert cards[0]["started_at"] - past["ended_at"] > 5 * 24 * 3_600_000


async def test_there_is_something_to_do_for_everybody(start_demo: StartDemo) -> None:
    """Orders to pack, mandates to answer, people who follow."""
    demo = await start_demo()
    bought = (await demo.get("/api/orders?as=buyer", by="viewer"))["items"]
    assert sorted(order["status"] for order in bought) == ["paid", "shipped"]
    assert all(order["history"][0]["at"] <= order["created_at"] + 1000 for order in bought)
    lent = (await demo.get("/api/mandates?as=owner", by="seller"))["items"]
    assert {"offered", "requested", "active"} == {mandate["status"] for mandate in lent}
    assert (await demo.get("/api/users/host"))["followers"] >= 6
    closet = (await demo.get("/api/listings?seller=host"))["items"]
    assert len(closet) == sum(piece.owner == "host" for piece in ALL_PIECES)


async def test_without_a_broadcast_the_show_waits_and_the_host_can_start_it(
    start_demo: StartDemo,
) -> None:
    demo = await start_demo(broadcast=False)
    assert (await demo.state()).show.status == "scheduled"
    assert demo.demo.host is None
    host = demo.demo.evening.people["host"]
    await demo.parts.registry.submit("demo", Envelope(Start(), host))
    assert (await demo.state()).show.status == "live"


async def test_a_database_that_has_the_demo_is_left_as_it_is(start_demo: StartDemo) -> None:
    demo = await start_demo()
    before = len(await demo.parts.accounts.all())
    again = await seed(demo.parts, live=True)
    assert again.people == demo.demo.evening.people
    assert len(await demo.parts.accounts.all()) == before
