"""Rows of every table, put in at the revision that makes it, are there at the newest one."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from liveshow.domain.auctions.state import Auctions
from liveshow.domain.claims.state import Claims
from liveshow.domain.flash.state import Flashes
from liveshow.domain.giveaways.state import Giveaways
from liveshow.domain.notes.state import Notes
from liveshow.domain.offers.state import PriceOffers
from liveshow.domain.polls.state import Polls
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.settings import Settings
from liveshow.store import migrate
from liveshow.store.database import Database
from liveshow.store.room.state import load_state

Json = dict[str, Any]

LATER = 10**13


def _person(name: str) -> Json:
    return {"id": name, "handle": name, "name": name.title()}


ADDRESS = {
    "name": "Beno",
    "line1": "Lane 1",
    "line2": "",
    "city": "Town",
    "region": "",
    "postcode": "1",
    "country": "DE",
}
OWNED = {"price": 100, "currency": "USD", "condition": "good"}
PARTIES = {"show_id": "live", "buyer_id": "beno"}
LIVE = {"currency": "USD", "hold_seconds": 300, "claims_per_buyer": 2, "chat_mode": "everyone"}
IN_SHOW = {"show_id": "live", "item_id": "item-a", "variant_id": "one-a", "quantity": 1}

# By table; what is not said is nothing: "", 0, false, an empty list.
ROWS: dict[str, list[Json]] = {
    "users": [_person(name) | {"address": ADDRESS} for name in ("hanna", "anna", "beno")],
    "photos": [{"id": "photo", "owner_id": "hanna", "width": 4, "height": 3}],
    "tokens": [{"id": "token", "user_id": "anna", "hash": "hash"}],
    "follows": [{"follower_id": "anna", "followee_id": "hanna"}],
    "shows": [
        {"id": "live", "host_id": "hanna", "status": "live", "cover": "photo", "seq": 20, **LIVE},
        {"id": "over", "host_id": "hanna", "status": "ended", "ended_at": 5, **LIVE},
        {"id": "halt", "host_id": "hanna", "status": "interrupted", "interrupted_at": 9, **LIVE},
    ],
    "listings": [
        {"id": "a", "owner_id": "hanna", "title": "Coat", "shipping_flat": 500, **OWNED},
        {"id": "b", "owner_id": "anna", "title": "Bag", "shipping_weight": 250, **OWNED},
    ],
    "variants": [
        {"id": f"one-{each}", "listing_id": each, "quantity": 5, "held": 1, "sold": 1}
        for each in ("a", "b")
    ],
    "mandates": [
        {
            "id": "mandate",
            "listing_id": "b",
            "owner_id": "anna",
            "host_id": "hanna",
            "floor": 50,
            "commission_percent": 10,
            "status": "active",
        }
    ],
    "show_items": [
        {"id": "item-a", "show_id": "live", "listing_id": "a", "number": 1, "price": 100},
        {
            "id": "item-b",
            "show_id": "live",
            "listing_id": "b",
            "mandate_id": "mandate",
            "number": 2,
            "position": 1,
            "price": 120,
        },
    ],
    "claims": [
        {
            "id": "held",
            "buyer_id": "beno",
            "price": 90,
            "status": "held",
            "until": LATER,
            **IN_SHOW,
        },
        {
            "id": "paying",
            "buyer_id": "beno",
            "price": 120,
            "commission_percent": 10,
            "status": "checkout",
            "until": LATER,
            "payment_id": "open",
            **IN_SHOW,
            "item_id": "item-b",
            "variant_id": "one-b",
        },
    ],
    "waitlist": [{"id": "place", "buyer_id": "anna", "seq": 8, **IN_SHOW}],
    "coupons": [
        {"id": "coupon", "maker_id": "hanna", "code": "SPRING", "folded": "SPR1NG", "percent": 10}
        | {"items": "own", "who": "everyone", "once": True, "stopped": False},
    ],
    "payments": [
        {"id": status, "status": status, "amount": 600, "until": LATER, "provider": "test"}
        | {"currency": "USD", "address": ADDRESS, **PARTIES}
        for status in ("open", "succeeded", "refunded")
    ],
    "orders": [
        {"id": status, "payment_id": payment, "status": status, "total": 600, "currency": "USD"}
        | {"owner_id": "hanna", "host_id": "hanna", "address": ADDRESS, **PARTIES}
        for status, payment in (("paid", "succeeded"), ("refunding", "refunded"))
    ],
    "ledger": [
        {"id": 1, "order_id": "paid", "show_id": "live", "kind": "sale", "account": "seller"},
        {"id": 2, "order_id": "refunding", "show_id": "live", "kind": "refund", "account": "fee"},
    ],
    "events": [
        {"show_id": "live", "seq": seq, "type": kind, "data": data, "deleted": kind == "chat.said"}
        for seq, kind, data in (
            (1, "chat.said", {"user": _person("anna") | {"role": ""}, "text": "x", "mentions": []}),
            (2, "chat.deleted", {"message": 1, "by": _person("hanna"), "reason": ""}),
        )
    ],
    "notices": [{"show_id": "live", "user_id": "anna", "seq": 1, "kind": "muted"}],
    "sanctions": [{"show_id": "live", "user_id": "anna", "kind": "mute", "by_id": "hanna"}],
    "staff": [{"show_id": "live", "user_id": "anna", "role": "moderator"}],
    "command_keys": [{"show_id": "live", "user_id": "anna", "key": "key", "answer": {"ok": True}}],
    "test_charges": [{"payment_id": "open", "amount": 600, "status": "open"}],
    "stripe_intents": [{"payment_id": "open", "intent": "pi_1"}],
    "cards": [
        {"user_id": "anna", "provider": "stripe", "customer": "cus_1", "method": "pm_1"}
        | {"brand": "visa", "last4": "4242", "expires": 203012, "saved_at": 4}
    ],
    "chargebacks": [
        {"id": "dp_1", "order_id": "paid", "amount": 5, "status": "open", "opened_at": 4}
    ],
    "card_rules": [{"show_id": "live", "required": True}],
    "follower_cursors": [{"follower": "mail", "show_id": "live", "seq": 3}],
    "payouts": [{"id": "payout", "user_id": "hanna", "currency": "USD", "amount": 5, "orders": 1}],
    "cases": [
        {
            "id": "case",
            "order_id": "paid",
            "show_id": "live",
            "buyer_id": "anna",
            "owner_id": "hanna",
            "host_id": "hanna",
            "status": "opened",
            "due_at": 1,
            "opened_at": 1,
            "changed_at": 1,
            "changed_by": "anna",
            "document": {},
        }
    ],
    "auctions": [
        {"id": "auction", "start": 100, "price": 100, "seconds": 30, "extend": 8, "unit": 1}
        | {"show_id": "live", "item_id": "item-a", "variant_id": "one-a", "units": 1, "seq": 9}
    ],
    "bids": [{"auction_id": "auction", "seq": 10, "unit": 1, "user_id": "anna", "amount": 150}],
    "auction_wins": [{"auction_id": "auction", "unit": 2, "claim_id": "held", "out": ["anna"]}],
    "flashes": [
        {"id": "flash", "show_id": "live", "item_id": "item-a", "price": 50, "until": LATER}
        | {"quantity": 3, "seq": 11}
    ],
    "flash_pieces": [
        {"flash_id": "flash", "piece": "held", "user_id": "beno", "quantity": 2, "status": "held"}
    ],
    "price_offers": [
        {"id": "offer", "show_id": "live", "item_id": "item-a", "variant_id": "one-a", "seq": 11}
        | {"user_id": "anna", "offered": 70, "asked": 95, "amount": 95, "turn": "buyer"}
        | {"quantity": 1, "counters": 1, "until": LATER, "in_show": True},
        {"id": "over", "show_id": "live", "item_id": "item-a", "variant_id": "one-a", "seq": 12}
        | {"user_id": "anna", "offered": 70, "amount": 70, "turn": "seller", "quantity": 1}
        | {"outcome": "declined", "over_at": 9},
    ],
    "giveaways": [
        {"id": "giveaway", "show_id": "live", "item_id": "item-a", "variant_id": "one-a", "seq": 9}
        | {"title": "A coat", "who": "everyone", "sponsor_id": "hanna", "seed": "ab"}
        | {"commitment": "cd", "status": "open", "ends_at": LATER}
        | {"offer": {"title": "Coat", "price": 0}}
    ],
    "giveaway_entries": [{"id": "entry", "giveaway_id": "giveaway", "user_id": "beno", "seq": 9}],
    "polls": [
        {"id": "poll", "show_id": "live", "question": "?", "options": ["a", "b"], "until": LATER}
    ],
    "poll_votes": [{"poll_id": "poll", "user_id": "anna", "option": 1}],
    "notes": [{"show_id": "live", "text": "Sizes run small", "revision": 1}],
    "promises": [
        {"item_id": "item-a", "show_id": "live", "in_force": [{"id": 7, "text": "Gift wrap"}]}
    ],
    "claim_promises": [{"claim_id": "held", "words": ["Gift wrap"]}],
    "account_marks": [{"user_id": "anna", "kind": "address", "mark": "00"}],
    "mark_salts": [{"id": 1, "salt": "salt"}],
    "probes": [{"id": 1}],
    # Revisions make these of what was there.
    "offers": [],
    "prices": [],
    "refunds": [],
}
MADE = {"offers": 3, "refunds": 1, "prices": 4}


def _whole(table: sa.Table, row: Json) -> Json:
    """A row with nothing in the columns that it does not speak of, and none that are not there."""
    nothing = {
        column.name: _nothing(column.type)
        for column in table.columns
        if not column.nullable and column.server_default is None
    }
    return nothing | {name: value for name, value in row.items() if name in table.columns}


def _nothing(kind: sa.types.TypeEngine[Any]) -> Any:
    match kind:
        case sa.JSON():
            return []
        case sa.Boolean():
            return False
        case sa.Integer():
            return 0
    return ""


@pytest.fixture
def url(empty_database_url: str) -> str:
    return Settings(database_url=empty_database_url).sql_url


async def test_rows_of_every_table_outlive_every_revision(url: str) -> None:
    filled: set[str] = set()
    for revision in [*ScriptDirectory.from_config(migrate._config()).walk_revisions()][::-1]:
        migrate.upgrade(url, revision.revision)
        filled |= _fill(url, filled)
    assert filled == set(ROWS)
    with migrate._connection(url) as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        found = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in tables.tables.items()
        }
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    del found["alembic_version"]
    assert found == {name: len(rows) for name, rows in ROWS.items()} | MADE
    await _is_read(url)


def _fill(url: str, filled: set[str]) -> set[str]:
    """Fill the tables that are new; return their names."""
    with migrate._connection(url) as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        new = [each for each in tables.sorted_tables if each.name in ROWS.keys() - filled]
        for table in new:
            for row in ROWS[table.name]:
                connection.execute(table.insert(), _whole(table, row))
    return {table.name for table in new}


async def _is_read(url: str) -> None:
    """A room can be opened on what is there now."""
    database = Database(url)
    async with database.read() as connection:
        live, over, halted = [await load_state(connection, s) for s in ("live", "over", "halt")]
    await database.close()
    held = {claim.id: claim.price for claim in live[Claims].held_by("beno")}
    assert held == {"held": 90, "paying": 120}
    assert [entry.offer.price for entry in live[Claims].entries_of("anna")] == [100]
    lent = live[RunOfShow].items["item-b"].lending
    assert lent is not None
    assert lent.shipping is not None
    assert lent.shipping.weight == 250
    assert [line.deleted for line in live[ChatLines].newest] == [True]
    assert live[Notes].text == "Sizes run small"
    assert live[Polls].open is not None
    auction = live[Auctions].known["auction"]
    assert (auction.stands.leader, auction.maxima["anna"].amount) == ("anna", 150)
    assert live[Auctions].wins["auction", 2].claim == "held"
    assert live[Flashes].known["item-a"].counts == (2, 2)
    offers = live[PriceOffers]
    assert (offers.standing["offer"].asked, offers.made) == (95, {"anna": 2})
    assert live[Giveaways].known["giveaway"].entries["beno"].entry == "entry"
    assert (over.show.status, halted.show.ends_at) == ("ended", 9 + 21_600_000)
