// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { shared } from "/web/components/styles.js";

/** How long a question stands before the button is as it was. */
const ASKS_MS = 6_000;
/** A second tap so soon after the first was not an answer. */
const TOO_SOON_MS = 350;

/**
 * A button for what cannot be undone: the first tap asks, the second one does it.
 *
 * @property {string} name  for tests
 * @property {string} look  classes of the button
 * @property {string} question  what stands on the button while it asks, such as "Give it back?"
 * @property {string} label  for screen readers, when the words in it do not say what it is about
 * @fires sure  it was meant
 */
export class LsSure extends LitElement {
  static properties = {
    name: {},
    look: {},
    question: {},
    label: {},
    asks: { state: true },
    soon: { state: true },
  };

  constructor() {
    super();
    this.name = "sure";
    this.look = "quiet compact";
    this.question = "Sure?";
    this.label = "";
    this.asks = false;
    this.soon = false;
    this.timers = /** @type {number[]} */ ([]);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#rest();
  }

  #rest() {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
    this.asks = this.soon = false;
  }

  #tap() {
    if (this.asks) {
      this.#rest();
      this.dispatchEvent(new Event("sure"));
      return;
    }
    this.asks = this.soon = true;
    this.timers = [
      window.setTimeout(() => (this.soon = false), TOO_SOON_MS),
      window.setTimeout(() => this.#rest(), ASKS_MS),
    ];
    announce(this.question, "assertive");
  }

  render() {
    const label = this.asks ? this.question : this.label;
    return html`<button
      type="button"
      class="btn ${this.look} ${this.asks ? "danger filled" : ""}"
      data-testid=${this.name}
      ?data-asks=${this.asks}
      aria-label=${label || this.question}
      ?disabled=${this.soon}
      @click=${this.#tap}
    >
      ${this.asks ? this.question : html`<slot></slot>`}
    </button>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }
      .btn {
        width: 100%;
        white-space: nowrap;
      }
      /* One that fills its place has no more room than that. */
      .btn.block {
        white-space: normal;
      }
      /* The question stands where the button was, and as clear to read. */
      .btn:disabled {
        opacity: 1;
        cursor: inherit;
      }
    `,
  ];
}
customElements.define("ls-sure", LsSure);
