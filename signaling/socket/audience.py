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
from liveshow.domain import views
from liveshow.domain.events import Event, wire, wire_log
from liveshow.domain.facts import Rules
from liveshow.domain.state import Person
from liveshow.errors import StoreUnavailable
from liveshow.rooms.directory import Feed
from liveshow.rooms.ports import Published
from liveshow.rooms.snapshots import EncodedSnapshot, Snapshots
from signaling.socket.engine import Wire
from signaling.socket.outgoing import EncodedFrame, Frame

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
    # While it catches up from the log, frames wait here.
    backlog: list[Frame] | None = field(default_factory=list)

    def send(self, frame: Frame) -> None:
        if self.backlog is None:
            self.wire.send(frame)
        else:
            self.backlog.append(frame)

    def caught_up(self) -> None:
        waiting, self.backlog = self.backlog or [], None
        for frame in waiting:
            self.wire.send(frame)


class Audience:
    """The members of one show on this node."""

    def __init__(
        self,
        feed: Feed,
        snapshots: Snapshots,
        rules: Rules,
        *,
        clock: Clock,
        on_frames: Callable[[int], None] = lambda count: None,
    ) -> None:
        self.feed = feed
        self.members: dict[str, Member] = {}
        self._snapshots = snapshots
        self._rules = rules
        self._clock = clock
        self._on_frames = on_frames
        self._by_user: dict[str, set[str]] = {}
        self._pending: list[Event] = []
        self._touched: set[str] = set()
        # The last event that has been published here.
        self._epoch, self._seq = feed.state.epoch, feed.state.seq
        self._tick: asyncio.TimerHandle | None = None
        # The frame of the last snapshot that was sent, for the staff and for everybody else.
        self._snapshot_frames: dict[bool, tuple[EncodedSnapshot, Frame]] = {}
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
        while not await self._catch_up(member, since):
            since = None

    async def _catch_up(self, member: Member, since: tuple[int, int] | None) -> bool:
        """Send what a member has missed.

        False: begin again, with a snapshot. It changed sides meanwhile, or the log cannot be read.
        """
        # Up to here it catches up from the state or the log.
        self.flush()
        member.backlog = []
        state = self.feed.state
        head = state.seq
        if member.person:
            # As it is now: what was asked when the connection came may have changed since.
            member.staff = state.is_staff(member.person.id)
            if state.sanction(member.person.id, "ban", self._clock()):
                self.dismiss([member], "banned", retry=False)
                return True
        staff = member.staff
        own, frame = self._mine(member.person) if member.person else None, self.head()
        missed = head - since[1] if since and since[0] == state.epoch else -1
        shown: Frame | None = None
        if not 0 <= missed <= MAX_RESUME:
            encoded = await self._snapshots.get(state, self._rules, staff=staff)
            shown = self._snapshot_frame(encoded, staff)
        elif missed:
            # The read ends at `head`: what comes after it is in the backlog already.
            shown = await self._log(head - missed, missed, staff)
        if self.members.get(member.wire.sid) is not member:
            return True  # gone again
        if member.staff is not staff or (missed and shown is None):
            return False
        for part in (shown, own, frame):
            if part is not None:
                member.wire.send(part)
        member.caught_up()
        return True

    async def _log(self, after: int, count: int, staff: bool) -> Frame | None:
        """Events from the log; None when it cannot be read now."""
        try:
            events = await self.feed.events_after(after, count)
        except StoreUnavailable:
            return None
        return Frame("events", wire_log(events, staff=staff))

    def leave(self, sid: str) -> None:
        member = self.members.pop(sid, None)
        if member is None or member.person is None:
            return
        own = self._by_user.get(member.person.id)
        if own is not None:
            own.discard(sid)
            if not own:
                del self._by_user[member.person.id]

    def count(self, user_id: str) -> int:
        """How many connections somebody has."""
        return len(self._by_user.get(user_id, ()))

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
                "viewers": len(self.members),
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
        self._pending.extend(published.events)
        self._seq = published.events[-1].seq
        self._touched |= published.touched
        if published.urgent:
            self.flush()
        else:
            self._flush_in(TICK_SECONDS)

    def _flush_in(self, seconds: float) -> None:
        if self._tick is None:
            self._tick = asyncio.get_running_loop().call_later(seconds, self.flush)

    def flush(self) -> None:
        """Send what the tick has collected."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        events, self._pending = self._pending, []
        touched, self._touched = self._touched, set()
        if events:
            self._send_events(events)
        concerned = touched & self._by_user.keys()
        if concerned:
            places = views.waitlist_places(self.feed.state)
            for user in concerned:
                own = self._of(user)
                if own[0].person is not None:
                    self._send(own, self._mine(own[0].person, places))
        self._after(events)

    def _send_events(self, events: list[Event]) -> None:
        moved = self._change_sides(events)
        for staff in (False, True):
            audience = [
                member
                for member in self.members.values()
                if member.staff is staff and member.wire.sid not in moved
            ]
            if audience:
                shown = [wire(event, staff=staff) for event in events]
                self._send(audience, Frame("events", shown))
        for member in moved.values():
            member.send(self._snapshot(member.staff))

    def _change_sides(self, events: list[Event]) -> dict[str, Member]:
        """Who joined or left the staff with these events: a snapshot tells them instead.

        Nobody sees for another tick what they have just lost the right to.
        """
        moved = {}
        for event in events:
            if event.type in ("show.staffed", "show.unstaffed"):
                user = event.data["user"]["id"]
                staff = self.feed.state.is_staff(user)
                for member in self._of(user):
                    if member.staff is not staff:
                        member.staff = staff
                        moved[member.wire.sid] = member
        return moved

    def _after(self, events: list[Event]) -> None:
        """What an event means for the connections of the one whom it is about."""
        for event in events:
            if event.type in ("show.staffed", "show.unstaffed"):
                for member in self._of(event.data["user"]["id"]):
                    if member.person is not None:
                        member.send(self._mine(member.person))
            elif event.type == "user.banned":
                self.dismiss(self._of(event.data["user"]["id"]), "banned", retry=False)

    def _of(self, user: str) -> list[Member]:
        return [self.members[sid] for sid in self._by_user.get(user, ())]

    def _start_over(self) -> None:
        """The room was read again: everybody gets a snapshot of the new epoch."""
        self._epoch, self._seq = self.feed.state.epoch, self.feed.state.seq
        self._pending.clear()
        self._touched.clear()
        self.dismiss(self._banned(), "banned", retry=False)
        for member in self.members.values():
            # What was committed but not told yet may have been about this very person.
            member.staff = bool(member.person and self.feed.state.is_staff(member.person.id))
            member.send(self._snapshot(member.staff))
            if member.person:
                member.send(self._mine(member.person))

    def _banned(self) -> list[Member]:
        state, now = self.feed.state, self._clock()
        return [
            member
            for member in self.members.values()
            if member.person and state.sanction(member.person.id, "ban", now)
        ]

    def _send(self, members: Iterable[Member], frame: Frame) -> None:
        count = 0
        # A list: who is cut off while we send leaves the table.
        for member in list(members):
            member.send(frame)
            count += 1
        self._on_frames(count)

    def _snapshot(self, staff: bool) -> Frame:
        """The snapshot at the present event, for those who have been here."""
        encoded = self._snapshots.now(self.feed.state, self._rules, staff=staff)
        return self._snapshot_frame(encoded, staff)

    def _snapshot_frame(self, encoded: EncodedSnapshot, staff: bool) -> Frame:
        """The frame of a snapshot, made once however many join at it."""
        cached = self._snapshot_frames.get(staff)
        if cached and cached[0] is encoded:
            return cached[1]
        frame = EncodedFrame("snapshot", encoded.message(self._clock()))
        self._snapshot_frames[staff] = (encoded, frame)
        return frame

    def _mine(self, who: Person, places: views.Places | None = None) -> Frame:
        return Frame("mine", views.mine(self.feed.state, who, self._rules, self._clock(), places))

    # --- the end ---------------------------------------------------------------------------

    def dismiss(self, members: Iterable[Member], reason: str, *, retry: bool) -> None:
        """Say goodbye and close; ``retry`` tells the client whether to come back."""
        frame = Frame("bye", {"reason": reason, "retry": retry})
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
            await asyncio.wait(self._leaving, timeout=2)
        self.stop()

    def stop(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
        self.feed.close()
