"""What is decided on is what was locked, and what others changed meanwhile is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec import UNSET
from sqlalchemy import text

from liveshow.catalog.stock import WantedVariant
from liveshow.domain.claims.commands import Claimed
from liveshow.domain.run_of_show.facts import STOCK
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.facts import Facts, Needs
from liveshow.errors import LiveshowError
from liveshow.ids import new_id
from liveshow.rooms.registry import RoomRegistry
from liveshow.store.database import Database
from liveshow.store.listings import lock_listing
from liveshow.store.rows import insert_rows
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.listings import VariantRow
from tests.domain import asks as c
from tests.outages import told
from tests.rooms.market import RULES, CountedStore, Market
from tests.support import eventually

SPELLINGS = {
    "plain": "sold {} bleu foncé",
    "a line break in the variant": "sold {} bleu\nfoncé",
    "several spaces": "sold   {}   bleu   \t foncé  ",
    "capitals": "SOLD #{} BLEU FONCÉ",
    "decomposed": "sold {} bleu fonce\u0301",
    "a no-break space": "claim {} x1 bleu\u00a0foncé",
    "a break before the number": "buy\n{}\nbleu\n\nfoncé",
    "an ideographic space": "sold\u3000{}\u3000bleu\u3000foncé",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
async def test_a_claim_by_comment_locks_what_it_claims_however_it_is_written(
    market: Market, spelling: str
) -> None:
    """faults.md 1: the last piece, by button in one show and by comment in the other."""
    ana, ben = await market.person("ana"), await market.person("ben")
    pieces = [await market.piece(1, "Bleu foncé", "Rouge") for _ in range(6)]
    for piece in pieces:
        wanted = piece.variants["Bleu foncé"]
        button = c.ClaimItem(item=piece.items[market.a], variant=wanted)
        comment = c.Chat.model_construct(text=spelling.format(piece.numbers[market.b]))
        market.clock.advance(10)
        one, two = await asyncio.gather(
            market.do(market.a, button, ana), market.do(market.b, comment, ben)
        )
        answers = [one.status, two.claim.status]
        assert sorted(answers) == ["held", "waitlisted"]
        assert await market.stock(wanted) == (1, 1, 0)
    await market.check_stock()


async def test_a_comment_about_a_size_that_is_new_in_the_same_moment_is_no_defect(
    market: Market,
) -> None:
    """faults.md 1: the closet's change and the comment are decided in one batch."""
    ana = await market.person("ana")
    piece = await market.piece(1, "S")
    number = piece.numbers[market.a]
    for size in ("M", "L", "XL"):
        listing = await market.listings.get(piece.listing)
        market.clock.advance(10)
        said = c.Chat(text=f"sold {number} {size}")
        _, answer = await asyncio.gather(
            market.listings.edit(
                market.one.id,
                piece.listing,
                {},
                variants=[*_kept(listing), _wanted(1, size)],
            ),
            market.do(market.a, said, ana),
        )
        assert answer.seq is not UNSET
        await market.check_stock()


def _wanted(quantity: int, size: str, id_: str | None = None) -> Any:
    return WantedVariant(quantity, size, id=id_)


def _kept(listing: Any) -> list[Any]:
    return [_wanted(v.quantity, v.size, v.id) for v in listing.variants]


async def test_stock_that_was_not_locked_cannot_be_decided_on(market: Market) -> None:
    """faults.md 1: a defect is told as one, and nothing is written."""
    ana, ben = await market.person("ana"), await market.person("ben")
    piece = await market.piece(1, shows="a")
    other = await market.piece(1, shows="a")
    await market.rooms.close()

    class Forgetful(CountedStore):
        @asynccontextmanager
        async def _forgetting(self, show_id: str, epoch: int) -> AsyncIterator[Any]:
            async with super().batch(show_id, epoch) as batch:
                load = batch.load

                async def forget(needs: Needs, facts: Facts) -> None:
                    known = Needs()
                    for fact, keys in needs.items():
                        known.add(fact, *(keys - {piece.listing} if fact is STOCK else keys))
                    await load(known, facts)

                batch.load = forget
                yield batch

        def batch(self, show_id: str, epoch: int) -> Any:
            return self._forgetting(show_id, epoch)

    market.rooms = RoomRegistry(
        Forgetful(market.database), rules=RULES, clock=market.clock, steady=market.clock
    )
    outcomes = await asyncio.gather(
        market.do(market.a, c.ClaimItem(item=piece.items[market.a]), ana),
        market.do(market.a, c.ClaimItem(item=other.items[market.a]), ben),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], LiveshowError)
    assert outcomes[0].code == "internal"
    assert isinstance(outcomes[1], Claimed)
    assert outcomes[1].status == "held"
    assert [row.buyer_id for row in await market.rows(ClaimRow)] == [ben.id]
    await market.check_stock()


async def test_what_the_seller_sets_while_a_crowd_claims_is_kept(market: Market) -> None:
    """faults.md 2: stock 5 → 50 at the moment of the claims, by button and by comment."""
    buyers = [await market.person(f"buyer{n}") for n in range(6)]
    for quantity in (50, 60, 70, 80):
        piece = await market.piece(5, "Dark blue", "Red")
        dark = piece.variants["Dark blue"]
        listing = await market.listings.get(piece.listing)
        wanted = [_wanted(quantity, variant.size, variant.id) for variant in listing.variants]
        market.clock.advance(10)
        comment = f"sold {piece.numbers[market.b]} dark\nblue"
        await asyncio.gather(
            *(
                market.do(market.a, c.ClaimItem(item=piece.items[market.a], variant=dark), buyer)
                for buyer in buyers[:3]
            ),
            *(market.do(market.b, c.Chat(text=comment), buyer) for buyer in buyers[3:]),
            market.listings.edit(market.one.id, piece.listing, {}, variants=wanted),
        )
        in_stock, held, _ = await market.stock(dark)
        assert in_stock == quantity
        # Whoever waited when there were five is served by the fifty.
        await market.tick(market.a)
        await market.tick(market.b)
        _, held, _ = await market.stock(dark)
        assert held == 6
        await market.check_stock()


async def test_rooms_and_sellers_never_wait_for_one_another_in_a_circle(market: Market) -> None:
    """Both shows claim the same pieces in opposite orders while their owner edits them."""
    buyers = [await market.person(f"buyer{n}") for n in range(4)]
    pieces = [await market.piece(20) for _ in range(5)]
    with told() as log:
        for _ in range(6):
            market.clock.advance(10)
            edits = [
                market.listings.edit(market.one.id, piece.listing, {}, quantity=20)
                for piece in pieces
            ]
            claims = [
                market.do(show, c.ClaimItem(item=piece.items[show]), buyer)
                for buyer in buyers
                for show, order in ((market.a, pieces), (market.b, pieces[::-1]))
                for piece in order
            ]
            outcomes = await asyncio.gather(*edits, *claims, return_exceptions=True)
            failed = [e for e in outcomes if isinstance(e, Exception)]
            codes = {error.code if isinstance(error, LiveshowError) else error for error in failed}
            assert codes <= {"claim_limit", "already_waiting"}
    # A deadlock would have been told as an outage.
    assert log == []
    await market.check_stock()


async def test_a_room_waits_for_who_edits_a_listing_and_then_reads_what_they_wrote(
    postgres_database: Database,
) -> None:
    market = Market(postgres_database)
    await market.open()
    piece = await market.piece(1, "S", shows="a")
    async with postgres_database.write() as editing:
        await lock_listing(editing, piece.listing)
        looking = asyncio.create_task(market.do(market.a, c.ListingChanged(piece.listing)))
        waits = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

        async def waiting() -> bool:
            async with postgres_database.read() as connection:
                return (await connection.execute(waits)).first() is not None

        await eventually(waiting, what="the room waits for the seller")
        more = VariantRow(id=new_id(), listing_id=piece.listing, position=1, label="M", quantity=2)
        await insert_rows(editing, more)
    await looking
    (item,) = (await market.rooms.snapshot(market.a))[RunOfShow].items.values()
    assert [(v.label, v.quantity) for v in item.variants] == [("S", 1), ("M", 2)]
    await market.close()
