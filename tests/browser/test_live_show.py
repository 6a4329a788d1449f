"""A whole show in real browsers: a camera, viewers, a race for one piece, money, moderation."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.stage import Stage
from tests.support import eventually, seconds

pytestmark = pytest.mark.slow

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


def card(title: str, page: Page) -> Any:
    return page.get_by_test_id("pinned-item").filter(has_text=title)


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("chat-input").fill(text)
    await page.get_by_test_id("chat-send").click()


async def pay(page: Page, card_name: str) -> None:
    await page.get_by_test_id(f"test-card-{card_name}").click()
    await page.get_by_test_id("pay").click()


async def write_address(page: Page) -> None:
    for field, text in {
        "name": "Ada Buyer",
        "line1": "1 Main Street",
        "city": "Springfield",
        "postcode": "12345",
    }.items():
        await page.get_by_test_id(f"address-{field}").fill(text)
    await page.get_by_test_id("address-country").select_option("US")


async def test_a_show_from_camera_to_payment(stage: Stage, enter: Enter) -> None:
    expect.set_options(timeout=seconds(20) * 1000)
    item = await stage.item(title="Camel coat", price=14800, shipping={"flat": 895})
    await stage.server.account("mod")
    await stage.command("staff", user="mod", role="moderator")
    show = f"/shows/{stage.show}"

    # The host goes live from the studio with a (fake) camera.
    studio = await enter("host", f"{show}/studio", "desktop")
    await studio.get_by_test_id("go-live").click()
    await expect(studio.get_by_test_id("stream-health")).to_be_visible()
    await expect(studio.get_by_test_id("pause")).to_be_visible()
    await studio.get_by_test_id("pin").first.click()

    # Two viewers, one on a phone and one on a desktop, see and hear.
    ann = await enter("ann", show, "phone")
    bob = await enter("bob", show, "desktop")
    for viewer in (ann, bob):
        await sees_moving_pictures(viewer)
    await hears_sound(ann)

    # They talk to one another and to the host.
    await say(ann, "hello @bob, is it wool?")
    await expect(bob.get_by_test_id("chat-line").last).to_contain_text("is it wool?")
    await expect(studio.get_by_test_id("chat-line").last).to_contain_text("is it wool?")
    await say(studio, "all wool")
    await expect(ann.get_by_test_id("chat-line").last).to_contain_text("all wool")

    # Both want the only one.
    await expect(card("Camel coat", ann)).to_be_visible()
    claim_ann, claim_bob = ann.get_by_test_id("claim").first, bob.get_by_test_id("claim").first
    await claim_ann.wait_for()
    await claim_bob.wait_for()
    await claim_ann.click()
    await expect(ann.get_by_test_id("claim-result")).to_have_attribute("data-kind", "won")
    join = bob.get_by_role("button", name="waitlist").first
    await join.click()
    await expect(bob.get_by_test_id("claim-result")).to_have_attribute("data-kind", "waits")
    await expect(ann.get_by_test_id("hold-countdown").first).to_be_visible()
    state = (await stage.fresh())["state"]["items"][0]
    assert (state["holds"][0]["user"]["handle"], state["waiting"]) == ("ann", 1)

    # Ann lets go; Bob is next, is told, and pays.
    await ann.get_by_test_id("result-close").click()
    await ann.get_by_test_id("my-holds-open").click()
    await ann.get_by_test_id("release").click()
    await ann.keyboard.press("Escape")
    await expect(bob.get_by_test_id("hold-countdown").first).to_be_visible()
    await expect(bob.get_by_test_id("claim-result")).to_have_attribute("data-kind", "won")
    await bob.goto(f"/cart?show={stage.show}")
    await write_address(bob)
    await bob.get_by_test_id("checkout").click()
    await pay(bob, "declined")
    await expect(bob.get_by_test_id("payment-error")).to_be_visible()
    await pay(bob, "challenge")
    await bob.get_by_test_id("challenge-code").fill("123456")
    await bob.get_by_test_id("challenge-send").click()
    await expect(bob.get_by_test_id("outcome")).to_have_class("outcome won")
    await expect(ann.get_by_test_id("chat-line").last).to_contain_text("bob")
    state = (await stage.fresh())["state"]["items"][0]
    assert state["id"] == item
    assert (state["sold_out"], state["variants"][0]["sold"]) == (True, 1)
    orders = await stage.server.get("/api/orders?as=seller", by=stage.host)
    assert [order["total"] for order in orders["items"]] == [14800 + 895]

    # A moderator mutes Ann from her message, and undoes it.
    mod = await enter("mod", show, "phone")
    line = mod.get_by_test_id("chat-line").filter(has_text="is it wool?")
    await line.get_by_test_id("chat-line-act").click()
    await mod.locator('[data-testid="mod-mute"][data-seconds="300"]').click()
    await expect(ann.get_by_test_id("chat-input")).to_be_hidden()
    await expect(ann.get_by_text("You are muted until")).to_be_visible()
    await mod.get_by_test_id("toast-action").click()
    await expect(ann.get_by_test_id("chat-input")).to_be_visible()
    await say(ann, "thank you")
    await expect(mod.get_by_test_id("chat-line").last).to_contain_text("thank you")

    # The camera goes away: everybody is told, and nobody has to reload when it is back.
    await studio.close(run_before_unload=False)
    await expect(ann.get_by_test_id("stage-interrupted")).to_be_visible()
    studio = await enter("host", f"{show}/studio", "desktop")
    await studio.get_by_test_id("go-live").click()
    await expect(ann.get_by_test_id("stage-interrupted")).to_be_hidden()
    await sees_moving_pictures(ann)

    # The end.
    await studio.get_by_test_id("end").click()
    await studio.get_by_test_id("end-confirm").click()
    await expect(ann.get_by_test_id("stage-ended")).to_be_visible()
