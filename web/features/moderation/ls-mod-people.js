// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { agoText, serverNow } from "/web/lib/time.js";
import { explain } from "/web/lib/words.js";
import { fields, shared } from "/web/components/styles.js";
import { pick } from "/web/features/chat/picking.js";
import { ROLES } from "/web/features/running/words.js";
import "/web/components/ls-avatar.js";

/** @typedef {import("/web/lib/protocol.js").Person} Person */

const AGAIN_MS = 10_000;

/**
 * Who is here and who was, with a search.
 *
 */
export class LsModPeople extends RoomElement {
  static properties = { people: { state: true }, words: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {Person[] | null} */
    this.people = null;
    this.words = "";
    this.problem = "";
    this.timer = 0;
    /** @type {unknown} */
    this.sanctions = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = window.setInterval(() => this.#load(), AGAIN_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  willUpdate() {
    if (this.state && this.state.sanctions !== this.sanctions) {
      this.sanctions = this.state.sanctions;
      this.#load();
    }
  }

  async #load() {
    try {
      this.people = (await get(`/api/shows/${this.room?.show}/people`)).people;
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }

  render() {
    const words = this.words.toLowerCase().replace(/^@/, "");
    const found = (this.people ?? [])
      .filter((p) => p.user.handle.includes(words) || p.user.name.toLowerCase().includes(words))
      .toSorted(
        (a, b) =>
          Number(b.connected) - Number(a.connected) ||
          (b.last_said_at ?? 0) - (a.last_said_at ?? 0),
      );
    return html`<label class="search"
        >${icon("search")}<input
          dir="auto"
          type="search"
          placeholder="Find a person"
          aria-label="Find a person"
          data-testid="people-search"
          @input=${(/** @type {InputEvent} */ e) =>
            (this.words = /** @type {HTMLInputElement} */ (e.target).value)}
      /></label>
      ${this.problem ? html`<p role="alert" class="failed">${this.problem}</p>` : nothing}
      ${this.people === null && !this.problem ? html`<p class="muted small">Loading…</p>` : nothing}
      <ul>
        ${repeat(
          found,
          (p) => p.user.id,
          (p) => this.#person(p),
        )}
      </ul>`;
  }

  /** @param {Person} p */
  #person(p) {
    const now = serverNow();
    const roles = p.roles.filter((r) => ROLES[r]);
    // Without an end it is for the whole show.
    const stands = (/** @type {number | null} */ until) => until === null || until > now;
    return html`<li>
      <button
        data-testid="person"
        data-user=${p.user.handle}
        @click=${() => this.room && pick(this.room, { line: null, user: p.user })}
      >
        <span class="face ${p.connected ? "here" : ""}"
          ><ls-avatar .user=${p.user}></ls-avatar
        ></span>
        <span class="grow"
          ><b>@${p.user.handle}</b>
          ${roles.map((r) => html`<span class="badge staff">${ROLES[r]}</span> `)}<br /><span
            class="muted small"
            >${
              p.last_said_at
                ? `wrote ${agoText(p.last_said_at)}`
                : p.connected
                  ? "watching"
                  : "not here now"
            }</span
          ></span
        >
        ${
          p.banned && stands(p.banned_until)
            ? html`<span class="badge bad" data-testid="person-banned">banned</span>`
            : p.muted && stands(p.muted_until)
              ? html`<span class="badge warn" data-testid="person-muted">muted</span>`
              : nothing
        }
        ${icon("dots")}
      </button>
    </li>`;
  }

  static styles = [
    shared,
    fields,
    css`
      .search {
        margin-bottom: var(--s-2);
      }
      li button {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        width: 100%;
        min-height: 3.5rem;
        padding: var(--s-1) var(--s-2);
        border: 0;
        border-radius: var(--r-s);
        background: none;
        text-align: left;
        line-height: 1.3;
        cursor: pointer;
      }
      li button:hover {
        background: var(--sunken);
      }
      .face {
        position: relative;
      }
      .here::after {
        content: "";
        position: absolute;
        right: -1px;
        bottom: 2px;
        width: 0.7rem;
        height: 0.7rem;
        border-radius: 50%;
        background: var(--ok);
        border: 2px solid var(--surface);
      }
    `,
  ];
}
customElements.define("ls-mod-people", LsModPeople);
