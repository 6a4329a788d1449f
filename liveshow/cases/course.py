"""The course of a case: who may say what, until when, and what silence means. Pure.

    opened ──refund────────────────────────────────▶ refunding ──▶ closed
      │ ├──offer──▶ offered ──accept──────────────────▲  ▲  ▲
      │ │              ╰─refuse─▶ escalated            │  │  │
      │ ├──return─▶ returning ──sent──▶ sent_back ─────╯  │  │   (received)
      │ ╰──contest────────────────────────╯│              │  │
      │                 ╭──contest─────────╯              │  │
      │                 ▼                                 │  │
      │             escalated ──ruling──▶ ruled ──────────╯  │
      │                                    ╰─appeal─▶ appealed ──ruling by somebody else
      ╰──withdraw, at any time before a ruling──▶ closed

Silence favours the other side: a seller who does not answer gives the money back, a buyer who does
not answer an offer has taken it, one who sends nothing back keeps the piece. Times are
milliseconds, amounts are in minor units of the order's currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from liveshow.domain.values import Person, Photo, Value
from liveshow.errors import Conflict, Forbidden

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
# To answer what the other side has said, or a ruling.
ANSWER_MS = 48 * HOUR_MS
# To send a piece back; and to receive it, where nobody says that it has arrived.
SEND_BACK_MS = 7 * DAY_MS
TRANSIT_MS = 14 * DAY_MS
# So much is said in one case; then it takes its course without more words.
MAX_ENTRIES = 60
MAX_PHOTOS = 8

Status = Literal[
    "opened",
    "offered",
    "returning",
    "sent_back",
    "escalated",
    "ruled",
    "appealed",
    "refunding",
    "closed",
]
# ``kept``: the buyer keeps the piece and no money goes back.
Outcome = Literal["refunded", "partial", "returned", "kept", "withdrawn"]
Decision = Literal["refund", "partial", "return", "nothing"]
Action = Literal[
    "refund",
    "offer",
    "return",
    "contest",
    "accept",
    "refuse",
    "sent",
    "arrived",
    "received",
    "withdraw",
    "appeal",
    "comment",
]
# What time alone has done has nobody who did it.
EntryKind = Literal[Action, "opened", "ruling", "silence", "closed"]
CaseRole = Literal["buyer", "owner", "host"]


class Entry(Value, frozen=True, omit_defaults=True):
    """What somebody did or said in a case; ``by`` None: time did."""

    at: int
    kind: EntryKind
    by: Person | None
    text: str = ""
    amount: int | None = None
    photos: Sequence[Photo] = ()


class Ruling(Value, frozen=True):
    """What an operator has decided; ``amount`` is what goes back, of a part."""

    decision: Decision
    amount: int
    by: Person


class Case(Value, frozen=True):
    """A case. ``lines`` are indexes of the order's; ``most`` is what can go back for them.

    ``due_at``: when silence ends it. ``before``: the status of the order when it was opened.
    """

    id: str
    order: str
    lines: tuple[int, ...]
    buyer: Person
    owner: Person
    host: Person
    status: Status
    due_at: int | None
    most: int
    before: str
    entries: tuple[Entry, ...]
    opened_at: int
    proposed: int | None = None
    ruling: Ruling | None = None
    appealed: bool = False
    contested: bool = False
    outcome: Outcome | None = None
    # What goes back, once that is decided.
    amount: int = 0

    @property
    def parties(self) -> frozenset[str]:
        return frozenset({self.buyer.id, self.owner.id, self.host.id})

    @property
    def open(self) -> bool:
        return self.status != "closed"

    def role(self, user_id: str) -> CaseRole | None:
        """Who somebody is in the case; None for a stranger."""
        if user_id == self.buyer.id:
            return "buyer"
        if user_id == self.owner.id:
            return "owner"
        return "host" if user_id == self.host.id else None


class Said(Value, frozen=True):
    """What comes with an action: words, an amount of money, pictures."""

    text: str = ""
    amount: int | None = None
    photos: tuple[Photo, ...] = ()


# Who may do it, and when.
_WHO: dict[Action, CaseRole] = {
    "refund": "owner",
    "offer": "owner",
    "return": "owner",
    "contest": "owner",
    "received": "owner",
    "accept": "buyer",
    "refuse": "buyer",
    "sent": "buyer",
    "arrived": "buyer",
    "withdraw": "buyer",
}
_WHEN: dict[Action, frozenset[Status]] = {
    "refund": frozenset(
        {"opened", "offered", "returning", "sent_back", "escalated", "ruled", "appealed"}
    ),
    "offer": frozenset({"opened"}),
    "return": frozenset({"opened"}),
    "contest": frozenset({"opened", "sent_back"}),
    "received": frozenset({"sent_back"}),
    "accept": frozenset({"offered"}),
    "refuse": frozenset({"offered"}),
    "sent": frozenset({"returning"}),
    "arrived": frozenset({"sent_back"}),
    "withdraw": frozenset({"opened", "offered", "returning", "escalated"}),
    "appeal": frozenset({"ruled"}),
}


def act(case: Case, action: Action, by: Person, said: Said, now: int) -> Case:
    """Return a case after what one of its two sides has done.

    Raises:
        Forbidden: it is for the other side to do.
        Conflict: ``wrong_status``, ``amount_too_large``, ``case_full``.
    """
    _check_who(case, action, by)
    if action != "comment" and case.status not in _WHEN[action]:
        raise _wrong(case)
    if action == "comment" and case.status in ("refunding", "closed"):
        raise _wrong(case)
    if len(case.entries) >= MAX_ENTRIES and action == "comment":
        raise Conflict("case_full", "So much was said here that nothing more fits.")
    entry = Entry(now, action, by, said.text, None, said.photos)
    match action:
        case "refund":
            return _pays(case, entry, case.most, "refunded")
        case "offer":
            amount = _part(case, said)
            entry = msgspec.structs.replace(entry, amount=amount)
            return _next(case, entry, "offered", now + ANSWER_MS, proposed=amount)
        case "return":
            return _next(case, entry, "returning", now + SEND_BACK_MS)
        case "contest":
            if case.contested and case.status == "sent_back":
                raise _wrong(case)
            back = case.contested or case.status == "sent_back"
            return _next(case, entry, "escalated", None, contested=back)
        case "received":
            return _pays(case, entry, _due_back(case), "returned")
        case "accept":
            return _pays(case, entry, case.proposed or 0, "partial")
        case "refuse":
            return _next(case, entry, "escalated", None)
        case "sent":
            return _next(case, entry, "sent_back", now + TRANSIT_MS)
        case "arrived":
            due = min(case.due_at or now + ANSWER_MS, now + ANSWER_MS)
            return _next(case, entry, "sent_back", due)
        case "withdraw":
            return _closed(case, entry, "withdrawn")
        case "appeal":
            return _next(case, entry, "appealed", None, appealed=True)
        case "comment":
            return _with(case, entry)


def rule(case: Case, decision: Decision, by: Person, said: Said, now: int) -> Case:
    """Return a case after an operator's ruling. The one about an appeal is the last.

    Raises:
        Conflict: ``wrong_status``, ``amount_too_large``.
        Forbidden: ``not_impartial``: they are in the case, or made the ruling that is appealed.
    """
    if case.status not in ("escalated", "appealed"):
        raise _wrong(case)
    if by.id in case.parties:
        raise Forbidden("not_impartial", "Nobody rules on a case that they are in.")
    if case.status == "appealed" and case.ruling and case.ruling.by.id == by.id:
        raise Forbidden("not_impartial", "An appeal goes to somebody else.")
    amount = _ruled_amount(case, decision, said)
    shown = amount if decision in ("refund", "partial") else None
    entry = Entry(now, "ruling", by, said.text, shown)
    ruling = Ruling(decision, amount, by)
    if case.status == "appealed" or case.appealed:
        return _executed(msgspec.structs.replace(case, ruling=ruling), entry, now)
    return _next(case, entry, "ruled", now + ANSWER_MS, ruling=ruling)


def lapse(case: Case, now: int) -> Case:
    """Return a case whose time is over: silence favours the other side."""
    assert case.due_at is not None
    assert case.due_at <= now
    entry = Entry(now, "silence", None)
    match case.status:
        case "opened":
            return _pays(case, entry, case.most, "refunded")
        case "offered":
            return _pays(case, entry, case.proposed or 0, "partial")
        case "returning":
            return _closed(case, entry, "kept")
        case "sent_back":
            return _pays(case, entry, _due_back(case), "returned")
        case "ruled":
            return _executed(case, entry, now)
        case _:
            raise AssertionError(f"nothing ends {case.status} by time")


def paid_back(case: Case, amount: int, now: int) -> Case:
    """Return a case whose money has gone back, as far as there was any left."""
    assert case.status == "refunding"
    entry = Entry(now, "closed", None, amount=amount)
    return _with(msgspec.structs.replace(case, status="closed", due_at=None, amount=amount), entry)


def settled(case: Case, now: int) -> Case:
    """Return a case that is over because all of the order's money has gone back meanwhile."""
    if case.status in ("refunding", "closed"):
        return case
    return _closed(case, Entry(now, "closed", None), "refunded")


# --- parts ---------------------------------------------------------------------------------


def _check_who(case: Case, action: Action, by: Person) -> None:
    role = case.role(by.id)
    if action in ("appeal", "comment"):
        if role not in ("buyer", "owner"):
            raise Forbidden(message="Only the buyer or the owner can do that.")
    elif role != _WHO[action]:
        raise Forbidden(message=f"Only the {_WHO[action]} can do that.")


def _wrong(case: Case) -> Conflict:
    said = {
        "refunding": "The money is on its way back: the case is decided.",
        "closed": "This case is closed.",
        "escalated": "An operator is looking at it now.",
        "appealed": "The appeal is being looked at.",
    }
    words = said.get(case.status, "That cannot be done now. Look at the case again.")
    return Conflict("wrong_status", words, status=case.status)


def _part(case: Case, said: Said) -> int:
    if said.amount is None or said.amount < 1:
        raise Conflict("amount_required", "Say how much money is to go back.")
    if said.amount > case.most:
        raise Conflict(
            "amount_too_large", "That is more than was paid for these pieces.", most=case.most
        )
    return said.amount


def _ruled_amount(case: Case, decision: Decision, said: Said) -> int:
    if decision == "partial":
        return _part(case, said)
    return 0 if decision == "nothing" else case.most


def _due_back(case: Case) -> int:
    """What goes back for a piece that was sent back."""
    return case.ruling.amount if case.ruling else case.most


def _executed(case: Case, entry: Entry, now: int) -> Case:
    """Do what was ruled."""
    assert case.ruling is not None
    match case.ruling.decision:
        case "refund":
            return _pays(case, entry, case.ruling.amount, "refunded")
        case "partial":
            return _pays(case, entry, case.ruling.amount, "partial")
        case "return":
            return _next(case, entry, "returning", now + SEND_BACK_MS)
        case "nothing":
            return _closed(case, entry, "kept")


def _with(case: Case, entry: Entry) -> Case:
    return msgspec.structs.replace(case, entries=(*case.entries, entry))


def _next(case: Case, entry: Entry, status: Status, due_at: int | None, **values: object) -> Case:
    return _with(msgspec.structs.replace(case, status=status, due_at=due_at, **values), entry)


def _pays(case: Case, entry: Entry, amount: int, outcome: Outcome) -> Case:
    return _next(case, entry, "refunding", None, amount=amount, outcome=outcome)


def _closed(case: Case, entry: Entry, outcome: Outcome) -> Case:
    return _next(case, entry, "closed", None, outcome=outcome)
