"""Everything that can be asked of a show, under one short name for the tests."""

from __future__ import annotations

from liveshow.domain.chat.commands import Announce, Chat
from liveshow.domain.checkout.commands import ClosePayment, OpenCheckout, SettlePayment
from liveshow.domain.claims.commands import CancelClaim, ClaimItem, HoldFor, LeaveWaitlist, Release
from liveshow.domain.moderation.commands import (
    Ban,
    BlockWord,
    Brake,
    Delete,
    Mute,
    Purge,
    Restore,
    Restrict,
    Slow,
    Unban,
    UnblockWord,
    Undo,
    Unmute,
)
from liveshow.domain.notes.commands import MakePromise, PinNote
from liveshow.domain.orders.commands import AnswerRestock, CancelOrder, RefundOrder
from liveshow.domain.polls.commands import EndPoll, OpenPoll, Vote
from liveshow.domain.run_of_show.commands import (
    Add,
    ListingChanged,
    Move,
    Pin,
    Remove,
    Reprice,
    Restock,
    Unpin,
)
from liveshow.domain.running.commands import (
    AppointStaff,
    Configure,
    CreateShow,
    DismissStaff,
    End,
    Pause,
    Rename,
    Resume,
    Schedule,
    Start,
    StreamDown,
    StreamUp,
)
from liveshow.domain.show.commands import Envelope, Observe, Tick
from liveshow.domain.whispers.commands import Whisper

__all__ = [
    "Add",
    "Announce",
    "AnswerRestock",
    "AppointStaff",
    "Ban",
    "BlockWord",
    "Brake",
    "CancelClaim",
    "CancelOrder",
    "Chat",
    "ClaimItem",
    "ClosePayment",
    "Configure",
    "CreateShow",
    "Delete",
    "DismissStaff",
    "End",
    "EndPoll",
    "Envelope",
    "HoldFor",
    "LeaveWaitlist",
    "ListingChanged",
    "MakePromise",
    "Move",
    "Mute",
    "Observe",
    "OpenCheckout",
    "OpenPoll",
    "Pause",
    "Pin",
    "PinNote",
    "Purge",
    "RefundOrder",
    "Release",
    "Remove",
    "Rename",
    "Reprice",
    "Restock",
    "Restore",
    "Restrict",
    "Resume",
    "Schedule",
    "SettlePayment",
    "Slow",
    "Start",
    "StreamDown",
    "StreamUp",
    "Tick",
    "Unban",
    "UnblockWord",
    "Undo",
    "Unmute",
    "Unpin",
    "Vote",
    "Whisper",
]
