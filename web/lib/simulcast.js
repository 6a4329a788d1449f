// @ts-check
/**
 * Simulcast: one camera sent in several sizes at once (RFC 8853), so that the server can give
 * each viewer the size that fits their connection.
 *
 * Lowest first: browsers fill the layers in this order when the uplink is short. A server that
 * does not want simulcast leaves the *first* encoding standing (W3C WebRTC §4.4.1.5), which is
 * the smallest: `single` makes it a whole one again.
 */

/**
 * @typedef {object} LayerStats
 * @property {string} rid `q`, `h`, `f`, or "" without simulcast
 * @property {number} width
 * @property {number} height
 * @property {number} framesPerSecond
 * @property {number} bitrate bits per second, since the last call
 * @property {boolean} active whether anything of it is sent
 */

const MAX_FRAME_RATE = 30;
const LAYERS = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 130_000 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 450_000 },
];
const THREE_LAYERS_FROM = 720; // rows of the picture
const TWO_LAYERS_FROM = 480;

/** @param {number} maxBitrate @returns {RTCRtpEncodingParameters} */
const whole = (maxBitrate) => ({ maxBitrate, maxFramerate: MAX_FRAME_RATE });

/**
 * The layers that suit a camera: none that nobody would want to look at.
 *
 * @param {MediaStreamTrack} track
 * @param {number} maxBitrate of the full size, bits per second
 * @param {boolean} simulcast false: the full size only
 * @returns {RTCRtpEncodingParameters[]} one without a `rid`, or several, lowest first
 */
export function encodingsFor(track, maxBitrate, simulcast) {
  const { width, height } = track.getSettings();
  // Without a size (a canvas, a screen) it is taken to be large.
  const rows = width && height ? Math.min(width, height) : THREE_LAYERS_FROM;
  if (!simulcast || rows < TWO_LAYERS_FROM) return [whole(maxBitrate)];
  const below = rows < THREE_LAYERS_FROM ? LAYERS.slice(1) : LAYERS;
  const full = { rid: "f", scaleResolutionDownBy: 1, maxBitrate };
  return [...below, full].map((layer) => ({ ...layer, maxFramerate: MAX_FRAME_RATE }));
}

/**
 * Add the transceiver of a camera, with as much of `encodings` as the browser takes.
 *
 * @param {RTCPeerConnection} pc
 * @param {MediaStreamTrack} track
 * @param {MediaStream} stream
 * @param {RTCRtpEncodingParameters[]} encodings
 */
export function addVideo(pc, track, stream, encodings) {
  const { maxBitrate = 0 } = encodings[encodings.length - 1];
  // One temporal layer: the server forwards whole layers, and further ones cost bits.
  const plain = encodings.map((layer) => ({ ...layer, scalabilityMode: "L1T1" }));
  const simulcast = encodings.length > 1;
  const tries = simulcast ? [plain, encodings, [whole(maxBitrate)]] : [encodings];
  for (const sendEncodings of tries) {
    try {
      const transceiver = pc.addTransceiver(track, {
        direction: "sendonly",
        streams: [stream],
        sendEncodings,
      });
      const taken = transceiver.sender.getParameters().encodings?.length ?? 0;
      // A browser that knows no layers would send the first one only.
      if (simulcast && taken < sendEncodings.length)
        void retune(transceiver.sender, [whole(maxBitrate)]);
      return transceiver;
    } catch {
      // It knows no scalability modes, or no layers.
    }
  }
  return pc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
}

/**
 * Send other layers than were negotiated: the first ones carry them, the rest rests. Chromium
 * sends fewer layers of a small picture, and the one that it leaves out is the largest.
 *
 * @param {RTCRtpSender} sender
 * @param {RTCRtpEncodingParameters[]} wanted lowest first
 */
export async function retune(sender, wanted) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) parameters.encodings = [{}];
  const carried = wanted.slice(-parameters.encodings.length);
  parameters.encodings.forEach((encoding, index) => {
    const { scaleResolutionDownBy = 1, maxBitrate, maxFramerate } = carried[index] ?? {};
    encoding.active = index < carried.length;
    if (encoding.active)
      Object.assign(encoding, { scaleResolutionDownBy, maxBitrate, maxFramerate });
  });
  try {
    await sender.setParameters(parameters);
  } catch {
    // The connection is closed, or the browser has its own idea; a small picture is a picture.
  }
}

/** Whether an answer takes the layers of the offer. @param {string} sdp */
export const acceptsSimulcast = (sdp) => /^a=simulcast:/m.test(sdp);

/**
 * How fast each layer is, from two reports.
 *
 * @param {any[]} entries `outbound-rtp` of the video
 * @param {Map<string, { at: number, bytes: number }>} last of the report before, by id; updated
 * @returns {LayerStats[]} lowest first
 */
export function layerStats(entries, last) {
  const layers = entries.map((entry) => {
    const before = last.get(entry.id) ?? { at: 0, bytes: 0 };
    last.set(entry.id, { at: entry.timestamp, bytes: entry.bytesSent });
    const elapsed = (entry.timestamp - before.at) / 1000;
    const bits = (entry.bytesSent - before.bytes) * 8;
    const bitrate = elapsed > 0 && elapsed < 60 ? Math.max(0, bits / elapsed) : 0;
    return {
      // The one that is left of layers that were refused is no layer.
      rid: entries.length > 1 ? (entry.rid ?? "") : "",
      width: entry.frameWidth ?? 0,
      height: entry.frameHeight ?? 0,
      framesPerSecond: entry.framesPerSecond ?? 0,
      bitrate,
      active: entry.active !== false && (bitrate > 0 || (entry.framesPerSecond ?? 0) > 0),
    };
  });
  const rank = ["q", "h", "f"];
  return layers.sort((a, b) => rank.indexOf(a.rid) - rank.indexOf(b.rid));
}
