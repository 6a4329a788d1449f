"""Mutes and bans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from liveshow.domain.moderation.events import (
    ChatDeleted,
    ChatPurged,
    ChatRestored,
    ChatUnpurged,
    Former,
    UserBanned,
    UserMuted,
    UserUnbanned,
    UserUnmuted,
)
from liveshow.domain.running.events import UserRenamed
from liveshow.domain.show.chat_lines import ChatLines
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.slices import Moment, Slice, applies
from liveshow.domain.values import Person, Value
from liveshow.errors import Forbidden

Kind = Literal["mute", "ban"]


class Sanction(Value, frozen=True):
    """A mute or a ban; ``until`` (ms) None lasts as long as the show."""

    user: Person
    kind: Kind
    until: int | None
    reason: str
    by: Person
    seq: int

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.user.id}"

    def active(self, now: int) -> bool:
        return self.until is None or self.until > now

    def refusal(self) -> Forbidden:
        """What somebody is told whom it keeps out of the show, or from speaking."""
        done = "banned from this show" if self.kind == "ban" else "muted"
        code = "banned" if self.kind == "ban" else "muted"
        return Forbidden(
            code, f"You are {done}: {self.reason}", until=self.until, reason=self.reason
        )

    def former(self) -> Former:
        """What an event says of it that puts another one in its place."""
        return Former(self.seq, self.until, self.reason)


@dataclass
class Moderation(Slice):
    """Sanctions by person and kind, in the order of their events."""

    sanctions: dict[tuple[str, Kind], Sanction] = field(default_factory=dict)
    # When the next of them ends, ms: asked at every batch.
    _ends: int | None = None

    # --- questions -------------------------------------------------------------------------

    def active(self, user_id: str, kind: Kind, now: int) -> Sanction | None:
        """Return the mute or ban that is in force at ``now`` (ms), if any."""
        found = self.sanctions.get((user_id, kind))
        return found if found and found.active(now) else None

    def next_end(self, aside: frozenset[str] = frozenset()) -> int | None:
        """When the next sanction ends (ms), but for those ``aside``; None if none does."""
        return self._first_end(aside) if aside else self._ends

    def over(self, now: int) -> list[Sanction]:
        """Sanctions whose time is over, those that ended first in front."""
        if self._ends is None or self._ends > now:
            return []
        found = [each for each in self.sanctions.values() if not each.active(now)]
        return sorted(found, key=lambda each: (each.until or 0, each.seq))

    def _first_end(self, aside: frozenset[str] = frozenset()) -> int | None:
        return min(
            (
                each.until
                for each in self.sanctions.values()
                if each.until is not None and each.id not in aside
            ),
            default=None,
        )

    def muted(self, user_id: str, now: int) -> Forbidden | None:
        """Return why somebody may not speak now, or None."""
        mute = self.active(user_id, "mute", now)
        return mute.refusal() if mute else None

    # --- changes ---------------------------------------------------------------------------

    def impose(self, sanction: Sanction) -> None:
        # Replaced at the end, so that they are in the order of the events.
        self.lift(sanction.user.id, sanction.kind)
        self.sanctions[sanction.user.id, sanction.kind] = sanction
        if sanction.until is not None:
            self._ends = min(sanction.until, self._ends or sanction.until)

    def lift(self, user_id: str, kind: Kind) -> None:
        lifted = self.sanctions.pop((user_id, kind), None)
        if lifted and lifted.until is not None and lifted.until == self._ends:
            self._ends = self._first_end()

    @applies(UserMuted)
    def _muted(self, event: UserMuted, moment: Moment) -> None:
        self.impose(_sanction("mute", event, moment))
        moment.state[Notices].tell(moment, event.user.id, "muted", text=event.reason)

    @applies(UserBanned)
    def _banned(self, event: UserBanned, moment: Moment) -> None:
        self.impose(_sanction("ban", event, moment))

    @applies(UserUnmuted)
    def _unmuted(self, event: UserUnmuted, moment: Moment) -> None:
        self.lift(event.user.id, "mute")
        moment.state[Notices].tell(moment, event.user.id, "unmuted")

    @applies(UserUnbanned)
    def _unbanned(self, event: UserUnbanned, moment: Moment) -> None:
        self.lift(event.user.id, "ban")

    @applies(UserRenamed)
    def _renamed(self, event: UserRenamed, moment: Moment) -> None:
        for key, known in self.sanctions.items():
            user, by = event.new(known.user), event.new(known.by)
            self.sanctions[key] = msgspec.structs.replace(known, user=user, by=by)

    @applies(ChatDeleted, ChatPurged)
    def _deleted(self, event: ChatDeleted | ChatPurged, moment: Moment) -> None:
        moment.state[ChatLines].mark(frozenset(event.withdraws()), deleted=True)

    @applies(ChatRestored, ChatUnpurged)
    def _restored(self, event: ChatRestored | ChatUnpurged, moment: Moment) -> None:
        moment.state[ChatLines].mark(frozenset(event.repeats()), deleted=False)


def _sanction(kind: Kind, event: UserMuted | UserBanned, moment: Moment) -> Sanction:
    return Sanction(event.user, kind, event.until, event.reason, event.by, moment.seq)
