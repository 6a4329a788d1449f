"""What is published of giveaways, read from their rows."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from liveshow.domain.giveaways.beacon import Round, Waiting
from liveshow.domain.giveaways.draw import randomness
from liveshow.domain.giveaways.proof import Prize, Proof, ProofBeacon, ProofShow
from liveshow.domain.values import Person
from liveshow.store.database import Database
from liveshow.store.room.reading import people, read
from liveshow.store.rows import Read
from liveshow.store.tables.giveaways import EntryRow, GiveawayRow
from liveshow.store.tables.shows import ShowRow

# Whoever has won more sees the others when some of these are claimed.
MOST_PRIZES = 100


class GiveawayRepository:
    """Implements ``liveshow.rooms.proofs.ProofQueries``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show_of(self, giveaway_id: str) -> str | None:
        this = select(col(GiveawayRow.show_id)).where(col(GiveawayRow.id) == giveaway_id)
        async with self._database.read() as connection:
            return (await connection.execute(this)).scalar_one_or_none()

    async def won_by(self, user_id: str) -> list[Prize]:
        """Return what somebody has won and not claimed yet, the one that ends next first."""
        statement = (
            select(GiveawayRow, col(ShowRow.title))
            .join(ShowRow, col(ShowRow.id) == col(GiveawayRow.show_id))
            .join(EntryRow, col(EntryRow.giveaway_id) == col(GiveawayRow.id))
            .where(
                col(GiveawayRow.status) == "drawn",
                col(EntryRow.place) == col(GiveawayRow.place),
                col(EntryRow.user_id) == user_id,
            )
            .order_by(col(GiveawayRow.until), col(GiveawayRow.id))
            .limit(MOST_PRIZES)
        )
        async with self._database.read() as connection:
            return [
                Prize(
                    row[GiveawayRow.id],
                    ProofShow(row[GiveawayRow.show_id], row[ShowRow.title]),
                    row[GiveawayRow.title],
                    row[GiveawayRow.until] or 0,
                )
                for row in await read(connection, statement)
            ]

    async def waiting(self) -> list[Waiting]:
        """Return the giveaways whose draw waits for a round of a beacon."""
        statement = select(
            col(GiveawayRow.show_id),
            col(GiveawayRow.id),
            col(GiveawayRow.chain),
            col(GiveawayRow.round),
        ).where(col(GiveawayRow.status) == "frozen", col(GiveawayRow.round).is_not(None))
        async with self._database.read() as connection:
            return [
                Waiting(show, giveaway, Round(chain, number))
                for show, giveaway, chain, number in await connection.execute(statement)
                if chain is not None and number is not None
            ]

    async def proof(self, giveaway_id: str) -> Proof | None:
        # A draw that is committed meanwhile is told as a whole or not at all.
        async with self._database.read(consistent=True) as connection:
            found = await read(
                connection,
                select(GiveawayRow, col(ShowRow.title))
                .join(ShowRow, col(ShowRow.id) == col(GiveawayRow.show_id))
                .where(col(GiveawayRow.id) == giveaway_id),
            )
            if not found:
                return None
            (row,) = found
            entries = await read(
                connection,
                select(EntryRow).where(
                    col(EntryRow.giveaway_id) == giveaway_id, col(EntryRow.gone) == ""
                ),
            )
            picked = {
                place: entry for entry in entries if (place := entry[EntryRow.place]) is not None
            }
            turn = picked.get(row[GiveawayRow.place])
            wanted = [row[GiveawayRow.sponsor_id], *([turn[EntryRow.user_id]] if turn else [])]
            known = await people(connection, wanted)
        return _proof(row, entries, picked, known)


def _proof(
    row: Read, entries: list[Read], picked: dict[int, Read], known: dict[str, Person]
) -> Proof:
    frozen, drawn = row[GiveawayRow.entries_hash] is not None, bool(picked)
    turn = picked.get(row[GiveawayRow.place]) if row[GiveawayRow.status] != "over" else None
    return Proof(
        kind="liveshow.giveaway",
        version=1,
        giveaway=row[GiveawayRow.id],
        show=ProofShow(row[GiveawayRow.show_id], row[ShowRow.title]),
        title=row[GiveawayRow.title],
        sponsor=known[row[GiveawayRow.sponsor_id]],
        who=row[GiveawayRow.who],  # type: ignore[index]  # of our own writing
        rules=row[GiveawayRow.rules],
        opened_at=row[GiveawayRow.opened_at],
        ends_at=row[GiveawayRow.ends_at],
        drawn_at=row[GiveawayRow.drawn_at],
        status=row[GiveawayRow.status],  # type: ignore[index]  # of our own writing
        reason=row[GiveawayRow.reason],  # type: ignore[index]  # of our own writing
        commitment=row[GiveawayRow.commitment],
        entries=row[GiveawayRow.entries],
        entries_hash=row[GiveawayRow.entries_hash],
        entry_ids=sorted(entry[EntryRow.id] for entry in entries) if frozen else None,
        beacon=_beacon(row),
        seed=row[GiveawayRow.seed] if drawn else None,
        picks=[picked[place][EntryRow.id] for place in sorted(picked)] if drawn else None,
        place=row[GiveawayRow.place],
        winner=known[turn[EntryRow.user_id]] if turn else None,
    )


def _beacon(row: Read) -> ProofBeacon | None:
    chain, number = row[GiveawayRow.chain], row[GiveawayRow.round]
    if chain is None or number is None:
        return None
    signature = row[GiveawayRow.signature]
    return ProofBeacon(chain, number, signature, randomness(signature) if signature else None)
