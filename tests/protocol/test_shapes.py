"""The shapes in PROTOCOL.md are those of the types that make them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

from liveshow.domain.auctions.record import AuctionRecord
from liveshow.domain.checkout.parcels import CartView
from liveshow.domain.features import MACHINE
from liveshow.domain.flash.views import FlashCount
from liveshow.domain.giveaways.views import EntriesNow
from liveshow.domain.polls.views import PollVotes
from liveshow.domain.run_of_show.views import ItemView
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.events import Seen
from liveshow.domain.show.views import Snapshot
from liveshow.domain.values import Address, Person, Photo
from liveshow.http.accounts import AddressView
from liveshow.http.coupons import MadeCouponView
from liveshow.http.dossiers import Dossier, WrittenLines
from liveshow.http.listings import ListingView, PricesView
from liveshow.http.mandates import MandateView
from liveshow.http.notices import HeldView, NoticesView, NoticeView, OrderNewsView
from liveshow.http.photos import PhotoView
from liveshow.http.show_views import AuditView, PeopleView, StatsView
from liveshow.payments.records import Balance, OrderView, PaymentView
from liveshow.rooms.queries import ShowCard
from signaling.socket.ephemeral import Cheers
from tests.protocol.comparing import differences
from tests.protocol.document import ROOT, chapter, named_shapes, quoted, rows, shapes_of

NAMED: dict[str, list[type[Any]]] = {
    "user": [Person],
    "address": [Address, AddressView],
    "photo": [Photo, PhotoView],
    "listing": [ListingView],
    "show card": [ShowCard],
    "stats": [StatsView],
    "mandate": [MandateView],
    "cart": [CartView],
    "coupon": [MadeCouponView],
    "payment": [PaymentView],
    "order": [OrderView],
    "hold": [HeldView],
    "notice": [NoticeView],
    "order news": [OrderNewsView],
    "record": [AuctionRecord],
    "state": [MACHINE.state_view],
    "item": [ItemView],
    "line": [ChatLine],
    "mine": [MACHINE.mine_view],
}
ROUTES: dict[str, type[Any]] = {
    "GET /api/shows/{show}/audit": AuditView,
    "GET /api/shows/{show}/people": PeopleView,
    "GET /api/shows/{show}/people/{user}": Dossier,
    "GET /api/shows/{show}/lines": WrittenLines,
    "GET /api/shows/{show}/balance": Balance,
    "GET /api/notices": NoticesView,
    "GET /api/listings/{id}/prices": PricesView,
}
EPHEMERAL: dict[str, type[Any]] = {
    "cheers": Cheers,
    "poll_votes": PollVotes,
    "flash_count": FlashCount,
    "giveaway_entries": EntriesNow,
}


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, kinds in NAMED.items() for kind in kinds]
)
def test_a_shape_is_documented_as_it_is(name: str, kind: type[Any]) -> None:
    assert not differences(named_shapes()[name], kind, name, staff=False)


@pytest.mark.parametrize("route", ROUTES)
def test_an_answer_without_a_name_is_documented_as_it_is(route: str) -> None:
    named = rf"`{re.escape(route)}[`?]"
    row = next(row for row in rows(chapter("2. HTTP")) if re.match(named, row[0]))
    assert not differences(shapes_of("|".join(row[2:]))[0], ROUTES[route], route)


# --- what the channel says ------------------------------------------------------------------


def _calls(
    *names: str, packages: tuple[str, ...] = ("liveshow", "signaling")
) -> Iterator[tuple[str, ast.Call]]:
    """Calls of these names in the code, with the text that is their first argument."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "id", getattr(node.func, "attr", "")) in names
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                    and isinstance(node.args[0].value, str)
                ):
                    yield node.args[0].value, node


def documented_messages() -> dict[str, str]:
    """The payloads of 3.1, of the log and beside it, by message."""
    return {quoted(row[0])[0]: row[1] for row in rows(chapter("3.1 Server to client"))}


def test_every_message_of_the_server_is_documented_and_the_other_way_round() -> None:
    frames = {name for name, _ in _calls("Frame", "EncodedFrame")}
    assert set(documented_messages()) == frames | EPHEMERAL.keys()


def test_every_ephemeral_message_is_known_here() -> None:
    assert {name for name, _ in _calls("Ephemeral")} == EPHEMERAL.keys()


@pytest.mark.parametrize("name", EPHEMERAL)
def test_an_ephemeral_message_is_documented_as_it_is(name: str) -> None:
    assert not differences(shapes_of(documented_messages()[name])[0], EPHEMERAL[name], name)


@pytest.mark.parametrize(("name", "kind"), [("snapshot", Snapshot), ("events", Seen)])
def test_what_carries_the_log_is_documented_as_it_is(name: str, kind: type[Any]) -> None:
    written = documented_messages()[name].replace("[{", "{", 1)
    assert not differences(shapes_of(written)[0], kind, name)


@pytest.mark.parametrize("name", ["head", "bye"])
def test_what_is_said_beside_the_log_is_documented_as_it_is(name: str) -> None:
    said = {
        tuple(key.value for key in call.args[1].keys if isinstance(key, ast.Constant))
        for found, call in _calls("Frame")
        if found == name and isinstance(call.args[1], ast.Dict)
    }
    assert said == {tuple(shapes_of(documented_messages()[name])[0].fields or ())}


def test_what_clients_say_beside_commands_is_documented() -> None:
    heard = {name for name, _ in _calls("on", packages=("signaling/socket",))}
    text = chapter("3.1 Server to client")
    sent = re.search(r"^Everybody who is connected.*?\n\n", text, re.MULTILINE | re.DOTALL)
    assert sent
    assert heard - {"connect", "disconnect", "*"} == {"cheer"}
    assert "cheer" in quoted(sent[0])
