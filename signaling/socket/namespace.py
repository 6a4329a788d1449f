"""The show channel: who may join, and commands on their way to the room (PROTOCOL.md 3 and 4)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from socketio.exceptions import ConnectionRefusedError as Refused

from liveshow import budgets
from liveshow.accounts.identity import Credentials, Identity, SignOut
from liveshow.clock import Clock
from liveshow.domain.show.admission import check_not_banned, check_visible
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.state import ShowState
from liveshow.domain.values import Person
from liveshow.errors import (
    Conflict,
    Invalid,
    LiveshowError,
    RateLimited,
    StoreUnavailable,
    Unauthenticated,
)
from liveshow.field_errors import field_errors, invalid_fields
from liveshow.fields import Id
from liveshow.pace import Paces, of_connection, of_person
from liveshow.rooms.directory import Directory
from liveshow.rooms.presence import Presence
from liveshow.rooms.snapshots import Snapshots
from signaling.socket.audience import Audience, Member
from signaling.socket.audiences import Audiences
from signaling.socket.commands import (
    Ack,
    accepted,
    command_types,
    no_command,
    parse_command,
    refusal,
)
from signaling.socket.engine import Server
from signaling.socket.outgoing import NAMESPACE

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 5.0
# Every so many heartbeats the sign-ins behind the connections are looked up again: what ended
# them may have been another process.
LOOK_UP_EVERY = 6
# How long connections have to finish joining, when the server ends, seconds.
JOIN_SECONDS = 1.0
MAX_CONNECTIONS_PER_USER = budgets.CONNECTIONS.amount  # in one show
MAX_TOKEN = 512
# More new names than that come while nobody is let in.
RENAMES_KEPT = 1_000


class Since(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    epoch: Annotated[int, Field(ge=0, le=2**53)]
    seq: Annotated[int, Field(ge=0, le=2**53)]


class Hello(BaseModel):
    """What a client says when it connects: Socket.IO's ``auth``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    show: Id
    token: Annotated[str, Field(max_length=MAX_TOKEN)] | None = None
    since: Since | None = None
    # A random id that a browser keeps: a guest with three tabs is one viewer.
    visitor: Id | None = None


class Handshakes(Protocol):
    """Says who opens a socket; ``liveshow.accounts.identity.Gate`` does."""

    async def handshake(self, shown: Credentials) -> Identity | None: ...


# What a request shows about who sent it, with the token of the handshake.
CredentialsOf = Callable[[web.Request, str | None], Credentials]
# Where a request comes from, as limits count it.
AddressOf = Callable[[web.Request], str]
# Which of these sign-ins, by the ids of their tokens, have not ended.
Standing = Callable[[Collection[str]], Awaitable[set[str]]]


@dataclass(slots=True)
class ChannelObserver:
    """What the channel counts; the defaults count nothing."""

    sockets: Callable[[int], None] = lambda count: None
    slow: Callable[[], None] = lambda: None
    frames: Callable[[int], None] = lambda count: None


@dataclass(slots=True)
class _Guest:
    """A connection from its handshake until it is a member of an audience."""

    show_id: str
    identity: Identity | None
    since: tuple[int, int] | None
    address: str
    visitor: str
    # How many sign-outs, and new names, the channel had heard of before it asked who this is.
    sign_outs: int
    renames: int


class ShowChannel:
    """The Socket.IO side of all shows on this node."""

    def __init__(
        self,
        directory: Directory,
        gate: Handshakes,
        *,
        credentials: CredentialsOf,
        address: AddressOf,
        rules: Rules,
        snapshots: Snapshots,
        clock: Clock,
        paces: Paces,
        standing: Standing,
        presence: Presence | None = None,
        observer: ChannelObserver | None = None,
    ) -> None:
        self.server = Server()
        self._directory = directory
        self._gate = gate
        self._credentials = credentials
        self._address = address
        self._clock = clock
        self._pace = paces[budgets.COMMANDS]
        self._joins = paces[budgets.JOINS]
        self._cheers = paces[budgets.CHEERS]
        self._standing = standing
        self._sign_outs = 0
        # New names that were heard of lately, and how many there have been.
        self._renamed: deque[Person] = deque(maxlen=RENAMES_KEPT)
        self._renames = 0
        self._observer = observer or ChannelObserver()
        self._audiences = Audiences(
            directory,
            rules,
            snapshots,
            clock=clock,
            presence=presence or Presence(),
            on_frames=self._observer.frames,
        )
        self._arriving: dict[str, _Guest] = {}
        self._show_of: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._heart: asyncio.Task[None] | None = None
        # The look-up of sign-ins, while there is one.
        self._look_up: asyncio.Task[None] | None = None
        self._closing = False
        self.server.on_connected = self._connected
        self.server.on("connect", self._connect, namespace=NAMESPACE)
        self.server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        for name in command_types():
            self.server.on(name, self._handler(name), namespace=NAMESPACE)
        self.server.on("cheer", self._cheer, namespace=NAMESPACE)
        self.server.on("*", self._unknown, namespace=NAMESPACE)

    def attach(self, app: web.Application) -> None:
        self.server.attach(app)

    def start(self) -> None:
        self._heart = asyncio.create_task(self._beat(), name="heartbeat")

    # --- for the HTTP side -----------------------------------------------------------------

    def viewers(self, show_id: str) -> int:
        audience = self._audiences.get(show_id)
        return audience.viewers if audience else 0

    def people(self, show_id: str) -> list[Person]:
        """Everybody signed in and connected to the show."""
        audience = self._audiences.get(show_id)
        return audience.people() if audience else []

    def signed_out(self, ended: SignOut) -> None:
        """Sign-ins were revoked: close what they opened."""
        self._sign_outs += 1
        for audience in self._audiences:
            gone = [
                member
                for member in audience.members.values()
                if member.person and ended.ends(member.person.id, member.token_id)
            ]
            audience.dismiss(gone, "signed_out", retry=False)

    def renamed(self, user: Person) -> None:
        """Call somebody by their new name on every connection, also those on their way."""
        self._renamed.append(user)
        self._renames += 1
        for audience in self._audiences:
            audience.rename(user)

    # --- joining ---------------------------------------------------------------------------

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        request = environ["aiohttp.request"]
        try:
            # One connection may join and leave, but not as fast as it can.
            self._joins.take(of_connection(str(id(request))))
            self._arriving[sid] = await self._admit(request, auth)
        except LiveshowError as error:
            # With what they are to know of it: until when, or when to try again.
            raise Refused(error.message, {**error.details, "code": error.code}) from None
        except Exception:
            log.exception("a handshake failed")
            raise Refused("Something went wrong. Try again.", {"code": "internal"}) from None

    async def _admit(self, request: web.Request, auth: Any) -> _Guest:
        try:
            hello = Hello.model_validate(auth)
        except ValidationError as error:
            raise invalid_fields(field_errors(error)) from None
        sign_outs, renames = self._sign_outs, self._renames
        identity = await self._gate.handshake(self._credentials(request, hello.token))
        if self._closing:
            raise Conflict("unavailable", "The server is restarting. Try again in a moment.")
        state = await self._directory.snapshot(hello.show)
        check_visible(state, identity.user_id if identity else None)
        if identity is not None:
            self._check(state, identity)
        since = (hello.since.epoch, hello.since.seq) if hello.since else None
        address, visitor = self._address(request), hello.visitor or ""
        return _Guest(hello.show, identity, since, address, visitor, sign_outs, renames)

    def _check(self, state: ShowState, identity: Identity) -> None:
        """Bans and bounds hold at every join, not only the first."""
        check_not_banned(state, identity.user_id, self._clock())
        audience = self._audiences.get(state.id)
        own = audience.count(identity.user_id) if audience else 0
        # Those that are on their way count, too.
        own += sum(
            guest.show_id == state.id
            and guest.identity is not None
            and guest.identity.user_id == identity.user_id
            for guest in self._arriving.values()
        )
        if own >= MAX_CONNECTIONS_PER_USER:
            raise Conflict(
                "too_many_connections",
                f"This show is open in {own} of your tabs and devices. Close one of them.",
            )

    def _connected(self, sid: str) -> None:
        guest = self._arriving.get(sid)
        if guest is None:
            return
        task = asyncio.create_task(self._join(sid, guest), name="join")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, sid: str, guest: _Guest) -> None:
        try:
            await self._join_audience(sid, guest)
        except Exception as error:
            if not isinstance(error, LiveshowError):
                log.exception("joining failed", show=guest.show_id)
            await self.server.disconnect(sid, namespace=NAMESPACE)
        finally:
            self._arriving.pop(sid, None)

    async def _join_audience(self, sid: str, guest: _Guest) -> None:
        try:
            wire = self.server.wire(sid)
        except KeyError:
            # Gone again already; python-socketio has not heard of it.
            await self.server.manager.disconnect(sid, NAMESPACE, ignore_queue=True)
            return
        wire.on_slow = self._observer.slow
        identity = guest.identity
        self._show_of[sid] = guest.show_id
        self._observer.sockets(len(self._show_of))
        audience = await self._audiences.of(guest.show_id)
        if sid not in self._show_of:
            self._audiences.left(audience)
            return  # gone again
        member = Member(
            wire,
            self._called_now(identity.user, guest.renames) if identity else None,
            staff=identity is not None and audience.feed.state.show.is_staff(identity.user_id),
            expires_at=identity.expires_at if identity else None,
            token_id=identity.token_id if identity else None,
            address=guest.address,
            visitor=guest.visitor,
        )
        # From here on it counts as a member.
        self._arriving.pop(sid, None)
        await audience.join(member, guest.since)
        if identity is not None and guest.sign_outs != self._sign_outs:
            # Somebody signed out while this connection was being let in: was it this one?
            await self._dismiss_ended({identity.token_id})

    def _called_now(self, user: Person, renames: int) -> Person:
        """Somebody with the name that they may have been given since they were looked up."""
        since = min(self._renames - renames, len(self._renamed))
        for later in list(self._renamed)[len(self._renamed) - since :]:
            user = later if later.id == user.id else user
        return user

    async def _disconnect(self, sid: str, _reason: str = "") -> None:
        self._arriving.pop(sid, None)
        show_id = self._show_of.pop(sid, None)
        self._observer.sockets(len(self._show_of))
        if audience := self._audiences.get(show_id):
            audience.leave(sid)
            self._audiences.left(audience)

    # --- commands --------------------------------------------------------------------------

    def _handler(self, name: str) -> Callable[..., Any]:
        async def handle(sid: str, *arguments: Any) -> Ack:
            return await self._answer(sid, name, arguments)

        return handle

    async def _unknown(self, event: str, sid: str, *_arguments: Any) -> Ack:
        await self.server.strike(sid)
        try:
            self._take(sid)
        except RateLimited as error:
            return refusal(error)
        return refusal(no_command(event))

    def _take(self, sid: str) -> None:
        """Count what a connection asks, under its person's name if it has one."""
        found = self._found(sid)
        person = found[0].person if found else None
        self._pace.take(of_person(person.id) if person else of_connection(sid))

    async def _answer(self, sid: str, name: str, arguments: tuple[Any, ...]) -> Ack:
        try:
            self._take(sid)
            self.server.understood(sid)
            member, audience = self._member(sid)
            if len(arguments) != 1 or not isinstance(arguments[0], dict):
                raise Invalid(message="Send one object with the fields of the command.")
            if member.person is None:
                raise Unauthenticated(message="Sign in to do that.")
            if member.expires_at is not None and member.expires_at <= self._clock():
                raise Unauthenticated("token_expired", "Your sign-in has expired. Sign in again.")
            envelope = parse_command({**arguments[0], "type": name}, member.person)
            return accepted(await self._directory.submit(audience.feed.show_id, envelope))
        except RateLimited as error:
            await self.server.strike(sid)
            return refusal(error)
        except LiveshowError as error:
            return refusal(error)
        except Exception:
            log.exception("a command failed", command=name)
            return refusal(LiveshowError(message="Something went wrong. Try again."))

    async def _cheer(self, sid: str, *_arguments: Any) -> Ack:
        """A heart: counted and shown, and nothing else. Guests may send them, too."""
        try:
            self._cheers.take(of_connection(sid))
            self.server.understood(sid)
            _, audience = self._member(sid)
            audience.cheer()
        except LiveshowError as error:
            return refusal(error)
        return {"ok": True}

    def _found(self, sid: str) -> tuple[Member, Audience] | None:
        audience = self._audiences.get(self._show_of.get(sid))
        member = audience.members.get(sid) if audience else None
        return (member, audience) if member and audience else None

    def _member(self, sid: str) -> tuple[Member, Audience]:
        found = self._found(sid)
        if found is None:
            raise Conflict("unavailable", "Not connected to a show yet. Try again.")
        return found

    # --- life ------------------------------------------------------------------------------

    async def _beat(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            beats += 1
            if beats % LOOK_UP_EVERY == 0 and (self._look_up is None or self._look_up.done()):
                # Beside the heartbeat: heads go on whether or not the database answers.
                self._look_up = asyncio.create_task(self._look_sign_ins_up(), name="sign-ins")
            for audience in self._audiences:
                try:
                    if audience.feed.lost:
                        audience.dismiss(audience.members.values(), "restart", retry=True)
                    else:
                        audience.heartbeat()
                except Exception:
                    log.exception("a heartbeat failed", show=audience.feed.show_id)

    async def _look_sign_ins_up(self) -> None:
        try:
            await self._dismiss_ended(self._token_ids())
        except StoreUnavailable:
            pass  # they stand until somebody can say otherwise
        except Exception:
            log.exception("sign-ins could not be looked up")

    def _token_ids(self) -> set[str]:
        """The sign-ins behind all connections."""
        return {member.token_id for member in self._audiences.members() if member.token_id}

    async def _dismiss_ended(self, token_ids: set[str]) -> None:
        """Close what sign-ins opened that are over."""
        if not token_ids:
            return
        ended = token_ids - await self._standing(token_ids)
        for audience in self._audiences if ended else ():
            gone = [m for m in audience.members.values() if m.token_id in ended]
            audience.dismiss(gone, "signed_out", retry=False)

    async def close(self) -> None:
        """Tell everybody to come back, then close."""
        self._closing = True
        for task in (self._heart, self._look_up):
            if task is not None:
                task.cancel()
        if self._tasks:
            # Whoever is in the midst of joining is told, too.
            await asyncio.wait(self._tasks, timeout=JOIN_SECONDS)
        await self._audiences.close()
        await self.server.shutdown()
