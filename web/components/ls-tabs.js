// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";

/**
 * A row of tabs; what they show is the owner's business.
 *
 * @property {{id: string, text: string, count?: number, fresh?: number}[]} tabs
 *   `count`: how much there is; `fresh`: how much of it nobody has looked at
 * @property {string} value  id of the chosen one
 * @property {string} label
 * @property {string} panel  id of what they show, beside them: it is named after the chosen one
 * @fires change  `value` is another one
 */
export class LsTabs extends LitElement {
  static properties = { tabs: { attribute: false }, value: {}, label: {}, panel: {} };

  constructor() {
    super();
    /** @type {{id: string, text: string, count?: number, fresh?: number}[]} */
    this.tabs = [];
    this.value = "";
    this.label = "";
    this.panel = "";
  }

  /** The panel is in the tree of the owner, where no id of ours reaches. */
  updated() {
    const tree = /** @type {Document | ShadowRoot} */ (this.getRootNode());
    const panel = this.panel && tree.getElementById(this.panel);
    if (!panel) return;
    panel.role = "tabpanel";
    panel.ariaLabel = this.tabs.find((t) => t.id === this.value)?.text ?? this.label;
  }

  /** @param {string} id */
  #choose(id) {
    if (id === this.value) return;
    this.value = id;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = this.tabs.findIndex((t) => t.id === this.value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#choose(this.tabs.at(to % this.tabs.length)?.id ?? this.value);
    this.updateComplete.then(() =>
      /** @type {HTMLElement | null} */ (
        this.renderRoot.querySelector('[aria-selected="true"]')
      )?.focus(),
    );
  }

  render() {
    return html`<div role="tablist" aria-label=${this.label} @keydown=${this.#key}>
      ${this.tabs.map(
        (t) =>
          html`<button
            role="tab"
            data-testid="tab-${t.id}"
            aria-selected=${t.id === this.value}
            tabindex=${t.id === this.value ? 0 : -1}
            @click=${() => this.#choose(t.id)}
          >
            ${t.text}${t.count ? html` <span class="num">${t.count}</span>` : ""}${
              t.fresh
                ? html` <b class="num" data-testid="fresh">${t.fresh}<i class="sr"> new</i></b>`
                : ""
            }
          </button>`,
      )}
    </div>`;
  }

  static styles = [
    shared,
    css`
      /* As many lines as they need: what is beside the screen is not found. */
      div {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-1);
        padding: 0.25rem;
        border-radius: calc(var(--tap) / 2 + 0.25rem);
        background: var(--sunken);
      }
      button {
        flex: 1;
        min-height: 2.5rem;
        padding: 0 var(--s-1);
        border: 0;
        border-radius: var(--r-full);
        background: none;
        color: var(--ink-2);
        font-size: var(--t-s);
        font-weight: var(--w-bold);
        white-space: nowrap;
        cursor: pointer;
      }
      button[aria-selected="true"] {
        background: var(--raised);
        color: var(--ink);
        box-shadow: var(--shadow-1);
      }
      span {
        font-size: var(--t-xs);
        opacity: 0.75;
      }
      b {
        position: relative;
        display: inline-block;
        min-width: 1.25rem;
        padding: 0 0.3rem;
        border-radius: var(--r-full);
        background: var(--accent);
        color: var(--on-accent);
        font-size: var(--t-xs);
        line-height: 1.25rem;
      }
      @media (pointer: coarse) {
        button {
          min-height: var(--tap);
        }
      }
    `,
  ];
}
customElements.define("ls-tabs", LsTabs);
