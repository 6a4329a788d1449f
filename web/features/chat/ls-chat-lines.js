// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { mentions, pieces } from "/web/features/chat/chat-text.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { pick } from "/web/features/chat/picking.js";
import { ROLES } from "/web/features/running/words.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-avatar.js";

/** @typedef {import("/web/lib/protocol.js").Line} Line */

const NEAR_PX = 48;

/**
 * The lines of a chat. Stays at the newest one until the reader scrolls up, then counts what is unread.
 *
 * @property {Line[]} lines
 * @property {string | undefined} me  the reader's handle
 * @property {boolean} acting  whether a tap on a message does something (staff)
 * @property {boolean} overlay  light text over the video instead of a column of its own
 */
export class LsChatLines extends RoomElement {
  static properties = {
    lines: { attribute: false },
    me: {},
    acting: { type: Boolean },
    overlay: { type: Boolean, reflect: true },
    unread: { state: true },
  };

  constructor() {
    super();
    /** @type {Line[]} */
    this.lines = [];
    /** @type {string | undefined} */
    this.me = undefined;
    this.acting = false;
    this.overlay = false;
    this.unread = 0;
    this.atEnd = true;
    this.lastSeen = 0;
    /** Id of the newest line when mentions were last announced. */
    this.told = 0;
    this.resized = new ResizeObserver(() => this.atEnd && this.toEnd());
  }

  get #scroller() {
    return /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".lines"));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  firstUpdated() {
    const scroller = this.#scroller;
    if (scroller) this.resized.observe(scroller);
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("lines")) return;
    this.#tellMentions();
    if (!this.atEnd) this.unread = this.lines.filter((line) => line.id > this.lastSeen && !line.deleted).length;
    else this.lastSeen = this.lines.at(-1)?.id ?? 0;
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    if (changed.has("lines") && this.atEnd) this.toEnd();
  }

  /** The chat as a whole is not read aloud; what is said to the reader is. */
  #tellMentions() {
    const newest = this.lines.at(-1)?.id ?? 0;
    const news = this.told ? this.lines.filter((l) => l.id > this.told && l.kind === "message" && l.user?.handle !== this.me && mentions(l.text, this.me)) : [];
    for (const line of news) announce(`${line.user?.handle}: ${line.text}`);
    this.told = newest;
  }

  toEnd() {
    const scroller = this.#scroller;
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
    this.lastSeen = this.lines.at(-1)?.id ?? 0;
    this.unread = 0;
    this.atEnd = true;
  }

  #scrolled() {
    const s = this.#scroller;
    if (!s) return;
    this.atEnd = s.scrollHeight - s.scrollTop - s.clientHeight < NEAR_PX;
    if (this.atEnd && this.unread) this.toEnd();
  }

  /** @param {Line} line */
  #pick(line) {
    if (this.room) pick(this.room, { line, user: line.user });
  }

  render() {
    return html`<div class="lines" tabindex="0" role="log" aria-label="Chat" aria-live="off" @scroll=${this.#scrolled}><ol>
        ${repeat(
          this.lines,
          (line) => line.id,
          (line) => (line.kind === "message" || line.kind === "announced" ? this.#message(line) : this.#system(line)),
        )}
      </ol></div>
      ${this.unread
        ? html`<button class="jump" data-testid="chat-jump" @click=${this.toEnd}>${icon("down")} ${this.unread} new</button>`
        : nothing}`;
  }

  /** @param {Line} line */
  #message(line) {
    const role = line.user?.role ?? "";
    const announced = line.kind === "announced";
    const forMe = mentions(line.text, this.me) && line.user?.handle !== this.me;
    const classes = `line ${announced ? "announced" : ""} ${forMe ? "for-me" : ""} ${line.deleted ? "deleted" : ""} ${role ? "by-staff" : ""}`;
    const body = html`<ls-avatar .user=${line.user}></ls-avatar>
      <span class="what">
        <b class="who">${line.user?.handle ?? ""}</b>${role ? html`<span class="role">${ROLES[role] ?? role}</span>` : nothing}
        <span class="text">${line.deleted ? this.#deleted(line) : this.#text(line.text)}</span>
      </span>`;
    return html`<li class=${classes} data-testid="chat-line" data-id=${line.id} data-kind=${line.kind} data-user=${line.user?.handle ?? ""} ?data-deleted=${line.deleted}>
      ${this.acting && line.user
        ? html`<button class="tap" data-testid="chat-line-act" aria-label="Moderate the message of ${line.user.handle}: ${line.text}" @click=${() => this.#pick(line)}>${body}</button>`
        : html`<div class="tap">${body}</div>`}
    </li>`;
  }

  /** @param {Line} line */
  #deleted(line) {
    return html`<i>message removed</i>${this.acting && line.text ? html` <s>${line.text}</s>` : nothing}`;
  }

  /** @param {string} text */
  #text(text) {
    return pieces(text).map((p) => (p.handle ? html`<mark class=${p.handle === this.me ? "me" : ""}>${p.text}</mark>` : p.text));
  }

  /** @param {Line} line */
  #system(line) {
    const { text, tone } = this.room?.features.lineText(line) ?? { text: line.text, tone: "plain" };
    return html`<li class="system ${tone}" data-testid="chat-line" data-id=${line.id} data-kind=${line.kind}><span>${text}</span></li>`;
  }

  static styles = [
    shared,
    css`
      :host { position: relative; display: flex; flex-direction: column; min-height: 0; }
      .lines { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: var(--s-3) var(--s-3) var(--s-2); display: flex; flex-direction: column; }
      ol { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2px; margin-top: auto; }
      .lines:focus-visible { outline-offset: -3px; }
      li { font-size: var(--t-s); line-height: 1.38; }
      .tap { display: flex; gap: var(--s-2); width: 100%; padding: var(--s-1) var(--s-2); border: 0; border-radius: var(--r-s); background: none; text-align: left; font: inherit; }
      button.tap { cursor: pointer; }
      button.tap:hover { background: var(--sunken); }
      @media (pointer: coarse) { button.tap { min-height: var(--tap); } }
      ls-avatar { --size: 1.625rem; margin-top: 0.05rem; }
      .what { min-width: 0; overflow-wrap: anywhere; }
      .who { color: var(--ink-2); font-weight: var(--w-bold); }
      .by-staff .who { color: var(--staff-ink); }
      .role { display: inline-block; margin-left: 0.35em; padding: 0 0.45em; border-radius: var(--r-full); background: var(--staff-soft); color: var(--staff-ink); font-size: 0.6875rem; font-weight: var(--w-bold); line-height: 1.5; }
      .text { display: inline; margin-left: 0.25em; }
      mark { background: none; color: var(--accent-ink); font-weight: var(--w-bold); }
      mark.me { background: var(--accent-soft); border-radius: 0.3em; padding: 0 0.2em; }
      .for-me .tap { background: var(--accent-soft); }
      .for-me mark.me { padding: 0; }
      .announced .tap { background: var(--staff-soft); }
      .deleted .text { color: var(--ink-2); }
      .system { display: flex; padding: 0.15rem var(--s-2); }
      .system span { min-width: 0; overflow-wrap: anywhere; padding: 0.1rem 0.65rem; border-radius: 0.85rem; background: var(--sunken); color: var(--ink-2); font-weight: var(--w-medium); }
      .system.ok span { background: var(--ok-soft); color: var(--ok-ink); }
      .system.warn span { background: var(--warn-soft); color: var(--warn-ink); }
      .system.live span { background: var(--accent-soft); color: var(--accent-ink); }
      .jump { position: absolute; bottom: var(--s-2); left: 50%; transform: translateX(-50%); display: inline-flex; align-items: center; gap: var(--s-1); min-height: var(--tap); padding: 0 var(--s-4); border: 0; border-radius: var(--r-full); background: var(--ink); color: var(--paper); font-weight: var(--w-bold); font-size: var(--t-s); box-shadow: var(--shadow-2); cursor: pointer; }

      /* Over the video: light on a shade, whatever the scheme. */
      :host([overlay]) { color: #fff; }
      :host([overlay]) .lines { padding: var(--s-6) var(--s-1) var(--s-1); mask-image: linear-gradient(to bottom, transparent, #000 3rem); scrollbar-width: none; }
      :host([overlay]) li { text-shadow: 0 1px 3px rgb(0 0 0 / 0.7); }
      :host([overlay]) .who { color: #f3d9c6; }
      :host([overlay]) .by-staff .who { color: #ffd0f0; }
      :host([overlay]) .role { background: #f6dcef; color: #4d1c3f; text-shadow: none; }
      :host([overlay]) mark { color: #ffc4a8; }
      :host([overlay]) .for-me .tap, :host([overlay]) mark.me { background: rgb(160 46 16 / 0.66); color: #fff; }
      :host([overlay]) .announced .tap { background: rgb(84 32 72 / 0.78); }
      :host([overlay]) button.tap:hover { background: rgb(255 255 255 / 0.12); }
      :host([overlay]) .deleted .text { color: #e6d8cd; }
      :host([overlay]) .system span { text-shadow: none; background: rgb(30 20 16 / 0.62); color: #fbeee2; }
      :host([overlay]) .system.ok span { background: rgb(16 72 52 / 0.82); color: #d8ffec; }
      :host([overlay]) .system.warn span { background: rgb(84 54 8 / 0.82); color: #ffe9bd; }
      :host([overlay]) .system.live span { background: rgb(150 14 48 / 0.82); color: #ffe7ec; }
    `,
  ];
}
customElements.define("ls-chat-lines", LsChatLines);
