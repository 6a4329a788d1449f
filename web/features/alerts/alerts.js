// @ts-check
/**
 * What a host must hear of whatever they look at: somebody talks to them, somebody claims.
 *
 * @typedef {import("/web/lib/show-client.js").ShowClient} ShowClient
 * @typedef {import("/web/lib/protocol.js").ShowEvent} ShowEvent
 * @typedef {import("/web/lib/protocol.js").Mine} Mine
 */
import { money } from "/web/lib/money.js";
import { device } from "/web/lib/storage.js";
import { toast } from "/web/components/ls-toast.js";
import { chime } from "/web/features/alerts/chime.js";

/** In a rush, claims are told together, and the chime sounds this often at most. */
const TOGETHER_MS = 2_000;
const EXCERPT = 80;
const SWITCH = "liveshow.alerts.sound";

/** @param {string} text */
const excerpt = (text) => (text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);

/**
 * Follows the log for its page: counts what is new in each tab that is not open, says it in a
 * toast, by a sound and by vibration.
 */
export class Alerts {
  /**
   * @param {import("/web/vendor/lit.js").ReactiveElement} host  rendered when counts change
   * @param {ShowClient} room
   * @param {{open: () => string[], show: (tab: string) => void}} tabs  ids of what can be seen
   *   now ("chat", "run"), and a way to open one
   */
  constructor(host, room, tabs) {
    this.host = host;
    this.room = room;
    this.tabs = tabs;
    /** What came since a tab was open, by its id. @type {Record<string, number>} */
    this.fresh = {};
    this.sound = device.get(SWITCH) !== "off";
    /** Claims that are not told yet. @type {any[]} */
    this.claims = [];
    this.timer = 0;
    this.rang = -TOGETHER_MS;
    this.onLog = (/** @type {Event} */ event) =>
      this.#heard(/** @type {CustomEvent<ShowEvent[]>} */ (event).detail);
    this.onMine = (/** @type {Event} */ event) =>
      this.#asked(/** @type {CustomEvent<{before: Mine | null, after: Mine}>} */ (event).detail);
    host.addController(this);
  }

  hostConnected() {
    this.room.addEventListener("log", this.onLog);
    this.room.addEventListener("mine", this.onMine);
  }

  hostDisconnected() {
    this.room.removeEventListener("log", this.onLog);
    this.room.removeEventListener("mine", this.onMine);
    clearTimeout(this.timer);
  }

  /** What is open has been seen. */
  hostUpdate() {
    for (const tab of this.tabs.open()) delete this.fresh[tab];
  }

  /** Turn sound and vibration on or off, on this device. @param {boolean} on */
  setSound(on) {
    this.sound = on;
    device.set(SWITCH, on ? "on" : "off");
    if (on) this.#ring();
    this.host.requestUpdate();
  }

  /** @param {ShowEvent[]} events */
  #heard(events) {
    const me = this.room.mine?.user;
    if (!me) return;
    for (const { type, data } of events) {
      if (type === "item.claimed") this.#claimed(data);
      else if (type === "chat.said" && data.user.id !== me.id && data.mentions.includes(me.handle))
        this.#mentioned(data);
    }
  }

  /** @param {any} said */
  #mentioned(said) {
    this.#ring();
    if (this.#seen("chat")) return;
    this.#count("chat");
    toast(`@${said.user.handle}: ${excerpt(said.text)}`, {
      action: "Read",
      run: () => this.tabs.show("chat"),
    });
  }

  /**
   * An offer waits for an answer that did not before.
   *
   * @param {{before: Mine | null, after: Mine}} mine
   */
  #asked({ before, after }) {
    if (!before) return;
    const key = (/** @type {Mine["offers"][number]} */ o) => `${o.offer} ${o.amount}`;
    const known = new Set(before.offers_for_me.map(key));
    const fresh = after.offers_for_me.filter((o) => o.turn === "seller" && !known.has(key(o)));
    const currency = this.room.state?.show.currency;
    if (!fresh.length || !currency) return;
    this.#ring();
    if (this.#seen("offers")) return;
    fresh.forEach(() => this.#count("offers"));
    const [{ user, amount, number, title }] = fresh;
    toast(`@${user.handle} offers ${money(amount, currency)} for #${number} ${title}.`, {
      tone: "warn",
      action: "Answer",
      run: () => this.tabs.show("offers"),
    });
  }

  /** @param {any} claim */
  #claimed(claim) {
    // What the team holds for somebody is told to whoever did it.
    if (claim.hold.via === "staff") return;
    this.#ring();
    // Without room for both, a claim is also a line of the chat.
    if (!this.#seen("run")) this.#count("run");
    if (this.#seen("run") || this.#seen("chat")) return;
    this.claims.push(claim);
    if (this.timer) return;
    this.#tellClaims();
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.#tellClaims();
    }, TOGETHER_MS);
  }

  #tellClaims() {
    const { claims } = this;
    if (!claims.length) return;
    this.claims = [];
    const [{ hold, number, title }] = claims;
    const text =
      claims.length === 1
        ? `@${hold.user.handle} claimed #${number} ${title}.`
        : `${claims.length} more claims, the first by @${hold.user.handle}: #${number} ${title}.`;
    toast(text, { tone: "ok", action: "Items", run: () => this.tabs.show("run") });
  }

  /** @param {string} tab */
  #seen(tab) {
    return this.tabs.open().includes(tab);
  }

  /** @param {string} tab */
  #count(tab) {
    this.fresh = { ...this.fresh, [tab]: (this.fresh[tab] ?? 0) + 1 };
    this.host.requestUpdate();
  }

  #ring() {
    if (!this.sound || performance.now() - this.rang < TOGETHER_MS) return;
    this.rang = performance.now();
    navigator.vibrate?.([60, 60, 60]);
    chime();
  }
}
