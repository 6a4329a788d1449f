"""A small crowd that keeps the demo's show alive: it talks, claims a mug now and then, offers less
for one, and pays.

What is done next is :class:`Script`'s to say, from its dice and the state of the show;
:class:`Chatter` does it, through the same room and checkout as everybody. The crowd leaves what
there is only one of to the people who try the demo.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from liveshow.clock import wall_clock
from liveshow.demo.wardrobe import ADDRESSES, GUESTS, RUN_OF_SHOW, SHOW
from liveshow.domain.chat.commands import Chat
from liveshow.domain.checkout.parcels import cart
from liveshow.domain.claims.commands import ClaimItem, Release
from liveshow.domain.claims.state import Claim, Claims
from liveshow.domain.offers.commands import AnswerOffer, MakeOffer
from liveshow.domain.offers.state import PriceOffer, PriceOffers
from liveshow.domain.run_of_show.state import Item, RunOfShow
from liveshow.domain.show.commands import Command, Envelope
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.errors import LiveshowError
from liveshow.ids import new_id
from liveshow.payments.provider import Card

if TYPE_CHECKING:
    from liveshow.payments.service import Payments
    from liveshow.rooms.directory import Directory

PAUSE = (5.0, 15.0)  # seconds between two things that the crowd does
FAVOURITE = next(piece.title for piece in RUN_OF_SHOW if piece.key == "mug")
LEFT_FOR_OTHERS = 6  # pieces of the favourite that the crowd does not touch
THINKING_MS = 25_000  # how long somebody in the crowd holds before deciding
REMEMBERED = 24  # lines that are not said again soon
CARD = Card("4242424242424242", "12/30", "123")

log = structlog.get_logger(__name__)

_ABOUT_PINNED = (
    "how does number {number} fit, true to size?",
    "can you show the {title} from the back?",
    "what are the measurements of the {title}?",
    "is the {title} still available?",
    "the colour of number {number} is so good",
    "that {title} would go with everything I own",
    "@host would you wear the {title} in spring?",
    "any flaws on number {number}?",
    "okay the {title} is gorgeous",
    "wait, how much was number {number}?",
)
_ALWAYS = (
    "just joined, what did I miss?",
    "love this rail every week",
    "greetings from a very rainy Lisbon ☔",
    "@{other} good taste!",
    "@{other} are you getting one too?",
    "how long does shipping take to Canada?",
    "do you combine shipping between shows?",
    "the light is so nice today",
    "my wallet: please no. me: hello",
    "@moderator is there a size chart somewhere?",
    "can someone hold my coffee, I am typing with both hands",
    "@host where is the lamp from??",
    "Noor always has the best bags",
    "what is coming up next?",
    "first time here, hi all",
    "quality on the last parcel was perfect, thank you @host",
    "❤️❤️",
    "I love that everything has a story",
    "is number {number} second-hand or new?",
    "showing this to my sister right now",
)
_WAITING = (
    "is this thing on? 😄",
    "early for once!",
    "what time do we start?",
    "tea is ready, I am ready",
    "who else is waiting for the coat?",
    "hi @{other}, you are early too",
)


@dataclass(frozen=True)
class Say:
    """Somebody says something; it may be a claim by comment."""

    who: str
    text: str


@dataclass(frozen=True)
class Take:
    """Somebody claims with the button."""

    who: str
    item: str
    quantity: int


@dataclass(frozen=True)
class Bargain:
    """Somebody offers less than the price for one piece."""

    who: str
    item: str
    amount: int


@dataclass(frozen=True)
class Reply:
    """Somebody takes or declines what the seller asks instead."""

    who: str
    offer: str
    accept: bool


@dataclass(frozen=True)
class GiveBack:
    who: str
    claim: str


@dataclass(frozen=True)
class Pay:
    """Somebody pays everything that they hold."""

    who: str


Move = Say | Take | Bargain | Reply | GiveBack | Pay


class Script:
    """Says what the crowd does next. The same seed and show lead to the same evening."""

    def __init__(self, handles: list[str], seed: int = 7) -> None:
        self._handles = handles
        self._dice = random.Random(seed)  # noqa: S311 - small talk
        self._said: deque[str] = deque(maxlen=REMEMBERED)
        self._last = ""

    def pause(self) -> float:
        """Return the seconds until the next move."""
        return self._dice.uniform(*PAUSE)

    def next(self, state: ShowState, now: int) -> Move | None:
        """Return the next move, None when the show is over."""
        if state.show.status == "ended":
            return None
        if state.show.on_air:
            if (decided := self._decide(state, now)) is not None:
                return decided
            if self._dice.random() < 0.14 and (claim := self._claim(state)) is not None:
                return claim
            if self._dice.random() < 0.06 and (offer := self._bargain(state)) is not None:
                return offer
        return self._talk(state)

    def _decide(self, state: ShowState, now: int) -> Move | None:
        """Somebody who has held for a while pays or gives back; who was asked for more answers."""
        for offer in self._offers(state):
            if offer.turn == "buyer":
                dear = offer.amount > state[RunOfShow].items[offer.item].price * 0.95
                return Reply(offer.buyer.handle, offer.id, accept=not dear)
        for held in self._held(state):
            if held.payment is None and now - held.created_at >= THINKING_MS:
                handle = held.buyer.handle
                if handle in ADDRESSES and self._dice.random() < 0.5:
                    return Pay(handle)
                return GiveBack(handle, held.id)
        return None

    def _held(self, state: ShowState) -> list[Claim]:
        return [
            claim for claim in state[Claims].holds.values() if claim.buyer.handle in self._handles
        ]

    def _claim(self, state: ShowState) -> Move | None:
        item = _favourite(state)
        who = self._speaker()
        holding = {claim.buyer.handle for claim in self._held(state)}
        if item is None or who in holding or len(holding) >= 2:
            return None
        quantity = self._dice.choice((1, 1, 2))
        if item.variants[0].available - quantity < LEFT_FOR_OTHERS:
            return None
        if self._dice.random() < 0.5:
            return Take(who, item.id, quantity)
        amount = f" x{quantity}" if quantity > 1 else ""
        return Say(who, f"{self._dice.choice(('sold', 'claim'))} {item.number}{amount}")

    def _offers(self, state: ShowState) -> list[PriceOffer]:
        standing = state[PriceOffers].standing.values()
        return [offer for offer in standing if offer.buyer.handle in self._handles]

    def _bargain(self, state: ShowState) -> Move | None:
        """One of the crowd at a time offers less for the favourite."""
        item = _favourite(state)
        if item is None or self._offers(state) or len(self._held(state)) >= 2:
            return None
        if item.variants[0].available <= LEFT_FOR_OTHERS:
            return None
        return Bargain(
            self._speaker(), item.id, item.price * self._dice.choice((70, 75, 80, 85)) // 100
        )

    def _talk(self, state: ShowState) -> Say:
        run = state[RunOfShow]
        pinned = run.items.get(run.pinned or "")
        lines = list(_ALWAYS if state.show.on_air else _WAITING)
        if pinned is not None and state.show.on_air and self._dice.random() < 0.45:
            lines = list(_ABOUT_PINNED)
        line = self._dice.choice([line for line in lines if line not in self._said] or lines)
        self._said.append(line)
        who = self._speaker()
        other = self._dice.choice([handle for handle in self._handles if handle != who])
        item = pinned or next(iter(run.items.values()), None)
        title, number = (item.title.lower(), item.number) if item else ("next one", 1)
        return Say(who, line.format(title=title, number=number, other=other))

    def _speaker(self) -> str:
        self._last = self._dice.choice([h for h in self._handles if h != self._last])
        return self._last


def _favourite(state: ShowState) -> Item | None:
    for item in state[RunOfShow].items.values():
        if item.title == FAVOURITE and not item.removed:
            return item
    return None


class Chatter:
    """Plays the script in the demo's show."""

    def __init__(
        self, directory: Directory, payments: Payments, people: Mapping[str, Person]
    ) -> None:
        self._directory = directory
        self._payments = payments
        self._people = people
        self._script = Script([who.handle for who in GUESTS if who.handle in people])

    async def run(self, stopping: asyncio.Event) -> None:
        """Play until ``stopping`` is set, or the show is over."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self._script.pause())
            if stopping.is_set():
                return
            try:
                if not await self.turn():
                    return
            except LiveshowError as error:
                # Muted, too slow, sold out: as it happens to everybody.
                log.debug("the crowd was refused", code=error.code)
            except Exception as error:
                log.error("the crowd stumbled", exc_info=error)

    async def turn(self) -> bool:
        """Do the next thing; return whether there was any."""
        state = await self._directory.snapshot(SHOW)
        move = self._script.next(state, _now(state))
        match move:
            case None:
                return False
            case Say(who, text):
                await self._ask(who, Chat(text=text))
            case Take(who, item, quantity):
                await self._ask(who, ClaimItem(item=item, quantity=quantity))
            case Bargain(who, item, amount):
                await self._ask(who, MakeOffer(item=item, amount=amount))
            case Reply(who, offer, accept):
                await self._ask(who, AnswerOffer(offer=offer, accept=accept))
            case GiveBack(who, claim):
                await self._ask(who, Release(claim=claim))
            case Pay(who):
                buyer = self._people[who]
                total = total_of(state, buyer)
                payment = await self._payments.open(SHOW, buyer, new_id(), ADDRESSES[who], total)
                await self._payments.confirm(payment.id, buyer.id, CARD)
        return True

    async def _ask(self, who: str, command: Command) -> None:
        await self._directory.submit(SHOW, Envelope(command, self._people[who]))


def total_of(state: ShowState, buyer: Person) -> int:
    """What the buyer's cart says that everything they hold costs."""
    held = cart(state, buyer.id, Rules())
    return held.total if held else 0


def _now(state: ShowState) -> int:
    """The time in the show: it stands still while the show is interrupted."""
    return state.show.clock(wall_clock())
