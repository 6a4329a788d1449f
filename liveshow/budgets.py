"""Every limit on what somebody may use up: of what, whose, how much, and what is answered beyond.

Here is what can be used up by doing something often: requests, attempts, connections, places, rows,
bytes. The code takes its numbers from here; ``config/budgets.md`` is generated from here. What one
message may look like (the length of a title, the pixels of a photo, the bytes of a body) is its
shape, and stands with the model or parser that refuses it.

A budget with ``per`` is a rate: so many in each window of that length. One without is a total: so
many at one time. What an operator has a reason to change names its ``setting``; of the others
``fixed`` says why nobody does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from liveshow.errors import RateLimited

#: Whose a budget is. An address is an IPv4 address or the /64 of an IPv6 one.
Scope = Literal["person", "address", "person at an address", "connection", "show", "server"]

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"\s*([1-9][0-9]{0,11})\s*(?:/|per)\s*([1-9][0-9]{0,4})?\s*([a-z]+?)s?\s*")

# What is answered beyond.
SLOWER = "429 `rate_limited`, Retry-After"
FULL = "503 `unavailable`, Retry-After"

# People in one hall have one address. It has so many times what one of them has.
HALL = 30


@dataclass(frozen=True)
class Rate:
    """``amount`` in each window of ``seconds``."""

    amount: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read ``20/second`` or ``10 per 5 minutes``; raise ``ValueError``."""
        found = _RATE.fullmatch(text.lower())
        if found is None or found[3] not in SECONDS:
            raise ValueError("write a number from 1 and a time, such as 10/minute")
        return cls(int(found[1]), int(found[2] or 1) * SECONDS[found[3]])

    def times(self, factor: int) -> Rate:
        return Rate(self.amount * factor, self.seconds)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """One limit. ``amount`` is the default where there is a ``setting``."""

    of: Scope
    #: What is counted, in the plural.
    unit: str
    amount: int
    #: The window of a rate: a key of ``SECONDS``; "": a total.
    per: str = ""
    #: The setting that changes it; ``factor`` times what it says.
    setting: str = ""
    factor: int = 1
    #: Why it has no setting.
    fixed: str = ""
    #: What is answered or done beyond it.
    beyond: str = SLOWER
    #: What people read beyond it; ``{wait}``: whole seconds until there is more.
    says: str = "Too much at once. Wait a moment."

    def refusal(self, wait: float) -> RateLimited:
        """What is answered beyond a rate, ``wait`` seconds before there is more."""
        return RateLimited(message=self.says.format(wait=math.ceil(wait)), retry_after=wait)

    @property
    def rate(self) -> Rate:
        """The rate where no setting changes it."""
        return Rate(self.amount, SECONDS[self.per])

    @property
    def text(self) -> str:
        """The default as a setting is written, before ``factor``."""
        amount = self.amount // self.factor
        return f"{amount}/{self.per}" if self.per else str(amount)


class Limits:
    """The budgets as an operator has set them."""

    def __init__(self, **settings: Any) -> None:
        """``settings`` by their names; what is left out is as declared."""
        self._settings = settings

    def rate(self, budget: Budget) -> Rate:
        """How often, of a budget that is a rate."""
        if budget.setting not in self._settings:
            return budget.rate
        return Rate.parse(self._settings[budget.setting]).times(budget.factor)

    def amount(self, budget: Budget) -> int:
        """How much, of a budget that is a total."""
        return int(self._settings.get(budget.setting, budget.amount))


def declared() -> Iterator[tuple[str, Budget]]:
    """Yield every budget with its name here, in their order."""
    for name, value in globals().items():
        if isinstance(value, Budget):
            yield name, value


# --- Files --------------------------------------------------------------------------------------

EXPORTS = Budget(
    of="person",
    unit="files for a spreadsheet",
    amount=20,
    per="minute",
    fixed="Each reads everything that somebody has sold; nobody needs more of them.",
    says="Too many files at once. Try again in {wait} s.",
)

# --- Requests that change something -------------------------------------------------------------

COMMANDS = Budget(
    of="person",
    unit="commands, over sockets and HTTP together; of a guest, by connection",
    amount=20,
    per="second",
    setting="command_limit",
    says="Too many commands at once. Wait a moment.",
)
WRITES = Budget(
    of="person",
    unit="HTTP requests that change something, commands apart",
    amount=120,
    per="minute",
    setting="write_limit",
)
WRITES_FROM = Budget(
    of="address",
    unit="HTTP requests that change something, commands apart",
    amount=120 * HALL,
    per="minute",
    setting="write_limit",
    factor=HALL,
)
WEBHOOKS_FROM = Budget(
    of="address",
    unit="webhooks of payment providers",
    amount=100,
    per="second",
    fixed="each is checked against a signature, and providers say it again later",
)
PAYMENT_LOOKS = Budget(
    of="person",
    unit="looks at one payment that ask its provider",
    amount=5,
    per="second",
    fixed="a page looks twice a second at most",
    says="Too many questions at once. Wait a moment.",
)
COUPON_GUESSES = Budget(
    of="person",
    unit="codes of coupons that do not exist",
    amount=20,
    per="hour",
    fixed="people type a code wrong a few times; who tries hundreds is guessing",
    says="Too many codes that do not exist. Try again in {wait} seconds.",
)
COUPON_GUESSES_FROM = Budget(
    of="address",
    unit="codes of coupons that do not exist",
    amount=20 * HALL,
    per="hour",
    fixed="so many accounts of one address guess together",
    says="Too many codes that do not exist. Try again in {wait} seconds.",
)
CHEERS = Budget(
    of="connection",
    unit="hearts",
    amount=15,
    per="second",
    fixed="a thumb that does not rest",
    says="So many hearts. Wait a moment.",
)

# --- Signing in ---------------------------------------------------------------------------------

GUESSES_AT = Budget(
    of="person at an address",
    unit="wrong passwords for one handle from one address",
    amount=10,
    per="minute",
    setting="sign_in_limit",
    says="Too many attempts. Try again in {wait} seconds.",
)
GUESSES_FROM = Budget(
    of="address",
    unit="wrong passwords, for any handle",
    amount=100,
    per="minute",
    setting="sign_in_limit",
    factor=10,
    says="Too many attempts. Try again in {wait} seconds.",
)
GUESSES_OF = Budget(
    of="person",
    unit="wrong passwords for one handle, from anywhere",
    amount=100,
    per="minute",
    setting="sign_in_limit",
    factor=10,
    beyond="429 `rate_limited`, Retry-After for addresses that have guessed wrong; others have one",
    says="Too many attempts. Try again in {wait} seconds.",
)
CHECKS_AT = Budget(
    of="person at an address",
    unit="checks of a password, right ones too",
    amount=30,
    per="minute",
    setting="sign_in_limit",
    factor=3,
    says="Too many attempts. Try again in {wait} seconds.",
)
CHECKS_FROM = Budget(
    of="address",
    unit="checks of a password, right ones too",
    amount=300,
    per="minute",
    setting="sign_in_limit",
    factor=HALL,
    says="Too many attempts. Try again in {wait} seconds.",
)
SIGN_UPS_FROM = Budget(
    of="address",
    unit="new accounts",
    amount=300,
    per="hour",
    setting="sign_up_limit",
    says="Too many attempts. Try again in {wait} seconds.",
)
CHECKS_WAITING = Budget(
    of="server",
    unit="checks of a password that wait or run",
    amount=64,
    fixed="two run at once, a tenth of a second each: more would wait too long",
    beyond=FULL,
)
CHECKS_WAITING_FROM = Budget(
    of="address",
    unit="checks of a password that wait or run",
    amount=48,
    fixed="follows from those of the server",
)
CHECKS_WAITING_AT = Budget(
    of="person at an address",
    unit="checks of a password that wait or run",
    amount=4,
    fixed="follows from those of the server",
)
SIGN_INS = Budget(
    of="person",
    unit="sign-ins",
    amount=1_000,
    fixed="nobody has so many devices",
    beyond="the oldest gives way",
)

# --- Listings and photos ------------------------------------------------------------------------

LISTINGS = Budget(
    of="person",
    unit="listings, archived ones too",
    amount=5_000,
    setting="max_listings",
    beyond="409 `too_many_listings`",
)
COUPONS_OF = Budget(
    of="person",
    unit="coupons",
    amount=100,
    fixed="a list that a person can still look through; what has ended can be deleted",
    beyond="409 `too_many_coupons`",
)
PHOTOS = Budget(
    of="person",
    unit="photos",
    amount=5_000,
    setting="max_photos",
    beyond="409 `too_many_photos`",
)
PHOTO_BYTES = Budget(
    of="person",
    unit="bytes of photos as they are kept",
    amount=1_000_000_000,
    setting="max_photo_bytes",
    beyond="409 `too_many_photos`",
)
UPLOADED = Budget(
    of="person",
    unit="bytes of uploads",
    amount=120_000_000,
    per="minute",
    setting="upload_limit",
)
UPLOADED_FROM = Budget(
    of="address",
    unit="bytes of uploads",
    amount=360_000_000,
    per="minute",
    setting="upload_limit",
    factor=3,
)
UPLOADS = Budget(
    of="server",
    unit="uploads in memory",
    amount=24,
    fixed="of 12 MB each by default, and two are decoded at once",
    beyond=FULL,
)
UPLOADS_EACH = Budget(
    of="person",
    unit="uploads in memory",
    amount=8,
    fixed="follows from those of the server",
    beyond=FULL,
)
UPLOADS_FROM = Budget(
    of="address",
    unit="uploads in memory",
    amount=16,
    fixed="follows from those of the server: a third is for other addresses",
    beyond=FULL,
)
UPLOAD_PACE = Budget(
    of="connection",
    unit="bytes that an upload brings at least in 5 seconds",
    amount=16_000,
    fixed="a weak mobile network brings more",
    beyond="408 below it: the place is given up",
)
FREE_DISK = Budget(
    of="server",
    unit="bytes of the disk that photos leave free",
    amount=1_000_000_000,
    setting="keep_free_bytes",
    beyond=FULL,
)

# --- Shows --------------------------------------------------------------------------------------

PLANNED_SHOWS = Budget(
    of="person",
    unit="shows that are not over",
    amount=200,
    fixed="a show every hour for a week",
    beyond="409 `conflict`",
)
ITEMS = Budget(
    of="show",
    unit="items",
    amount=1_000,
    fixed="everybody who joins is sent all of them",
    beyond="409 `too_many_items`",
)
ITEM_BYTES = Budget(
    of="show",
    unit="bytes of text of its items",
    amount=1 << 20,
    fixed="everybody who joins is sent all of it",
    beyond="409 `run_too_large`",
)
LINE = Budget(
    of="show",
    unit="people in the line of one item",
    amount=10_000,
    fixed="a room keeps them in memory",
    beyond="409 `waitlist_full`",
)
AUCTIONS = Budget(
    of="show",
    unit="auctions that are prepared",
    amount=50,
    fixed="one is open at a time, and everybody who joins is sent all of them",
    beyond="409 `too_many_auctions`",
)
BIDDERS = Budget(
    of="show",
    unit="people who bid for one piece",
    amount=2_000,
    fixed="a room looks at all of them with every bid",
    beyond="409 `auction_full`",
)
OFFERS_STANDING = Budget(
    of="show",
    unit="offers that wait for an answer",
    amount=200,
    fixed="who sells in the show is sent all of them with each",
    beyond="409 `offers_full`",
)
OFFERS_OWN = Budget(
    of="person",
    unit="offers in a show that wait for an answer",
    amount=5,
    fixed="each of them takes the time of somebody who sells live",
    beyond="409 `too_many_offers`",
)
OFFERS_MADE = Budget(
    of="person",
    unit="offers made in a show",
    amount=20,
    fixed="each of them takes the time of somebody who sells live",
    beyond="409 `too_many_offers`",
)
GIVEAWAYS = Budget(
    of="show",
    unit="prizes that wait to be claimed",
    amount=50,
    fixed="a room waits for each of them",
    beyond="409 `too_many_giveaways`",
)
ENTRIES = Budget(
    of="show",
    unit="people who enter one giveaway",
    amount=5_000,
    fixed="each of them is told how it ends, in one transaction",
    beyond="409 `giveaway_full`",
)
COMMANDS_WAITING = Budget(
    of="show",
    unit="commands that wait to be decided",
    amount=20_000,
    fixed="at a thousand in a batch, the last would be answered too late",
    beyond=FULL,
)
OPEN_ROOMS = Budget(
    of="server",
    unit="open rooms",
    amount=500,
    fixed="rooms that somebody needs stay open",
    beyond="those that nobody needs are closed at once",
)

UNSEEN = Budget(
    of="show",
    unit="minutes live without a picture",
    amount=30,
    setting="max_unseen_minutes",
    beyond="it ends by itself; its host sees it coming, and is told",
)
INTERRUPTED = Budget(
    of="show",
    unit="minutes interrupted",
    amount=360,
    setting="max_interrupted_minutes",
    beyond="it ends by itself; its host sees it coming, and is told",
)

# --- Connections --------------------------------------------------------------------------------

JOINS = Budget(
    of="connection",
    unit="joins of a show",
    amount=20,
    per="second",
    setting="command_limit",
)
CONNECTIONS = Budget(
    of="person",
    unit="connections to one show",
    amount=20,
    fixed="tabs and devices; more is a program gone wrong",
    beyond="`too_many_connections`",
)
NOTICE_SOCKETS_EACH = Budget(
    of="person",
    unit="pages that hear of notices",
    amount=20,
    fixed="tabs and devices; more is a program gone wrong",
    beyond="409 `too_many_connections`",
)
NOTICE_SOCKETS = Budget(
    of="server",
    unit="pages that hear of notices",
    amount=20_000,
    fixed="each costs some kilobytes; others look every minute",
    beyond=FULL,
)
GUESTS_COUNTED = Budget(
    of="address",
    unit="guests of one show that count as viewers",
    amount=500,
    fixed="more people than a hall has; all of them are served",
    beyond="served, not counted",
)
STRANGERS = Budget(
    of="server",
    unit="connections that are in no show",
    amount=2_000,
    fixed="joining takes a fraction of a second",
    beyond="the oldest is closed",
)
STRIKES = Budget(
    of="connection",
    unit="packets in a row that mean nothing",
    amount=100,
    fixed="no program does that",
    beyond="the connection ends",
)
UNSENT = Budget(
    of="connection",
    unit="bytes that its reader has not taken",
    amount=1 << 20,
    fixed="a minute of a busy show",
    beyond="the connection ends; it may resume",
)
SILENT = Budget(
    of="server",
    unit="TCP connections that have sent nothing, or no whole request",
    amount=4_096,
    fixed="twice the backlog of the port",
    beyond="the oldest is closed",
)

# --- Media --------------------------------------------------------------------------------------

MEDIA_SESSIONS = Budget(
    of="address",
    unit="WHIP and WHEP sessions asked for",
    amount=20,
    per="second",
    setting="media_limit",
    says="Too many attempts. Wait a moment.",
)
VIEWERS = Budget(
    of="server",
    unit="WebRTC viewers",
    amount=2_000,
    setting="max_viewers",
    beyond="503 `too_many_viewers`, Retry-After",
)
PENDING_VIEWERS = Budget(
    of="address",
    unit="WebRTC viewers that are not connected yet",
    amount=300,
    fixed="a hall that begins to watch at once; each has 15 s",
    beyond="the oldest of the address gives way",
)
