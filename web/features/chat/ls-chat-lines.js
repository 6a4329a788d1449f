// @ts-check
import { html, nothing, repeat } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import { styles } from "/web/features/chat/chat-lines-styles.js";
import { mentions, pieces } from "/web/features/chat/chat-text.js";
import { pick } from "/web/features/chat/picking.js";
import { ROLES } from "/web/features/running/words.js";
import "/web/components/ls-avatar.js";

/** @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine */

const NEAR_PX = 48;

/**
 * The lines of a chat. Stays at the newest one until the reader scrolls up, then counts what is
 * unread.
 *
 * @property {ChatLine[]} lines
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
    /** @type {ChatLine[]} */
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
    if (!this.atEnd)
      this.unread = this.lines.filter((line) => line.id > this.lastSeen && !line.deleted).length;
    else this.lastSeen = this.lines.at(-1)?.id ?? 0;
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    if (changed.has("lines") && this.atEnd) this.toEnd();
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
            mentions(l.text, this.me),
        )
      : [];
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
            this.lines,
            (line) => line.id,
            (line) =>
              line.kind === "message" || line.kind === "announced"
                ? this.#message(line)
                : this.#system(line),
          )}
        </ol>
      </div>
      ${
        this.unread
          ? html`<button class="jump" data-testid="chat-jump" @click=${this.toEnd}>
              ${icon("down")} ${this.unread} new
            </button>`
          : nothing
      }`;
  }

  /** @param {ChatLine} line */
  #message(line) {
    const role = line.user?.role ?? "";
    const announced = line.kind === "announced";
    const forMe = mentions(line.text, this.me) && line.user?.handle !== this.me;
    const classes = [
      "line",
      announced && "announced",
      forMe && "for-me",
      line.deleted && "deleted",
      role && "by-staff",
    ].filter(Boolean);
    const body = html`<ls-avatar .user=${line.user}></ls-avatar>
      <span class="what">
        <b class="who">${line.user?.handle ?? ""}</b
        >${role ? html`<span class="role">${ROLES[role] ?? role}</span>` : nothing}
        <span class="text">${line.deleted ? this.#deleted(line) : this.#text(line.text)}</span>
      </span>`;
    return html`<li
      class=${classes.join(" ")}
      data-testid="chat-line"
      data-id=${line.id}
      data-kind=${line.kind}
      data-user=${line.user?.handle ?? ""}
      ?data-deleted=${line.deleted}
    >
      ${
        this.acting && line.user
          ? html`<button
              class="tap"
              data-testid="chat-line-act"
              aria-label="Moderate the message of ${line.user.handle}: ${line.text}"
              @click=${() => this.#pick(line)}
            >
              ${body}
            </button>`
          : html`<div class="tap">${body}</div>`
      }
    </li>`;
  }

  /** @param {ChatLine} line */
  #deleted(line) {
    return html`<i>message removed</i
      >${this.acting && line.text ? html` <s>${line.text}</s>` : nothing}`;
  }

  /** @param {string} text */
  #text(text) {
    return pieces(text).map((p) =>
      p.handle ? html`<mark class=${p.handle === this.me ? "me" : ""}>${p.text}</mark>` : p.text,
    );
  }

  /** @param {ChatLine} line */
  #system(line) {
    const { text, tone } = this.room?.features.lineText(line, this.lines) ?? {
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
