"""Clients from npm in a page of a browser.

``npm ci`` puts the versions of ``package-lock.json`` into a folder for temporary files, where
they stay for the next run; esbuild makes one module of them. Nothing of them is in the
repository. Licences: MIT, and Apache-2.0 for ``@eyevinn/whip-web-client``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from tests.relay.clients.foreign.programs import HERE, program
from tests.support import eventually, seconds

PAGE = """<!doctype html><title>clients</title><video id="v" muted autoplay playsinline></video>
<script type="module">
import * as clients from "/clients.js";
const video = document.getElementById("v");
const camera = () => navigator.mediaDevices.getUserMedia({
  audio: true, video: { width: 320, height: 240, frameRate: 15 } });
const here = () => {
  const pc = window.pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
  pc.addEventListener("track", (event) => { video.srcObject = event.streams[0]; });
  return pc;
};
window.refused = [];  // of requests that a client sent without waiting for the answer
addEventListener("unhandledrejection", (event) => window.refused.push(String(event.reason)));
window.start = {
  medoozeWhip: async (url, token) => {
    const pc = here();
    for (const track of (await camera()).getTracks()) {
      pc.addTransceiver(track, { direction: "sendonly" });
    }
    window.client = new clients.MedoozeWhip();
    await client.publish(pc, url, token);
    window.stop = () => client.stop();
  },
  eyevinnWhip: async (url, token) => {
    window.client = new clients.EyevinnWhip({
      endpoint: url, opts: { authkey: token, iceServers: [], noTrickleIce: false } });
    window.pc = client.peer;
    await client.ingest(await camera());
    window.stop = () => client.destroy();
  },
  medoozeWhep: async (url) => {
    const pc = here();
    pc.addTransceiver("audio", { direction: "recvonly" });
    pc.addTransceiver("video", { direction: "recvonly" });
    window.client = new clients.MedoozeWhep();
    await client.view(pc, url);
    window.stop = () => client.stop();
  },
  eyevinnPlayer: async (url) => {
    window.client = new clients.EyevinnPlayer({ video, type: "whep", iceServers: [] });
    await client.load(new URL(url));
    window.stop = () => client.unload();
  },
};
window.heard = async () => {  // samples of sound that were decoded, not made up
  let samples = 0;
  for (const report of (await (window.pc ?? client.peer).getStats()).values()) {
    if (report.type === "inbound-rtp" && report.kind === "audio") {
      samples += report.totalSamplesReceived - report.concealedSamples;
    }
  }
  return samples;
};
window.ufrag = async () => {  // of the pair of addresses that media takes, as this side named it
  const reports = await (window.pc ?? client.peer).getStats();
  for (const transport of reports.values()) {
    const pair = transport.type === "transport" && reports.get(transport.selectedCandidatePairId);
    if (pair) return reports.get(pair.localCandidateId)?.usernameFragment;
  }
  return null;
};
window.picture = () => {
  if (!video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 64; canvas.height = 48;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 64, 48);
  return Array.from(context.getImageData(0, 0, 64, 48).data).join();
};
window.ready = true;
</script>"""


def clients() -> str:
    """Return the module with all clients; skip without npm, fail in CI."""
    npm = program("npm")
    lock = (HERE / "package-lock.json").read_bytes() + (HERE / "clients.js").read_bytes()
    name = f"liveshow-tests-{os.getuid()}-npm-{hashlib.sha256(lock).hexdigest()[:16]}"
    cache = Path(tempfile.gettempdir()) / name
    if not (cache / "bundle.js").exists():
        with tempfile.TemporaryDirectory(prefix=f"{name}-") as work:
            for file in ("package.json", "package-lock.json", "clients.js"):
                shutil.copy(HERE / file, work)
            quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
            _run(work, npm, "ci", *quiet)
            esbuild = f"{work}/node_modules/.bin/esbuild"
            _run(work, esbuild, "clients.js", "--bundle", "--format=esm", "--outfile=bundle.js")
            cache.mkdir(mode=0o700, exist_ok=True)
            os.replace(f"{work}/bundle.js", cache / "bundle.js")
    return (cache / "bundle.js").read_text()


def _run(folder: str, *command: str) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=seconds(120), check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@asynccontextmanager
async def serve_clients() -> AsyncIterator[str]:
    """Serve a page that has the clients, on an origin of its own; give its address."""
    module = clients()

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def script(_: web.Request) -> web.Response:
        return web.Response(text=module, content_type="text/javascript")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/clients.js", script)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("/"))
    finally:
        await server.close()


async def open_page(chromium: Browser, address: str) -> Page:
    """Open the page with camera and microphone granted."""
    context = await chromium.new_context(permissions=["camera", "microphone"])
    page = await context.new_page()
    await page.goto(address)
    await page.wait_for_function("window.ready")
    return page


async def moving(page: Page, within: float = 20) -> None:
    """Wait until the page shows two different pictures."""
    first: Any = await eventually(
        lambda: page.evaluate("picture()"), within=within, every=0.1, what="a picture"
    )

    async def changed() -> bool:
        return bool(await page.evaluate("picture()") != first)

    await eventually(changed, within=within, every=0.1, what="a moving picture")


async def heard(page: Page, samples: int = 24_000, within: float = 20) -> None:
    """Wait until the page has decoded this many more samples of sound."""
    before = await page.evaluate("heard()")

    async def enough() -> bool:
        return bool(await page.evaluate("heard()") >= before + samples)

    await eventually(enough, within=within, every=0.1, what=f"{samples} samples of sound")


async def restart(page: Page, session: Any) -> None:
    """Restart ICE with whip-whep's client; wait until the new ICE session carries the media."""
    before, tag = session.remote_ufrag, session.etag
    await eventually(lambda: page.evaluate("ufrag()"), what="the first ICE session")
    assert await page.evaluate("ufrag()") == before
    await page.evaluate("client.restart()")
    assert session.remote_ufrag != before
    assert session.etag != tag
    assert await page.evaluate("client.etag") == f'"{session.etag}"'

    async def moved() -> bool:
        return bool(await page.evaluate("ufrag()") == session.remote_ufrag)

    await eventually(moved, within=15, every=0.1, what="the new ICE session")
