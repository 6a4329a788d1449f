"""Listings over HTTP: PROTOCOL.md 2.2."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update
from sqlmodel import col

from liveshow.domain.prices import DAY_MS
from liveshow.store import listings as stored_listings
from liveshow.store.tables.claims import ClaimRow, OfferRow
from liveshow.store.tables.listings import ListingRow, VariantRow
from liveshow.store.tables.mandates import MandateRow
from liveshow.store.tables.prices import PriceRow
from liveshow.store.tables.shows import ShowRow
from tests.http.conftest import Api, Caller

DRAFT = {"title": "Coat", "price": 1000, "shipping": {"flat": 0}}


async def photo(caller: Caller) -> str:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    answer = await caller.post(
        "/api/photos", data=data.getvalue(), headers={"Content-Type": "image/png"}
    )
    assert answer.status == 201
    return str(answer.body["id"])


async def test_a_draft_of_three_fields_becomes_a_listing_with_one_piece(api: Api) -> None:
    ana = await api.account("ana")
    answer = await ana.post("/api/listings", DRAFT)
    assert answer.status == 201
    listing = answer.body
    (variant,) = listing["variants"]
    assert listing == {
        "id": listing["id"],
        "owner": ana.user,
        "title": "Coat",
        "description": "",
        "price": 1000,
        "currency": "USD",
        "photos": [],
        "brand": "",
        "category": "",
        "condition": "",
        "shipping": {"flat": 0},
        "variants": [
            {
                "id": variant["id"],
                "label": "",
                "size": "",
                "color": "",
                "quantity": 1,
                "held": 0,
                "sold": 0,
            }
        ],
        "archived": False,
        "created_at": api.clock.now,
        "version": 1,
        "was": None,
    }
    assert (await api.guest.get(f"/api/listings/{listing['id']}")).body == listing


@pytest.mark.parametrize("draft", [{}, {"shipping": None}])
async def test_who_pays_for_the_parcel_has_to_be_said(api: Api, draft: dict[str, Any]) -> None:
    """faults.md 70: over the API, too, free shipping is a choice and never what nobody said."""
    ana = await api.account("ana")
    answer = await ana.post("/api/listings", {"title": "Coat", "price": 1000} | draft)
    assert (answer.status, answer.code, answer.fields) == (400, "invalid", ["shipping"])
    assert await api.rows(ListingRow) == []
    listing = await ana.listing(shipping={"flat": 0})
    assert listing["shipping"] == {"flat": 0}


async def test_a_full_draft_keeps_everything_in_order(api: Api) -> None:
    ana = await api.account("ana")
    first, second = await photo(ana), await photo(ana)
    listing = await ana.listing(
        currency="EUR",
        description="Warm.\nWool.",
        photos=[second, first, second],
        brand="Acme",
        category="Coats",
        condition="like_new",
        shipping={"weight": 900},
        variants=[
            {"size": "M", "color": "Red", "quantity": 2},
            {"size": "L", "quantity": 0},
        ],
    )
    assert [item["id"] for item in listing["photos"]] == [second, first]
    assert listing["photos"][0]["thumb_url"] == f"/photos/{second}/thumb.webp"
    assert listing["shipping"] == {"weight": 900}
    assert listing["currency"] == "EUR"
    assert [(v["label"], v["quantity"]) for v in listing["variants"]] == [("M / Red", 2), ("L", 0)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "a\tb"}, "title"),
        ({"title": None}, "title"),
        ({"price": 0}, "price"),
        ({"price": -5}, "price"),
        ({"price": 100_000_000}, "price"),
        ({"price": "1000"}, "price"),
        ({"price": 10.5}, "price"),
        ({"price": True}, "price"),
        ({"price": 10**400}, "price"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "DOLLAR"}, "currency"),
        ({"currency": "ZZZ"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"description": "x" * 5001}, "description"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 10**9}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": 2, "variants": [{"size": "M", "quantity": 1}]}, "quantity"),
        ({"variants": [{"size": "M"}]}, "variants.0.quantity"),
        ({"variants": [{"size": "M", "quantity": 10**9}]}, "variants.0.quantity"),
        ({"variants": [{"size": "M", "quantity": 1, "held": 1}]}, "variants.0.held"),
        ({"variants": [{"size": str(n), "quantity": 1} for n in range(51)]}, "variants"),
        ({"condition": "worn"}, "condition"),
        ({"shipping": {}}, "shipping"),
        ({"shipping": {"flat": 5, "weight": 5}}, "shipping"),
        ({"shipping": {"flat": None, "weight": 5}}, "shipping.flat"),
        ({"shipping": {"flat": -1}}, "shipping.flat"),
        ({"shipping": {"weight": 0}}, "shipping.weight"),
        ({"photos": ["a"] * 9}, "photos"),
        ({"photos": ["../etc"]}, "photos.0"),
        ({"owner": "bob"}, "owner"),
    ],
)
async def test_a_malformed_draft_says_which_field(
    api: Api, change: dict[str, Any], field: str
) -> None:
    ana = await api.account("ana")
    answer = await ana.post("/api/listings", DRAFT | change)
    assert (answer.status, answer.code) == (400, "invalid")
    assert answer.fields == [field]
    assert await api.rows(ListingRow) == []


async def test_only_ones_own_photos_can_be_shown(api: Api) -> None:
    ana, bob = await api.account("ana"), await api.account("bob")
    foreign = await photo(bob)
    for photos in ([foreign], ["nosuchphoto"]):
        assert (await ana.post("/api/listings", DRAFT | {"photos": photos})).code == "unknown_photo"
    listing = await ana.listing()
    answer = await ana.patch(
        f"/api/listings/{listing['id']}", {"version": 1, "photos": [foreign], "price": 5}
    )
    assert answer.code == "unknown_photo"
    assert (await ana.get(f"/api/listings/{listing['id']}")).body["price"] == 1000


async def test_the_closet_is_newest_first_and_comes_in_pages(api: Api) -> None:
    ana = await api.account("ana")
    made = []
    for n in range(5):
        made.append((await ana.listing(title=f"Coat {n}"))["id"])
        api.clock.advance(seconds=n % 2)  # some in the same millisecond
    seen: list[str] = []
    after = ""
    while True:
        answer = await api.guest.get(f"/api/listings?seller=ana&limit=2{after}")
        seen += [item["id"] for item in answer.body["items"]]
        if answer.body["next"] is None:
            break
        assert len(answer.body["items"]) == 2
        after = f"&after={answer.body['next']}"
    assert sorted(seen) == sorted(made)
    assert seen[0] == made[-1]
    assert seen[-1] in made[:2]  # these two are of the same millisecond


async def test_archived_listings_are_for_their_owner_who_asks(api: Api) -> None:
    ana, bob = await api.account("ana"), await api.account("bob")
    kept, gone = await ana.listing(), await ana.listing()
    assert (await ana.delete(f"/api/listings/{gone['id']}")).status == 204

    async def closet(caller: Caller, query: str = "") -> set[str]:
        answer = await caller.get(f"/api/listings?seller=ana{query}")
        return {item["id"] for item in answer.body["items"]}

    assert await closet(ana) == {kept["id"]}
    assert await closet(ana, "&archived=1") == {kept["id"], gone["id"]}
    assert await closet(bob, "&archived=1") == {kept["id"]}
    assert await closet(api.guest, "&archived=1") == {kept["id"]}
    # Deleted is deleted; what somebody bought is in their order.
    for caller in (ana, bob, api.guest):
        assert (await caller.get(f"/api/listings/{gone['id']}")).code == "unknown_listing"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "seller"),
        ("?seller=a", "seller"),
        ("?seller=ana&limit=0", "limit"),
        ("?seller=ana&limit=101", "limit"),
        ("?seller=ana&limit=x", "limit"),
        ("?seller=ana&seller=bob", "seller"),
        ("?seller=ana&after=nonsense", "after"),
        ("?seller=ana&after=W10", "after"),
        ("?seller=ana&after=WzEsMl0", "after"),
        ("?seller=ana&colour=red", "colour"),
    ],
)
async def test_a_malformed_query_says_which_parameter(api: Api, query: str, field: str) -> None:
    await api.account("ana")
    answer = await api.guest.get(f"/api/listings{query}")
    assert (answer.status, answer.code, answer.fields) == (400, "invalid", [field])


async def test_a_closet_of_nobody_is_not_found(api: Api) -> None:
    assert (await api.guest.get("/api/listings?seller=nobody")).code == "not_found"


@pytest.mark.parametrize(
    ("path", "code"),
    [("nosuchlisting", "unknown_listing"), ("a%00b", "not_found"), ("x" * 65, "not_found")],
)
async def test_a_listing_that_is_not_there_is_not_found(api: Api, path: str, code: str) -> None:
    ana = await api.account("ana")
    for method in ("GET", "PATCH", "DELETE"):
        body = {"price": 5} if method == "PATCH" else None
        answer = await ana.send(method, f"/api/listings/{path}", body)
        assert (answer.status, answer.code) == (404, code)


async def test_an_edit_changes_what_it_names_and_tells_the_shows(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing(brand="Acme")
    answer = await ana.patch(
        f"/api/listings/{listing['id']}", {"price": 500, "shipping": {"weight": 10}}
    )
    assert answer.body == listing | {
        "price": 500,
        "was": 1000,
        "shipping": {"weight": 10},
        "version": 2,
    }
    assert api.changed == [listing["id"]]
    back = await ana.patch(f"/api/listings/{listing['id']}", {"shipping": {"flat": 250}})
    assert back.body["shipping"] == {"flat": 250}


@pytest.mark.parametrize(
    ("variants", "field"),
    [
        ([{"quantity": 1}, {"size": "M", "quantity": 1}], "variants.0"),
        ([{"size": "M", "quantity": 1}, {"size": "m", "quantity": 1}], "variants.1"),
    ],
)
async def test_variants_that_cannot_be_told_apart_say_which(
    api: Api, variants: list[dict[str, Any]], field: str
) -> None:
    ana = await api.account("ana")
    answer = await ana.post("/api/listings", DRAFT | {"variants": variants})
    assert (answer.status, answer.code, answer.fields) == (409, "duplicate_variant", [field])


@pytest.mark.parametrize("name", ["title", "price", "photos", "variants", "quantity", "shipping"])
async def test_nothing_of_a_listing_can_be_null(api: Api, name: str) -> None:
    ana = await api.account("ana")
    listing = await ana.listing()
    answer = await ana.patch(f"/api/listings/{listing['id']}", {"version": 1, name: None})
    assert (answer.code, answer.fields) == ("invalid", [name])


async def test_only_its_owner_edits_or_archives_a_listing(api: Api) -> None:
    ana, bob = await api.account("ana"), await api.account("bob")
    listing = await ana.listing()
    path = f"/api/listings/{listing['id']}"
    assert (await bob.patch(path, {"price": 1})).code == "not_owner"
    assert (await bob.delete(path)).code == "not_owner"
    assert (await api.guest.patch(path, {"price": 1})).code == "unauthenticated"
    assert (await api.guest.delete(path)).code == "unauthenticated"
    assert (await api.guest.post("/api/listings", DRAFT)).code == "unauthenticated"
    assert api.changed == []


async def test_variants_with_their_id_are_kept_and_others_replaced(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing(
        variants=[{"size": "S", "quantity": 1}, {"size": "M", "quantity": 2}]
    )
    medium = listing["variants"][1]["id"]
    answer = await ana.patch(
        f"/api/listings/{listing['id']}",
        {
            "version": 1,
            "variants": [
                {"size": "XL", "quantity": 3},
                {"id": medium, "size": "Medium", "quantity": 5},
            ],
        },
    )
    variants = answer.body["variants"]
    assert [(v["label"], v["quantity"]) for v in variants] == [("XL", 3), ("Medium", 5)]
    assert variants[1]["id"] == medium
    assert len(await api.rows(VariantRow)) == 2


async def test_a_variant_of_another_listing_is_unknown(api: Api) -> None:
    ana = await api.account("ana")
    one, other = await ana.listing(), await ana.listing()
    foreign = other["variants"][0]["id"]
    answer = await ana.patch(
        f"/api/listings/{one['id']}",
        {"version": 1, "variants": [{"id": foreign, "size": "M", "quantity": 1}]},
    )
    assert (answer.status, answer.code) == (404, "unknown_variant")


async def test_a_quantity_never_goes_below_what_is_promised(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing(quantity=5)
    path = f"/api/listings/{listing['id']}"
    await api.hold(listing["variants"][0]["id"], held=1, sold=2)
    refused = await ana.patch(path, {"quantity": 2, "price": 1})
    assert (refused.status, refused.code) == (409, "stock_in_use")
    assert (await ana.get(path)).body["price"] == 1000
    (variant,) = (await ana.patch(path, {"quantity": 3})).body["variants"]
    assert (variant["quantity"], variant["held"], variant["sold"]) == (3, 1, 2)


async def test_a_promised_variant_cannot_be_removed(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing(
        variants=[{"size": "S", "quantity": 1}, {"size": "M", "quantity": 2}]
    )
    small, medium = listing["variants"]
    await api.hold(small["id"], sold=1)
    keep = {"id": medium["id"], "size": "M", "quantity": 2}
    for variants in ([keep], []):
        answer = await ana.patch(
            f"/api/listings/{listing['id']}", {"version": 1, "variants": variants}
        )
        assert (answer.status, answer.code) == (409, "variant_in_use")
    assert (await ana.get(f"/api/listings/{listing['id']}")).body["variants"][0]["sold"] == 1


async def test_a_variant_with_a_past_can_be_removed_and_is_not_shown_any_more(api: Api) -> None:
    ana, bob = await api.account("ana"), await api.account("bob")
    listing = await ana.listing(
        variants=[{"size": "S", "quantity": 1}, {"size": "M", "quantity": 2}]
    )
    small, medium = listing["variants"]
    show = await api.show(ana)
    item = await api.item(show, listing["id"])
    await api.add(OfferRow(id="past", terms={"title": "Scarf", "price": 1000}))
    await api.add(
        ClaimRow(
            id="past",
            show_id=show,
            item_id=item,
            variant_id=small["id"],
            buyer_id=bob.user["id"],
            quantity=1,
            offer_id="past",
            status="expired",
            via="button",
            until=0,
            created_at=0,
            seq=1,
        )
    )
    keep = {"id": medium["id"], "size": "M", "quantity": 2}
    answer = await ana.patch(f"/api/listings/{listing['id']}", {"version": 1, "variants": [keep]})
    assert [v["id"] for v in answer.body["variants"]] == [medium["id"]]
    again = await ana.patch(
        f"/api/listings/{listing['id']}",
        {"version": 2, "variants": [keep, {"id": small["id"], "size": "S", "quantity": 1}]},
    )
    assert again.code == "unknown_variant"


async def test_edits_at_once_leave_a_whole_listing(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing(quantity=10)
    path = f"/api/listings/{listing['id']}"
    bodies: list[dict[str, Any]] = [{"quantity": 20}, {"price": 7}, {"title": "Hat"}] * 3
    answers = await asyncio.gather(*(ana.patch(path, body) for body in bodies))
    assert {answer.status for answer in answers} == {200}
    body = (await ana.get(path)).body
    assert (body["title"], body["price"], body["variants"][0]["quantity"]) == ("Hat", 7, 20)


async def test_a_listing_in_a_live_show_cannot_be_archived(api: Api) -> None:
    ana, host = await api.account("ana"), await api.account("host")
    listing = await ana.listing()
    for status in ("live", "interrupted"):
        await api.item(await api.show(host, status=status), listing["id"])
        answer = await ana.delete(f"/api/listings/{listing['id']}")
        assert (answer.status, answer.code) == (409, "listing_in_use")
    assert api.changed == []


async def test_who_cannot_archive_what_is_lent_reads_what_comes_first(api: Api) -> None:
    """It is in somebody else's show: its owner cannot take it out there."""
    ana, host = await api.account("ana"), await api.account("host")
    lent, own = await ana.listing(), await ana.listing()
    await ana.post("/api/mandates", {"listing": lent["id"], "host": "host"})
    for listing, first in ((lent, "End its lending first."), (own, "Take it out of the show")):
        await api.item(await api.show(host, status="live"), listing["id"])
        answer = await ana.delete(f"/api/listings/{listing['id']}")
        assert first in answer.body["detail"]


async def test_shows_that_are_not_live_do_not_keep_a_listing(api: Api) -> None:
    ana, host = await api.account("ana"), await api.account("host")
    listing = await ana.listing()
    for status in ("draft", "scheduled", "ended"):
        await api.item(await api.show(host, status=status), listing["id"])
    for _ in range(2):
        assert (await ana.delete(f"/api/listings/{listing['id']}")).status == 204
    assert api.changed[0] == listing["id"]
    edit = await ana.patch(f"/api/listings/{listing['id']}", {"price": 5})
    assert (edit.status, edit.code) == (409, "conflict")


async def test_the_currency_stays_while_a_listing_is_in_a_show_or_lent(api: Api) -> None:
    ana, host = await api.account("ana"), await api.account("host")
    shown, lent, free = await ana.listing(), await ana.listing(), await ana.listing()
    await api.item(await api.show(host, status="draft"), shown["id"])
    await ana.post("/api/mandates", {"listing": lent["id"], "host": "host"})
    for listing in (shown, lent):
        answer = await ana.patch(f"/api/listings/{listing['id']}", {"currency": "EUR"})
        assert answer.code == "listing_in_use"
        same = await ana.patch(f"/api/listings/{listing['id']}", {"currency": "USD"})
        assert same.status == 200
    answer = await ana.patch(f"/api/listings/{free['id']}", {"currency": "EUR"})
    assert answer.body["currency"] == "EUR"


async def test_a_listing_does_not_grow_beyond_the_room_of_a_show_that_has_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 17"""
    monkeypatch.setattr(stored_listings, "MAX_RUN_BYTES", 3_000)
    ana = await api.account("ana")
    variants = [{"size": "M", "color": "é", "quantity": 1}, {"size": "L", "quantity": 1}]
    listing = await ana.listing(variants=variants)
    other = await ana.listing(description="\\" + "y" * 999)
    path = f"/api/listings/{listing['id']}"
    assert (await ana.patch(path, {"description": "é" * 5_000})).status == 200
    assert (await ana.patch(path, {"description": ""})).status == 200
    show = await api.show(ana)
    for number, one in enumerate((listing, other), 1):
        await api.item(show, one["id"], number)
    assert (await ana.patch(path, {"description": "\\" + "x" * 999})).status == 200
    answer = await ana.patch(path, {"description": "é" * 1_000})
    assert (answer.status, answer.code) == (409, "run_too_large")
    assert (await ana.get(path)).body["description"] == "\\" + "x" * 999
    # Shorter is always possible, and an ended show is nobody's limit.
    monkeypatch.setattr(stored_listings, "MAX_RUN_BYTES", 10)
    assert (await ana.patch(path, {"description": "x"})).status == 200
    await api.execute(update(ShowRow).values(status="ended", ended_at=1))
    assert (await ana.patch(path, {"description": "é" * 1_000})).status == 200


# --- two devices ---------------------------------------------------------------------------


async def test_an_edit_of_another_version_changes_nothing_and_says_what_is_there(api: Api) -> None:
    ana = await api.account("ana")
    pictures = [await photo(ana), await photo(ana)]
    listing = await ana.listing(photos=pictures[:1])
    path = f"/api/listings/{listing['id']}"
    assert listing["version"] == 1
    one = (await ana.patch(path, {"version": 1, "photos": pictures})).body
    assert one["version"] == 2
    for body in ({"photos": []}, {"variants": [{"size": "M", "quantity": 1}]}, {"price": 5}):
        stale = await ana.patch(path, {"version": 1, **body})
        assert (stale.status, stale.code) == (409, "listing_changed")
        assert stale.body["listing"] == one
    assert (await ana.get(path)).body == one
    assert (await ana.patch(path, {"version": 2, "photos": []})).body["photos"] == []


async def test_of_two_devices_at_once_one_is_refused(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing(variants=[{"size": "S", "quantity": 1}])
    path = f"/api/listings/{listing['id']}"
    small = {"id": listing["variants"][0]["id"], "size": "S", "quantity": 1}
    bodies = [{"variants": [small, {"size": size, "quantity": 1}]} for size in ("M", "L")]
    answers = await asyncio.gather(*(ana.patch(path, {"version": 1, **body}) for body in bodies))
    assert sorted(answer.status for answer in answers) == [200, 409]


@pytest.mark.parametrize("name", ["photos", "variants"])
async def test_a_whole_list_says_which_version_it_replaces(api: Api, name: str) -> None:
    ana = await api.account("ana")
    listing = await ana.listing()
    answer = await ana.patch(f"/api/listings/{listing['id']}", {name: []})
    assert (answer.status, answer.code, answer.fields) == (400, "invalid", [name])


async def test_an_edit_that_changes_nothing_is_no_version(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing()
    path = f"/api/listings/{listing['id']}"
    assert (await ana.patch(path, {"title": listing["title"]})).body == listing


async def days_pass(api: Api, days: int) -> None:
    """What prices there were is so much longer ago; sign-ins would not last as long."""
    await api.execute(update(PriceRow).values(from_at=col(PriceRow.from_at) - days * DAY_MS))


async def test_a_listing_that_was_reduced_says_the_lowest_price_of_thirty_days(api: Api) -> None:
    ana, ben, cleo = [await api.account(name) for name in ("ana", "ben", "cleo")]
    listing = await ana.listing(price=3000)
    path = f"/api/listings/{listing['id']}"

    async def reduce(price: int, days: int) -> int | None:
        await days_pass(api, days)
        answer = await ana.patch(path, {"price": price})
        assert answer.status == 200
        return answer.body["was"]  # type: ignore[no-any-return]

    assert await reduce(2500, 1) == 3000
    assert await reduce(2800, 1) is None
    assert await reduce(2600, 1) is None
    assert await reduce(2400, 1) == 2500
    assert (await ana.patch(path, {"title": "Other"})).body["was"] == 2500
    # Whoever looks a month later is told the same, until it changes.
    await days_pass(api, 40)
    assert (await api.guest.get(path)).body["was"] == 2500
    assert await reduce(2300, 0) == 2400

    told = (await ana.get(f"{path}/prices")).body["items"]
    assert [change["price"] for change in told] == [2300, 2400, 2600, 2800, 2500, 3000]
    assert {(change["show"], change["source"]) for change in told} == {(None, "listing")}
    refused = await ben.get(f"{path}/prices")
    assert (refused.status, refused.code) == (403, "not_owner")
    assert (await api.guest.get(f"{path}/prices")).status == 401
    for host, status in ((ben, "active"), (cleo, "revoked")):
        mandate = {
            "listing_id": listing["id"],
            "owner_id": ana.user["id"],
            "host_id": host.user["id"],
        }
        terms = {"floor": 1, "commission_percent": 0, "changed_by": ana.user["id"]}
        times = {"created_at": 1, "changed_at": 1}
        await api.add(MandateRow(id=host.user["id"], status=status, **mandate, **terms, **times))
    assert (await ben.get(f"{path}/prices")).body["items"] == told
    assert (await cleo.get(f"{path}/prices")).status == 403


async def test_prices_older_than_120_days_are_forgotten_but_for_the_one_in_force(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing(price=3000)
    path = f"/api/listings/{listing['id']}"
    for price, days in ((2900, 10), (2800, 10), (2700, 110), (2600, 100)):
        await days_pass(api, days)
        assert (await ana.patch(path, {"price": price})).status == 200
    told = (await ana.get(f"{path}/prices")).body["items"]
    assert [change["price"] for change in told] == [2600, 2700, 2800]
    # It still says what it was in the month before.
    assert (await ana.get(path)).body["was"] == 2700
    assert (await ana.delete(path)).status == 204
    told = (await ana.get(f"{path}/prices")).body["items"]
    assert told[0]["price"] is None


async def test_another_currency_has_another_history(api: Api) -> None:
    ana = await api.account("ana")
    listing = await ana.listing(price=3000)
    path = f"/api/listings/{listing['id']}"
    await days_pass(api, 1)
    assert (await ana.patch(path, {"price": 2000, "currency": "EUR"})).body["was"] is None
    await days_pass(api, 1)
    assert (await ana.patch(path, {"price": 1900})).body["was"] == 2000
