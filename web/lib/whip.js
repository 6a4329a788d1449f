// @ts-check
/** Broadcasting from a browser: WHIP, RFC 9725. */

import { MediaConnection } from "/web/lib/media-connection.js";
import { statistics } from "/web/lib/media-stats.js";
import {
  acceptsSimulcast,
  addVideo,
  encodingsFor,
  layerStats,
  retune,
} from "/web/lib/simulcast.js";

const MAX_BITRATE = 2_500_000; // bits per second
const START_KILOBITS = 1200; // kbit/s, for the full size
const EVICTION_TRIES = 3;

/**
 * @typedef {object} PublishOptions
 * @property {string} url of the WHIP endpoint, `/whip/{show}`
 * @property {string | null} [token] bearer; without one the session cookie counts
 * @property {boolean} [takeover] end a broadcast that runs somewhere else
 * @property {boolean} [preferH264] H.264 first: what Safari and HLS need. False leaves it out,
 *   because the server would choose it.
 * @property {number} [maxBitrate] of the video in full size, bits per second
 * @property {boolean} [simulcast] also send smaller sizes, for viewers with weak connections.
 *   Without it, with a small camera, or where browser or server know no simulcast, it is one.
 *
 * @typedef {object} PublishStats of the largest layer that is sent, unless it says otherwise
 * @property {number} bitrate bits per second, all layers together, since the last call
 * @property {number} framesPerSecond
 * @property {number} width
 * @property {number} height
 * @property {import("/web/lib/simulcast.js").LayerStats[]} layers lowest first
 * @property {string} codec e.g. `video/H264`
 * @property {number | null} roundTripTime seconds
 * @property {number} packetsLost as the server reports
 * @property {string} limitedBy `none`, `cpu`, `bandwidth` or `other`: why it is not the full size
 */

/**
 * Publishes a `MediaStream` and keeps publishing it.
 *
 * States: `connecting`, `live`, `reconnecting` (by itself), `ended` (by `stop()`), `error`
 * (the server refused: `code` is `already_publishing`, `forbidden`, `not_found`, …).
 *
 * @fires WhipPublisher#state `CustomEvent<{state, code, message}>`
 */
export class WhipPublisher extends MediaConnection {
  /** @type {MediaStream | null} */
  #stream = null;
  #preferH264 = true;
  #maxBitrate = MAX_BITRATE;
  #simulcast = true;
  /** Whether the server takes layers. */
  #accepted = false;
  #evicted = 0;
  /**
   * Of the last report, by the id of its entries.
   *
   * @type {Map<string, { at: number, bytes: number }>}
   */
  #last = new Map();
  /** @type {RTCRtpEncodingParameters[]} */
  #encodings = [];

  /**
   * Begin to publish. Tells how it goes by `state` events.
   *
   * @param {MediaStream} stream
   * @param {PublishOptions} options
   */
  publish(
    stream,
    {
      url,
      token = null,
      takeover = false,
      preferH264 = true,
      maxBitrate = MAX_BITRATE,
      simulcast = true,
    },
  ) {
    this.#stream = stream;
    this.#simulcast = simulcast;
    this.#preferH264 = preferH264;
    this.#maxBitrate = maxBitrate;
    this.#evicted = 0;
    const address = new URL(url, location.href);
    if (takeover) address.searchParams.set("takeover", "1");
    this.begin({ url: address.href, token });
  }

  /** End the broadcast. The tracks go on; they are the caller's. */
  stop() {
    return this.finish();
  }

  /**
   * Send another camera or microphone without a new connection; null mutes that kind.
   *
   * @param {MediaStreamTrack | null} track
   * @param {"audio" | "video"} [kind] needed with null
   */
  async replaceTrack(track, kind = /** @type {any} */ (track?.kind)) {
    const stream = this.#stream;
    if (!stream) return;
    for (const old of stream.getTracks())
      if (old.kind === kind && old !== track) stream.removeTrack(old);
    if (track) stream.addTrack(track);
    const sender = this.pc?.getTransceivers().find((t) => t.receiver.track.kind === kind)?.sender;
    await sender?.replaceTrack(track);
    if (sender && kind === "video") await this.#tune(sender);
  }

  /** @returns {Promise<PublishStats | null>} */
  async getStats() {
    const report = await this.pc?.getStats();
    const video = report ? statistics(report, "outbound-rtp", "video").filter(this.#isSent) : [];
    if (!report || !video.length) return null;
    const remote = statistics(report, "remote-inbound-rtp", "video");
    const layers = layerStats(video, this.#last);
    const top = layers.findLast((layer) => layer.active) ?? layers[layers.length - 1];
    // Why the largest one is not there, it says itself, whether it is sent or not.
    const wanted = video.find((entry) => entry.rid === layers[layers.length - 1].rid) ?? video[0];
    return {
      bitrate: layers.reduce((sum, layer) => sum + layer.bitrate, 0),
      framesPerSecond: top.framesPerSecond,
      width: top.width,
      height: top.height,
      layers,
      codec: report.get(wanted.codecId)?.mimeType ?? "",
      roundTripTime:
        remote.find((entry) => entry.roundTripTime !== undefined)?.roundTripTime ?? null,
      packetsLost: remote.reduce((sum, entry) => sum + (entry.packetsLost ?? 0), 0),
      limitedBy: wanted.qualityLimitationReason ?? "none",
    };
  }

  /** Layers that were refused stay in the statistics. */
  #isSent = (/** @type {any} */ entry) => {
    const wanted = this.#video?.sender
      .getParameters()
      .encodings?.filter(({ active }) => active !== false);
    return !wanted?.length || wanted.some(({ rid }) => (rid ?? "") === (entry.rid ?? ""));
  };

  get #video() {
    return this.pc
      ?.getTransceivers()
      .find((transceiver) => transceiver.receiver.track.kind === "video");
  }

  /**
   * @override
   * @param {RTCPeerConnection} pc
   */
  prepare(pc) {
    this.#last.clear();
    this.#accepted = true; // until the answer says otherwise
    const stream = this.#stream ?? new MediaStream();
    for (const track of stream.getAudioTracks().slice(0, 1)) {
      pc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    }
    for (const track of stream.getVideoTracks().slice(0, 1)) {
      this.#encodings = encodingsFor(track, this.#maxBitrate, this.#simulcast);
      orderCodecs(addVideo(pc, track, stream, this.#encodings), this.#preferH264);
    }
  }

  /**
   * @override
   * @param {string} sdp
   */
  async answered(sdp) {
    const sender = this.#video?.sender;
    this.#accepted = acceptsSimulcast(sdp);
    if (sender && this.#encodings.length > 1 && !this.#accepted) await this.#tune(sender);
  }

  /** Send what suits the camera, as far as the server takes it. @param {RTCRtpSender} sender */
  async #tune(sender) {
    if (!sender.track) return;
    this.#encodings = encodingsFor(
      sender.track,
      this.#maxBitrate,
      this.#simulcast && this.#accepted,
    );
    await retune(sender, this.#encodings);
  }

  /**
   * Taking over is meant once: coming back must not throw out who took over from us.
   *
   * @override
   * @param {string} url
   */
  connected(url) {
    this.#evicted = 0;
    const address = new URL(url);
    address.searchParams.delete("takeover");
    return address.href;
  }

  /**
   * Have Chromium begin at a bitrate that suits a show: at its own 300 kbit/s the first ten
   * seconds are a quarter of the size. The smaller layers come first and take their part of it.
   * Other browsers ignore the parameter.
   *
   * @override
   * @param {string} sdp
   */
  amendAnswer(sdp) {
    const smaller = acceptsSimulcast(sdp) ? this.#encodings.slice(0, -1) : [];
    const start = smaller.reduce(
      (sum, layer) => sum + (layer.maxBitrate ?? 0) / 1000,
      START_KILOBITS,
    );
    let amended = sdp;
    for (const [, number] of sdp.matchAll(/^a=rtpmap:(\d+) (?:H264|VP8)\/90000/gm)) {
      const hint = `x-google-start-bitrate=${start}`;
      const line = new RegExp(`^a=fmtp:${number} [^\\r\\n]*`, "m");
      amended = line.test(amended)
        ? amended.replace(line, (found) => `${found};${hint}`)
        : amended.replace(
            new RegExp(`^a=rtpmap:${number} [^\\r\\n]*`, "m"),
            (found) => `${found}\r\na=fmtp:${number} ${hint}`,
          );
    }
    return amended;
  }

  /**
   * @override
   * @param {import("/web/lib/media-connection.js").MediaError} error
   */
  forgive(error) {
    // After a break the server may take a moment to see that the old session is dead. If it
    // goes on refusing, somebody else has taken the broadcast over.
    if (error.code === "already_publishing" && this.wasLive && ++this.#evicted <= EVICTION_TRIES) {
      return { wait: 1500, state: /** @type {const} */ ("reconnecting") };
    }
    return super.forgive(error);
  }
}

/**
 * @param {RTCRtpTransceiver} transceiver
 * @param {boolean} h264 constrained baseline first, or no H.264 at all
 */
function orderCodecs(transceiver, h264) {
  const codecs = RTCRtpSender.getCapabilities?.("video")?.codecs ?? [];
  /** @param {{ mimeType: string }} codec */
  const isH264 = ({ mimeType }) => mimeType.toLowerCase() === "video/h264";
  /** @param {{ mimeType: string, sdpFmtpLine?: string }} codec */
  const rank = (codec) => {
    const parameters = codec.sdpFmtpLine ?? "";
    if (!isH264(codec) || !parameters.includes("packetization-mode=1")) return 2;
    return /profile-level-id=42e0/i.test(parameters) ? 0 : 1;
  };
  const wanted = h264
    ? [...codecs].sort((a, b) => rank(a) - rank(b))
    : codecs.filter((codec) => !isH264(codec));
  try {
    if (wanted.length) transceiver.setCodecPreferences?.(wanted);
  } catch {
    // Older browsers refuse an order; the server has a preference of its own.
  }
}
