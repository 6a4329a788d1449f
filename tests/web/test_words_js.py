"""The pages have words for whatever the server may say in a show."""

from __future__ import annotations

from playwright.async_api import Page

from liveshow.domain.features import MACHINE
from tests.domain.kinds import line_kinds, notice_kinds

WORDS = """
async () => {
  const { features } = await import("/web/features/index.js");
  const all = (part) => features.all.flatMap((feature) => Object.entries(feature[part] ?? {}));
  const names = (part) => all(part).map(([name]) => name).sort();
  return {
    lines: names("lines"),
    notices: names("notices"),
    acts: names("acts"),
    undo: all("acts").filter(([, act]) => act.undo).map(([type]) => type).sort(),
  };
}
"""

# What people say is shown as they say it.
SAID = {"message", "announced"}


async def test_lines_notices_and_acts_are_worded_and_undone_where_the_server_can(
    page: Page,
) -> None:
    words = await page.evaluate(WORDS)
    kinds = MACHINE.events.values()
    assert words["acts"] == sorted(kind.type for kind in kinds if kind.audited)
    assert words["undo"] == sorted(kind.type for kind in kinds if kind.undoable)
    assert set(words["lines"]) | SAID == line_kinds() | SAID
    assert set(words["notices"]) <= notice_kinds()
