"""What the browser makes of counts that come beside the log."""

from __future__ import annotations

from playwright.async_api import Page

COUNTED = """
async () => {
  const { features } = await import("/web/features/index.js");
  const { shownPoll } = await import("/web/features/polls/state.js");
  const apply = (state, type, at, data) => features.apply(state, { seq: at, at, type, data });
  const count = features.ephemeral.get("poll_votes");
  const start = { show: { id: "s" }, chat: { lines: [] }, poll: null };
  const opened = apply(start, "poll.opened", 1,
    { poll: "p", question: "Red?", options: ["Yes", "No"], until: 60_001 });
  const counted = count(opened, { poll: "p", counts: [1, 2] });
  const of = (state) => state.poll.counts;
  const closed = apply(counted, "poll.closed", 1_000,
    { poll: "p", question: "Red?", counts: [1, 3], result: "No: 75 % of 4 votes." });
  return {
    none: count(start, { poll: "p", counts: [1, 2] }) === start,
    counts: [of(opened), of(counted), of(count(counted, { poll: "other", counts: [9, 9] }))],
    over: [of(closed), of(count(closed, { poll: "p", counts: [1, 2] }))],
    line: closed.chat.lines.map(({ kind, text }) => [kind, text]),
    shown: [null, start, counted, closed].map((state) => shownPoll(state, 60_999) !== null),
    later: [counted, closed].map((state) => shownPoll(state, 61_000) !== null),
  };
}
"""


async def test_counts_are_those_of_the_open_poll_and_the_result_stays_a_minute(page: Page) -> None:
    assert await page.evaluate(COUNTED) == {
        "none": True,
        "counts": [None, [1, 2], [1, 2]],
        "over": [[1, 3], [1, 3]],
        "line": [["poll", "Red? No: 75 % of 4 votes."]],
        "shown": [False, False, True, True],
        "later": [True, False],
    }


SHARES = """
async (all) => {
  const { share } = await import("/web/features/polls/words.js");
  return all.map((counts) => counts.map((_, option) => share(counts, option).percent));
}
"""


async def test_all_and_none_are_said_of_all_and_none_alone(page: Page) -> None:
    """mastodon/mastodon#13006: shares are rounded each by itself, so that the same count has the
    same share, and their sum may be 101. But 199 of 200 votes were "100 %"."""
    polls = [[199, 1, 0], [4, 4, 6], [3, 0], [0, 0], [1, 999]]
    assert await page.evaluate(SHARES, polls) == [
        [99, 1, 0],
        [29, 29, 43],
        [100, 0],
        [0, 0],
        [1, 99],
    ]
