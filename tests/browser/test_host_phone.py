"""A host with a phone: never on air unseen, and told what happens whatever they look at."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from liveshow.settings import Settings
from tests.browser.conftest import Enter
from tests.browser.people import go_live
from tests.stage import Stage
from tests.support import seconds

pytestmark = pytest.mark.video

# What the page sounds and shakes, as the browser was asked for it.
LISTEN = """
window.sounded = 0;
window.shaken = 0;
const Tone = OscillatorNode;
window.OscillatorNode = function (...given) {
  window.sounded += 1;
  return new Tone(...given);
};
Navigator.prototype.vibrate = () => (window.shaken += 1);
"""


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=seconds(20) * 1000)


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update=getattr(request, "param", {}))


async def status(stage: Stage) -> str:
    return str((await stage.fresh(stage.host))["state"]["show"]["status"])


async def test_the_first_tap_shows_the_host_what_viewers_will_see(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 56: with the camera off, "Go live" shows the picture and asks before it goes out.

    An empty rail is asked about, too. Coming back into a show that is on is no different.
    """
    studio = await enter("host", f"/shows/{stage.show}/studio")
    start = studio.get_by_test_id("go-live")
    await start.click()
    await expect(studio.get_by_test_id("not-on-air")).to_be_visible()
    await expect(start).to_have_text("Go live now")
    assert await studio.get_by_test_id("preview").evaluate("(v) => v.readyState") >= 2
    assert await status(stage) == "draft"

    # Nothing to sell: that is asked, and leads to where items are added.
    await start.click()
    await studio.get_by_test_id("fill-first").click()
    await expect(studio.get_by_role("heading", name="Add to the show")).to_be_visible()
    assert await status(stage) == "draft"
    await studio.keyboard.press("Escape")
    await stage.item()
    await expect(studio.get_by_test_id("run-item")).to_be_visible()
    await start.click()
    await expect(studio.get_by_test_id("pause")).to_be_visible()
    await expect(studio.get_by_test_id("not-on-air")).to_be_hidden()
    assert await status(stage) == "live"

    # A second window is on air for none but its owner, until it is told to take over.
    other = await enter("host", f"/shows/{stage.show}/studio")
    await other.get_by_test_id("takeover").click()
    await expect(other.get_by_test_id("not-on-air")).to_be_visible()
    await expect(studio.get_by_test_id("stream-health")).to_be_visible()
    assert stage.parts.relay.live(stage.show)


async def one_line(page: Page) -> None:
    """Each button of the broadcast is one line of words, and all are within the screen."""
    buttons = page.locator("ls-broadcast .controls button")
    boxes = [await button.bounding_box() for button in await buttons.all()]
    size = page.viewport_size
    assert size
    for box in boxes:
        assert box
        assert box["height"] < 60
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]


async def test_the_buttons_of_a_show_that_is_on_fit_a_phone_either_way(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 57: "Broadcast" does not wrap; in landscape Pause and the tabs are in sight."""
    await stage.item(title="Camel coat")
    await stage.command("start")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await expect(studio.get_by_test_id("pause")).to_be_visible()
    await one_line(studio)
    await studio.set_viewport_size({"width": 844, "height": 390})
    await one_line(studio)
    for name in ("tab-run", "tab-chat"):
        box = await studio.get_by_test_id(name).bounding_box()
        assert box
        assert box["y"] + box["height"] <= 390
    await studio.get_by_test_id("tab-chat").click()
    composer = await studio.get_by_test_id("chat-input").bounding_box()
    assert composer
    assert composer["y"] + composer["height"] <= 390


async def test_a_host_on_another_tab_hears_of_a_mention_and_a_claim(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 57: a badge, a toast, a sound that can be turned off, and vibration."""
    coat = await stage.item(title="Camel coat", quantity=3)
    await stage.command("start")
    buyer = await stage.server.account("buyer")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await studio.context.add_init_script(LISTEN)
    await studio.reload()
    await expect(studio.get_by_test_id("tab-sales")).to_be_visible()

    # On the items: a mention. The badge goes when the chat is read.
    await stage.command("chat", by=buyer, text="@host is it wool?")
    toast = studio.get_by_test_id("toast")
    await expect(toast).to_contain_text("@buyer: @host is it wool?")
    chat = studio.get_by_test_id("tab-chat")
    await expect(chat.get_by_test_id("fresh")).to_have_text("1 new")
    assert await studio.evaluate("[window.sounded > 0, window.shaken]") == [True, 1]
    await toast.get_by_test_id("toast-action").click()
    await expect(studio.get_by_test_id("chat-line").last).to_contain_text("is it wool?")
    await expect(chat.get_by_test_id("fresh")).to_be_hidden()

    # What is said to nobody in particular is not told.
    await studio.get_by_test_id("tab-sales").click()
    await studio.get_by_test_id("alerts-sound").click()
    sounded = await studio.evaluate("window.sounded")
    await stage.command("chat", by=buyer, text="hello all")
    await stage.command("claim", by=buyer, item=coat)
    await expect(toast.last).to_contain_text("@buyer claimed #1 Camel coat.")
    await expect(studio.get_by_test_id("tab-run").get_by_test_id("fresh")).to_have_text("1 new")
    await expect(chat.get_by_test_id("fresh")).to_be_hidden()
    assert await studio.evaluate("window.sounded") == sounded
    await studio.reload()
    switch = studio.get_by_test_id("alerts-sound")
    await expect(switch).to_have_attribute("data-on", "false")


async def test_many_claims_at_once_are_told_together(stage: Stage, enter: Enter) -> None:
    """faults.md 57: a rush does not bury the host in toasts."""
    coat = await stage.item(title="Camel coat", quantity=8)
    await stage.command("start")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await studio.get_by_test_id("tab-chat").click()
    await studio.get_by_test_id("tab-sales").click()
    for seat in await stage.crowd(6):
        await seat.do("claim", item=coat)
    await expect(studio.get_by_test_id("tab-run").get_by_test_id("fresh")).to_have_text("6 new")
    toasts = studio.get_by_test_id("toast")
    await expect(toasts.filter(has_text="more claims")).to_have_count(1)
    assert await toasts.count() <= 3


async def test_a_piece_is_listed_on_air_with_the_camera_that_is_on(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 58: photo, title, price and sizes go into the show, and on screen, from the studio.

    The closet is empty; the page is never left and the broadcast goes on.
    """
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await go_live(studio, empty=True)
    await expect(studio.get_by_test_id("pause")).to_be_visible()
    sent = await studio.get_by_test_id("preview").evaluate("(v) => v.srcObject.id")
    await studio.get_by_test_id("add-open").click()
    await studio.get_by_test_id("list-new").click()
    await studio.get_by_test_id("photo-snap").click()
    await expect(studio.get_by_test_id("photo")).to_have_count(1)
    await studio.get_by_test_id("photo-snap").click()
    await expect(studio.get_by_test_id("photo")).to_have_count(2)
    await studio.get_by_test_id("listing-title").fill("Silk shirt")
    await studio.get_by_test_id("listing-price").fill("45")
    await studio.get_by_test_id("shipping-kind").select_option("free")
    await studio.get_by_test_id("variant-add").click()
    await studio.get_by_test_id("variant-size").fill("M")
    await studio.get_by_test_id("variant-quantity").fill("2")
    await studio.get_by_test_id("list-pin").check()
    await studio.get_by_test_id("listing-save").click()
    await expect(studio.get_by_test_id("toast")).to_contain_text("#1 Silk shirt is in the show.")
    await expect(studio.locator('[data-testid="run-item"][data-pinned]')).to_have_count(1)
    state = (await stage.fresh(stage.host))["state"]
    [item] = state["items"]
    assert (item["title"], item["price"], len(item["photos"])) == ("Silk shirt", 4500, 2)
    assert [(v["label"], v["quantity"]) for v in item["variants"]] == [("M", 2)]
    assert state["pinned"] == item["id"]
    # As large as the camera's picture, not as its preview.
    assert item["photos"][0]["width"] >= 640
    assert await studio.get_by_test_id("preview").evaluate("(v) => v.srcObject.id") == sent
    await expect(studio.get_by_test_id("stream-health")).to_be_visible()


# Chromium without a screen has nothing to keep on: what the page asks for is written down.
SCREEN = """
window.locks = [];
navigator.wakeLock.request = async (type) => {
  if (document.hidden) throw new DOMException("hidden", "NotAllowedError");
  const lock = { type, released: false, release: async () => void (lock.released = true) };
  window.locks.push(lock);
  return lock;
};
window.held = () => window.locks.filter((lock) => !lock.released).length;
window.hide = (hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  // As browsers do it: the lock of a hidden page is gone.
  if (hidden) for (const lock of window.locks) lock.released = true;
  document.dispatchEvent(new Event("visibilitychange"));
};
"""


async def test_the_screen_stays_on_while_the_camera_is_and_after_looking_elsewhere(
    stage: Stage, enter: Enter
) -> None:
    """membrane_videoroom#28: a phone that goes to sleep takes the broadcast along.

    The browser ends the lock when the page is hidden; it is taken again when the page is back.
    """
    studio = await enter("host", "/")
    await studio.add_init_script(SCREEN)
    await studio.goto(f"/shows/{stage.show}/studio")
    await studio.get_by_test_id("camera-on").click()
    await expect(studio.get_by_test_id("not-on-air")).to_be_visible()
    await studio.wait_for_function("() => held() === 1")

    await studio.evaluate("hide(true)")
    assert await studio.evaluate("held()") == 0
    await studio.evaluate("hide(false)")
    await studio.wait_for_function("() => held() === 1")

    # Turned off, it may sleep; coming back changes nothing.
    await studio.get_by_test_id("devices").click()
    await studio.get_by_role("button", name="Turn the camera off").click()
    await studio.wait_for_function("() => held() === 0")
    await studio.evaluate("hide(true); hide(false)")
    assert await studio.evaluate("held()") == 0
    assert {"screen"} == set(await studio.evaluate("locks.map((lock) => lock.type)"))


async def test_a_camera_that_stops_while_on_air_is_told_and_comes_back(
    stage: Stage, enter: Enter
) -> None:
    """100mslive/web-sdks#3728: a call or a pulled plug takes the camera, and "Looks good" remained.

    A browser says it of the track alone; the stream goes on with its last picture.
    """
    await stage.item()
    studio = await enter("host", f"/shows/{stage.show}/studio")
    await go_live(studio)
    told = studio.get_by_test_id("capture-stopped")
    await expect(told).to_be_hidden()

    # An interruption that ends by itself: both are said of the track.
    hold = """(muted) => {
      const { stream } = document.querySelector("ls-studio-page").renderRoot
        .querySelector("ls-broadcast").sending.capture;
      const [track] = stream.getAudioTracks();
      Object.defineProperty(track, "muted", { configurable: true, value: muted });
      track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
    }"""
    await studio.evaluate(hold, True)
    await expect(told).to_contain_text("The microphone has stopped")
    await studio.evaluate(hold, False)
    await expect(told).to_be_hidden()

    # The plug is pulled. Browsers tell nobody of a track that its page ended itself.
    await studio.evaluate("""() => {
      const { stream } = document.querySelector("ls-studio-page").renderRoot
        .querySelector("ls-broadcast").sending.capture;
      const [track] = stream.getVideoTracks();
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }""")
    await expect(told).to_contain_text("The camera has stopped")
    await expect(studio.get_by_test_id("stream-health")).to_be_hidden()
    await studio.get_by_test_id("capture-again").click()
    await expect(told).to_be_hidden()
    await expect(studio.get_by_test_id("stream-health")).to_be_visible()
    assert stage.parts.relay.live(stage.show)


@pytest.mark.parametrize("settings", [{"max_unseen_minutes": 3}], indirect=True)
async def test_a_host_without_a_picture_sees_when_the_show_ends_by_itself(
    stage: Stage, enter: Enter
) -> None:
    """faults.md 8: it ended after half an hour without a word before. Viewers are not told."""
    await stage.item(title="Camel coat")
    await stage.command("start")
    studio = await enter("host", f"/shows/{stage.show}/studio")
    ends = studio.get_by_test_id("ends-by-itself")
    await expect(ends).to_contain_text("Viewers see no picture. The show ends by itself in")
    await expect(ends).to_contain_text("Turn on the camera and tap “Broadcast”, or use OBS.")
    # Little time is left: whoever looks at something else is told, too.
    toast = studio.get_by_test_id("toast").filter(has_text="The show ends by itself in")
    await expect(toast).to_be_visible()
    left = studio.locator("ls-ends-by-itself ls-countdown")
    await expect(left).to_have_text(re.compile(r"[0-2]:[0-5][0-9]"))
    await one_line(studio)
    viewer = await enter("viewer", f"/shows/{stage.show}")
    await expect(viewer.get_by_test_id("live-badge")).to_be_visible()
    await expect(viewer.get_by_text("ends by itself")).to_have_count(0)

    await studio.get_by_test_id("camera-on").click()
    await expect(ends).to_contain_text("Tap “Broadcast”.")
    await studio.get_by_test_id("go-live").click()
    await expect(ends).to_be_hidden()
    await studio.get_by_test_id("pause").click()
    await expect(ends).to_contain_text(
        "Paused. The show ends by itself in 6 hours. Resume when you are ready."
    )
    await studio.get_by_test_id("resume").click()
    await expect(ends).to_be_hidden()
