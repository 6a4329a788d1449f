"""How polls end. Whoever may have voted is told by a line of the chat, with the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

PollEnd = Literal["ended", "time_over", "show_over"]

# The kind of the chat line.
POLL_ENDS: Mapping[PollEnd, str] = {"ended": "poll", "time_over": "poll", "show_over": "poll"}
