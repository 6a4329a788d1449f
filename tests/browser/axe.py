"""axe-core (MPL-2.0, from axe-playwright-python) on a page: what WCAG 2.2 AA forbids.

It is put in over the debugging protocol, which the pages' security policy does not concern.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_LOAD = Axe().axe_script
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async (options) => {
  // What changes its colours has them after a frame and the transitions that begin in it.
  await new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
  const ends = (animation) => animation.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map((each) => each.finished));
  // WCAG 2.5.3 (label in name), which axe does not look for by itself.
  const rules = { "label-content-name-mismatch": { enabled: options.runOnly.type === "tag" } };
  const wanted = { resultTypes: ["violations"], rules, ...options };
  const { violations } = await axe.run(document, wanted);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.flat().join(" ")}: `
      + `${node.failureSummary.split("\\n").slice(1, 3).join(" ")} ${node.html.slice(0, 120)}`));
}"""


async def violations(page: Page, *, only: list[str] | None = None) -> list[str]:
    """What is wrong with the page as it stands, a line each; ``only``: these rules of axe."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_LOAD)
    run: dict[str, Any] = (
        {"type": "rule", "values": only} if only else {"type": "tag", "values": _TAGS}
    )
    found: list[str] = await page.evaluate(_RUN, {"runOnly": run})
    return found
