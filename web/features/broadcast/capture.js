// @ts-check
/** Camera and microphone of this device. */

/** @typedef {{id: string, label: string}} Device */

const CAMERA = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * @fires change  the stream or the list of devices is another one
 */
export class Capture extends EventTarget {
  constructor() {
    super();
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Device[]} */
    this.cameras = [];
    /** @type {Device[]} */
    this.microphones = [];
    this.camera = "";
    this.microphone = "";
    /** @type {"user" | "environment"} */
    this.facing = "user";
    /** @type {AudioContext | null} */
    this.audio = null;
    /** @type {AnalyserNode | null} */
    this.analyser = null;
    /** @type {Float32Array<ArrayBuffer>} */
    this.samples = new Float32Array(512);
    /** Whether others than now are being asked for. */
    this.opening = false;
    this.onDevices = () => this.#list();
  }

  /**
   * Ask for camera and microphone, or for others than now.
   *
   * @param {{camera?: string, microphone?: string, facing?: "user" | "environment"}} [want]
   */
  async open({ camera, microphone, facing } = {}) {
    if (!navigator.mediaDevices?.getUserMedia)
      throw new DOMException("No camera access over plain HTTP", "SecurityError");
    if (facing) this.facing = facing;
    const video = camera
      ? { ...CAMERA, deviceId: { exact: camera } }
      : { ...CAMERA, facingMode: this.facing };
    const audio =
      microphone || this.microphone
        ? { ...MICROPHONE, deviceId: { ideal: microphone || this.microphone } }
        : MICROPHONE;
    // Phones open one camera at a time: the old one has to go first.
    this.opening = true;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    const stream = await navigator.mediaDevices
      .getUserMedia({ video, audio })
      .finally(() => (this.opening = false));
    this.stream = stream;
    // Pulled out, or taken by a phone call: the device says it, the stream goes on without.
    for (const track of stream.getTracks())
      for (const what of ["ended", "mute", "unmute"])
        track.addEventListener(what, () => this.dispatchEvent(new Event("change")));
    this.camera = stream.getVideoTracks()[0]?.getSettings().deviceId ?? "";
    this.microphone = stream.getAudioTracks()[0]?.getSettings().deviceId ?? "";
    this.#listen(stream);
    navigator.mediaDevices.addEventListener("devicechange", this.onDevices);
    await this.#list();
    return stream;
  }

  flip() {
    return this.open({ facing: this.facing === "user" ? "environment" : "user" });
  }

  /** What gives nothing any more though it is open: `camera` before `microphone`, or "". */
  get stopped() {
    const tracks = (!this.opening && this.stream?.getTracks()) || [];
    const dead = tracks.filter((track) => track.readyState === "ended" || track.muted);
    if (!dead.length) return "";
    return dead.some((track) => track.kind === "video") ? "camera" : "microphone";
  }

  /** Black picture and no sound, without ending the stream. @param {boolean} on */
  setOn(on) {
    for (const track of this.stream?.getTracks() ?? []) track.enabled = on;
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.audio?.close();
    this.audio = this.analyser = null;
    navigator.mediaDevices?.removeEventListener("devicechange", this.onDevices);
    this.dispatchEvent(new Event("change"));
  }

  /** How loud it is now, 0 to 1. */
  level() {
    if (!this.analyser) return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const s of this.samples) sum += s * s;
    const decibels = 10 * Math.log10(sum / this.samples.length + 1e-9);
    return Math.min(1, Math.max(0, (decibels + 60) / 50));
  }

  /** @param {MediaStream} stream */
  #listen(stream) {
    if (!stream.getAudioTracks().length) return;
    this.audio?.close();
    this.audio = new AudioContext();
    this.analyser = this.audio.createAnalyser();
    this.analyser.fftSize = this.samples.length;
    this.audio.createMediaStreamSource(stream).connect(this.analyser);
  }

  async #list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const of = (/** @type {string} */ kind, /** @type {string} */ name) =>
      devices
        .filter((d) => d.kind === kind && d.deviceId)
        .map((d, n) => ({ id: d.deviceId, label: d.label || `${name} ${n + 1}` }));
    this.cameras = of("videoinput", "Camera");
    this.microphones = of("audioinput", "Microphone");
    this.dispatchEvent(new Event("change"));
  }
}

/** How long a preview is waited for. */
const PICTURE_MS = 5_000;

/** Wait until a preview shows something. @param {HTMLVideoElement | null} video */
export async function firstPicture(video) {
  if (!video || video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return;
  await new Promise((seen) => {
    video.addEventListener("loadeddata", seen, { once: true });
    setTimeout(seen, PICTURE_MS);
  });
}

/** Why there is no picture, and what to do. @param {unknown} error */
export function captureProblem(error) {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      return "Camera and microphone are blocked. Allow them in the address bar, then try again.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera or microphone was found. Plug one in, or broadcast with OBS.";
    case "NotReadableError":
      return "Another program uses the camera. Close it, then try again.";
    case "SecurityError":
      return "Browsers give the camera only to pages over HTTPS (or localhost). Open this page over HTTPS.";
    default:
      return "The camera could not be started. Try again, or choose another one.";
  }
}

/** Bits per second, for people. @param {number} bits */
export const rateText = (bits) =>
  bits < 1e6 ? `${Math.round(bits / 1000)} kbit/s` : `${(bits / 1e6).toFixed(1)} Mbit/s`;

/**
 * The health of a broadcast in plain words.
 *
 * @param {string} state  of the publisher
 * @param {import("/web/lib/whip.js").PublishStats | null} stats
 * @param {boolean} [warming]  it has only just begun
 * @returns {{tone: "ok" | "warn" | "bad", text: string, detail: string}}
 */
export function health(state, stats, warming = false) {
  if (state === "connecting") return { tone: "warn", text: "Connecting…", detail: "" };
  if (state === "reconnecting")
    return { tone: "bad", text: "Connection lost. Trying again…", detail: "" };
  if (!stats || !stats.height) return { tone: "warn", text: "Starting…", detail: "" };
  const mbit = stats.bitrate / 1e6;
  const detail = [
    `${Math.min(stats.width, stats.height)}p`,
    `${Math.round(stats.framesPerSecond)} fps`,
    rateText(stats.bitrate),
  ].join(" · ");
  if (warming) return { tone: "ok", text: "Your picture arrives.", detail };
  if (stats.limitedBy === "cpu")
    return {
      tone: "warn",
      text: "This device is busy, the picture is reduced. Close other programs.",
      detail,
    };
  if (stats.limitedBy === "bandwidth" && mbit < 0.6)
    return { tone: "bad", text: "Your network is weak. Move closer to the router.", detail };
  if (stats.limitedBy === "bandwidth")
    return { tone: "warn", text: "Your network is a little tight, the picture adapts.", detail };
  if (stats.framesPerSecond > 0 && stats.framesPerSecond < 15)
    return { tone: "warn", text: "The picture stutters. More light helps the camera.", detail };
  if ((stats.roundTripTime ?? 0) > 0.4)
    return { tone: "warn", text: "Viewers see you a little late.", detail };
  return { tone: "ok", text: "Looks good.", detail };
}
