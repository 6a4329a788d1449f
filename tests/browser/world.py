"""Shows, listings and orders in every state, with names that fit nowhere, for walks over pages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from liveshow.clock import wall_clock
from tests.browser.people import ADDRESS, buy, lend, upload
from tests.stage import Stage

# What people write when nobody checks the design: no spaces, no mercy.
WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik"
LONG_TITLE = f"{WORD}{WORD}"[:110]
LONG_SHOW = f"Autumn {WORD} and everything else that hung too long at the back of it"[:118]
LONG_HANDLE = "somebody_with.long_names"
LONG_URL = f"https://example.com/{'a' * 220}"


@dataclass
class World:
    """Shows in every state, listings of every kind, orders."""

    stage: Stage
    scheduled: str = ""
    draft: str = ""
    auctions: str = ""
    interrupted: str = ""
    ended: str = ""
    # Shipped; shipped and disputed; cancelled, but for its shipping; paid; packed.
    orders: list[str] = field(default_factory=list)


async def build(stage: Stage) -> World:
    server = stage.server
    host = stage.host
    seller, buyer = await server.account(LONG_HANDLE), await server.account("buyer")
    await server.account("mod")
    banned = await server.account("banned")
    # They have their names for long.
    about = {"name": WORD[:55], "bio": f"{LONG_URL} {WORD}"[:200]}
    for someone in (seller, host):
        await server.request("PATCH", "/api/me", about, by=someone)
    await server.request("PUT", f"/api/users/{host.handle}/follow", by=buyer)
    address = {**ADDRESS, "name": WORD, "line1": WORD * 2, "city": WORD[:50]}
    await server.request("PATCH", "/api/me", {"address": address}, by=buyer)
    photos = await asyncio.gather(
        *(upload(server, host, colour) for colour in ("#204060", "#b0c0a0", "#803030"))
    )
    sellers_photo = await upload(server, seller, "#d0a040")
    await stage.command(
        "configure", title=LONG_SHOW, description=LONG_URL, cover=photos[0], claims_per_buyer=3
    )
    coat = await stage.item(
        title=LONG_TITLE, photos=photos, brand=WORD, category=WORD, description=LONG_URL
    )
    sizes: list[dict[str, Any]] = [
        {"size": "38", "color": WORD[:28], "quantity": 2},
        {"size": "XXXXXL extra extra long", "color": "petrol", "quantity": 1},
        {"size": "M", "quantity": 3},
    ]
    shirt = await stage.item(
        title="Shirt", variants=sizes, photos=photos[1:], shipping={"weight": 900}
    )
    lent = await stage.listing(
        by=seller, title=f"Lent {WORD}", price=12345678, photos=[sellers_photo]
    )
    await stage.listing(by=seller, title="Bare", price=100)
    await lend(stage, seller, lent["id"], commission_percent=10)
    coupon = {"code": "SPRING-2027-SALE", "percent": 15, "cap": 5_000, "minimum": 2_000}
    coupon |= {"currency": "USD", "who": "followers", "uses": 100}
    await stage.server.post("/api/coupons", coupon, by=stage.host)
    offered = await stage.listing(by=seller, title=WORD, price=9900, quantity=100_000)
    await server.post("/api/mandates", {"listing": offered["id"], "host": "host"}, by=seller)
    borrowed = str((await stage.command("add", listing=lent["id"]))["item"])
    await stage.command("staff", user="mod", role="moderator")
    await stage.command("start")
    await stage.command("pin", item=coat)
    for text in (f"{WORD * 4}", LONG_URL, "is it wool?", f"hello @{LONG_HANDLE}"):
        await stage.command("chat", by=buyer, text=text)
    await stage.command("announce", text=f"Free shipping on {WORD * 3}")
    await stage.command("block_word", word=WORD[:50])
    await stage.command("mute", user=seller.id, seconds=600, reason=WORD * 4)
    await stage.command("ban", user=banned.id, seconds=600, reason=WORD * 4)
    await stage.command("whisper", text=f"{WORD} is a regular")
    await stage.command("note", text=f"{WORD} {LONG_URL}"[:280])
    await stage.command("promise", item=coat, text=f"Comes with {WORD}")
    options = [WORD[:40], "Boots", "The blue scarf from Porto, hand woven"]
    await stage.command("poll", question=f"{WORD} or what?", options=options, seconds=600)

    # Two orders, and what is still held of two owners.
    world = World(stage)
    variants = (await stage.fresh())["state"]["items"][1]["variants"]
    for item, variant in ((shirt, variants[0]["id"]), (borrowed, None)):
        await stage.command(
            "claim", by=buyer, item=item, **({"variant": variant} if variant else {})
        )
    await buy(stage, buyer, address)
    orders = (await server.get("/api/orders?as=buyer", by=buyer))["items"]
    world.orders = [
        o["id"] for owner in (host, seller) for o in orders if o["owner"]["id"] == owner.id
    ]
    for order, owner in zip(world.orders, (host, seller), strict=True):
        await server.post(f"/api/orders/{order}/pack", by=owner)
        shipped = {"carrier": WORD[:50], "tracking": "X" * 90}
        await server.post(f"/api/orders/{order}/ship", shipped, by=owner)
    await server.post(f"/api/orders/{world.orders[1]}/dispute", {"reason": WORD * 5}, by=buyer)
    await stage.command("claim", by=buyer, item=shirt, variant=variants[2]["id"], quantity=2)
    await stage.command("claim", by=buyer, item=coat)

    async def another(title: str, **show: Any) -> Stage:
        made = await server.post("/api/shows", {"title": title, **show}, by=host)
        return Stage(server, made["id"], host)

    draft = await another(f"Draft {WORD}")
    await draft.item(title="Early bird")
    world.draft = draft.show
    soon = await another(f"Soon {WORD}", scheduled_at=wall_clock() + 90_000_000)
    second = await stage.listing(
        by=seller, title=f"Lent {WORD}", price=12345678, photos=[sellers_photo]
    )
    await lend(stage, seller, second["id"], floor=100, commission_percent=10)
    later = (await soon.command("add", listing=second["id"]))["item"]
    await soon.command("offer", by=buyer, item=later, amount=12345600)
    await soon.item(title=LONG_TITLE, price=12345678, shipping={"flat": 500})
    world.scheduled = soon.show
    interrupted = await another("Back soon", cover=photos[2])
    await interrupted.command("start")
    hat = await interrupted.item(title="Hat")
    await interrupted.command("pin", item=hat)
    await interrupted.command("claim", by=buyer, item=hat)
    await interrupted.command("pause")
    world.interrupted = interrupted.show
    auctions = await another(f"Auctions {WORD}")
    await auctions.command("start")
    piece = await auctions.item(title=LONG_TITLE, price=12345678, quantity=3)
    await auctions.command(
        "auction", item=piece, start_price=12345600, reserve=12345700, quantity=2, prepare=True
    )
    await auctions.command("flash", item=piece, price=12345677, seconds=1200, quantity=2)
    world.auctions = auctions.show
    ended = await another(f"Over {WORD}")
    await ended.command("start")
    for title in (LONG_TITLE, "Gloves", "Belt"):
        piece = await ended.item(title=title, shipping={"flat": 500})
        await ended.command("claim", by=buyer, item=piece)
        world.orders += await buy(ended, buyer)
    await ended.command("end")
    await server.post(f"/api/orders/{world.orders[4]}/pack", by=host)
    # The first of a parcel has paid its shipping, which the others need.
    await server.post(f"/api/orders/{world.orders[2]}/cancel", {"reason": WORD}, by=buyer)
    world.ended = ended.show
    return world
