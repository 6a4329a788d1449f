"""The numbers in the sentences of PROTOCOL.md are those of the server."""

from __future__ import annotations

import re

import pytest

from liveshow import budgets, shared_body
from liveshow.catalog import mandates, stock
from liveshow.domain.checkout import decide as checkout
from liveshow.domain.claims import decide as claims
from liveshow.domain.claims.comment import MAX_QUANTITY
from liveshow.domain.moderation.staff import MAX_PEOPLE
from liveshow.domain.run_of_show.size import MAX_RUN_BYTES
from liveshow.domain.run_of_show.state import MAX_ITEMS
from liveshow.domain.show.chat_lines import LINES_KEPT
from liveshow.domain.show.notices import NOTICES_KEPT
from liveshow.http import bodies, listings, shows
from liveshow.http.checkout import MAX_WEBHOOK_BYTES
from liveshow.settings import Settings
from liveshow.store.room.store import KEY_LIFE_MS
from signaling.socket import audience, engine, namespace, outgoing
from tests.protocol.document import document

HOUR_MS = 3_600_000
PER_SECOND = r"(\d+)/second"


def _rate(limit: str) -> int:
    found = re.fullmatch(PER_SECOND, limit)
    assert found, f"not in seconds: {limit}"
    return int(found[1])


SENTENCES: dict[str, float] = {
    r"Bodies are JSON .* of at most (\d+) KiB": bodies.MAX_JSON_BYTES / 1024,
    r"\(limit ≤ (\d+), default": bodies.MAX_LIMIT,
    r"what the provider sends, at most (\d+) KiB": MAX_WEBHOOK_BYTES / 1024,
    r"photos: \[photo id, ≤ (\d+)\]": listings.MAX_PHOTOS,
    r"`quantity` 1 . (\d+ \d+) \(default 1\)": stock.MAX_QUANTITY,
    r"quantity\}\]` \(≤ (\d+)\) each have their own stock": stock.MAX_VARIANTS,
    r"`commission_percent` \(0 . (\d+)\)": mandates.MAX_COMMISSION,
    r"`\{items: \[event\]\}`, ≤ (\d+)": shows.MAX_LOG,
    r"last_said_at\}\]\}`, ≤ (\d+)": MAX_PEOPLE,
    r"viewers one by one \(0 . (\d+)\)": shows.MAX_VIEWERS,
    r"at least (two) minutes on each hold": checkout.CHECKOUT_MS / 60_000,
    r"at most (\d+) events were missed": audience.MAX_RESUME,
    r"more than (\d+) MiB waits unsent": outgoing.MAX_UNSENT_BYTES >> 20,
    r"takes nothing for (\d+) s": shared_body.STALL_SECONDS,
    r"`DISCONNECT` and `EVENT`, (\d+) KiB at most": engine.MAX_RECEIVED_BYTES / 1024,
    r"has not joined after (\d+) s": engine.JOIN_SECONDS,
    r"(\d+) in a row that are unknown or `rate_limited`": engine.MAX_STRIKES,
    r"up to (\d+) times a second per connection": budgets.CHEERS.amount,
    r"the newest (\d+) lines": LINES_KEPT,
    r"only the newest (\d+) lines are kept": LINES_KEPT,
    r"kind, item, text, price\}\]\} +the newest (\d+)": NOTICES_KEPT,
    r"interrupted for (\d+) hours ends by itself": budgets.INTERRUPTED.amount / 60,
    r"live for (\d+) minutes without a picture": budgets.UNSEEN.amount,
    r"Keys are remembered for (\d+) hours": KEY_LIFE_MS / HOUR_MS,
    r"HTTP together: (\d+) a second": _rate(Settings.model_fields["command_limit"].default),
    r"(\d+) items \(`too_many_items`\)": MAX_ITEMS,
    r"are (\d+) MiB together \(`run_too_large`": MAX_RUN_BYTES >> 20,
    r"(\d+ \d+) people in one waitlist \(`waitlist_full`\)": claims.MAX_WAITING,
    r"`item`, `quantity`\? \(1.(\d+)\)": MAX_QUANTITY,
}
WORDS = {"two": 2}


def _number(text: str) -> int:
    return WORDS.get(text) or int(text.replace(" ", ""))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_limit_is_documented_as_it_is(sentence: str) -> None:
    found = re.findall(sentence, " ".join(document().split()))
    assert found, "PROTOCOL.md does not say it any more"
    assert {_number(text) for text in found} == {SENTENCES[sentence]}


def test_the_head_comes_as_often_as_documented() -> None:
    [seconds] = re.findall(r"at least every (\d+) s", document())
    # One that is late once is not missed.
    assert int(seconds) / 2 >= namespace.HEARTBEAT_SECONDS
