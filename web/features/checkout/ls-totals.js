// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";
import { reductionText } from "/web/features/checkout/cart.js";
import "/web/components/ls-money.js";

/**
 * What a cart, payment or order comes to.
 *
 * @typedef {{
 *   items: number, shipping: number, total: number, refunded?: number,
 *   reductions?: import("/web/lib/protocol.js").Reduction[]
 * }} Sums
 *
 * @property {Sums} of
 * @property {string} currency
 * @property {number} parcels  how many; more than one is worth a word
 */
export class LsTotals extends LitElement {
  static properties = { of: { attribute: false }, currency: {}, parcels: { type: Number } };

  constructor() {
    super();
    /** @type {Sums} */
    this.of = { items: 0, shipping: 0, total: 0 };
    this.currency = "EUR";
    this.parcels = 1;
  }

  render() {
    const { of, currency } = this;
    return html`<dl>
      <div>
        <dt>Pieces</dt>
        <dd><ls-money amount=${of.items} currency=${currency}></ls-money></dd>
      </div>
      ${(of.reductions ?? []).map(
        (each) =>
          html`<div data-testid="reduction">
            <dt dir="auto">${reductionText(each)}</dt>
            <dd><ls-money amount=${-each.amount} currency=${currency}></ls-money></dd>
          </div>`,
      )}
      <div>
        <dt>
          Shipping${
            this.parcels > 1
              ? html` <span class="muted small">${this.parcels} parcels</span>`
              : nothing
          }
        </dt>
        <dd><ls-money amount=${of.shipping} currency=${currency} free></ls-money></dd>
      </div>
      <div class="total">
        <dt>Total</dt>
        <dd>
          <ls-money
            class="display"
            amount=${of.total}
            currency=${currency}
            data-testid="total"
          ></ls-money>
        </dd>
      </div>
      ${
        of.refunded
          ? html`<div data-testid="refunded">
              <dt>Paid back</dt>
              <dd><ls-money amount=${-of.refunded} currency=${currency}></ls-money></dd>
            </div>`
          : nothing
      }
    </dl>`;
  }

  static styles = [
    shared,
    css`
      dl {
        display: grid;
        gap: var(--s-2);
      }
      div {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
        gap: var(--s-3);
      }
      .total {
        padding-top: var(--s-3);
        border-top: 1px solid var(--line);
        font-weight: var(--w-bold);
      }
      .total ls-money {
        font-size: var(--t-xl);
      }
    `,
  ];
}
customElements.define("ls-totals", LsTotals);
