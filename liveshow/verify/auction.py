"""Computes the winners and prices of an auction again from its record.

It needs nothing but Python, so that it can be copied and read on its own. What a record holds and
how an auction is decided is in PROTOCOL.md, at ``GET /api/auctions/{id}/record``.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

Entry = dict[str, Any]


class Step(NamedTuple):
    """Something that was checked, in words, and whether it is so."""

    ok: bool
    words: str


class Malformed(Exception):
    """The file is no record of an auction."""


class Bid(NamedTuple):
    who: str
    most: int
    seq: int


def verify(text: str) -> list[Step]:
    """Check the record in ``text`` (JSON) unit by unit; raise `Malformed`."""
    try:
        record = json.loads(text)
        entries = sorted(record["entries"], key=lambda entry: entry["seq"])
        units = sorted({entry["unit"] for entry in entries if entry["unit"] is not None})
        steps = [step for unit in units for step in _Unit(record, entries, unit).steps()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("This is no record of an auction.") from error
    return steps or [Step(False, "Nothing in it is over, so there is nothing to check yet.")]


def agrees(steps: list[Step]) -> bool:
    return all(step.ok for step in steps)


class _Unit:
    """One unit, lived through again from its first bid to its last second chance."""

    def __init__(self, record: dict[str, Any], entries: list[Entry], unit: int) -> None:
        self.record = record
        self.unit = unit
        self.entries = [e for e in entries if e["unit"] == unit or e["type"] == "stood"]
        self.start: int = record["start_price"]
        self.reserve: int = record["reserve"] or 0
        self.bids: dict[str, Bid] = {}
        self.willing: dict[str, bool] = {}
        self.leader: str | None = None
        self.price = self.start
        self.ends_at: int | None = None
        self.sold_to: str | None = None
        self.wrong: list[str] = []
        self.said: list[Step] = []

    def steps(self) -> list[Step]:
        for entry in self.entries:
            getattr(self, f"_{entry['type']}", lambda entry: None)(entry)
        name = f"Piece {self.unit} of {self.record['quantity']}"
        bids = sum(entry["type"] == "bid" for entry in self.entries)
        fair = [Step(False, f"{name}: {words}") for words in self.wrong]
        fair = fair or [Step(True, f"{name}: all {bids} bids were enough, and came in time.")]
        return [*fair, *(Step(step.ok, f"{name}: {step.words}") for step in self.said)]

    # --- what happened ---------------------------------------------------------------------

    def _opened(self, entry: Entry) -> None:
        self.ends_at = entry["ends_at"]

    def _extended(self, entry: Entry) -> None:
        if self.ends_at is None or entry["ends_at"] <= self.ends_at:
            self.wrong.append(f"the clock was set back at {entry['seq']}.")
        self.ends_at = entry["ends_at"]

    def _stood(self, entry: Entry) -> None:
        if self.ends_at is not None:
            self.ends_at += entry["stood"]

    def _bid(self, entry: Entry) -> None:
        who, most = entry["bidder"], entry["maximum"]
        if self.ends_at is not None and entry["at"] >= self.ends_at + self.record["grace_ms"]:
            self.wrong.append(f"the bid {entry['seq']} came after the end.")
        before = self.bids.get(who)
        if who == self.leader and before is not None:
            enough = most > before.most
        else:
            needed = self.price if self.leader is None else self.price + self._step(self.price)
            enough = entry["amount"] >= min(needed, 99_999_999) and most >= entry["amount"]
        if not enough:
            self.wrong.append(f"the bid {entry['seq']} was not enough.")
        self.bids[who] = Bid(who, most, entry["seq"])
        self.willing[who] = bool(entry["second_chance"])
        led, price = self.leader, self.price
        self.leader, self.price = self._second_price(list(self.bids.values()))
        if led == who == self.leader:
            # Who leads and says more pays no more, but for the reserve.
            self.price = max(price, self.reserve) if most >= self.reserve else price

    def _banned(self, entry: Entry) -> None:
        self.bids.pop(entry["bidder"], None)
        self.leader, self.price = self._second_price(list(self.bids.values()))

    def _closed(self, entry: Entry) -> None:
        if self.ends_at is None or entry["at"] < self.ends_at + self.record["grace_ms"]:
            self.wrong.append("it closed before its time.")
        self.ends_at = None
        top = self.bids.get(self.leader or "")
        winner = top.who if top and top.most >= self.reserve else None
        self.sold_to = winner
        ours = f"{winner} wins at {self.price}" if winner else "nobody wins"
        same = entry["bidder"] == winner and (winner is None or entry["price"] == self.price)
        told = f"{entry['bidder']} at {entry['price']}" if entry["bidder"] else "nobody"
        said = "as recorded." if same else f"but the record says {told}."
        self.said.append(Step(same, f"{ours}, {said}"))

    def _chance(self, entry: Entry) -> None:
        """Who is asked after the winner did not pay, and at which price."""
        out = set(entry["without"])
        order = sorted(
            (bid for bid in self.bids.values() if bid.who not in out),
            key=lambda bid: (-bid.most, bid.seq),
        )
        place = next((n for n, bid in enumerate(order) if self.willing[bid.who]), None)
        who, price = (None, 0) if place is None else self._second_price(order[place:])
        same = self.sold_to in out and (who, price) == (entry["bidder"], entry["price"])
        said = "as recorded." if same else f"but {entry['bidder']} was at {entry['price']}."
        self.said.append(Step(same, f"the second chance is of {who} at {price}, {said}"))

    # --- the rule --------------------------------------------------------------------------

    def _step(self, price: int) -> int:
        below = [each for each in self.record["steps"] if each["at"] <= price]
        amount: int = max(below, key=lambda each: each["at"])["step"]
        return amount

    def _second_price(self, bids: list[Bid]) -> tuple[str | None, int]:
        """The highest wins, one step above the second or at their own maximum."""
        if not bids:
            return None, self.start
        first, *rest = sorted(bids, key=lambda bid: (-bid.most, bid.seq))
        price = self.start
        if rest:
            price = max(price, min(first.most, rest[0].most + self._step(rest[0].most)))
        return first.who, max(price, self.reserve) if first.most >= self.reserve else price
