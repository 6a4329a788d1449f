"""The rules of a giveaway in words: shown before one enters, and kept as they were shown."""

from __future__ import annotations

from datetime import UTC, datetime

from liveshow.domain.giveaways.draw import ALTERNATES
from liveshow.domain.giveaways.events import Who
from liveshow.domain.values import Person

_MAY = {
    "everyone": "Everybody with an account on this server may enter.",
    "followers": "Everybody may enter who follows the host of the show.",
    "buyers": "Whoever has bought something in this show may enter, as the operator of this "
    "server allows.",
}
_FREE = "No purchase is necessary, and none makes winning more likely."


def rules(title: str, who: Who, sponsor: Person, opens: int, ends: int, claim_hours: int) -> str:
    """Return the rules; times are milliseconds."""
    lines = (
        f"Prize: {title}. Sponsor: {sponsor.name} (@{sponsor.handle}), who also pays for sending.",
        _FREE if who != "buyers" else "Every entry is as likely, however much was bought.",
        f"Entries open on {_said(opens)} and close on {_said(ends)}. While the show is "
        "interrupted the clock stands still. If the show ends before they close, nothing is "
        "given away.",
        f"{_MAY[who]} The team of the show and the sponsor may not. One entry a person.",
        "You take part if you are in the show when entries close; half a minute away does not "
        "matter. Who is banned takes no part.",
        "Odds: one in the number of entries, which everybody sees.",
        f"One entry is drawn, and up to {ALTERNATES} that come after it. How it is drawn is "
        "published, and everybody can recompute it.",
        f"Whoever wins has {claim_hours} hours to say where the prize goes. Then it is the next "
        "one's, and at the very end nobody's.",
    )
    return "\n".join(lines)


def _said(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d at %H:%M:%S UTC")
