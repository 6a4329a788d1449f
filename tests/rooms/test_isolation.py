"""What cannot be saved is isolated: the show goes on, and the operator is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col
from structlog.testing import capture_logs

from liveshow.domain.chat.commands import Chatted
from liveshow.domain.claims.events import ItemClaimed
from liveshow.domain.show.commands import Answer
from liveshow.domain.show.events import Record
from liveshow.domain.show.state import ShowState
from liveshow.errors import LiveshowError
from liveshow.store.tables.claims import ClaimRow
from liveshow.store.tables.listings import VariantRow
from liveshow.store.tables.shows import ShowRow
from tests.domain import asks as c
from tests.rooms.market import HOLD_SECONDS, Market, Piece
from tests.support import eventually


async def spoil(market: Market, piece: Piece) -> None:
    """Make the row say that nothing is held: whatever ends a hold cannot be written."""
    await mend(market, piece, 0)


async def mend(market: Market, piece: Piece, held: int) -> None:
    of_piece = update(VariantRow).where(col(VariantRow.listing_id) == piece.listing)
    await market.execute(of_piece.values(held=held))


async def held_by(market: Market, *names: str, **options: Any) -> Piece:
    """A piece of which each of these people holds one."""
    piece = await market.piece(5, shows="a", **options)
    for name in names:
        who = market.people.get(name) or await market.person(name)
        await market.do(market.a, c.ClaimItem(item=piece.items[market.a]), who)
    return piece


async def statuses(market: Market) -> dict[str, list[str]]:
    """The statuses of everybody's claims."""
    handles = {person.id: handle for handle, person in market.people.items()}
    found: dict[str, list[str]] = {}
    for row in await market.rows(ClaimRow):
        found.setdefault(handles[row.buyer_id], []).append(row.status)
    return found


async def isolated(market: Market, kind: str) -> None:
    await eventually(lambda: market.aside[kind] > 0, what=f"a {kind} is set aside")


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "after a restart"])
async def test_a_hold_that_cannot_end_stops_nothing_else(market: Market, restarted: bool) -> None:
    """faults.md 3: other claims, other holds' ends, chat and `end` work."""
    broken = await held_by(market, "ana")
    sound = await held_by(market, "ben")
    cara = await market.person("cara")
    await spoil(market, broken)
    if restarted:
        await market.restart()
        # A restart pauses the show until its host is back.
        await market.do(market.a, c.StreamUp())
    market.clock.advance(HOLD_SECONDS + 60)
    await market.tick(market.a)
    await isolated(market, "hold")

    async def rest_is_over() -> bool:
        return await statuses(market) == {"ana": ["held"], "ben": ["expired"]}

    await eventually(rest_is_over)
    claimed = await market.do(market.a, c.ClaimItem(item=sound.items[market.a]), cara)
    assert claimed.status == "held"
    assert (await market.do(market.a, c.Chat(text="Hello"), cara)).seq > 0
    assert await market.do(market.a, c.Release(claim=claimed.claim), cara) == Answer()
    # The same item, too: only what is about the broken hold cannot be saved.
    claimed = await market.do(market.a, c.ClaimItem(item=broken.items[market.a]), cara)
    assert claimed.status == "held"
    await market.do(market.a, c.End(), market.one)
    (row,) = [row for row in await market.rows(ShowRow) if row.id == market.a]
    assert row.status == "ended"


async def test_what_is_set_aside_is_tried_less_and_less_often_and_logged_once(
    market: Market,
) -> None:
    """faults.md 3: no spinning, no flood, one error and one count for the operator."""
    with capture_logs() as logs:
        broken = await held_by(market, "ana")
        await spoil(market, broken)
        market.clock.advance(HOLD_SECONDS + 1)
        await market.tick(market.a)
        await isolated(market, "hold")
        begun, asked = market.store.begun, 200
        # More than an hour, looked at every twenty seconds.
        for _ in range(asked):
            market.clock.advance(20)
            await market.tick(market.a)
    assert 4 <= market.store.begun - begun - asked < 40
    assert market.aside == {"hold": 1}
    told = [line for line in logs if line["event"].startswith("something is set aside")]
    assert [line["log_level"] for line in told] == ["error"]
    assert len(logs) < 40
    assert sum("exc_info" in line and line["exc_info"] is not None for line in logs) <= 1


async def test_what_was_set_aside_ends_once_the_row_is_mended(market: Market) -> None:
    """faults.md 3: nobody has to restart anything."""
    broken = await held_by(market, "ana")
    await spoil(market, broken)
    market.clock.advance(HOLD_SECONDS + 1)
    await market.tick(market.a)
    await isolated(market, "hold")
    await mend(market, broken, 1)
    market.clock.advance(700)

    async def over() -> bool:
        await market.tick(market.a)
        return await statuses(market) == {"ana": ["expired"]}

    await eventually(over)
    await market.check_stock()


async def test_of_many_holds_that_end_together_only_the_broken_one_is_set_aside(
    market: Market,
) -> None:
    """faults.md 3: found by halves, not one by one."""
    sound = await held_by(market, *(f"buyer{n}" for n in range(5)))
    others = [await held_by(market, *(f"buyer{n}" for n in range(5))) for _ in range(5)]
    broken = await held_by(market, "ana")
    await spoil(market, broken)
    market.clock.advance(HOLD_SECONDS + 1)
    begun = market.store.begun
    await market.tick(market.a)
    await isolated(market, "hold")

    async def rest_over() -> bool:
        found = await statuses(market)
        return found.pop("ana") == ["held"] and all(
            set(of_one) == {"expired"} for of_one in found.values()
        )

    await eventually(rest_over)
    assert market.store.begun - begun < 20
    for piece in (sound, *others):
        (variant,) = piece.variants.values()
        assert await market.stock(variant) == (5, 0, 0)


async def test_a_command_that_cannot_be_saved_is_refused_alone(market: Market) -> None:
    """faults.md 3: what came with it is decided, and the next batch, too."""
    broken = await held_by(market, "ana")
    sound = await held_by(market, "ben")
    await spoil(market, broken)
    held = {row.buyer_id: row.id for row in await market.rows(ClaimRow)}
    ana, ben = market.people["ana"], market.people["ben"]
    outcomes = await asyncio.gather(
        market.do(market.a, c.Chat(text="Hello"), ben),
        market.do(market.a, c.Release(claim=held[ana.id]), ana),
        market.do(market.a, c.Release(claim=held[ben.id]), ben),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], LiveshowError)
    assert outcomes[1].code == "unavailable"
    assert isinstance(outcomes[0], Chatted)
    assert outcomes[2] == Answer()
    assert await statuses(market) == {"ana": ["held"], "ben": ["released"]}
    (variant,) = sound.variants.values()
    assert await market.stock(variant) == (5, 0, 0)


async def test_a_checkout_that_cannot_expire_is_set_aside_as_a_whole(market: Market) -> None:
    """faults.md 3: its holds are of one fate; the other buyer's checkout expires."""
    await held_by(market, "ana", "ben")
    broken = await held_by(market, "ana")
    ana, ben = market.people["ana"], market.people["ben"]
    first = await market.checkout(market.a, ana, "k")
    second = await market.checkout(market.a, ben, "k")
    await spoil(market, broken)
    market.clock.advance(HOLD_SECONDS + 130)
    await market.tick(market.a)
    await isolated(market, "payment")
    await eventually(lambda: market.events["payment.closed"] == 1)
    assert (await market.payments.get(first.id, ana.id)).status == "open"
    assert (await market.payments.get(second.id, ben.id)).status == "expired"
    assert await statuses(market) == {"ana": ["checkout", "checkout"], "ben": ["expired"]}


async def test_a_line_that_cannot_be_served_keeps_no_room_from_opening(market: Market) -> None:
    """faults.md 3: somebody waits, the stock cannot be written, the server restarts."""
    piece = await market.piece(1, shows="a")
    ana, ben = await market.person("ana"), await market.person("ben")
    await market.do(market.a, c.ClaimItem(item=piece.items[market.a]), ana)
    await market.do(market.a, c.ClaimItem(item=piece.items[market.a]), ben)
    await market.rooms.close()
    await market.execute(update(VariantRow).values(quantity=2))
    market.serve()
    written = market.store.batch

    def batch(show_id: str, epoch: int) -> Any:
        return _refusing(written(show_id, epoch))

    market.store.batch = batch  # type: ignore[method-assign]
    said = await market.do(market.a, c.Chat(text="Hello"), ana)
    assert said.seq > 0
    await isolated(market, "waitlist")
    assert (await market.do(market.a, c.Chat(text="Hello again"), ana)).seq > said.seq


class _refusing:
    """A transaction in which promotions cannot be written."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    async def __aenter__(self) -> Any:
        batch = await self._batch.__aenter__()
        record, flush = batch.record, batch.flush
        promoted: list[ItemClaimed] = []

        def seen(state: ShowState, happened: Record) -> None:
            if isinstance(happened.event, ItemClaimed) and happened.event.via == "waitlist":
                promoted.append(happened.event)
            record(state, happened)

        async def refuse(state: ShowState) -> None:
            if promoted:
                raise OSError("the disk does not like promotions")
            await flush(state)

        batch.record, batch.flush = seen, refuse
        return batch

    async def __aexit__(self, *error: Any) -> Any:
        return await self._batch.__aexit__(*error)
