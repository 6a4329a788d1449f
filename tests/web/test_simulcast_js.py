"""Which layers a camera is sent in, and what happens where nobody knows layers.

The real module runs in a real Chromium; older browsers are this one with less of it.
"""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

LAYERS = """
async ([size, simulcast]) => {
  const { encodingsFor } = await import("/web/lib/simulcast.js");
  const layers = encodingsFor({ getSettings: () => size }, 2_500_000, simulcast);
  return layers.map(({ rid = "", scaleResolutionDownBy = 1, maxBitrate, maxFramerate }) =>
    [rid, scaleResolutionDownBy, maxBitrate, maxFramerate]);
}
"""
Q, H = ["q", 4, 130_000, 30], ["h", 2, 450_000, 30]
F, ONE = ["f", 1, 2_500_000, 30], ["", 1, 2_500_000, 30]

# What it `knows`: scalability modes, and layers; without them it throws or takes the first.
OLD_BROWSER = """
async (knows) => {
  const { addVideo, encodingsFor } = await import("/web/lib/simulcast.js");
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  canvas.getContext("2d");
  const stream = canvas.captureStream();
  const [track] = stream.getVideoTracks();
  const pc = new RTCPeerConnection();
  const real = pc.addTransceiver.bind(pc);
  pc.addTransceiver = (what, options) => {
    const layers = options.sendEncodings ?? [];
    if (!knows.modes && layers.some((l) => l.scalabilityMode)) throw new TypeError("modes");
    if (knows.layers === "throws" && layers.length > 1) throw new TypeError("layers");
    if (knows.layers === "first") options = { ...options, sendEncodings: layers.slice(0, 1) };
    return real(what, options);
  };
  const { sender } = addVideo(pc, track, stream, encodingsFor(track, 2_500_000, true));
  await new Promise((done) => setTimeout(done));  // setParameters is one task away
  const found = sender.getParameters().encodings;
  pc.close();
  return {
    rids: found.map((l) => l.rid ?? ""),
    scales: found.map((l) => l.scaleResolutionDownBy),
    modes: found.map((l) => l.scalabilityMode ?? ""),
    best: found[found.length - 1].maxBitrate,
  };
}
"""

FIGURES = """
async () => {
  const { layerStats } = await import("/web/lib/simulcast.js");
  const last = new Map();
  const entry = (rid, at, bytes, more = {}) => ({
    id: `id-${rid}`, rid, timestamp: at, bytesSent: bytes, ...more });
  layerStats([entry("f", 1000, 0), entry("q", 1000, 500), entry("h", 1000, 0)], last);
  return layerStats([
    entry("f", 3000, 500_000, { framesPerSecond: 30 }),
    entry("q", 3000, 25_500),
    entry("h", 3000, 0),
  ], last);
}
"""


async def test_layers_suit_the_camera(page: Page) -> None:
    """Short side first: a phone held upright has the same rows."""
    for size, simulcast, layers in (
        ({"width": 1280, "height": 720}, True, [Q, H, F]),
        ({"width": 1080, "height": 1920}, True, [Q, H, F]),
        ({}, True, [Q, H, F]),
        ({"width": 720, "height": 480}, True, [H, F]),
        ({"width": 480, "height": 640}, True, [H, F]),
        ({"width": 640, "height": 360}, True, [ONE]),
        ({"width": 1280, "height": 720}, False, [ONE]),
    ):
        assert await page.evaluate(LAYERS, [size, simulcast]) == layers, size


async def test_browsers_get_as_much_as_they_know(page: Page) -> None:
    async def with_less(**knows: Any) -> Any:
        return await page.evaluate(OLD_BROWSER, knows)

    three = {"rids": ["q", "h", "f"], "scales": [4, 2, 1], "best": 2_500_000}
    assert await with_less(modes=True) == three | {"modes": ["L1T1"] * 3}
    assert await with_less(modes=False) == three | {"modes": [""] * 3}
    for less in ("throws", "first"):
        one = await with_less(modes=True, layers=less)
        assert (one["scales"], one["best"]) == ([1], 2_500_000), less


async def test_figures_of_layers_are_in_order_and_since_the_last_time(page: Page) -> None:
    layers = await page.evaluate(FIGURES)
    assert [(layer["rid"], layer["bitrate"], layer["active"]) for layer in layers] == [
        ("q", 100_000, True),
        ("h", 0, False),
        ("f", 2_000_000, True),
    ]
