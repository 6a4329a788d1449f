// @ts-check
/** Watching in a browser: WHEP (draft-ietf-wish-whep). */

import { MediaConnection } from "/web/lib/media-connection.js";
import { chosenPair, statistic } from "/web/lib/media-stats.js";

const LOOK_EVERY = 1000; // ms
const STALLED_AFTER = 3; // looks without a new frame
const BLIND_AFTER = 5; // looks without any frame, while sound or an undecodable picture comes
const USUAL = ["H264", "VP8"]; // codecs that hosts send most

/**
 * @typedef {object} ViewStats
 * @property {number} framesPerSecond
 * @property {number} framesDecoded
 * @property {number} width of the layer that comes
 * @property {number} height
 * @property {number} packetsLost
 * @property {number} freezeCount pictures that stood still for longer than they should
 * @property {number | null} delay seconds in the jitter buffer, mean of the last second or so
 * @property {number | null} roundTripTime seconds to the server and back
 * @property {"udp" | "tcp" | ""} transport
 * @property {string} codec
 * @property {number} framesReceived
 * @property {number} heard packets of sound
 *
 * What comes of the picture: nothing yet; it is `shown`; only `sound` comes; or frames come that
 * this browser cannot decode.
 *
 * @typedef {"" | "shown" | "sound" | "undecodable"} Picture
 */

/**
 * Shows a live show in a `<video>` and keeps showing it.
 *
 * States: `connecting`; `waiting` (not live: tries again when the server says); `live`;
 * `stalled` (connected, but no picture comes: the host has trouble); `reconnecting`; `ended`
 * (by `detach()`); `error` (refused for good). Muting is the caller's choice: when the browser
 * does not let it play with sound, a `blocked` event says so.
 *
 * @fires WhepViewer#state `CustomEvent<{state, code, message}>`
 * @fires WhepViewer#blocked
 * @fires WhepViewer#picture `CustomEvent<{picture: Picture, missing: string[]}>`, with the usual
 *   codecs that this browser does not have
 */
export class WhepViewer extends MediaConnection {
  /** @type {HTMLVideoElement | null} */
  #video = null;
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #frames = 0;
  #still = 0;
  /** Of the last look, as it was when nothing had been decoded yet. */
  #received = 0;
  #heard = 0;
  /** @type {Picture} */
  #picture = "";
  /** What had gone through the jitter buffer (seconds, frames) by the last look, and by now. */
  #buffered = [0, 0];
  #bufferedNow = [0, 0];

  /**
   * Begin to watch.
   *
   * @param {HTMLVideoElement} video
   * @param {{ url: string, token?: string | null }} options `url` is `/whep/{show}`
   */
  attach(video, { url, token = null }) {
    this.#video = video;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
    this.begin({ url: new URL(url, location.href).href, token });
  }

  /** Stop watching and let go of the element. */
  async detach() {
    clearInterval(this.#timer);
    if (this.#video && this.#video.srcObject === this.#stream) this.#video.srcObject = null;
    this.#video = null;
    await this.finish();
  }

  /** @returns {Promise<ViewStats | null>} */
  async getStats() {
    const report = await this.pc?.getStats();
    if (!report) return null;
    const audio = statistic(report, "inbound-rtp", "audio");
    const video = statistic(report, "inbound-rtp", "video") ?? (audio && {});
    if (!video) return null;
    const { pair, transport } = chosenPair(report);
    return {
      framesPerSecond: video.framesPerSecond ?? 0,
      framesDecoded: video.framesDecoded ?? 0,
      width: video.frameWidth ?? 0,
      height: video.frameHeight ?? 0,
      packetsLost: video.packetsLost ?? 0,
      freezeCount: video.freezeCount ?? 0,
      delay: this.#delay(video),
      roundTripTime: pair?.currentRoundTripTime ?? null,
      transport,
      codec: report.get(video.codecId)?.mimeType ?? "",
      framesReceived: video.framesReceived ?? 0,
      heard: audio?.packetsReceived ?? 0,
    };
  }

  /** @param {{ jitterBufferDelay?: number, jitterBufferEmittedCount?: number }} video */
  #delay({ jitterBufferDelay = 0, jitterBufferEmittedCount = 0 }) {
    const [delay, emitted] = this.#buffered;
    this.#bufferedNow = [jitterBufferDelay, jitterBufferEmittedCount];
    const frames = jitterBufferEmittedCount - emitted;
    if (frames > 0) return (jitterBufferDelay - delay) / frames;
    return jitterBufferEmittedCount ? jitterBufferDelay / jitterBufferEmittedCount : null;
  }

  /**
   * @override
   * @param {RTCPeerConnection} pc
   */
  prepare(pc) {
    this.#frames = this.#still = this.#received = this.#heard = 0;
    this.#picture = "";
    this.#buffered = this.#bufferedNow = [0, 0];
    const stream = new MediaStream();
    pc.addTransceiver("audio", { direction: "recvonly" });
    understandLayers(pc.addTransceiver("video", { direction: "recvonly" }));
    pc.addEventListener("track", ({ track, receiver }) => {
      stream.addTrack(track);
      playSoon(receiver);
      // The last picture of the old connection stays until the new one has something.
      track.addEventListener("unmute", () => this.#show(stream), { once: true });
    });
  }

  /**
   * Ask for stereo, which Opus does not send to who does not (RFC 7587 §7.1).
   *
   * @override
   * @param {string} sdp
   */
  amend(sdp) {
    const opus = /a=rtpmap:(\d+) opus\/48000\/2/i.exec(sdp)?.[1];
    if (!opus || sdp.includes("stereo=1")) return sdp;
    return sdp.replace(new RegExp(`(a=fmtp:${opus} [^\\r\\n]*)`), "$1;stereo=1");
  }

  /**
   * @override
   * @param {import("/web/lib/media-connection.js").MediaError} error
   */
  forgive(error) {
    if (error.status === 409 || error.status === 503) {
      return {
        wait: this.pauseAfter(error),
        state: /** @type {const} */ ("waiting"),
      };
    }
    return super.forgive(error);
  }

  /** @param {MediaStream} stream */
  async #show(stream) {
    const video = this.#video;
    if (!video || this.#stream === stream) return;
    this.#stream = stream;
    video.srcObject = stream;
    try {
      await video.play();
    } catch (error) {
      if (/** @type {Error} */ (error).name === "NotAllowedError") {
        this.dispatchEvent(new Event("blocked"));
      }
    }
  }

  /** Say what comes of the picture when that changes. @param {ViewStats} stats */
  #judge(stats) {
    const picture = this.#pictureOf(stats);
    this.#received = stats.framesReceived;
    this.#heard = stats.heard;
    if (picture === this.#picture) return;
    this.#picture = picture;
    const known = RTCRtpReceiver.getCapabilities?.("video")?.codecs ?? [];
    const missing = USUAL.filter(
      (name) =>
        !known.some(({ mimeType }) => mimeType.toLowerCase() === `video/${name}`.toLowerCase()),
    );
    this.dispatchEvent(new CustomEvent("picture", { detail: { picture, missing } }));
  }

  /**
   * @param {ViewStats} stats
   * @returns {Picture}
   */
  #pictureOf({ framesDecoded, framesReceived, heard }) {
    if (framesDecoded > this.#frames) return "shown";
    // A picture that stops is said by the state: `stalled`.
    if (framesDecoded > 0 || this.#still < BLIND_AFTER) return this.#picture;
    if (framesReceived > this.#received) return "undecodable";
    return heard > this.#heard ? "sound" : this.#picture;
  }

  async #look() {
    if (this.pc?.connectionState !== "connected") return;
    const stats = await this.getStats();
    if (!stats) return;
    this.#buffered = this.#bufferedNow;
    this.#judge(stats);
    const moving = stats.framesDecoded > this.#frames;
    this.#frames = stats.framesDecoded;
    this.#still = moving ? 0 : this.#still + 1;
    if (moving && this.state === "stalled") this.announce("live");
    else if (this.#still >= STALLED_AFTER && this.state === "live" && stats.framesDecoded > 0) {
      this.announce("stalled", "no_picture", "The picture has stopped; the host may have trouble.");
    }
  }
}

/**
 * Agree to the dependency descriptor, without which AV1 of several spatial layers cannot be put
 * together. Chromium knows it and does not offer it by itself.
 *
 * @param {any} transceiver
 */
function understandLayers(transceiver) {
  const known = transceiver.getHeaderExtensionsToNegotiate?.();
  const needed = known?.find((/** @type {{ uri: string }} */ { uri }) =>
    uri.endsWith("#dependency-descriptor-rtp-header-extension"),
  );
  if (!needed) return;
  needed.direction = "sendrecv";
  transceiver.setHeaderExtensionsToNegotiate(known);
}

/**
 * Ask for the least delay. It is a wish for the *least* that is buffered: the browser buffers more
 * by itself when the network makes it necessary.
 *
 * @param {any} receiver
 */
function playSoon(receiver) {
  if ("jitterBufferTarget" in receiver)
    receiver.jitterBufferTarget = 0; // ms
  else if ("playoutDelayHint" in receiver) receiver.playoutDelayHint = 0; // s, before Chromium 124
}
