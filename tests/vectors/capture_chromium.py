"""Capture Chromium's offers and RTP: ``python -m tests.vectors.capture_chromium``.

The server side is ICE and DTLS of aiortc with an answer that takes whatever codec is offered,
so that there are packets of codecs that aiortc does not know.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceTransport,
)
from aiortc.sdp import candidate_from_sdp
from playwright.async_api import Page, async_playwright

from liveshow.relay.ports import Answer, AnsweredCodec, AnsweredSection, IceCredentials
from signaling.media.port import Offer, Section
from signaling.media.sdp import format_answer, parse_offer
from tests import support
from tests.vectors import FOLDER, write

SECONDS = 3.0
PACKETS = 20  # kept of each stream
EXTENSIONS = (
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "urn:3gpp:video-orientation",
)
LAYERS = [{"rid": rid, "scaleResolutionDownBy": by} for rid, by in (("f", 4), ("h", 2), ("q", 1))]
SCRIPT = """
async (wanted) => {
  const pc = window.pc = new RTCPeerConnection();
  if (wanted.watch) {
    for (const kind of ["audio", "video"]) pc.addTransceiver(kind, { direction: "recvonly" });
  } else {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: true, video: { width: 640, height: 360, frameRate: 30 } });
    pc.addTransceiver(stream.getAudioTracks()[0], { direction: "sendonly", streams: [stream] });
    const options = { direction: "sendonly", streams: [stream] };
    if (wanted.encodings) options.sendEncodings = wanted.encodings;
    const video = pc.addTransceiver(stream.getVideoTracks()[0], options);
    const all = RTCRtpSender.getCapabilities("video").codecs;
    const name = (codec) => codec.mimeType.split("/")[1];
    if (wanted.codec) video.setCodecPreferences(
      all.filter((codec) => name(codec) === wanted.codec || name(codec) === "rtx"));
  }
  await pc.setLocalDescription();
  await new Promise((done) => {
    pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
    if (pc.iceGatheringState === "complete") done();
  });
  return pc.localDescription.sdp;
}
"""
CAPTURES: dict[str, dict[str, Any]] = {
    "chromium-vp8": {"codec": "VP8"},
    "chromium-vp8-simulcast": {"codec": "VP8", "encodings": LAYERS},
    "chromium-vp8-temporal": {"codec": "VP8", "encodings": [{"scalabilityMode": "L1T3"}]},
    "chromium-h264": {"codec": "H264"},
    "chromium-h264-simulcast": {"codec": "H264", "encodings": LAYERS},
    "chromium-vp9": {"codec": "VP9"},
    "chromium-vp9-layers": {"codec": "VP9", "encodings": [{"scalabilityMode": "L3T3"}]},
    "chromium-vp9-key-layers": {"codec": "VP9", "encodings": [{"scalabilityMode": "L2T3_KEY"}]},
    "chromium-av1": {"codec": "AV1"},
    "chromium-av1-layers": {"codec": "AV1", "encodings": [{"scalabilityMode": "L2T2"}]},
}
OFFERS: dict[str, dict[str, Any]] = {
    "chromium-publisher": {},
    "chromium-simulcast": {"encodings": LAYERS},
    "chromium-viewer": {"watch": True},
}


class Recorder(RTCDtlsTransport):
    """Keeps RTP as it comes out of SRTP."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.packets: list[bytes] = []

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        self.packets.append(data)


def accept(section: Section, tagged: bool) -> AnsweredSection:
    """Take the first codec with its RTX, and all layers."""
    apt = str(section.codecs[0].payload_type)
    return AnsweredSection(
        mid=section.mid,
        kind=section.kind,
        protocol=section.protocol,
        formats=section.formats,
        direction="recvonly",
        bundled=True,
        tagged=tagged,
        codecs=[
            AnsweredCodec(
                codec.payload_type,
                codec.name,
                codec.clock_rate,
                codec.channels,
                codec.parameters,
                [name for name in codec.feedback if name in ("nack", "nack pli", "goog-remb")],
            )
            for codec in section.codecs
            if codec is section.codecs[0] or codec.parameters.get("apt") == apt
        ],
        extensions={u: n for u, n in section.extensions.items() if u in EXTENSIONS},
        rids=section.rids,
    )


async def record(page: Page, text: str) -> tuple[Offer, list[bytes]]:
    """Answer an offer of ``page`` and return what it sends in a few seconds."""
    offer = parse_offer(text)
    gatherer = RTCIceGatherer(iceServers=[])
    await gatherer.gather()
    ice = RTCIceTransport(gatherer)
    dtls = Recorder(ice, [RTCCertificate.generateCertificate()])
    dtls._set_role("server")
    local = gatherer.getLocalParameters()
    fingerprint = dtls.getLocalParameters().fingerprints[0]
    answer = format_answer(
        Answer(
            session_number=secrets.randbits(31),
            ice=IceCredentials(local.usernameFragment, local.password),
            fingerprint=(fingerprint.algorithm, fingerprint.value),
            candidates=[(c.ip, c.port) for c in gatherer.getLocalCandidates()],
            sections=[accept(section, section is offer.sections[0]) for section in offer.sections],
            cname="c",
        )
    )
    for line in text.splitlines():
        if line.startswith("a=candidate:") and " udp " in line and ".local" not in line:
            await ice.addRemoteCandidate(candidate_from_sdp(line.partition(":")[2]))
    await ice.addRemoteCandidate(None)
    await page.evaluate(
        "(sdp) => pc.setRemoteDescription({ type: 'answer', sdp })",
        answer.replace("a=ice-lite\r\n", ""),
    )
    await ice.start(RTCIceParameters(usernameFragment=offer.ufrag, password=offer.password))
    theirs = [RTCDtlsFingerprint(algorithm=a, value=v) for a, v in offer.fingerprints]
    await dtls.start(RTCDtlsParameters(fingerprints=theirs, role="client"))
    await asyncio.sleep(SECONDS)
    await page.evaluate("pc.close()")
    await dtls.stop()
    await ice.stop()
    return offer, dtls.packets


def keep(offer: Offer, packets: list[bytes]) -> dict[str, list[bytes]]:
    """Return the first packets of each kind: audio, and video of each SSRC that is not RTX."""
    types = {section.kind: section.codecs[0].payload_type for section in offer.sections}
    found: dict[str, list[bytes]] = {}
    for kind, payload_type in types.items():
        counts: dict[bytes, int] = {}
        for data in packets:
            if data[1] & 0x7F == payload_type and counts.get(data[8:12], 0) < PACKETS:
                counts[data[8:12]] = counts.get(data[8:12], 0) + 1
                found.setdefault(kind, []).append(data)
    return found


async def main() -> None:
    """Write offers/chromium-*.sdp and rtp/chromium-*.rtp."""
    app = web.Application()
    app.router.add_get("/", lambda _: web.Response(text="<title>x</title>"))
    server = TestServer(app)
    await server.start_server()
    index_file = FOLDER / "rtp/index.json"
    index = json.loads(index_file.read_text()) if index_file.exists() else {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=support.chromium_executable(), args=support.chromium_arguments()
        )
        source = f"Chromium {browser.version}"
        context = await browser.new_context(permissions=["camera", "microphone"])
        for name, wanted in {**OFFERS, **CAPTURES}.items():
            page = await context.new_page()
            await page.goto(str(server.make_url("/")))
            text = await page.evaluate(SCRIPT, wanted)
            if name in OFFERS:
                (FOLDER / f"offers/{name}.sdp").write_text(text, newline="")
            else:
                offer, packets = await record(page, text)
                kept = keep(offer, packets)
                if name != "chromium-vp8":
                    kept.pop("audio", None)
                for kind, some in kept.items():
                    section = next(s for s in offer.sections if s.kind == kind)
                    stream = name if kind == "video" else "chromium-opus"
                    write(FOLDER / f"rtp/{stream}.rtp", some)
                    codec = section.codecs[0].name
                    extensions = accept(section).extensions
                    index[stream] = {"source": source, "codec": codec, "extensions": extensions}
                    print(stream, len(packets), len(some), sum(map(len, some)))
            await page.close()
        await browser.close()
    await server.close()
    index_file.write_text(json.dumps(index, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
