"""The types in ``web/lib/protocol.js`` are those of the server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from liveshow.cases.course import Entry
from liveshow.domain.auctions.record import PastAuction
from liveshow.domain.auctions.views import AuctionTerms, AuctionView, ChanceView, MyChance
from liveshow.domain.chat.commands import ClaimReply
from liveshow.domain.checkout.parcels import CartLineView, CartView, ParcelView, Quote
from liveshow.domain.checkout.reductions import Reduction
from liveshow.domain.claims.views import MyClaim, MyPlace, WaitingView
from liveshow.domain.features import MACHINE
from liveshow.domain.flash.views import FlashCount, FlashView
from liveshow.domain.giveaways.proof import Prize, Proof
from liveshow.domain.giveaways.views import EntriesNow, GiveawayView, MyPrize
from liveshow.domain.moderation.dossier import FormerSanction, WrittenLine
from liveshow.domain.moderation.events import Former
from liveshow.domain.moderation.staff import AuditEntry, AuditUser, PersonView
from liveshow.domain.moderation.state import Sanction
from liveshow.domain.notes.events import Promise
from liveshow.domain.offers.views import OfferView
from liveshow.domain.polls.views import PollView, PollVotes
from liveshow.domain.run_of_show.views import ItemView
from liveshow.domain.running.views import ShowView, StaffMember
from liveshow.domain.show.chat_line import ChatLine
from liveshow.domain.show.events import Seen
from liveshow.domain.show.notices import Notice
from liveshow.domain.show.views import Snapshot
from liveshow.domain.values import (
    Address,
    Hold,
    ItemRef,
    Lending,
    Person,
    Photo,
    Shipping,
    Speaker,
    Variant,
)
from liveshow.domain.whispers.state import WhisperLine
from liveshow.http.cases import CaseView
from liveshow.http.coupons import MadeCouponView
from liveshow.http.dossiers import Dossier
from liveshow.http.giveaways import PrizesView
from liveshow.http.listings import ListingView, VariantView
from liveshow.http.mandates import MandateView
from liveshow.http.notices import (
    CaseNewsView,
    HeldView,
    LendingNewsView,
    LendingView,
    NoticeShow,
    NoticesView,
    NoticeView,
    OrderNewsView,
)
from liveshow.http.payouts import PayoutsView
from liveshow.http.show_views import StatsView
from liveshow.payments.cards import CardState, CardView
from liveshow.payments.records import ClientView, OrderView, PaymentView
from liveshow.payments.sales import Sale
from liveshow.payouts.ports import Payout
from liveshow.payouts.terms import Standing
from liveshow.rooms.queries import ShowCard
from signaling.socket.ephemeral import Cheers
from tests.protocol.jsdoc import Property, object_types, properties
from tests.protocol.typed import Field, fields_of

# Where one type of the browser stands for several of the server, what only some have is optional.
TYPES: dict[str, list[type[Any]]] = {
    "User": [Person],
    "Case": [CaseView],
    "Payout": [Payout],
    "Payouts": [PayoutsView],
    "Standing": [Standing],
    "CaseEntry": [Entry],
    "CaseNews": [CaseNewsView],
    "Speaker": [Speaker],
    "Photo": [Photo],
    "Address": [Address],
    "Variant": [Variant, VariantView],
    "Shipping": [Shipping],
    "Listing": [ListingView],
    "Show": [ShowView],
    "ShowCard": [ShowCard],
    "ItemPromise": [Promise],
    "Poll": [PollView],
    "PriceOffer": [OfferView],
    "Auction": [AuctionView],
    "AuctionTerms": [AuctionTerms],
    "Chance": [ChanceView],
    "MyChance": [MyChance],
    "Flash": [FlashView],
    "PastAuction": [PastAuction],
    "Giveaway": [GiveawayView],
    "MyPrize": [MyPrize],
    "Proof": [Proof],
    "Prize": [Prize],
    "Prizes": [PrizesView],
    "Hold": [Hold],
    "ItemRef": [ItemRef],
    "Lending": [Lending],
    "Item": [ItemView],
    "ChatLine": [ChatLine],
    "StaffMember": [StaffMember],
    "Sanction": [Sanction],
    "Waiting": [WaitingView],
    "Whisper": [WhisperLine],
    "State": [MACHINE.state_view],
    "Snapshot": [Snapshot],
    "ShowEvent": [Seen],
    "MyClaim": [MyClaim],
    "MyWaiting": [MyPlace],
    "Notice": [Notice],
    "CartLine": [CartLineView],
    "Parcel": [ParcelView],
    "Reduction": [Reduction],
    "Coupon": [MadeCouponView],
    "Cart": [CartView],
    "Mine": [MACHINE.mine_view],
    "Quote": [Quote],
    "Payment": [PaymentView],
    "PaymentClient": [ClientView],
    "CardOnFile": [CardView],
    "CardState": [CardState],
    "Mandate": [MandateView],
    "Order": [OrderView],
    "NoticeShow": [NoticeShow],
    "Held": [HeldView],
    "ShowNotice": [NoticeView],
    "LendingNews": [LendingNewsView],
    "LendingPart": [LendingView],
    "Sale": [Sale],
    "OrderNews": [OrderNewsView],
    "Notices": [NoticesView],
    "Former": [Former],
    "AuditUser": [AuditUser],
    "AuditEntry": [AuditEntry],
    "Person": [PersonView],
    "WrittenLine": [WrittenLine],
    "FormerSanction": [FormerSanction],
    "Dossier": [Dossier],
    "MediaStats": [StatsView],
    "ClaimReply": [ClaimReply],
}
EVENTS = {name: k for name, k in MACHINE.events.items() if k.logged and not k.private_to}
COMMANDS = MACHINE.client_commands
ANSWERS = {name: MACHINE.does[kind].answer for name, kind in COMMANDS.items()}
EPHEMERAL = {
    "cheers": Cheers,
    "poll_votes": PollVotes,
    "flash_count": FlashCount,
    "giveaway_entries": EntriesNow,
}
# Types that are tables, by name of an event, a command or a message.
TABLES: dict[str, dict[str, Any]] = {
    "EventData": EVENTS,
    "Commands": COMMANDS,
    "Answers": ANSWERS,
    "Ephemeral": EPHEMERAL,
}


def _together(kinds: list[type[Any]]) -> dict[str, Field]:
    """The fields of several types; what is not in all of them is optional."""
    found: dict[str, Field] = {}
    for kind in kinds:
        found |= fields_of(kind)
    return {
        name: replace(
            field,
            optional=field.optional
            or field.staff_only
            or any(name not in fields_of(kind) for kind in kinds),
        )
        for name, field in found.items()
    }


def differences(
    written: dict[str, Property], fields: dict[str, Field], where: str, *, null: bool = True
) -> list[str]:
    """What the browser's type says otherwise; ``null``: of what may be null, too."""
    found = [f"{where}.{name} is missing" for name in fields if name not in written]
    found += [f"{where}.{name} is not there" for name in written if name not in fields]
    for name in written.keys() & fields.keys():
        said, field = written[name], fields[name]
        if said.optional is not field.optional:
            found.append(f"{where}.{name} is always there: {not field.optional}")
        if null and said.type != "any" and said.nullable is not field.nullable:
            found.append(f"{where}.{name} may be null: {field.nullable}")
        if said.literal and field.inner:
            inner = _together([field.inner])
            found += differences(properties(said.literal), inner, f"{where}.{name}", null=null)
    return found


def test_every_type_of_the_browser_is_compared() -> None:
    compared = "TYPES and TABLES of this test name all types of web/lib/protocol.js"
    assert object_types() == TYPES.keys() | TABLES.keys(), compared


@pytest.mark.parametrize("name", TYPES)
def test_a_type_of_the_browser_is_that_of_the_server(name: str) -> None:
    assert not differences(properties(name), _together(TYPES[name]), name)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_the_browser_names_all_of_the_server(table: str) -> None:
    assert set(properties(table)) == set(TABLES[table])


@pytest.mark.parametrize("name", EVENTS)
def test_the_data_of_an_event_is_that_of_the_server(name: str) -> None:
    written = properties(properties("EventData")[name].type)
    assert not differences(written, _together([EVENTS[name]]), name)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_to_a_command_is_that_of_the_server(name: str) -> None:
    written = properties(properties("Answers")[name].type)
    assert not differences(written, _together([ANSWERS[name]]), name)


@pytest.mark.parametrize("name", EPHEMERAL)
def test_an_ephemeral_message_is_that_of_the_server(name: str) -> None:
    written = properties(properties("Ephemeral")[name].type)
    assert not differences(written, _together([EPHEMERAL[name]]), name)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_fields_of_a_command_are_those_of_the_server(name: str) -> None:
    written = properties(properties("Commands")[name].type)
    fields = {
        field: Field(info.annotation, not info.is_required())
        for field, info in COMMANDS[name].model_fields.items()
        if field != "type"
    }
    assert not differences(written, fields, name, null=False)
