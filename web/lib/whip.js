// @ts-check
/** Broadcasting from a browser: WHIP, RFC 9725. */

import { MediaSession, statistic } from "./media-session.js";

const MAX_BITRATE = 2_500_000; // bits per second
const START_KILOBITS = 1200; // kbit/s
const MAX_FRAME_RATE = 30;
const EVICTION_TRIES = 3;

/**
 * @typedef {object} PublishOptions
 * @property {string} url of the WHIP endpoint, `/whip/{show}`
 * @property {string | null} [token] bearer; without one the session cookie counts
 * @property {boolean} [takeover] end a broadcast that runs somewhere else
 * @property {boolean} [preferH264] H.264 first: what Safari and HLS need. False leaves it out,
 *   because the server would choose it.
 * @property {number} [maxBitrate] of the video, bits per second
 *
 * @typedef {object} PublishStats
 * @property {number} bitrate bits per second, video, since the last call
 * @property {number} framesPerSecond
 * @property {number} width
 * @property {number} height
 * @property {string} codec e.g. `video/H264`
 * @property {number | null} roundTripTime seconds
 * @property {number} packetsLost as the server reports
 * @property {string} limitedBy `none`, `cpu`, `bandwidth` or `other`
 */

/**
 * Publishes a `MediaStream` and keeps publishing it.
 *
 * States: `connecting`, `live`, `reconnecting` (by itself), `ended` (by `stop()`), `error`
 * (the server refused: `code` is `already_publishing`, `forbidden`, `not_found`, …).
 *
 * @fires WhipPublisher#state `CustomEvent<{state, code, message}>`
 */
export class WhipPublisher extends MediaSession {
  /** @type {MediaStream | null} */
  #stream = null;
  #preferH264 = true;
  #maxBitrate = MAX_BITRATE;
  #evicted = 0;
  #last = { at: 0, bytes: 0 };

  /**
   * Begin to publish. Tells how it goes by `state` events.
   *
   * @param {MediaStream} stream
   * @param {PublishOptions} options
   */
  publish(stream, { url, token = null, takeover = false, preferH264 = true, maxBitrate = MAX_BITRATE }) {
    this.#stream = stream;
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
    for (const old of stream.getTracks()) if (old.kind === kind && old !== track) stream.removeTrack(old);
    if (track) stream.addTrack(track);
    const transceiver = this.pc?.getTransceivers().find((t) => t.receiver.track.kind === kind);
    await transceiver?.sender.replaceTrack(track);
  }

  /** @returns {Promise<PublishStats | null>} */
  async getStats() {
    const report = await this.pc?.getStats();
    const video = report && statistic(report, "outbound-rtp", "video");
    if (!report || !video) return null;
    const remote = statistic(report, "remote-inbound-rtp", "video");
    const elapsed = (video.timestamp - this.#last.at) / 1000;
    const bits = (video.bytesSent - this.#last.bytes) * 8;
    this.#last = { at: video.timestamp, bytes: video.bytesSent };
    return {
      bitrate: elapsed > 0 && elapsed < 60 ? Math.max(0, bits / elapsed) : 0,
      framesPerSecond: video.framesPerSecond ?? 0,
      width: video.frameWidth ?? 0,
      height: video.frameHeight ?? 0,
      codec: report.get(video.codecId)?.mimeType ?? "",
      roundTripTime: remote?.roundTripTime ?? null,
      packetsLost: remote?.packetsLost ?? 0,
      limitedBy: video.qualityLimitationReason ?? "none",
    };
  }

  /**
   * @override
   * @param {RTCPeerConnection} pc
   */
  prepare(pc) {
    this.#last = { at: 0, bytes: 0 };
    const stream = this.#stream ?? new MediaStream();
    for (const kind of /** @type {const} */ (["audio", "video"])) {
      const track = stream.getTracks().find((candidate) => candidate.kind === kind);
      if (!track) continue;
      const transceiver = pc.addTransceiver(track, {
        direction: "sendonly",
        streams: [stream],
        sendEncodings:
          kind === "video" ? [{ maxBitrate: this.#maxBitrate, maxFramerate: MAX_FRAME_RATE }] : undefined,
      });
      if (kind === "video") orderCodecs(transceiver, this.#preferH264);
    }
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
   * seconds are a quarter of the size. Other browsers ignore the parameter.
   *
   * @override
   * @param {string} sdp
   */
  amendAnswer(sdp) {
    let amended = sdp;
    for (const [, number] of sdp.matchAll(/^a=rtpmap:(\d+) (?:H264|VP8)\/90000/gm)) {
      const hint = `x-google-start-bitrate=${START_KILOBITS}`;
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
   * @param {import("./media-session.js").MediaError} error
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
