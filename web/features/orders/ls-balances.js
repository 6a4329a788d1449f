// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { counted } from "/web/lib/words.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";

/**
 * @typedef {{
 *   currency: string, sales: number, shipping: number, shipping_support: number,
 *   discounts: number,
 *   commission_paid: number,
 *   commission_earned: number, fees: number, refunds: number, balance: number, withheld: number,
 *   orders: number
 * }} Balance
 * @typedef {{show: {id: string, title: string}, balance: Balance}} Row
 */

/** So many shows are asked for at a time. */
const STEP = 12;

/** @type {[keyof Balance, string, 1 | -1][]} */
const PARTS = [
  ["sales", "Sales", 1],
  ["shipping", "Shipping, paid by buyers", 1],
  ["shipping_support", "Shipping, paid by hosts", 1],
  ["discounts", "Discounts that you pay", -1],
  ["commission_earned", "Commission earned", 1],
  ["commission_paid", "Commission to hosts", -1],
  ["fees", "Fee of this server", -1],
  ["refunds", "Refunds", -1],
  ["withheld", "Withheld of what is left, disputed at a bank", 1],
];

/**
 * The caller's money, show by show.
 *
 * @property {{id: string, title: string}[]} shows
 */
export class LsBalances extends LitElement {
  static properties = {
    shows: { attribute: false },
    rows: { state: true },
    most: { state: true },
  };

  constructor() {
    super();
    /** @type {{id: string, title: string}[]} */
    this.shows = [];
    /** @type {Row[]} */
    this.rows = [];
    this.most = STEP;
    this.asked = "";
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("shows") && !changed.has("most")) return;
    const asked = this.#some.map((s) => s.id).join();
    if (asked !== this.asked) this.#load();
    this.asked = asked;
  }

  get #some() {
    return this.shows.slice(0, this.most);
  }

  async #load() {
    const some = this.#some;
    const found = await Promise.all(
      some.map((show) =>
        get(`/api/shows/${show.id}/balance`).then(
          (balance) => ({ show, balance }),
          () => null,
        ),
      ),
    );
    if (some.length !== this.#some.length) return;
    this.rows = /** @type {Row[]} */ (
      found.filter((r) => r !== null && (r.balance.orders > 0 || r.balance.balance !== 0))
    );
  }

  render() {
    const longer = this.shows.length > this.most;
    if (!this.rows.length && !longer) return nothing;
    return html`<section aria-labelledby="money" data-testid="balances">
      <h2 id="money" class="display">Your money, by show</h2>
      <ul>
        ${this.rows.map(
          ({ show, balance }) =>
            html`<li class="panel" data-testid="balance-${show.id}">
              <a href="/shows/${show.id}" class="small show" dir="auto">${show.title}</a>
              <p class="sum">
                <span class="display">${money(balance.balance, balance.currency)}</span>
                <span class="muted small">${counted(balance.orders, "order")}</span>
              </p>
              <details>
                <summary class="small">${icon("chevron")} How it adds up</summary>
                <dl>
                  ${PARTS.filter(([name]) => balance[name]).map(
                    ([name, text, sign]) =>
                      html`<div>
                        <dt>${text}</dt>
                        <dd class="num">
                          ${sign < 0 ? "−" : ""}${money(Number(balance[name]), balance.currency)}
                        </dd>
                      </div>`,
                  )}
                </dl>
              </details>
            </li>`,
        )}
      </ul>
      ${
        longer
          ? html`<button
              class="btn"
              @click=${() => (this.most += STEP)}
              data-testid="more-balances"
            >
              More shows
            </button>`
          : nothing
      }
    </section>`;
  }

  static styles = [
    shared,
    page,
    css`
      section {
        display: grid;
        gap: var(--s-4);
      }
      ul {
        display: grid;
        gap: var(--s-4);
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr));
        align-items: start;
      }
      .panel {
        gap: var(--s-1);
        padding: var(--s-4);
      }
      .show {
        display: flex;
        align-items: center;
        min-height: var(--tap);
        overflow-wrap: anywhere;
      }
      .sum {
        display: flex;
        align-items: baseline;
        gap: var(--s-3);
      }
      .sum .display {
        font-size: var(--t-xl);
      }
      dl {
        display: grid;
        gap: var(--s-1);
        font-size: var(--t-s);
      }
      dl div {
        display: flex;
        justify-content: space-between;
        gap: var(--s-3);
      }
      dt {
        color: var(--ink-2);
      }
    `,
  ];
}
customElements.define("ls-balances", LsBalances);
