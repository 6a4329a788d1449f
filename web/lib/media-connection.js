// @ts-check
/**
 * What publishing (WHIP, RFC 9725) and watching (WHEP) have in common: one HTTP exchange makes
 * a peer connection, and whatever breaks it is answered by a new one, with growing pauses.
 *
 * No candidates are trickled: the server is ICE-lite and learns our address from our checks.
 */

/**
 * @typedef {"connecting" | "live" | "waiting" | "stalled" | "reconnecting" | "ended"
 *   | "error"} MediaState
 * @typedef {{ state: MediaState, code: string, message: string }} MediaStateDetail
 * @typedef {{ url: string, token?: string | null }} Endpoint
 */

const FIRST_PAUSE = 500; // ms
const LONGEST_PAUSE = 10_000; // ms
const PATIENCE = 2_500; // ms in "disconnected" before we start again
const ANSWER_WITHIN = 10_000; // ms for the server to answer
const CONNECT_WITHIN = 12_000; // ms for ICE and DTLS

/** What the server refused, in the words of its problem document (RFC 9457). */
export class MediaError extends Error {
  /**
   * @param {string} code stable name, `network` when there was no answer
   * @param {string} message a sentence for people
   * @param {number} [status] of HTTP, 0 without an answer
   * @param {number | null} [retryAfter] seconds the server asks us to wait
   */
  constructor(code, message, status = 0, retryAfter = null) {
    super(message);
    this.name = "MediaError";
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * A connection that keeps itself up.
 *
 * @fires MediaConnection#state `CustomEvent<MediaStateDetail>`
 */
export class MediaConnection extends EventTarget {
  /** @type {RTCPeerConnection | null} */
  pc = null;
  /** @type {MediaState} */
  state = "ended";
  /** @type {Endpoint} */
  #endpoint = { url: "" };
  /** @type {AbortController | null} */
  #running = null;
  /** The resource of the present session, to be deleted. */
  #location = "";
  #pause = FIRST_PAUSE;

  /** A page that goes away says goodbye, so that nobody waits for it. */
  #leave = (/** @type {PageTransitionEvent} */ event) => {
    if (!event.persisted) void this.finish();
  };

  /** Whether `state` was ever `live` since the start. */
  wasLive = false;

  /**
   * Set the peer connection up: transceivers, tracks, events.
   *
   * @protected
   * @param {RTCPeerConnection} _pc
   */
  prepare(_pc) {}

  /**
   * It is connected. Returns the address for the next attempt, if that is another one.
   *
   * @protected
   * @param {string} url
   */
  connected(url) {
    return url;
  }

  /**
   * Change the offer before it is used.
   *
   * @protected
   * @param {string} sdp
   */
  amend(sdp) {
    return sdp;
  }

  /**
   * Change the answer before it is used.
   *
   * @protected
   * @param {string} sdp
   */
  amendAnswer(sdp) {
    return sdp;
  }

  /**
   * The answer is in force.
   *
   * @protected
   * @param {string} _sdp the answer as the server gave it
   * @returns {void | Promise<void>}
   */
  answered(_sdp) {}

  /**
   * Say what to do about a refusal: ms to wait, or null to give up.
   *
   * @protected
   * @param {MediaError} error
   * @returns {{ wait: number, state: MediaState } | null}
   */
  forgive(error) {
    const retryable = error.status === 0 || error.status === 429 || error.status >= 500;
    if (!retryable) return null;
    return { wait: this.pauseAfter(error), state: "reconnecting" };
  }

  /**
   * Connect, and stay connected until `finish()`.
   *
   * @protected
   * @param {Endpoint} endpoint
   */
  begin(endpoint) {
    this.#running?.abort();
    void this.#drop();
    addEventListener("pagehide", this.#leave);
    const running = new AbortController();
    this.#running = running;
    this.#endpoint = endpoint;
    this.#pause = FIRST_PAUSE;
    this.wasLive = false;
    this.#run(running.signal);
  }

  /**
   * End it: DELETE the session and close.
   *
   * @protected
   */
  async finish() {
    removeEventListener("pagehide", this.#leave);
    if (!this.#running) return;
    this.#running.abort();
    this.#running = null;
    this.#setState("ended");
    await this.#drop();
  }

  /** The address of the present session's resource, "" when there is none. */
  get location() {
    return this.#location;
  }

  /** A pause that grows, with jitter, so that thousands do not come back at once. */
  nextPause() {
    const pause = this.#pause * (0.5 + Math.random() / 2);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    return pause;
  }

  /**
   * How long to wait after a refusal, ms: as the server asks, or the next pause.
   *
   * @param {MediaError} error
   */
  pauseAfter(error) {
    if (error.retryAfter === null) return this.nextPause();
    return error.retryAfter * 1000 * (1 + Math.random() / 4);
  }

  /**
   * @protected
   * @param {MediaState} state
   * @param {string} [code]
   * @param {string} [message]
   */
  announce(state, code = "", message = "") {
    if (this.#running) this.#setState(state, code, message);
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    this.announce("connecting");
    while (!signal.aborted) {
      /** @type {{ wait: number, state: MediaState } | null} */
      let next;
      let error = new MediaError("connection_lost", "The connection was lost.");
      try {
        await this.#connect(signal);
        next = { wait: this.nextPause(), state: "reconnecting" };
      } catch (thrown) {
        if (signal.aborted) return;
        error = thrown instanceof MediaError ? thrown : new MediaError("network", String(thrown));
        next = this.forgive(error);
      }
      if (signal.aborted) return;
      if (!next) {
        this.announce("error", error.code, error.message);
        this.#running = null;
        await this.#drop();
        return;
      }
      this.announce(next.state, error.code, error.message);
      await this.#drop();
      await rest(next.wait, signal);
    }
  }

  /**
   * Make one connection; resolves when it is lost, rejects when it cannot be had.
   *
   * @param {AbortSignal} signal
   */
  async #connect(signal) {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: [] });
    this.pc = pc;
    this.prepare(pc);
    const offer = await pc.createOffer();
    const sdp = this.amend(offer.sdp ?? "");
    // Candidates are not needed in the offer, and servers for gathering come with the answer.
    const { answer, iceServers } = await this.#post(sdp, signal);
    if (signal.aborted || pc.signalingState === "closed") return;
    if (iceServers.length) pc.setConfiguration({ ...pc.getConfiguration(), iceServers });
    await pc.setLocalDescription({ type: "offer", sdp });
    await pc.setRemoteDescription({ type: "answer", sdp: this.amendAnswer(answer) });
    await this.answered(answer);
    await this.#untilLost(pc, signal);
  }

  /**
   * @param {string} sdp
   * @param {AbortSignal} signal
   */
  async #post(sdp, signal) {
    const timeout = AbortSignal.timeout(ANSWER_WITHIN);
    const response = await fetch(this.#endpoint.url, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", ...this.#authorization() },
      body: sdp,
      signal: AbortSignal.any([signal, timeout]),
    });
    if (!response.ok) throw await refusal(response);
    const location = response.headers.get("Location") ?? "";
    this.#location = new URL(location, response.url || this.#endpoint.url).href;
    return {
      answer: await response.text(),
      iceServers: linkedServers(response.headers.get("Link")),
    };
  }

  /**
   * @param {RTCPeerConnection} pc
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  #untilLost(pc, signal) {
    return new Promise((resolve, reject) => {
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer = setTimeout(
        () => reject(new MediaError("no_media_path", "The server cannot be reached over UDP.")),
        CONNECT_WITHIN,
      );
      const look = () => {
        const now = pc.connectionState;
        if (now === "connecting" || now === "new") return;
        clearTimeout(timer);
        if (now === "connected") {
          this.#pause = FIRST_PAUSE;
          this.wasLive = true;
          this.#endpoint = { ...this.#endpoint, url: this.connected(this.#endpoint.url) };
          this.announce("live");
        } else if (now === "disconnected") {
          timer = setTimeout(resolve, PATIENCE);
        } else {
          resolve();
        }
      };
      pc.addEventListener("connectionstatechange", look);
      // The server's goodbye (DTLS close_notify) changes only the state of the transport;
      // the connection would take ten seconds to notice the silence.
      const transport = pc.getTransceivers()[0]?.sender.transport;
      transport?.addEventListener("statechange", () => {
        if (transport.state === "closed" || transport.state === "failed") resolve();
      });
      signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
      look();
    });
  }

  async #drop() {
    this.pc?.close();
    this.pc = null;
    const location = this.#location;
    this.#location = "";
    if (!location) return;
    try {
      // keepalive: a page that is being closed may still say goodbye.
      await fetch(location, { method: "DELETE", headers: this.#authorization(), keepalive: true });
    } catch {
      // The server notices the silence by itself.
    }
  }

  /** @returns {Record<string, string>} */
  #authorization() {
    return this.#endpoint.token ? { Authorization: `Bearer ${this.#endpoint.token}` } : {};
  }

  /**
   * @param {MediaState} state
   * @param {string} code
   * @param {string} message
   */
  #setState(state, code = "", message = "") {
    if (state === this.state && state !== "error") return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, code, message } }));
  }
}

/**
 * The ICE servers of Link headers (RFC 9725 §4.6).
 *
 * @param {string | null} links
 * @returns {RTCIceServer[]}
 */
export function linkedServers(links) {
  return [
    ...(links ?? "").matchAll(/<((?:stun|turn)s?:[^>]+)>((?:\s*;\s*[\w-]+="[^"]*")*)/g),
  ].flatMap(([, url, parameters]) => {
    const found = Object.fromEntries(
      [...parameters.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]),
    );
    if (found.rel !== "ice-server") return [];
    return [
      {
        urls: url,
        ...(found.username && { username: found.username, credential: found.credential }),
      },
    ];
  });
}

/** @param {Response} response */
async function refusal(response) {
  const seconds = Number(response.headers.get("Retry-After"));
  const retryAfter = seconds > 0 ? seconds : null;
  let code = `http_${response.status}`;
  let message = response.statusText || "The server refused.";
  try {
    const problem = await response.json();
    code = String(problem.code ?? code);
    message = String(problem.detail ?? message);
  } catch {
    // Not a problem document: a proxy answered.
  }
  return new MediaError(code, message, response.status, retryAfter);
}

/**
 * Wait `ms`, less when the network comes back meanwhile.
 *
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function rest(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
