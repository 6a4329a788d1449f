// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-money.js";

/**
 * @typedef {{
 *   currency: string, sales: number, shipping: number, shipping_support: number,
 *   discounts: number,
 *   commission_paid: number,
 *   commission_earned: number, fees: number, refunds: number, balance: number, withheld: number,
 *   orders: number
 * }}
 *   Balance
 */

/**
 * How the show goes for the one who looks: pieces held and sold, and the money so far.
 *
 * @property {boolean} details  every line of the balance
 */
export class LsSales extends RoomElement {
  static properties = { details: { type: Boolean }, balance: { state: true } };

  constructor() {
    super();
    this.details = false;
    /** @type {Balance | null} */
    this.balance = null;
    this.sold = -1;
    this.timer = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = window.setInterval(() => this.#load(), 30_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  willUpdate() {
    const sold = this.state?.items.reduce((n, i) => n + i.sold_here, 0) ?? 0;
    if (this.state && sold !== this.sold) {
      this.sold = sold;
      this.#load();
    }
  }

  async #load() {
    if (!this.state) return;
    // Moderators have no money here; that is no problem worth a word.
    this.balance = await get(`/api/shows/${this.state.show.id}/balance`).catch(() => null);
  }

  render() {
    const { state, balance } = this;
    if (!state) return nothing;
    const holds = state.items.flatMap((i) => i.holds);
    const held = holds.reduce((n, h) => n + h.quantity, 0);
    const waiting = state.items.reduce((n, i) => n + i.waiting, 0);
    return html`<dl class="tiles">
        <div>
          <dt>Sold</dt>
          <dd class="num" data-testid="sold-count">${this.sold}</dd>
        </div>
        <div>
          <dt>Held</dt>
          <dd class="num" data-testid="held-count">${held}</dd>
        </div>
        <div>
          <dt>Waiting</dt>
          <dd class="num">${waiting}</dd>
        </div>
        ${
          balance
            ? html`<div class="wide">
                <dt>Your sales</dt>
                <dd data-testid="sales">
                  <ls-money .amount=${balance.sales} .currency=${balance.currency}></ls-money>
                </dd>
              </div>`
            : nothing
        }
      </dl>
      ${this.details && balance ? this.#details(balance) : nothing}
      ${
        this.details && this.mine?.can.includes("sell")
          ? html`<ls-sale-list></ls-sale-list>`
          : nothing
      }`;
  }

  /** @param {Balance} b */
  #details(b) {
    /** @type {[string, number][]} */
    const lines = [
      ["Sales", b.sales],
      ["Shipping", b.shipping],
      ["Shipping, paid by hosts", b.shipping_support],
      ["Discounts that you pay", -b.discounts],
      ["Commission to hosts", -b.commission_paid],
      ["Commission earned", b.commission_earned],
      ["Fees", -b.fees],
      ["Refunds", -b.refunds],
    ];
    return html`<dl class="lines">
        ${lines
          .filter(([, n]) => n)
          .map(
            ([name, n]) =>
              html`<dt>${name}</dt>
                <dd><ls-money .amount=${n} .currency=${b.currency}></ls-money></dd>`,
          )}
        <dt class="all">Yours, from ${b.orders} ${b.orders === 1 ? "order" : "orders"}</dt>
        <dd class="all"><ls-money .amount=${b.balance} .currency=${b.currency}></ls-money></dd>
        ${
          b.withheld
            ? html`<dt>Withheld of that, disputed at a bank</dt>
                <dd><ls-money .amount=${b.withheld} .currency=${b.currency}></ls-money></dd>`
            : nothing
        }
      </dl>
      <a class="btn block" href="/orders#sold">Orders to pack</a>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--s-4);
      }
      .tiles {
        display: grid;
        grid-template-columns: repeat(3, auto) minmax(0, 1.6fr);
        gap: var(--s-2);
      }
      .tiles div {
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-m);
        background: var(--sunken);
        min-width: 0;
      }
      .tiles .wide {
        background: var(--ok-soft);
        color: var(--ok-ink);
      }
      dt {
        font-size: var(--t-xs);
        color: var(--ink-2);
        white-space: nowrap;
      }
      .wide dt {
        color: inherit;
      }
      .tiles dd {
        font-size: var(--t-l);
        font-weight: 750;
        line-height: 1.25;
      }
      .lines {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: var(--s-2) var(--s-4);
      }
      .lines dt {
        font-size: var(--t-m);
        color: var(--ink);
      }
      .lines dd {
        text-align: right;
      }
      .lines .all {
        padding-top: var(--s-2);
        border-top: 1px dashed var(--line-2);
        font-weight: var(--w-bold);
      }
    `,
  ];
}
customElements.define("ls-sales", LsSales);
