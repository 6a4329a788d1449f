"""A whole show in real browsers: a camera, viewers, a race for one piece, money, moderation."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.people import go_live
from tests.stage import Stage
from tests.support import eventually, seconds

pytestmark = [pytest.mark.slow, pytest.mark.video]

# What the decoder has produced, read from the pictures and the sound themselves.
PICTURE = """(element) => {
  const video = element instanceof HTMLVideoElement ? element : element.querySelector("video");
  if (!video || !video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 64; canvas.height = 64;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 64, 64);
  const data = context.getImageData(0, 0, 64, 64).data;
  let lit = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] > 60) lit++;
  return lit > 200 ? Array.from(data).join() : null;
}"""
LOUDNESS = """async (element) => {
  const video = element instanceof HTMLVideoElement ? element : element.querySelector("video");
  const stream = video?.srcObject;
  if (!stream || stream.getAudioTracks().length === 0) return 0;
  const audio = new AudioContext();
  await audio.resume();
  const meter = audio.createAnalyser();
  meter.fftSize = 2048;
  audio.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  let loudest = 0;
  // Chromium's fake microphone beeps once a second.
  for (let turn = 0; turn < 60 && loudest < 0.01; turn++) {
    await new Promise((done) => setTimeout(done, 50));
    meter.getFloatTimeDomainData(samples);
    for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  }
  await audio.close();
  return loudest;
}"""

# All pages of a test run on one clock: they can agree on an instant.
CLICK_AT = """(button, at) => new Promise((done) => setTimeout(() => {
  button.click();
  done();
}, at - Date.now()))"""


async def picture(page: Page) -> str | None:
    found: str | None = await page.locator("video").first.evaluate(PICTURE)
    return found


async def sees_moving_pictures(page: Page) -> None:
    """Wait for two decoded pictures that differ."""
    first = await eventually(lambda: picture(page), within=30, every=0.2, what="a picture")

    async def another() -> bool:
        now = await picture(page)
        return now is not None and now != first

    await eventually(another, within=20, every=0.2, what="another picture")


async def hears_sound(page: Page) -> None:
    async def loud() -> bool:
        return float(await page.locator("video").first.evaluate(LOUDNESS)) >= 0.01

    await eventually(loud, within=30, every=0.1, what="sound")


async def click_together(*pages: Page) -> None:
    """Click the claim buttons that the pages show now, at the same instant.

    The buttons are looked up before: once the first claim is in, the others are about to go.
    """
    buttons = [await page.get_by_test_id("claim").first.element_handle() for page in pages]
    at = await pages[0].evaluate("Date.now() + 500")
    await asyncio.gather(*(button.evaluate(CLICK_AT, at) for button in buttons))


async def claim_result(page: Page) -> str | None:
    shown = page.get_by_test_id("claim-result")
    await shown.wait_for()
    return await shown.get_attribute("data-kind")


def card(title: str, page: Page) -> Any:
    return page.get_by_test_id("pinned-item").filter(has_text=title)


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("chat-input").fill(text)
    await page.get_by_test_id("chat-send").click()


async def pay(page: Page, card_name: str) -> None:
    await page.get_by_test_id(f"test-card-{card_name}").click()
    await page.get_by_test_id("pay").click()


async def write_address(page: Page) -> None:
    await page.get_by_test_id("address-country").select_option("US")
    for field, text in {
        "name": "Ada Buyer",
        "line1": "1 Main Street",
        "city": "Springfield",
        "region": "NY",
        "postcode": "12345",
    }.items():
        await page.get_by_test_id(f"address-{field}").fill(text)


async def test_a_show_from_camera_to_payment(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    item = await stage.item(title="Camel coat", price=14800, shipping={"flat": 895})
    await stage.server.account("mod")
    await stage.command("staff", user="mod", role="moderator")
    show = f"/shows/{stage.show}"

    # The host goes live from the studio with a (fake) camera.
    studio = await enter("host", f"{show}/studio", "desktop")
    await go_live(studio)
    await expect(studio.get_by_test_id("pause")).to_be_visible()
    await studio.get_by_test_id("pin").first.click()

    # Two viewers, one on a phone and one on a desktop, see and hear.
    ann = await enter("ann", show, "phone")
    bob = await enter("bob", show, "desktop")
    for viewer in (ann, bob):
        await sees_moving_pictures(viewer)
        await hears_sound(viewer)

    # They talk to one another and to the host.
    await say(ann, "hello @bob, is it wool?")
    await expect(bob.get_by_test_id("chat-line").last).to_contain_text("is it wool?")
    await expect(studio.get_by_test_id("chat-line").last).to_contain_text("is it wool?")
    await say(studio, "all wool")
    await expect(ann.get_by_test_id("chat-line").last).to_contain_text("all wool")

    # Both want the only one.
    for viewer in (ann, bob):
        await expect(card("Camel coat", viewer)).to_be_visible()
    await click_together(ann, bob)
    results = {"ann": await claim_result(ann), "bob": await claim_result(bob)}
    assert sorted(results.values(), key=str) == ["waits", "won"], results
    people = {"ann": ann, "bob": bob}
    first, second = sorted(results, key=lambda name: results[name] != "won")
    winner, loser = people[first], people[second]
    await expect(winner.get_by_test_id("hold-countdown").first).to_be_visible()
    state = (await stage.fresh())["state"]["items"][0]
    assert [hold["user"]["handle"] for hold in state["holds"]] == [first]
    assert state["waiting"] == 1

    # The winner lets go; the other is next, is told, and pays.
    await winner.get_by_test_id("result-close").click()
    await winner.get_by_test_id("my-holds-open").click()
    await winner.get_by_test_id("release").click()
    await winner.get_by_test_id("release").click()
    await winner.keyboard.press("Escape")
    await expect(loser.get_by_test_id("hold-countdown").first).to_be_visible()
    await expect(loser.get_by_test_id("claim-result")).to_have_attribute("data-kind", "won")
    await loser.goto(f"/cart?show={stage.show}")
    await write_address(loser)
    await loser.get_by_test_id("checkout").click()
    await pay(loser, "declined")
    await expect(loser.get_by_test_id("payment-error")).to_be_visible()
    await pay(loser, "challenge")
    await loser.get_by_test_id("challenge-code").fill("123456")
    await loser.get_by_test_id("challenge-send").click()
    await expect(loser.get_by_test_id("outcome")).to_have_class("outcome won")
    await expect(winner.get_by_test_id("chat-line").last).to_contain_text(second)
    state = (await stage.fresh())["state"]["items"][0]
    assert state["id"] == item
    assert (state["sold_out"], state["variants"][0]["sold"]) == (True, 1)
    orders = await stage.server.get("/api/orders?as=seller", by=stage.host)
    assert [order["total"] for order in orders["items"]] == [14800 + 895]

    # They watch on. A moderator mutes Ann from her message, and undoes it.
    await loser.goto(show)
    mod = await enter("mod", show, "phone")
    line = mod.get_by_test_id("chat-line").filter(has_text="is it wool?")
    await line.get_by_test_id("chat-line-act").click()
    await mod.locator('[data-testid="mod-mute"][data-seconds="300"]').click()
    await expect(ann.get_by_test_id("chat-muted")).to_contain_text("You are muted until")
    await mod.get_by_test_id("toast-action").click()
    await expect(ann.get_by_test_id("chat-muted")).to_be_hidden()
    await say(ann, "thank you")
    await expect(mod.get_by_test_id("chat-line").last).to_contain_text("thank you")

    # The camera goes away: everybody is told, and nobody has to reload when it is back.
    await studio.close(run_before_unload=False)
    await expect(ann.get_by_test_id("stage-interrupted")).to_be_visible()
    studio = await enter("host", f"{show}/studio", "desktop")
    await go_live(studio)
    await expect(ann.get_by_test_id("stage-interrupted")).to_be_hidden()
    await sees_moving_pictures(ann)

    # The end.
    await studio.get_by_test_id("end").click()
    await studio.get_by_test_id("end-confirm").click()
    await expect(ann.get_by_test_id("stage-ended")).to_be_visible()
