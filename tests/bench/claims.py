"""Many buyers claim one item at once: the room's batches beside a transaction for each claim."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import msgspec
from sqlalchemy import insert, select, update
from sqlmodel import col

from liveshow.clock import wall_clock
from liveshow.domain.claims.commands import Claimed, ClaimItem
from liveshow.domain.show.commands import Envelope
from liveshow.domain.values import Person
from liveshow.ids import new_id
from liveshow.server import keep_for_good
from liveshow.store.database import Database
from liveshow.store.tables.claims import ClaimRow, OfferRow
from liveshow.store.tables.listings import VariantRow
from liveshow.store.tables.log import CommandKeyRow, EventRow
from liveshow.store.tables.shows import ShowRow
from tests.bench.databases import Market, opened, postgres_url, sqlite_url
from tests.bench.measure import SqlCounter, cpu, percentile
from tests.bench.table import Row, Section

CONNECTIONS = 15

Claim = Callable[[Person], Awaitable[None]]


class Textbook:
    """One transaction per claim: lock, look, write.

    ``log``: write the event and the idempotency key too, as ours does; without them nobody can
    resume and a claim that is repeated counts twice, but it is what is mostly done.
    """

    def __init__(
        self, database: Database, show: str, item: str, variant: str, *, log: bool
    ) -> None:
        self._database = database
        self._show, self._item, self._variant = show, item, variant
        self._log = log
        # As many as the pool has connections: waiting for one of those ends after 30 s.
        self._at_once = asyncio.Semaphore(CONNECTIONS)

    async def open(self) -> None:
        """Write what all claims name; the crowd waits for it."""
        async with self._database.write() as connection:
            terms = {"title": "Wool coat", "price": 4500}
            await connection.execute(insert(OfferRow), {"id": self._variant, "terms": terms})

    async def claim(self, buyer: Person) -> None:
        async with self._at_once:
            await self._claim(buyer)

    async def _claim(self, buyer: Person) -> None:
        now, claim_id, seq = wall_clock(), new_id(), 0
        # BEGIN IMMEDIATE on SQLite; Postgres locks by FOR UPDATE.
        async with self._database.write() as connection:
            found = await connection.execute(
                select(col(VariantRow.quantity), col(VariantRow.held), col(VariantRow.sold))
                .where(col(VariantRow.id) == self._variant)
                .with_for_update()
            )
            quantity, held, sold = found.one()
            assert held + sold < quantity
            await connection.execute(
                update(VariantRow)
                .where(col(VariantRow.id) == self._variant)
                .values(held=col(VariantRow.held) + 1)
            )
            if self._log:
                raised = await connection.execute(
                    update(ShowRow)
                    .where(col(ShowRow.id) == self._show)
                    .values(seq=col(ShowRow.seq) + 1)
                    .returning(col(ShowRow.seq))
                )
                seq = raised.scalar_one()
            await connection.execute(
                insert(ClaimRow),
                {"id": claim_id, "show_id": self._show, "item_id": self._item}
                | {"variant_id": self._variant, "buyer_id": buyer.id, "quantity": 1}
                | {"offer_id": self._variant, "status": "held", "via": "button"}
                | {"until": now + 300_000, "extended": False, "payment_id": None}
                | {"seq": seq, "created_at": now},
            )
            if self._log:
                hold = {
                    "claim": claim_id,
                    "user": msgspec.to_builtins(buyer),
                    "variant": self._variant,
                }
                hold |= {"quantity": 1, "price": 4500, "until": now + 300_000, "paying": False}
                data = {"item": self._item, "number": 1, "title": "Wool coat", "hold": hold}
                await connection.execute(
                    insert(EventRow),
                    {"show_id": self._show, "seq": seq, "epoch": 1, "at": now}
                    | {"type": "item.claimed", "data": data | {"via": "button", "entry": None}}
                    | {"to_user": None},
                )
                ack = {"ok": True, "status": "held", "claim": claim_id, "until": now + 300_000}
                await connection.execute(
                    insert(CommandKeyRow),
                    {"show_id": self._show, "user_id": buyer.id, "key": claim_id}
                    | {"digest": "0" * 64, "answer": ack, "at": now},
                )


@dataclass
class Result:
    """What one way of claiming came to."""

    count: int
    seconds: float
    cpu: float
    latencies: list[float]
    statements: int
    commits: int
    alone: list[float]


async def _run(claim: Claim, buyers: list[Person], alone: int, counter: SqlCounter) -> Result:
    """The last ``alone`` buyers come one after the other, all before them at once."""
    latencies: list[float] = []

    async def timed(buyer: Person) -> None:
        began = time.perf_counter()
        await claim(buyer)
        latencies.append(time.perf_counter() - began)

    crowd, rest = buyers[:-alone], buyers[-alone:]
    counter.reset()
    began, used = time.perf_counter(), cpu()
    await asyncio.gather(*(timed(buyer) for buyer in crowd))
    seconds, used = time.perf_counter() - began, cpu() - used
    statements, commits, together = counter.statements, counter.commits, list(latencies)
    latencies.clear()
    for buyer in rest:
        await timed(buyer)
    return Result(len(crowd), seconds, used, together, statements, commits, list(latencies))


async def _measure(url: str, buyers: int, alone: int) -> tuple[Result, Result, Result]:
    async with opened(url) as database:
        counter = SqlCounter(database)
        market = await Market.open(database, buyers + alone)
        # Statements are compiled when first used.
        item, _ = await market.item(alone)
        for buyer in market.buyers[:alone]:
            await market.registry.submit(market.show, Envelope(ClaimItem(item=item), buyer))
        # As a server does when it has started; for the peers as well.
        keep_for_good()

        ours_item, ours_variant = await market.item(buyers + alone)

        async def claim(buyer: Person) -> None:
            envelope = Envelope(ClaimItem(item=ours_item), buyer, buyer.id)
            answer = await market.registry.submit(market.show, envelope)
            assert isinstance(answer, Claimed)
            assert answer.status == "held"

        ours = await _run(claim, market.buyers, alone, counter)
        assert await market.held(ours_variant) == buyers + alone
        items = [await market.item(buyers + 2 * alone) for _ in range(2)]
        await market.registry.close()
        peers = []
        # Of the second peer only the rate is shown: a quarter of the crowd gives it.
        crowds = (market.buyers, market.buyers[-(buyers // 4 + alone) :])
        for log, crowd, (item, variant) in zip((True, False), crowds, items, strict=True):
            peer = Textbook(database, market.show, item, variant, log=log)
            await peer.open()
            for buyer in market.buyers[:alone]:
                await peer.claim(buyer)
            peers.append(await _run(peer.claim, crowd, alone, counter))
            assert await market.held(variant) == len(crowd) + alone
        return ours, peers[0], peers[1]


def _rows(name: str, ours: Result, peer: Result, lean: Result) -> list[Row]:
    def both(what: str, figure: Callable[[Result], float], unit: str, how: str) -> Row:
        return Row(f"{name}: {what}", figure(ours), figure(peer), unit, how)

    def per_second(result: Result) -> float:
        return result.count / result.seconds

    wall = "wall, submit to answer"
    return [
        Row(f"{name}: claims", per_second(ours), per_second(peer), "/s", "wall", True),
        Row(
            f"{name}: claims, peer without log and keys",
            per_second(ours),
            per_second(lean),
            "/s",
            "wall",
            True,
        ),
        both("acknowledged, p50", lambda r: percentile(r.latencies, 50) * 1e3, "ms", wall),
        both("acknowledged, p99", lambda r: percentile(r.latencies, 99) * 1e3, "ms", wall),
        both("one claim alone, p50", lambda r: percentile(r.alone, 50) * 1e3, "ms", wall),
        both("CPU per claim", lambda r: r.cpu / r.count * 1e6, "us", "CPU of our process"),
        both("SQL statements per claim", lambda r: r.statements / r.count, "", "counted"),
        both("commits per 1000 claims", lambda r: r.commits / r.count * 1e3, "", "counted"),
    ]


async def run(*, quick: bool) -> Section:
    buyers, alone = (20, 3) if quick else (1000, 50)
    section = Section(
        f"Claims: {buyers} buyers claim one item at once, there is enough for all",
        "Ours: RoomRegistry.submit, each with an idempotency key. Peer: a transaction per claim on"
        " the same\ndatabase (lock the stock, look, update it, insert claim, event and key), at"
        f" most {CONNECTIONS} connections to Postgres.\nDurable: SQLite WAL with synchronous=FULL;"
        " Postgres with fsync and synchronous_commit.",
    )
    databases: list[tuple[str, Callable[[], AbstractContextManager[str]]]] = [
        ("SQLite", sqlite_url),
        ("Postgres", postgres_url),
    ]
    for name, database in databases:
        try:
            with database() as url:
                section.rows += _rows(name, *await _measure(url, buyers, alone))
        except ImportError:
            section.rows.append(Row(f"{name}: claims", None, "not installed", "", "pgserver"))
    return section
