// @ts-check
/**
 * The live connection to one show: the log in, commands out.
 *
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Mine} Mine
 * @typedef {import("/web/lib/protocol.js").ShowEvent} ShowEvent
 * @typedef {{code?: string, until?: number | null, retry_after?: number}} Refusal
 * @typedef {{
 *   type: string, body: any,
 *   resolve: (answer: any) => void, reject: (error: Error) => void, flying: boolean
 * }} Pending
 */
import { io } from "/web/vendor/socket.io.esm.min.js";
import { ApiError, newKey } from "/web/lib/api.js";
import { hello } from "/web/lib/hello.js";
import { onSeen } from "/web/lib/seen.js";
import { seenByStaff } from "/web/lib/show-state.js";
import { Silence } from "/web/lib/silence.js";
import { learnClock, serverNow } from "/web/lib/time.js";

/** How long an acknowledgement may take before the command is said again with the same key. */
const ACK_MS = 6_000;
/** How long a command is kept alive through reconnections before it is given up. */
const GIVE_UP_MS = 30_000;
/** How long events may be behind a `head` before they count as lost. */
const HEAD_GRACE_MS = 1_500;
const RETRY_MS = 700;
/** How soon who is kept out asks again: 8 s after the first time, half a minute at most. */
const KEPT_OUT_MS = 8_000;
const KEPT_OUT_MOST_MS = 30_000;

/**
 * Features tell each other what is nobody else's business by events on it, named `feature:what`.
 * @fires change  `state`, `mine`, `viewers` or `status` is another one; at most once per task
 * @fires log     a `CustomEvent` with the `ShowEvent[]` that were just applied
 * @fires snapshot  the state was replaced as a whole
 * @fires mine    a new private state; detail `{before, after}`
 */
export class ShowClient extends EventTarget {
  /**
   * @param {string} show  its id
   * @param {import("/web/lib/features.js").Features} features  what shows can do
   */
  constructor(show, features) {
    super();
    this.show = show;
    this.features = features;
    /** @type {State | null} */
    this.state = null;
    /** @type {Mine | null} */
    this.mine = null;
    this.viewers = 0;
    /**
     * `connecting` (first time), `open`, `lost` (coming back by itself), `refused` (kept out for
     * now: tries again by itself until it is let in), `closed` (not coming back).
     *
     * @type {"connecting" | "open" | "lost" | "refused" | "closed"}
     */
    this.status = "connecting";
    /** Why it is closed or refused: a code of PROTOCOL.md. */
    this.reason = "";
    /** What the server says about it, in a sentence. */
    this.why = "";
    /** When it ends (ms); null when that is not known. @type {number | null} */
    this.until = null;
    this.refusals = 0;
    this.epoch = 0;
    this.seq = 0;
    /** @type {Map<string, Pending>} */
    this.pending = new Map();
    /** Whether to ask for a snapshot instead of what was missed. */
    this.fresh = false;
    this.behind = 0;
    this.silence = new Silence(() => this.#rejoin(this.fresh));
    this.unseen = () => {};
    this.quiet = true;
    this.again = 0;
    /** Set by `bye`: the disconnect that follows is final. */
    this.final = false;

    this.socket = io(`${location.origin}/show`, {
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      withCredentials: true,
      autoConnect: false,
      reconnectionDelay: 400,
      reconnectionDelayMax: 5_000,
      auth: (/** @type {(data: object) => void} */ give) =>
        give(hello(show, this.state && !this.fresh ? this : null)),
    });
    // The network is back: no reason to wait for the next try.
    this.online = () => {
      if (this.final || socket.connected) return;
      clearTimeout(this.again);
      socket.disconnect().connect();
    };
    const { socket } = this;
    socket.on("connect", () => this.#connected());
    socket.on("disconnect", (reason) => this.#disconnected(reason));
    socket.on("connect_error", (error) => this.#refused(error));
    socket.on("snapshot", (message) => this.#snapshot(message));
    socket.on("events", (events) => this.#events(events));
    socket.on("mine", (message) => this.#mine(message));
    socket.on("head", (message) => this.#head(message));
    socket.on("bye", (message) => this.#bye(message));
    for (const [name, take] of features.messages) socket.on(name, (data) => take(data, this));
    for (const [name, reduce] of features.ephemeral)
      socket.on(name, (data) => this.#ephemeral(reduce, data));
  }

  open() {
    this.final = false;
    addEventListener("online", this.online);
    this.unseen();
    this.unseen = onSeen(() => this.#seen());
    this.socket.connect();
    return this;
  }

  close() {
    this.final = true;
    removeEventListener("online", this.online);
    this.unseen();
    clearTimeout(this.again);
    this.socket.disconnect();
  }

  /** The server's time in ms. */
  now() {
    return serverNow();
  }

  /**
   * Whether the user may do something here.
   *
   * @param {"chat" | "claim" | "sell" | "moderate" | "direct"} what
   */
  may(what) {
    return this.mine?.can.includes(what) ?? false;
  }

  /**
   * Have the server do something (PROTOCOL.md 4). The same key goes along however often it has to
   * be said, so that it happens once.
   *
   * @param {string} type
   * @param {Record<string, any>} [fields]
   * @returns {Promise<any>} the answer
   * @throws {ApiError} why not
   */
  command(type, fields = {}) {
    const given = Object.entries(fields).filter(([, value]) => value !== undefined);
    const body = { key: newKey(), ...Object.fromEntries(given) };
    return new Promise((resolve, reject) => {
      if (this.status === "closed" || this.status === "refused") {
        reject(this.#refusal());
        return;
      }
      this.pending.set(body.key, {
        type,
        body,
        resolve,
        reject,
        flying: false,
      });
      this.#say(body.key);
      setTimeout(() => this.#giveUp(body.key), GIVE_UP_MS + 50);
    });
  }

  /**
   * Tell the server what it keeps nowhere: once, and only while it is there to hear it.
   *
   * @param {string} name
   * @returns {Promise<boolean>} whether it was taken
   */
  tell(name) {
    if (!this.socket.connected) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.socket
        .timeout(ACK_MS)
        .emit(name, (/** @type {Error | null} */ lost, /** @type {any} */ ack) =>
          resolve(!lost && ack.ok),
        );
    });
  }

  /** @param {string} key */
  #say(key) {
    const command = this.pending.get(key);
    if (!command || command.flying || !this.socket.connected) return;
    command.flying = true;
    this.socket
      .timeout(ACK_MS)
      .emit(
        command.type,
        command.body,
        (/** @type {Error | null} */ lost, /** @type {any} */ ack) => {
          command.flying = false;
          if (!this.pending.has(key)) return;
          if (lost || ack?.error?.code === "unavailable") {
            setTimeout(() => this.#say(key), RETRY_MS);
            return;
          }
          this.pending.delete(key);
          if (ack?.ok) {
            command.resolve(ack);
            return;
          }
          command.reject(ApiError.ofAnswer(ack?.error));
        },
      );
  }

  /** @param {string} key */
  #giveUp(key) {
    const command = this.pending.get(key);
    if (!command) return;
    this.pending.delete(key);
    command.reject(new ApiError({ code: "unavailable" }));
  }

  /** Why nothing can be asked now. */
  #refusal() {
    return new ApiError({ code: this.reason || "unavailable", detail: this.why });
  }

  #connected() {
    Object.assign(this, { reason: "", why: "", until: null, refusals: 0 });
    this.#tell("open");
    this.silence.heard();
    for (const key of this.pending.keys()) this.#say(key);
  }

  /** @param {string} reason */
  #disconnected(reason) {
    clearTimeout(this.behind);
    this.silence.stop();
    if (this.final) {
      this.#close();
      return;
    }
    if (this.reason === "banned") {
      this.#keptOut();
      return;
    }
    this.#tell("lost");
    // Socket.IO does not come back by itself when the server closed the namespace, nor when we
    // asked for it.
    if (reason === "io server disconnect" || reason === "io client disconnect") this.#later();
  }

  /** @param {Error & {data?: Refusal}} error */
  #refused(error) {
    const { code = "", until = null, retry_after: rest = 0 } = error.data ?? {};
    const why = code ? error.message : "";
    if (["not_found", "cross_site", "invalid"].includes(code)) {
      Object.assign(this, { reason: code, why, final: true });
      this.#close();
      this.socket.disconnect();
      return;
    }
    if (["banned", "too_many_connections"].includes(code)) {
      Object.assign(this, { reason: code, why, until });
      this.#keptOut();
      return;
    }
    this.why = why;
    this.#tell(this.state ? "lost" : "connecting");
    this.#changed();
    if (!this.socket.active) this.#later(Math.max(2_000, rest * 1_000));
  }

  /** The server says who is let in: ask it again when the ban ends, and now and then before. */
  #keptOut() {
    this.#giveAllUp();
    this.#tell("refused");
    this.#changed();
    const often = Math.min(KEPT_OUT_MS * 1.5 ** this.refusals++, KEPT_OUT_MOST_MS);
    const left = this.until === null ? Infinity : Math.max(500, this.until - serverNow());
    this.#later(Math.min(often, left), 1_000);
  }

  #later(ms = 500, spread = ms) {
    clearTimeout(this.again);
    this.again = window.setTimeout(() => this.socket.connect(), ms + Math.random() * spread);
  }

  #giveAllUp() {
    for (const command of this.pending.values()) command.reject(this.#refusal());
    this.pending.clear();
  }

  #close() {
    this.#giveAllUp();
    this.#tell("closed");
  }

  /** Drop the connection and come back, with `since` or for a whole snapshot. */
  #rejoin(fresh = false) {
    this.fresh = fresh;
    clearTimeout(this.behind);
    this.socket.disconnect();
  }

  /** The connection may have gone out of sight: who looks again is not shown what was. */
  #seen() {
    if (this.silence.missed) this.socket.disconnect();
    this.online();
  }

  /** @param {import("/web/lib/protocol.js").Snapshot} message */
  #snapshot({ epoch, seq, state }) {
    Object.assign(this, { epoch, seq, state, fresh: false });
    this.dispatchEvent(new Event("snapshot"));
    this.#changed();
  }

  /** @param {ShowEvent[]} events */
  #events(events) {
    if (!this.state) return;
    const news = events.filter((event) => event.seq > this.seq);
    if (!news.length) return;
    if (news[0].seq !== this.seq + 1) {
      this.#rejoin();
      return;
    }
    for (const event of news) this.state = this.features.apply(this.state, event);
    this.seq = news[news.length - 1].seq;
    this.dispatchEvent(new CustomEvent("log", { detail: news }));
    this.#changed();
  }

  /**
   * News without a place in the log: the next snapshot may not have it.
   *
   * @param {(state: State, data: any) => State} reduce
   * @param {any} data
   */
  #ephemeral(reduce, data) {
    if (!this.state) return;
    this.state = reduce(this.state, data);
    this.#changed();
  }

  /** @param {Mine} mine */
  #mine(mine) {
    learnClock(mine.now);
    const before = this.mine;
    this.mine = mine;
    this.dispatchEvent(new CustomEvent("mine", { detail: { before, after: mine } }));
    this.#changed();
    // Who joins or leaves the staff sees another state from now on.
    const staff = mine.can.includes("moderate");
    if (
      this.state &&
      before &&
      staff !== before.can.includes("moderate") &&
      staff !== seenByStaff(this.state)
    )
      this.#rejoin(true);
  }

  /** @param {{epoch: number, seq: number, now: number, viewers: number}} message */
  #head({ epoch, seq, now, viewers }) {
    this.silence.heard();
    learnClock(now);
    if (viewers !== this.viewers) {
      this.viewers = viewers;
      this.#changed();
    }
    if (epoch === this.epoch && seq <= this.seq) return;
    clearTimeout(this.behind);
    this.behind = window.setTimeout(() => {
      if (epoch !== this.epoch || seq > this.seq) this.#rejoin();
    }, HEAD_GRACE_MS);
  }

  /** @param {{reason: string, retry: boolean, message: string, until: number | null}} bye */
  #bye({ reason, retry, message, until }) {
    Object.assign(this, { reason: retry ? "" : reason, why: message, until });
    this.final = !retry && reason !== "banned";
  }

  /** @param {ShowClient["status"]} status */
  #tell(status) {
    if (status !== this.status) this.#changed();
    this.status = status;
  }

  #changed() {
    if (!this.quiet) return;
    this.quiet = false;
    queueMicrotask(() => {
      this.quiet = true;
      this.dispatchEvent(new Event("change"));
    });
  }
}
