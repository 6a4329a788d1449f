"""Networks go away and servers are restarted: the page comes back, nothing is lost."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from liveshow.app import create_app
from liveshow.server import Server
from tests.browser.conftest import Enter
from tests.browser.people import say
from tests.stage import Stage
from tests.support import Account, RunningServer, eventually, seconds

# How a browser tells that a page is looked at again; given the target and the name of the event.
LOOK = "((on, name) => on.dispatchEvent(new PageTransitionEvent(name, {persisted: true})))(%s)"
# A page that was loaded again has forgotten this.
MARK = "() => { window.neverReloaded = true; }"
STATE = """() => {
  const { state, epoch, seq } = document.querySelector("ls-show-page").room;
  return { state, epoch, seq, kept: window.neverReloaded === true };
}"""


async def equals_a_fresh_snapshot(page: Page, stage: Stage, by: Account) -> None:
    """Wait until the page has what somebody who comes now would get, without having reloaded."""
    fresh: Any = None
    shown: Any = None

    async def same() -> bool:
        nonlocal fresh, shown
        fresh, shown = await stage.fresh(by), await page.evaluate(STATE)
        assert shown["kept"], "the page was loaded again"
        return all(fresh[name] == shown[name] for name in ("epoch", "seq", "state"))

    try:
        await eventually(same, within=20, every=0.1)
    except AssertionError:
        assert shown["state"] == fresh["state"]
        raise


async def test_a_page_that_was_offline_catches_up(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    coat = await stage.item(title="Camel coat")
    shirt = await stage.item(title="Silk shirt", quantity=3)
    await stage.command("start")
    await stage.command("pin", item=coat)
    ann, bob = await stage.server.account("ann"), await stage.server.account("bob")
    page = await enter("ann", f"/shows/{stage.show}")
    await page.evaluate(MARK)
    card = page.get_by_test_id("pinned-item")
    await expect(card).to_contain_text("Camel coat")
    lines = page.get_by_test_id("chat-line")

    # Everything goes on without her; what she says has to wait.
    await page.context.set_offline(True)
    await expect(page.get_by_test_id("reconnecting")).to_be_visible()
    await say(page, "can you hear me?")
    await stage.command("reprice", item=shirt, price=990)
    await stage.command("pin", item=shirt)
    await stage.command("claim", by=bob, item=coat)
    for number in range(5):
        await stage.command("chat", by=bob, text=f"line {number}")
    await expect(card).to_contain_text("Camel coat")

    await page.context.set_offline(False)
    await expect(page.get_by_test_id("reconnecting")).to_be_hidden()
    await expect(card).to_contain_text("Silk shirt")
    # It was reduced, and says what it was.
    await expect(card.get_by_test_id("price")).to_contain_text("now $9.90")
    await expect(lines.filter(has_text="can you hear me?")).to_have_count(1)
    await expect(lines.filter(has_text="line ")).to_have_count(5)
    await card.get_by_test_id("claim").click()
    await expect(page.get_by_test_id("claim-result")).to_have_attribute("data-kind", "won")
    await equals_a_fresh_snapshot(page, stage, ann)


async def test_a_page_survives_a_restart_of_the_server(
    running_server: RunningServer, stage: Stage, enter: Enter
) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    coat = await stage.item(title="Camel coat", quantity=2)
    await stage.command("start")
    await stage.command("pin", item=coat)
    ann = await running_server.account("ann")
    page = await enter("ann", f"/shows/{stage.show}")
    studio = await enter("host", f"/shows/{stage.show}/studio", "desktop")
    for looking in (page, studio):
        await looking.evaluate(MARK)
    await page.get_by_test_id("claim").click()
    await expect(page.get_by_test_id("claim-result")).to_have_attribute("data-kind", "won")
    await page.get_by_test_id("result-close").click()
    await say(page, "before")
    await expect(studio.get_by_test_id("chat-line").last).to_contain_text("before")
    before = await page.evaluate(STATE)

    await running_server.stop()
    for looking in (page, studio):
        await expect(looking.get_by_test_id("reconnecting")).to_be_visible()
    await say(page, "is it my phone?")

    async with Server(running_server.settings, create_app) as server:
        running_server.app = server.app
        for looking in (page, studio):
            await expect(looking.get_by_test_id("reconnecting")).to_be_hidden()
        await expect(page.get_by_test_id("my-holds")).to_be_visible()
        for looking in (page, studio):
            said = looking.get_by_test_id("chat-line").filter(has_text="is it my phone?")
            await expect(said).to_have_count(1)
        await say(studio, "we are back")
        await expect(page.get_by_test_id("chat-line").last).to_contain_text("we are back")
        await equals_a_fresh_snapshot(page, stage, ann)
        assert (await page.evaluate(STATE))["epoch"] > before["epoch"]
        # Nobody has to wait for connections that the browsers hold.
        for looking in (page, studio):
            await looking.close(run_before_unload=False)


async def test_a_page_that_stood_still_out_of_sight_comes_back_when_it_is_looked_at(
    stage: Stage, enter: Enter
) -> None:
    """flarum/framework#4590: a phone drops the connection of a hidden page and does not tell it.

    Its timers stand still, too: the page showed what was, for a quarter of a minute and more.
    """
    expect.set_options(timeout=seconds(20) * 1000)
    await stage.command("start")
    page = await enter("ann", f"/shows/{stage.show}")
    await page.wait_for_function(
        "() => document.querySelector('ls-show-page')?.room?.status === 'open'"
    )
    await page.evaluate("""() => {
      const { room } = document.querySelector("ls-show-page");
      window.opened = 0;
      room.socket.on("connect", () => (window.opened += 1));
    }""")
    # Looked at again after a moment: the connection is kept.
    for event in ("document, 'visibilitychange'", "window, 'pageshow'"):
        await page.evaluate(LOOK % event)
    assert await page.evaluate("document.querySelector('ls-show-page').room.socket.connected")

    # After an hour, both ways in which browsers tell it.
    for hours, event in enumerate(("document, 'visibilitychange'", "window, 'pageshow'"), 1):
        # At once: no head that would come now may be taken for what was heard all the time.
        await page.evaluate(f"""() => {{
          const now = Date.now();
          Date.now = () => now + {hours} * 3_600_000;
          {LOOK % event};
        }}""")
        await page.wait_for_function(f"() => window.opened === {hours}")
    await page.evaluate(MARK)
    await stage.command("chat", text="who is still here?")
    await equals_a_fresh_snapshot(page, stage, await stage.server.account("ann"))
