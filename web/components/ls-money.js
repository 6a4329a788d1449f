// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { money } from "/web/lib/money.js";

/**
 * An amount of money.
 *
 * @property {number} amount  minor units
 * @property {string} currency
 * @property {boolean} free  zero is worded "free"
 */
export class LsMoney extends LitElement {
  static properties = { amount: { type: Number }, currency: {}, free: { type: Boolean } };

  constructor() {
    super();
    this.amount = 0;
    this.currency = "EUR";
    this.free = false;
  }

  render() {
    return html`${this.free && this.amount === 0 ? "free" : money(this.amount, this.currency)}`;
  }

  static styles = css`
    :host {
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
  `;
}
customElements.define("ls-money", LsMoney);
