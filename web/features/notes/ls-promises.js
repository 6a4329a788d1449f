// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import { promisesOf } from "/web/features/notes/state.js";

/**
 * What is promised with an item.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 * @property {boolean} compact  in a line or two, for the card over the video
 */
export class LsPromises extends RoomElement {
  static properties = {
    item: { attribute: false },
    compact: { type: Boolean, reflect: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    this.compact = false;
  }

  get #made() {
    return this.state && this.item ? promisesOf(this.state, this.item.id) : [];
  }

  willUpdate() {
    this.hidden = this.#made.length === 0;
  }

  render() {
    const made = this.#made;
    if (!made.length) return nothing;
    if (this.compact)
      return html`<p data-testid="promises">
        ${icon("check")}<span
          ><span class="sr">Promised with it: </span
          >${made.map(({ text }) => text).join(" · ")}</span
        >
      </p>`;
    return html`<section data-testid="promises">
      <h3 class="caption">Promised with it</h3>
      <ul>
        ${made.map(({ text }) => html`<li>${icon("check")}<span>${text}</span></li>`)}
      </ul>
      <p class="muted small">Claim it, and this stays promised to you.</p>
    </section>`;
  }

  static styles = [
    shared,
    css`
      :host([hidden]) {
        display: none;
      }
      li,
      :host([compact]) p {
        display: flex;
        gap: var(--s-2);
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
      li {
        padding: var(--s-1) 0;
      }
      .icon {
        flex: none;
        color: var(--ok-ink);
      }
      :host([compact]) p {
        margin-top: var(--s-2);
        font-size: var(--t-xs);
        color: var(--ok-ink);
      }
      :host([compact]) p > span {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
    `,
  ];
}
customElements.define("ls-promises", LsPromises);
