"""The server's clock in the browser, whatever the device's clock does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page

WEB = Path(__file__).parents[2] / "web"

# The server's clock is `ahead` of the device's; then the device's is moved by `by` ms.
JUMP = """
async (by) => {
  const { learnClock, serverNow } = await import("/web/lib/time.js");
  const start = performance.now();
  const server = () => 1_800_000_000_000 + performance.now() - start;
  for (let i = 0; i < 12; i++) learnClock(server() - 40);
  const real = Date.now;
  Date.now = () => real() + by;
  const off = () => Math.round(serverNow() - server());
  const at_once = off();
  learnClock(server());
  return [at_once, off()];
}
"""

# The other side's clock is set, or this machine slept: `by` is added to what the server says.
SET = """
async (by) => {
  const { learnClock, serverNow } = await import("/web/lib/time.js");
  const start = performance.now();
  let moved = 0;
  const server = () => 1_800_000_000_000 + performance.now() - start + moved;
  const off = () => Math.round(serverNow() - server());
  for (let i = 0; i < 12; i++) learnClock(server());
  // One that was held up on its way changes nothing.
  learnClock(server() - 9_000);
  const late = off();
  moved = by;
  const seen = [1, 2, 3].map(() => { learnClock(server()); return off(); });
  return [late, seen[2]];
}
"""


@pytest.mark.parametrize("by", [3_600_000, -3_600_000])
async def test_a_jump_of_the_devices_clock_changes_no_countdown(page: Page, by: int) -> None:
    """faults.md 43: with the device's clock an hour ahead a hold was "0:00" for 58 s."""
    at_once, later = await page.evaluate(JUMP, by)
    assert -45 <= at_once <= 0
    assert -5 <= later <= 5


@pytest.mark.parametrize("by", [600_000, -600_000])
async def test_a_jump_of_the_servers_clock_is_followed_within_three_messages(
    page: Page, by: int
) -> None:
    """faults.md 43: a filter that forgot in one direction only."""
    late, followed = await page.evaluate(SET, by)
    assert -5 <= late <= 5
    assert -5 <= followed <= 5


def test_nothing_counts_by_the_clock_of_the_device() -> None:
    """faults.md 43: whatever counts does so by the server's clock."""
    asks = re.compile(r"Date\.now\(|new Date\(\)")
    found = {
        path.relative_to(WEB).as_posix()
        for folder in ("lib", "components", "features", "pages")
        for path in (WEB / folder).rglob("*.js")
        if asks.search(path.read_text())
    }
    # Silence asks whether a phone has slept, during which the even clock may stand still.
    assert found == {"lib/time.js", "lib/silence.js"}


SAID = {
    0: "0 seconds",
    1_000: "1 second",
    59_600: "1 minute",
    299_400: "5 minutes",
    3_569_000: "59 minutes",
    3_599_000: "1 hour",
    3_600_000: "1 hour",
    5_400_000: "1 hour 30 minutes",
    9_000_000: "2 hours 30 minutes",
    86_399_000: "1 day",
    129_600_000: "1 day 12 hours",
    172_799_000: "2 days",
    259_200_000: "3 days",
}


async def test_a_length_of_time_is_rounded_before_its_unit_is_chosen(page: Page) -> None:
    """friendica/friendica#12552: "60 minutes ago" came before "1 hour ago"; an hour and a half
    was "2 hours"."""
    words = """
    async (all) => {
      const { durationText } = await import("/web/lib/time.js");
      return all.map(durationText);
    }
    """
    assert await page.evaluate(words, list(SAID)) == list(SAID.values())


DAYS = """
async ([from, ends]) => {
  const { learnClock, dateTimeText } = await import("/web/lib/time.js");
  const { clockOrDayText, untilText } = await import("/web/lib/when.js");
  const { acts } = await import("/web/features/moderation/words.js");
  learnClock(from);
  const muted = (until) => acts["user.muted"].text({ user: { handle: "ann" }, until });
  return ends.map((until) =>
    [clockOrDayText(until), untilText(until), muted(until), dateTimeText(until)]);
}
"""
MONDAY = 1_796_040_000_000  # 30 November 2026, 12:00 UTC
HOUR = 3_600_000
# Hours from now: when it is, how long that is, and the date.
ENDS = {
    1: ("01:00 PM", "1 hour", "Mon, Nov 30, 01:00 PM"),
    24: ("tomorrow at 12:00 PM", "1 day", "Tue, Dec 1, 12:00 PM"),
    72: ("Thursday at 12:00 PM", "3 days", "Thu, Dec 3, 12:00 PM"),
    -24: ("yesterday at 12:00 PM", "0 seconds", "Sun, Nov 29, 12:00 PM"),
    # A mute may last a year.
    8760: ("Tue, Nov 30, 2027, 12:00 PM", "365 days", "Tue, Nov 30, 2027, 12:00 PM"),
}


async def test_a_time_of_another_day_is_said_with_its_day(page: Page) -> None:
    """vas3k/vas3k.club#878: when a ban ends in three days was said with the time of day alone."""
    said = await page.evaluate(DAYS, [MONDAY, [MONDAY + after * HOUR for after in ENDS]])
    assert said == [
        [when, f"until {when} ({left})", f"muted @ann until {when}", dated]
        for when, left, dated in ENDS.values()
    ]


def test_whoever_says_a_time_of_day_knows_that_it_is_today() -> None:
    """vas3k/vas3k.club#878: the bare time of day is the business of lib/when.js alone."""
    says = {
        path.relative_to(WEB).as_posix()
        for folder in ("lib", "components", "features", "pages")
        for path in (WEB / folder).rglob("*.js")
        if "timeText" in path.read_text()
    }
    assert says == {"lib/time.js", "lib/when.js"}
