// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { device } from "/web/lib/storage.js";
import { shared } from "/web/components/styles.js";

/** A longer text is folded: over the video there is little room. */
const SHORT = 90;

/** The note of the show. Whoever puts it aside does not see it again until there is a new one. */
export class LsNote extends RoomElement {
  static properties = { aside: { state: true }, open: { state: true } };

  constructor() {
    super();
    /** The revision that was put aside just now. */
    this.aside = 0;
    this.open = false;
    /** The revision that was told to screen readers. */
    this.told = 0;
  }

  /** Where this browser remembers what its user has put aside. */
  get #name() {
    return `liveshow.note.${this.show?.id}.${this.mine?.user.id ?? "guest"}`;
  }

  /** The note, unless it was put aside; null until it is known who looks. */
  get #note() {
    const { state, mine, guest } = this;
    const note = state?.notes.note;
    if (!note || (!mine && !guest)) return null;
    const aside = Math.max(this.aside, device.number(this.#name) ?? 0);
    return note.revision > aside ? note : null;
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const note = this.#note;
    this.hidden = note === null;
    if (!note || note.revision === this.told) return;
    this.told = note.revision;
    this.open = false;
    announce(`Note from the host: ${note.text}`);
  }

  /** @param {number} revision */
  #putAside(revision) {
    device.set(this.#name, revision);
    this.aside = revision;
  }

  render() {
    const note = this.#note;
    if (!note) return nothing;
    const { text, revision } = note;
    return html`<aside role="note" aria-label="Note from the host" data-testid="show-note">
      <span class="mark">${icon("pin")}</span>
      ${
        text.length > SHORT
          ? html`<button
              class="text ${this.open ? "" : "folded"}"
              aria-expanded=${this.open}
              data-testid="show-note-text"
              @click=${() => (this.open = !this.open)}
            >
              <span>${text}</span>
            </button>`
          : html`<p class="text" data-testid="show-note-text">${text}</p>`
      }
      <button
        class="btn quiet icon-only"
        aria-label="Put the note aside"
        data-testid="show-note-aside"
        @click=${() => this.#putAside(revision)}
      >
        ${icon("close")}
      </button>
    </aside>`;
  }

  static styles = [
    shared,
    css`
      :host([hidden]) {
        display: none;
      }
      aside {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        padding-left: var(--s-3);
        border-radius: var(--r-m);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-1);
      }
      .mark {
        display: flex;
        color: var(--staff-ink);
      }
      .text {
        flex: 1;
        min-width: 0;
        min-height: var(--tap);
        display: flex;
        align-items: center;
        padding: var(--s-2) 0;
        border: 0;
        background: none;
        text-align: left;
        font-size: var(--t-s);
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
      button.text {
        cursor: pointer;
      }
      .folded span {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      .btn {
        color: var(--ink-2);
      }
    `,
  ];
}
customElements.define("ls-note", LsNote);
