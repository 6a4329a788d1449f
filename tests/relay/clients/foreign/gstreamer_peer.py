"""GStreamer's webrtcbin over WHIP or WHEP.

    gstreamer_peer.py publish|watch URL TOKEN VP8|H264 any|tcp

Run by the system's Python, which has the bindings that Debian packages (python3-gi): nothing
but those and the standard library is imported here. It offers at once and without candidates,
sends those in ``PATCH``es as they are found (RFC 9725 §4.3.2), and says on stdout what it
sees, a JSON object a line:

    {"location": …, "etag": …}       the session was made
    {"patched": status}              candidates were sent
    {"state": …}                     of the peer connection
    {"kind": "video", "frames": n}   decoded so far

Ends with a ``DELETE`` when its input is closed.
"""

from __future__ import annotations

import json
import sys
import threading
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urljoin

import gi  # type: ignore[import-not-found,unused-ignore]

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import (  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
    GLib,
    Gst,
    GstSdp,
    GstWebRTC,
)

VIDEO = {
    "VP8": "vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay pt=96 picture-id-mode=15-bit",
    "H264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30"
    " ! video/x-h264,profile=constrained-baseline ! rtph264pay pt=96 config-interval=-1"
    " aggregate-mode=zero-latency",
}
PUBLISH = """
    webrtcbin name=peer bundle-policy=max-bundle
    videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120,framerate=30/1
        ! videoconvert ! queue ! {video} ! queue
        ! application/x-rtp,media=video,encoding-name={codec},payload=96 ! peer.
    audiotestsrc is-live=true wave=sine ! audioconvert ! audioresample ! queue
        ! opusenc ! rtpopuspay pt=97 ! queue
        ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer.
"""
OFFERED = {
    "VP8": "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96",
    "H264": "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=96,"
    "packetization-mode=(string)1,profile-level-id=(string)42e01f",
    "OPUS": "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=97,"
    "encoding-params=(string)2",
}


def tell(**what: Any) -> None:
    """Say a line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Peer:
    """One webrtcbin and its session. All of it runs on GLib's main loop."""

    def __init__(self, role: str, url: str, token: str, codec: str, transport: str) -> None:
        self.url, self.token = url, token
        self.loop = GLib.MainLoop()
        self.location = self.etag = ""
        self.offer: list[str] = []
        self.candidates: list[str] = []
        self.frames = {"audio": 0, "video": 0}
        if role == "publish":
            self.pipeline = Gst.parse_launch(PUBLISH.format(video=VIDEO[codec], codec=codec))
            self.peer = self.pipeline.get_by_name("peer")
        else:
            self.pipeline = Gst.Pipeline()
            self.peer = Gst.ElementFactory.make("webrtcbin")
            self.peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
            self.pipeline.add(self.peer)
            for name in (codec, "OPUS"):
                caps = Gst.Caps.from_string(OFFERED[name])
                direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
                self.peer.emit("add-transceiver", direction, caps)
            self.peer.connect("pad-added", self.on_pad)
        if transport == "tcp":
            self.ice = self.peer.get_property("ice-agent")  # kept: this takes its only reference
            self.ice.get_property("agent").set_property("ice-udp", False)
        self.peer.connect("on-negotiation-needed", lambda _: GLib.idle_add(self.begin))
        self.peer.connect(
            "on-ice-candidate", lambda *found: GLib.idle_add(self.on_candidate, *found)
        )
        self.peer.connect("notify::connection-state", self.on_state)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.on_error)

    def request(
        self, method: str, url: str, body: str = "", **headers: str
    ) -> tuple[int, Any, str]:
        """Send a request; return status, headers and body."""
        given = {"Authorization": f"Bearer {self.token}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, body.encode() or None, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    # Offer and answer

    def begin(self) -> None:
        if not self.offer:
            promise = Gst.Promise.new_with_change_func(self.on_offer)
            self.peer.emit("create-offer", None, promise)

    def on_offer(self, promise: Any) -> None:
        reply = promise.get_reply()  # owns the offer
        offer = reply.get_value("offer")
        self.peer.emit("set-local-description", offer, Gst.Promise.new())
        GLib.idle_add(self.post, offer.sdp.as_text())

    def post(self, offer: str) -> None:
        self.offer = offer.splitlines()
        status, headers, answer = self.request(
            "POST", self.url, offer, Content_Type="application/sdp"
        )
        if status != 201:
            tell(error=f"{status} {answer}")
            self.loop.quit()
            return
        self.location, self.etag = urljoin(self.url, headers["Location"]), headers["ETag"]
        tell(location=headers["Location"], etag=self.etag, offer=offer, answer=answer)
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        description = GstWebRTC.WebRTCSessionDescription.new(
            GstWebRTC.WebRTCSDPType.ANSWER, message
        )
        self.peer.emit("set-remote-description", description, Gst.Promise.new())
        self.trickle()

    # ICE

    def on_candidate(self, _peer: Any, line: int, candidate: str) -> None:
        if line == 0:
            self.candidates.append(candidate)
            self.trickle()

    def trickle(self) -> None:
        if not self.location or not self.candidates:
            return
        media = next(n for n, line in enumerate(self.offer) if line.startswith("m="))
        lines = [self.offer[media]]
        for name in ("a=ice-ufrag:", "a=ice-pwd:", "a=mid:"):
            lines += [line for line in self.offer[media:] if line.startswith(name)][:1]
        lines += [f"a={candidate}" for candidate in self.candidates]
        self.candidates = []
        status, _, _ = self.request(
            "PATCH",
            self.location,
            "\r\n".join(lines) + "\r\n",
            Content_Type="application/trickle-ice-sdpfrag",
            If_Match=self.etag,
        )
        tell(patched=status)

    # What happens

    def on_state(self, peer: Any, _: Any) -> None:
        tell(state=peer.get_property("connection-state").value_nick)

    def on_error(self, _bus: Any, message: Any) -> None:
        tell(error=str(message.parse_error()))
        self.loop.quit()

    def on_pad(self, _peer: Any, pad: Any) -> None:
        """Decode the incoming streams."""
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        decoder = Gst.ElementFactory.make("decodebin")
        decoder.connect("pad-added", self.on_decoded)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def on_decoded(self, _decoder: Any, pad: Any) -> None:
        kind = pad.get_current_caps().get_structure(0).get_name().partition("/")[0]
        sink = Gst.ElementFactory.make("fakesink")
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.add_probe(Gst.PadProbeType.BUFFER, self.on_frame, kind)
        pad.link(sink.get_static_pad("sink"))

    def on_frame(self, _pad: Any, _info: Any, kind: str) -> Any:
        self.frames[kind] += 1
        tell(kind=kind, frames=self.frames[kind])
        return Gst.PadProbeReturn.OK

    # Life

    def run(self) -> None:
        """Play until the input is closed."""
        threading.Thread(
            target=lambda: (sys.stdin.read(), GLib.idle_add(self.loop.quit)), daemon=True
        ).start()
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        if self.location:
            tell(deleted=self.request("DELETE", self.location)[0])
        self.pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    Gst.init(None)
    Peer(*sys.argv[1:]).run()
