"""Everybody who is connected to one show, and what they are sent.

What a room publishes is collected for one tick, encoded once per kind of audience (staff, and
everybody else) and queued to every connection. Private state goes to those it concerns. Nothing is
sampled or dropped: who cannot keep up is cut off by the byte limit and resumes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from liveshow.clock import Clock
from liveshow.domain.moderation.events import UserBanned
from liveshow.domain.moderation.state import Moderation
from liveshow.domain.running.events import ShowStaffed, ShowUnstaffed
from liveshow.domain.show import views
from liveshow.domain.show.events import Record, seen, seen_log
from liveshow.domain.show.facts import Rules
from liveshow.domain.show.feature import Look
from liveshow.domain.values import Person
from liveshow.errors import StoreUnavailable
from liveshow.rooms.directory import Feed
from liveshow.rooms.ports import Published
from liveshow.rooms.presence import Presence
from liveshow.rooms.snapshots import EncodedSnapshot, Snapshots
from signaling.socket.engine import GOODBYE_SECONDS, Wire
from signaling.socket.ephemeral import Collected, Telling
from signaling.socket.outgoing import EncodedFrame, Frame
from signaling.socket.viewers import Guests

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.05
# Missed more events than this: a snapshot is shorter.
MAX_RESUME = 500


@dataclass(slots=True)
class Member:
    """One connection that has joined the show."""

    wire: Wire
    person: Person | None
    staff: bool
    # When the sign-in behind this connection ends, milliseconds; None for guests.
    expires_at: int | None = None
    token_id: str | None = None
    # Of a guest: where from, and what their browser is called.
    address: str = ""
    visitor: str = ""
    # While it catches up from the log, frames wait here.
    backlog: list[Frame] | None = field(default_factory=list)

    def send(self, frame: Frame) -> None:
        if self.backlog is None:
            self.wire.send(frame)
        else:
            self.backlog.append(frame)

    @property
    def ready(self) -> bool:
        """Whether it has caught up and taken all that was sent."""
        return self.backlog is None and not self.wire.unsent

    def caught_up(self) -> None:
        waiting, self.backlog = self.backlog or [], None
        for frame in waiting:
            self.wire.send(frame)


class Audience:
    """The members of one show on this node."""

    def __init__(
        self,
        feed: Feed,
        rules: Rules,
        snapshots: Snapshots,
        *,
        clock: Clock,
        presence: Presence | None = None,
        on_frames: Callable[[int], None] = lambda count: None,
    ) -> None:
        """``presence``: is told who comes and goes."""
        self.feed = feed
        self.members: dict[str, Member] = {}
        self._rules = rules
        self._clock = clock
        self._presence = presence or Presence()
        self._on_frames = on_frames
        self._by_user: dict[str, set[str]] = {}
        self._guests = Guests()
        self._pending: list[Record] = []
        self._touched: set[str] = set()
        # The last event that has been published here.
        self._epoch, self._seq = feed.state.epoch, feed.state.seq
        self._tick: asyncio.TimerHandle | None = None
        self._snapshots = snapshots
        self._frames: dict[bool, tuple[EncodedSnapshot, Frame]] = {}
        self._ephemeral = Collected()
        self._telling = Telling()
        self._leaving: set[asyncio.Task[None]] = set()
        feed.listen(self._published)

    # --- members ---------------------------------------------------------------------------

    async def join(self, member: Member, since: tuple[int, int] | None) -> None:
        """Let a connection in: catch up first, then everything that happens.

        It is a member from the start, so that whoever leaves meanwhile is seen to leave; what is
        sent to it waits in its backlog until it has caught up.
        """
        sid = member.wire.sid
        self.members[sid] = member
        if member.person:
            self._by_user.setdefault(member.person.id, set()).add(sid)
            self._presence.came(self.feed.show_id, member.person.id)
        else:
            self._guests.came(member.address, member.visitor)
        while not await self._catch_up(member, since):
            since = None

    async def _catch_up(self, member: Member, since: tuple[int, int] | None) -> bool:
        """Send what a member has missed; False: begin again, with a snapshot.

        It changed sides meanwhile, or the log cannot be read now.
        """
        sid = member.wire.sid
        # Up to here it catches up from the state or the log.
        self.flush()
        member.backlog = []
        state = self.feed.state
        head = state.seq
        if member.person:
            # As it is now: what was asked when the connection came may have changed since.
            member.staff = state.show.is_staff(member.person.id)
            if state[Moderation].active(member.person.id, "ban", self._clock()):
                self._put_out([member])
                return True
        staff = member.staff
        own, frame = self._mine(member.person) if member.person else None, self.head()
        missed = head - since[1] if since and since[0] == state.epoch else -1
        shown: Frame | None = None
        if not 0 <= missed <= MAX_RESUME:
            shown = self._snapshot(staff)
        elif missed:
            # The read ends at `head`: what comes after it is in the backlog already.
            try:
                stored = await self.feed.events_after(head - missed, missed)
            except StoreUnavailable:
                return False
            shown = Frame("events", seen_log(stored, staff=staff))
        if self.members.get(sid) is not member:
            return True  # gone again
        if member.staff is not staff:
            return False
        for part in (shown, own, frame):
            if part is not None:
                member.wire.send(part)
        self._telling.forget(sid)
        for part in self._live():
            member.wire.send(part)
        member.caught_up()
        return True

    def leave(self, sid: str) -> None:
        self._telling.forget(sid)
        member = self.members.pop(sid, None)
        if member is None:
            return
        if member.person is None:
            self._guests.left(member.address, member.visitor)
            return
        self._presence.went(self.feed.show_id, member.person.id)
        own = self._by_user.get(member.person.id)
        if own is not None:
            own.discard(sid)
            if not own:
                del self._by_user[member.person.id]

    def rename(self, user: Person) -> None:
        """Call somebody by another name from now on, and tell them so."""
        own = self._of(user.id)
        for member in own:
            member.person = user
        if own:
            self._send(own, self._mine(user))

    def count(self, user_id: str) -> int:
        """How many connections somebody has."""
        return len(self._by_user.get(user_id, ()))

    @property
    def viewers(self) -> int:
        """How many people watch, however many tabs they have. Who makes the show does not."""
        show = self.feed.state.show
        makers = sum(
            user in self._by_user and show.may(user, "direct")
            for user in (show.host.id, *show.staff)
        )
        return len(self._by_user) - makers + self._guests.count

    def people(self) -> list[Person]:
        """Everybody signed in and connected, each once."""
        found: dict[str, Person] = {}
        for user, sids in self._by_user.items():
            person = self.members[next(iter(sids))].person
            if person is not None:
                found[user] = person
        return list(found.values())

    # --- what is sent ----------------------------------------------------------------------

    def head(self) -> Frame:
        return Frame(
            "head",
            {
                "epoch": self._epoch,
                "seq": self._seq,
                "now": self._clock(),
                "viewers": self.viewers,
            },
        )

    def heartbeat(self) -> None:
        """Tell everybody where the log is, so that a silent loss is noticed."""
        self.flush()
        self._send(self.members.values(), self.head())
        now = self._clock()
        for member in list(self.members.values()):
            if member.expires_at is not None and member.expires_at <= now:
                self.dismiss([member], "signed_out", retry=False)

    def _published(self, published: Published) -> None:
        if published.epoch != self._epoch:
            self._start_over()
            return
        state = self.feed.state
        for record in published.records:
            if record.event.logged:
                self._pending.append(record)
            if news := record.event.news(state):
                self._ephemeral.put(news)
        self._seq = published.records[-1].seq
        self._touched |= published.touched
        if published.urgent:
            self.flush()
        else:
            self._flush_soon()

    def cheer(self) -> None:
        """Somebody sent a heart: everybody sees so many of them with the next tick."""
        if self.feed.state.show.on_air:
            self._ephemeral.cheer()
            self._flush_soon()

    def _flush_soon(self) -> None:
        if self._tick is None:
            self._tick = asyncio.get_running_loop().call_later(TICK_SECONDS, self.flush)

    def flush(self) -> None:
        """Send what the tick has collected."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        records, self._pending = self._pending, []
        touched, self._touched = self._touched, set()
        if records:
            self._send_records(records)
        self._send_own(touched & self._by_user.keys())
        self._after(records)
        self._send_ephemeral()

    def _send_own(self, concerned: Iterable[str]) -> None:
        """Send those whom the tick concerns their private state."""
        look = self._look()
        for user in concerned:
            own = self._of(user)
            if own[0].person is not None:
                self._send(own, self._mine(own[0].person, look))

    def _send_ephemeral(self) -> None:
        """Send what has no place in the log, later to whom something else still waits for."""
        self._on_frames(self._telling.tell(self.members, self._ephemeral.take()))

    def _send_records(self, records: list[Record]) -> None:
        moved = self._change_sides(records)
        for staff in (False, True):
            audience = [
                member
                for member in self.members.values()
                if member.staff is staff and member.wire.sid not in moved
            ]
            if audience:
                shown = [seen(record, staff=staff) for record in records]
                self._send(audience, Frame("events", shown))
        if moved:
            live = self._live()
            for member in moved.values():
                self._show(member, live)

    def _change_sides(self, records: list[Record]) -> dict[str, Member]:
        """Who joined or left the staff with these events: a snapshot tells them instead.

        Nobody sees for another tick what they have just lost the right to.
        """
        moved = {}
        for _, _, event in records:
            if isinstance(event, ShowStaffed | ShowUnstaffed):
                staff = self.feed.state.show.is_staff(event.user.id)
                for member in self._of(event.user.id):
                    if member.staff is not staff:
                        member.staff = staff
                        moved[member.wire.sid] = member
        return moved

    def _after(self, records: list[Record]) -> None:
        """What an event means for the connections of the one whom it is about."""
        for _, _, event in records:
            if isinstance(event, ShowStaffed | ShowUnstaffed):
                for member in self._of(event.user.id):
                    if member.person is not None:
                        member.send(self._mine(member.person))
            elif isinstance(event, UserBanned):
                self._put_out(self._of(event.user.id))

    def _of(self, user: str) -> list[Member]:
        return [self.members[sid] for sid in self._by_user.get(user, ())]

    def _start_over(self) -> None:
        """The room was read again: everybody gets a snapshot of the new epoch."""
        state = self.feed.state
        self._epoch, self._seq = state.epoch, state.seq
        self._pending.clear()
        self._touched.clear()
        # What was counted before is older than what is told now.
        self._ephemeral = Collected()
        live = self._live()
        self._put_out(self._banned())
        for member in self.members.values():
            # What was committed but not told yet may have been about this very person.
            member.staff = bool(member.person and state.show.is_staff(member.person.id))
            self._show(member, live)
            if member.person:
                member.send(self._mine(member.person))

    def _banned(self) -> list[Member]:
        state, now = self.feed.state, self._clock()
        return [
            member
            for member in self.members.values()
            if member.person and state[Moderation].active(member.person.id, "ban", now)
        ]

    def _send(self, members: Iterable[Member], frame: Frame) -> None:
        count = 0
        # A list: who is cut off while we send leaves the table.
        for member in list(members):
            member.send(frame)
            count += 1
        self._on_frames(count)

    def _snapshot(self, staff: bool) -> Frame:
        """The snapshot at the present event, made into a frame once however many join at it."""
        encoded = self._snapshots.get(self.feed.state, staff=staff)
        cached = self._frames.get(staff)
        if cached and cached[0] is encoded:
            return cached[1]
        frame = EncodedFrame("snapshot", encoded.message(self._clock()))
        self._frames[staff] = (encoded, frame)
        return frame

    def _live(self) -> list[Frame]:
        """What a snapshot does not say: counts, as they are now."""
        state = self.feed.state
        return [Frame(news.name, news.payload) for news in state.machine.live(state)]

    def _show(self, member: Member, live: Iterable[Frame]) -> None:
        """Begin again with a snapshot, and the counts beside it."""
        self._telling.forget(member.wire.sid)
        member.send(self._snapshot(member.staff))
        for frame in live:
            member.send(frame)

    def _look(self) -> Look:
        return Look(self.feed.state, self._rules, self._clock())

    def _mine(self, who: Person, look: Look | None = None) -> Frame:
        return Frame("mine", views.mine(look or self._look(), who))

    # --- the end ---------------------------------------------------------------------------

    def _put_out(self, members: Iterable[Member]) -> None:
        """Close the connections of who is banned; they are told why and until when."""
        for member in list(members):
            assert member.person
            ban = self.feed.state[Moderation].active(member.person.id, "ban", self._clock())
            why = ban.refusal().message if ban else ""
            self.dismiss(
                [member], "banned", retry=False, message=why, until=ban.until if ban else None
            )

    def dismiss(
        self,
        members: Iterable[Member],
        reason: str,
        *,
        retry: bool,
        message: str = "",
        until: int | None = None,
    ) -> None:
        """Say goodbye and close; ``retry`` tells the client whether to come back.

        ``message`` is for people, ``until`` (ms) when they may come back.
        """
        frame = Frame("bye", {"reason": reason, "retry": retry, "message": message, "until": until})
        for member in list(members):
            self.leave(member.wire.sid)
            member.caught_up()
            member.wire.send(frame)
            task = asyncio.create_task(member.wire.close())
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """Send what is left, say goodbye to everybody."""
        self.flush()
        self.dismiss(self.members.values(), "restart", retry=True)
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=GOODBYE_SECONDS)
        self.stop()

    def stop(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
        self._telling.stop()
        self.feed.close()
