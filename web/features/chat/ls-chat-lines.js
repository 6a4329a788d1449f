// @ts-check
import { html, nothing, repeat } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import { vars } from "/web/lib/css-vars.js";
import { styles } from "/web/features/chat/chat-lines-styles.js";
import { mentions, pieces } from "/web/features/chat/chat-text.js";
import { heldLines, mayAct, waitingText } from "/web/features/chat/held-lines.js";
import { Holding } from "/web/features/chat/holding.js";
import { pick, pickedIn } from "/web/features/chat/picking.js";
import { ROLES } from "/web/features/running/words.js";
import "/web/components/ls-avatar.js";

/** @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine */

const NEAR_PX = 48;
/** How high above the end the button for what waits reaches. */
const JUMP_PX = 72;

/**
 * The lines of a chat. It stays at the newest one. While the reader has scrolled up, aims at a
 * line, has its menu open or selects text, it holds still, and new lines wait behind a button.
 *
 * @property {ChatLine[]} lines
 * @property {string | undefined} me  the reader's handle
 * @property {boolean} acting  whether a tap on any message does something (staff)
 * @property {boolean} overlay  light text over the video instead of a column of its own
 */
export class LsChatLines extends RoomElement {
  static properties = {
    lines: { attribute: false },
    me: {},
    acting: { type: Boolean },
    overlay: { type: Boolean, reflect: true },
    shown: { state: true },
    waiting: { state: true },
  };

  constructor() {
    super();
    /** @type {ChatLine[]} */
    this.lines = [];
    /** @type {string | undefined} */
    this.me = undefined;
    this.acting = false;
    this.overlay = false;
    /** What is on the screen: the lines, but for what waits. @type {ChatLine[]} */
    this.shown = [];
    /** What newest waits, in words. */
    this.waiting = "";
    /** The button for it is at the top: the pointer was where it would be. */
    this.high = false;
    this.atEnd = true;
    /** How high the content was when it was last at its end. */
    this.height = 0;
    /** Heights of lines that changed while they held still, by id. @type {Map<number, number>} */
    this.heights = new Map();
    /** Id of the newest line when mentions were last announced. */
    this.told = 0;
    this.resized = new ResizeObserver(() => !this.still && this.#scrollToEnd());
    /** @type {Holding | null} */
    this.holding = null;
    this.follow("chat:picked", () => this.#menu());
    this.follow("log", (event) => this.#forgetDeleted(event.detail));
    // What is not in a snapshot any more may have been deleted.
    this.follow("snapshot", () => this.#letGo());
  }

  get #scroller() {
    return /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".lines"));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.holding?.stop();
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.hasUpdated) this.#watch();
  }

  firstUpdated() {
    this.#watch();
  }

  #watch() {
    const scroller = this.#scroller;
    const content = scroller?.firstElementChild;
    if (!scroller || !content) return;
    // The content grows without the scroller, too: by fonts, by pictures, by a longer text.
    this.resized.observe(scroller);
    this.resized.observe(content);
    const root = /** @type {ShadowRoot} */ (this.renderRoot);
    this.holding ??= new Holding(root, () => this.#released());
    this.holding.start(scroller);
    this.#menu();
  }

  /** Whether nothing may move: it is aimed at, or read. */
  get still() {
    return !this.atEnd || (this.holding?.now ?? false);
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("lines")) {
      this.#tellMentions();
      if (this.still) this.#hold();
      else this.#show();
    } else if (changed.has("acting")) this.#show();
  }

  updated() {
    if (!this.still) this.#scrollToEnd();
  }

  /** Show everything there is. Whoever cannot act on what was deleted does not see its place. */
  #show() {
    this.shown = this.acting ? this.lines : this.lines.filter((line) => !line.deleted);
    this.heights.clear();
    this.waiting = "";
  }

  /** Keep what is shown in its place, and what is new waiting. */
  #hold() {
    const { shown, changed } = heldLines(this.shown, this.lines);
    for (const id of changed) this.#keepHeight(id);
    // The button for what waits does not come under the finger either.
    const end = this.#scroller?.getBoundingClientRect().bottom ?? 0;
    if (!this.waiting) this.high = Boolean(this.holding?.now && end - this.holding.y < JUMP_PX);
    this.shown = shown;
    this.waiting = waitingText(shown, this.lines);
  }

  /** What reads differently from now on takes as much room as before. @param {number} id */
  #keepHeight(id) {
    const line = this.renderRoot.querySelector(`li[data-id="${id}"]`);
    if (line && !this.heights.has(id)) this.heights.set(id, line.getBoundingClientRect().height);
  }

  #released() {
    if (this.still) return;
    this.#show();
  }

  #letGo() {
    this.holding?.release();
    this.atEnd = true;
    this.#show();
  }

  /** A line whose menu is open holds still. */
  #menu() {
    this.holding?.set("menu", pickedIn(this.room).line !== null);
  }

  /**
   * What is deleted while it holds still, and is among the newest lines no longer.
   *
   * @param {import("/web/lib/protocol.js").ShowEvent[]} events
   */
  #forgetDeleted(events) {
    const gone = new Set(
      events.flatMap(({ type, data }) =>
        type === "chat.deleted" ? data.message : type === "chat.purged" ? data.messages : [],
      ),
    );
    if (!gone.size || !this.still) return;
    for (const { id } of this.shown) if (gone.has(id)) this.#keepHeight(id);
    const text = this.acting ? {} : { text: "", mentions: [] };
    this.shown = this.shown.map((l) => (gone.has(l.id) ? { ...l, ...text, deleted: true } : l));
  }

  /** The chat as a whole is not read aloud; what is said to the reader is. */
  #tellMentions() {
    const newest = this.lines.at(-1)?.id ?? 0;
    const news = this.told
      ? this.lines.filter(
          (l) =>
            l.id > this.told &&
            l.kind === "message" &&
            l.user?.handle !== this.me &&
            mentions(l, this.me),
        )
      : [];
    for (const line of news) announce(`${line.user?.handle}: ${line.text}`);
    this.told = newest;
  }

  #scrollToEnd() {
    const scroller = this.#scroller;
    if (!scroller) return;
    this.height = scroller.scrollHeight;
    scroller.scrollTop = this.height;
  }

  #scrolled() {
    const s = this.#scroller;
    if (!s) return;
    if (this.atEnd && s.scrollHeight !== this.height && !this.holding?.now) {
      // It grew, nobody scrolled.
      this.#scrollToEnd();
      return;
    }
    this.atEnd = s.scrollHeight - s.scrollTop - s.clientHeight < NEAR_PX;
    if (!this.still && this.waiting) this.#show();
  }

  /** @param {ChatLine} line */
  #pick(line) {
    if (this.room) pick(this.room, { line, user: line.user });
  }

  render() {
    return html`<div
        class="lines"
        tabindex="0"
        role="log"
        aria-label="Chat"
        aria-live="off"
        @scroll=${this.#scrolled}
      >
        <ol>
          ${repeat(
            this.shown,
            (line) => line.id,
            (line) =>
              line.kind === "message" || line.kind === "announced"
                ? this.#message(line)
                : this.#system(line),
          )}
        </ol>
      </div>
      ${
        this.waiting
          ? html`<button
              class="jump ${this.high ? "high" : ""}"
              data-testid="chat-jump"
              @click=${this.#letGo}
            >
              ${icon("down")} ${this.waiting}
            </button>`
          : nothing
      }`;
  }

  /** @param {ChatLine} line */
  #message(line) {
    const role = line.user?.role ?? "";
    const announced = line.kind === "announced";
    const forMe = mentions(line, this.me) && line.user?.handle !== this.me;
    const classes = [
      "line",
      announced && "announced",
      forMe && "for-me",
      line.deleted && "deleted",
      role && "by-staff",
      this.heights.has(line.id) && "held",
    ].filter(Boolean);
    const body = html`<ls-avatar .user=${line.user}></ls-avatar>
      <span class="what">
        <b class="who">${line.user?.handle ?? ""}</b
        >${role ? html`<span class="role">${ROLES[role] ?? role}</span>` : nothing}
        <span class="text" dir="auto"
          >${line.deleted ? this.#deleted(line) : this.#text(line)}</span
        >
      </span>`;
    return html`<li
      class=${classes.join(" ")}
      data-testid="chat-line"
      data-id=${line.id}
      data-kind=${line.kind}
      data-user=${line.user?.handle ?? ""}
      ?data-deleted=${line.deleted}
      ${vars({ "--held": this.#height(line) })}
    >
      ${
        mayAct(line, this.me, this.acting)
          ? html`<button class="tap" data-testid="chat-line-act" @click=${() => this.#pick(line)}>
              <span class="sr">${this.acting ? "Moderate:" : "Your message:"} </span>${body}
            </button>`
          : html`<div class="tap">${body}</div>`
      }
    </li>`;
  }

  /** The height that a line keeps while it holds still. @param {ChatLine} line */
  #height(line) {
    const height = this.heights.get(line.id);
    return height === undefined ? null : `${height}px`;
  }

  /** @param {ChatLine} line */
  #deleted(line) {
    return html`<i>message removed</i
      >${this.acting && line.text ? html` <s dir="auto">${line.text}</s>` : nothing}`;
  }

  /** @param {ChatLine} line */
  #text(line) {
    return pieces(line).map((p) =>
      p.handle
        ? html`<mark class=${p.handle === this.me ? "me" : ""} dir="auto">${p.text}</mark>`
        : p.text,
    );
  }

  /** @param {ChatLine} line */
  #system(line) {
    const { text, tone } = this.room?.features.lineText(line, this.lines, this.state) ?? {
      text: line.text,
      tone: "plain",
    };
    return html`<li
      class="system ${tone}"
      data-testid="chat-line"
      data-id=${line.id}
      data-kind=${line.kind}
    >
      <span>${text}</span>
    </li>`;
  }

  static styles = [shared, styles];
}
customElements.define("ls-chat-lines", LsChatLines);
