// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { money } from "/web/lib/money.js";

/**
 * An amount of money; beside a price that was reduced the lowest one of the 30 days before, struck.
 *
 * @property {number} amount  minor units
 * @property {number | null} was  that lowest one; null: nothing is said of it
 * @property {string} currency
 * @property {boolean} free  zero is worded "free"
 */
export class LsMoney extends LitElement {
  static properties = {
    amount: { type: Number },
    was: { type: Number },
    currency: {},
    free: { type: Boolean },
  };

  constructor() {
    super();
    this.amount = 0;
    /** @type {number | null} */
    this.was = null;
    this.currency = "EUR";
    this.free = false;
  }

  render() {
    const now = this.free && this.amount === 0 ? "free" : money(this.amount, this.currency);
    if (this.was === null || this.was <= this.amount) return html`${now}`;
    const was = money(this.was, this.currency);
    // A line through it is not heard.
    return html`<span class="heard">now ${now}, lowest price of the last 30 days was ${was}</span
      ><span aria-hidden="true" class="both"><b>${now}</b> <s>${was}</s></span>`;
  }

  static styles = css`
    :host {
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
    /* Each amount is one word; the two may stand below one another. */
    .both {
      white-space: normal;
    }
    b,
    s {
      white-space: nowrap;
    }
    b {
      font-weight: inherit;
      color: var(--bad-ink);
    }
    s {
      font-size: var(--t-s);
      font-weight: 400;
      color: var(--ink-2);
    }
    .heard {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  `;
}
customElements.define("ls-money", LsMoney);
