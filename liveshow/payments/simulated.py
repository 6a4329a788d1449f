"""The built-in test provider: behaves like a real one, moves no money.

It keeps its charges in a table of its own, ``test_charges``, so that it survives ``kill -9`` as a
real provider would, and shares nothing else with the product. What it does is chosen by the number
of the card (PROTOCOL.md 2.5).

A refund is a row as well: its id is ``<payment>/<key>``, which is what makes it happen once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from liveshow.clock import Clock
from liveshow.domain.checkout.events import PaymentError
from liveshow.errors import Conflict, Invalid, LiveshowError, NotFound
from liveshow.payments.provider import (
    Card,
    CardForm,
    Charge,
    Client,
    Notification,
    PageSources,
    ProviderUnavailable,
)
from liveshow.store.database import Database
from liveshow.store.rows import Read, insert_rows, insert_unless_there
from liveshow.store.tables.test_charges import ChargeRow

NAME = "test"

SUCCEEDS = "4242424242424242"
DECLINED = "4000000000000002"
WANTS_CHALLENGE = "4000000000003220"
ANSWERS_LATE = "4000000000000259"
NEVER_ANSWERS = "4000000000000341"
CHALLENGE_CODE = "123456"

# How long the slow card takes, in milliseconds.
LATE_MS = 3_000

_DECLINE = PaymentError("card_declined", "The bank declined this card. Try another one.")
_WRONG_CODE = PaymentError("challenge_failed", "That code is not right. Start again with a card.")

_EXPIRY = re.compile(r"(0[1-9]|1[0-2]) ?/ ?((?:20)?[0-9]{2})")
_CVC = re.compile(r"[0-9]{3,4}")
_MS_OF_A_DAY = 86_400_000


class SimulatedProvider:
    """Implements ``PaymentProvider`` and ``CardForm``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def name(self) -> str:
        return NAME

    @property
    def card_form(self) -> CardForm:
        return self

    @property
    def cards(self) -> None:
        return None

    @property
    def chargebacks(self) -> None:
        return None

    @property
    def page_sources(self) -> PageSources:
        return PageSources()

    # --- PaymentProvider ----------------------------------------------------------------------

    async def create(self, payment_id: str, amount: int, currency: str, until: int) -> Charge:
        new = ChargeRow(payment_id=payment_id, amount=amount, currency=currency, status="open")
        async with self._database.write() as connection:
            await insert_unless_there(connection, new)
            row = await self._locked(connection, payment_id)
        if (row[ChargeRow.amount], row[ChargeRow.currency]) != (amount, currency):
            raise LiveshowError("internal", "The charge was made with another amount.")
        return self._charge(row)

    async def status(self, payment_id: str) -> Charge | None:
        async with self._database.read() as connection:
            row = (await connection.execute(_select(payment_id))).first()
        return self._charge(Read(row)) if row else None

    async def cancel(self, payment_id: str) -> Charge:
        async with self._database.write() as connection:
            row = await self._locked(connection, payment_id)
            charge = self._charge(row)
            if charge.status in ("succeeded", "refunded", "cancelled"):
                return charge
            if charge.status == "processing" and row[ChargeRow.answers_at] is not None:
                # The bank is at it: it cannot be called back, as with real ones.
                return charge
            return await self._change(connection, payment_id, Charge("cancelled"))

    async def refund(self, payment_id: str, amount: int, key: str) -> None:
        async with self._database.write() as connection:
            row = await self._locked(connection, payment_id)
            charge = self._charge(row)
            refund_id = f"{payment_id}/{key}"
            if (await connection.execute(_select(refund_id))).first():
                return
            if charge.status not in ("succeeded", "refunded"):
                raise LiveshowError("internal", "Only a charge that succeeded can be refunded.")
            before = await self._refunded(connection, payment_id)
            if amount <= 0 or before + amount > row[ChargeRow.amount]:
                raise LiveshowError("internal", "More was to be refunded than was paid.")
            await insert_rows(
                connection,
                ChargeRow(
                    payment_id=refund_id,
                    amount=amount,
                    currency=row[ChargeRow.currency],
                    status="refunded",
                ),
            )
            if before + amount == row[ChargeRow.amount]:
                await self._change(connection, payment_id, Charge("refunded"))

    async def client(self, payment_id: str) -> Client:
        return Client("card")

    async def notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        raise NotFound(message="The test provider sends no webhooks.")

    async def close(self) -> None:
        """The database is not ours to close."""

    # --- CardForm -----------------------------------------------------------------------------

    async def confirm(self, payment_id: str, card: Card) -> Charge:
        number = check_card(card, self._clock())
        async with self._database.write() as connection:
            charge = self._charge(await self._locked(connection, payment_id))
            if charge.status not in ("open", "challenge"):
                return charge
            if number == SUCCEEDS:
                charge = Charge("succeeded")
            elif number == WANTS_CHALLENGE:
                charge = Charge("challenge")
            elif number in (ANSWERS_LATE, NEVER_ANSWERS):
                charge = Charge("processing")
            else:
                charge = Charge("open", _DECLINE)
            late = self._clock() + LATE_MS if number == ANSWERS_LATE else None
            charge = await self._change(connection, payment_id, charge, answers_at=late)
        if number == NEVER_ANSWERS:
            raise ProviderUnavailable("The bank does not answer.")
        return charge

    async def challenge(self, payment_id: str, code: str) -> Charge:
        async with self._database.write() as connection:
            charge = self._charge(await self._locked(connection, payment_id))
            if charge.status == "open":
                raise Conflict("wrong_status", "This payment does not ask for a second step.")
            if charge.status != "challenge":
                return charge
            passed = code == CHALLENGE_CODE
            charge = Charge("succeeded") if passed else Charge("open", _WRONG_CODE)
            return await self._change(connection, payment_id, charge)

    # --- rows ---------------------------------------------------------------------------------

    async def refunded(self, payment_id: str) -> int:
        """Return how much of a charge has been sent back."""
        async with self._database.read() as connection:
            return await self._refunded(connection, payment_id)

    async def _refunded(self, connection: AsyncConnection, payment_id: str) -> int:
        total = await connection.execute(
            select(func.coalesce(func.sum(col(ChargeRow.amount)), 0)).where(
                col(ChargeRow.payment_id).startswith(f"{payment_id}/", autoescape=True)
            )
        )
        return int(total.scalar_one())

    async def _locked(self, connection: AsyncConnection, payment_id: str) -> Read:
        found = await connection.execute(_select(payment_id).with_for_update())
        row = found.first()
        if row is None:
            raise LiveshowError("internal", "The provider does not know this payment.")
        return Read(row)

    async def _change(
        self,
        connection: AsyncConnection,
        payment_id: str,
        charge: Charge,
        *,
        answers_at: int | None = None,
    ) -> Charge:
        await connection.execute(
            update(ChargeRow)
            .where(col(ChargeRow.payment_id) == payment_id)
            .values(
                status=charge.status,
                answers_at=answers_at,
                error=msgspec.to_builtins(charge.error),
            )
        )
        return charge

    def _charge(self, row: Read) -> Charge:
        status, at = row[ChargeRow.status], row[ChargeRow.answers_at]
        error = row[ChargeRow.error]
        if status == "processing" and at is not None and at <= self._clock():
            return Charge("succeeded")
        return Charge(status, msgspec.convert(error, PaymentError | None))


def _select(payment_id: str) -> Select[ChargeRow]:
    return select(ChargeRow).where(col(ChargeRow.payment_id) == payment_id)


# --- the card form ----------------------------------------------------------------------------


def check_card(card: Card, now: int) -> str:
    """Return the digits of a card that can be one; raise ``Invalid`` naming the wrong fields."""
    number = re.sub(r"[ -]", "", card.number)
    wrong: list[dict[str, str]] = []
    if not (re.fullmatch(r"[0-9]{12,19}", number) and luhn(number)):
        wrong.append({"field": "card.number", "message": "This is not a card number"})
    expires = expiry_month(card.expiry)
    if expires is None:
        wrong.append({"field": "card.expiry", "message": "Write the month and year as MM/YY"})
    elif expires < _month_of(now):
        wrong.append({"field": "card.expiry", "message": "This card has expired"})
    if not _CVC.fullmatch(card.cvc):
        wrong.append({"field": "card.cvc", "message": "The security code has 3 or 4 digits"})
    if wrong:
        first = wrong[0]
        raise Invalid("invalid", f"{first['field']}: {first['message']}.", errors=wrong)
    return number


def luhn(number: str) -> bool:
    """Whether the last digit of a card number fits the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def expiry_month(text: str) -> tuple[int, int] | None:
    """Read ``MM/YY`` or ``MM/YYYY`` as ``(year, month)``, None when it is neither."""
    found = _EXPIRY.fullmatch(text.strip())
    if found is None:
        return None
    year = int(found[2])
    return (year if year >= 2000 else 2000 + year), int(found[1])


def _month_of(now: int) -> tuple[int, int]:
    # A card is good until its month is over everywhere: the westernmost zone is 12 hours behind.
    at = datetime.fromtimestamp((now - _MS_OF_A_DAY // 2) / 1000, UTC)
    return at.year, at.month
