// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";
import { left } from "/web/features/claims/offer.js";

/**
 * The sizes or colours of an item as chips, one of which can be chosen. One that is out of stock
 * can be chosen too: for the waitlist.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 * @property {string | undefined} value  id of the chosen variant
 * @property {boolean} compact  without stock under the names
 * @fires change  `value` is another one
 */
export class LsVariants extends LitElement {
  static properties = {
    item: { attribute: false },
    value: {},
    compact: { type: Boolean, reflect: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    /** @type {string | undefined} */
    this.value = undefined;
    this.compact = false;
  }

  /** @param {string} id */
  #choose(id) {
    this.value = this.value === id ? undefined : id;
    this.dispatchEvent(new Event("change"));
  }

  render() {
    return html`<div class="chips" role="group" aria-label="Size or colour">
      ${this.item?.variants.map((v) => {
        const n = left(v);
        const stock = n > 1 ? `${n} left` : n === 1 ? "last one" : v.held > 0 ? "held" : "sold out";
        return html`<button
          type="button"
          class=${n ? "" : "out"}
          data-testid="variant"
          data-variant=${v.label}
          aria-pressed=${this.value === v.id}
          aria-label="${v.label}, ${stock}"
          @click=${() => this.#choose(v.id)}
        >
          <b dir="auto">${v.label}</b>${this.compact ? "" : html`<small>${stock}</small>`}
        </button>`;
      })}
    </div>`;
  }

  static styles = [
    shared,
    css`
      button {
        display: grid;
        place-items: center;
        align-content: center;
        min-width: 3.25rem;
        min-height: 3.25rem;
        padding: 0 var(--s-3);
        border: 1.5px solid var(--line-2);
        border-radius: var(--r-s);
        background: var(--surface);
        cursor: pointer;
        line-height: 1.2;
      }
      :host([compact]) .chips {
        gap: 0.375rem;
        /* Half of a third row says that there are more. */
        max-height: calc(2.5 * var(--tap) + 0.75rem);
        overflow-y: auto;
      }
      :host([compact]) button {
        min-width: var(--tap);
        min-height: var(--tap);
        padding: 0 var(--s-2);
        font-size: var(--t-s);
        flex: none;
      }
      small {
        font-size: 0.6875rem;
        color: var(--ink-2);
      }
      .out b {
        text-decoration: line-through;
        color: var(--ink-2);
        font-weight: 400;
      }
      button[aria-pressed="true"] {
        background: var(--ink);
        border-color: var(--ink);
        color: var(--paper);
      }
      button[aria-pressed="true"] b,
      button[aria-pressed="true"] small {
        color: inherit;
      }
      button[aria-pressed="true"].out {
        background: var(--warn-ink);
        border-color: var(--warn-ink);
      }
    `,
  ];
}
customElements.define("ls-variants", LsVariants);
