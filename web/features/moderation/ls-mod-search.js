// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { dateTimeText } from "/web/lib/time.js";
import { explain } from "/web/lib/words.js";
import { fields, shared } from "/web/components/styles.js";
import { pick } from "/web/features/chat/picking.js";

/** @typedef {import("/web/lib/protocol.js").WrittenLine} WrittenLine */

/** How long somebody types before it is searched. */
const TYPING_MS = 300;
const PAGE = 30;

/**
 * What was written in the show, as far back as one likes: searched by text, of all or of one.
 *
 * @property {string} user  id of the only author, "" for everybody
 */
export class LsModSearch extends RoomElement {
  static properties = {
    user: {},
    lines: { state: true },
    next: { state: true },
    busy: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    this.user = "";
    /** @type {WrittenLine[]} */
    this.lines = [];
    /** @type {string | null} */
    this.next = null;
    this.busy = false;
    this.problem = "";
    this.text = "";
    /** Which question is the newest: older answers come too late. */
    this.asked = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.typing = undefined;
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("user") || changed.has("room")) this.#search();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.typing);
  }

  /** @param {InputEvent} event */
  #typed(event) {
    this.text = /** @type {HTMLInputElement} */ (event.target).value;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.#search(), TYPING_MS);
  }

  async #search(after = "") {
    if (!this.room) return;
    const asked = ++this.asked;
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (this.text.trim()) query.set("q", this.text.trim());
    if (this.user) query.set("user", this.user);
    if (after) query.set("after", after);
    this.busy = true;
    try {
      const page = await get(`/api/shows/${this.room.show}/lines?${query}`);
      if (asked !== this.asked) return;
      this.lines = after ? [...this.lines, ...page.items] : page.items;
      this.next = page.next;
      this.problem = "";
    } catch (error) {
      if (asked === this.asked) this.problem = explain(error);
    } finally {
      if (asked === this.asked) this.busy = false;
    }
  }

  /** @param {WrittenLine} line */
  #pick(line) {
    if (this.room)
      pick(this.room, { line: { ...line, item: null, mentions: [] }, user: line.user });
  }

  render() {
    const { lines, next, busy, problem } = this;
    return html`<input
        type="search"
        ${limit(100)}
        dir="auto"
        autocomplete="off"
        aria-label="Search what was written"
        placeholder=${this.user ? "Search their messages" : "Search all messages"}
        data-testid="line-search"
        @input=${this.#typed}
      />
      ${problem ? html`<p role="alert" class="failed">${problem}</p>` : nothing}
      ${
        lines.length || busy || problem
          ? nothing
          : html`<p class="muted small" data-testid="nothing-found">
              ${next ? "Nothing among the newest." : "Nothing found."}
            </p>`
      }
      <ol>
        ${repeat(
          lines,
          (line) => line.id,
          (line) => this.#line(line),
        )}
      </ol>
      ${
        next
          ? html`<button
              class="btn block"
              data-testid="lines-more"
              ?disabled=${busy}
              @click=${() => this.#search(next)}
            >
              ${icon("down")} Further back
            </button>`
          : nothing
      }`;
  }

  /** @param {WrittenLine} line */
  #line(line) {
    const gone = line.deleted_by
      ? `removed by @${line.deleted_by.handle}`
      : line.deleted
        ? "removed"
        : "";
    const secret = line.kind === "whisper" ? "team only" : "";
    const note = [secret, gone].filter(Boolean).join(", ");
    const body = html`<span class="muted small num">${dateTimeText(line.at)}</span>
      ${this.user ? nothing : html`<b>@${line.user.handle}</b>`}
      <span dir="auto">${line.text}</span>
      ${note ? html`<span class="badge">${note}</span>` : nothing}`;
    return html`<li data-testid="written" data-id=${line.id}>
      ${
        this.user || line.kind === "whisper"
          ? html`<p class="written">${body}</p>`
          : html`<button class="written" @click=${() => this.#pick(line)}>${body}</button>`
      }
    </li>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--s-2);
      }
      .written {
        display: block;
        width: 100%;
        min-height: var(--tap);
        padding: var(--s-2);
        border: 0;
        border-radius: var(--r-s);
        background: none;
        text-align: start;
        font: inherit;
        font-size: var(--t-s);
        line-height: 1.38;
        overflow-wrap: anywhere;
      }
      button.written {
        cursor: pointer;
      }
      button.written:hover {
        background: var(--sunken);
      }
      li + li {
        border-top: 1px solid var(--line);
      }
    `,
  ];
}
customElements.define("ls-mod-search", LsModSearch);
