// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { dateTimeText, serverNow } from "/web/lib/time.js";
import { counted } from "/web/lib/words.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";

/** @typedef {import("/web/lib/protocol.js").Payouts} Payouts */

/** So many months back there are statements at hand. */
const MONTHS = 6;

/** The newest months by their names in addresses, "2026-11", this one first. @param {number} now */
export function months(now) {
  const day = new Date(now);
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  );
}

/** What the caller can have of what they earned, what waits, and what they were paid. */
export class LsPayouts extends LitElement {
  static properties = { found: { state: true } };

  constructor() {
    super();
    /** @type {Payouts | null} */
    this.found = null;
  }

  connectedCallback() {
    super.connectedCallback();
    // Without an answer there is nothing to say; orders and balances stand all the same.
    get("/api/payouts").then(
      (found) => (this.found = found),
      () => {},
    );
  }

  render() {
    const { found } = this;
    if (!found?.standing.length) return nothing;
    return html`<section aria-labelledby="payouts" data-testid="payouts">
      <h2 id="payouts" class="display">Payouts</h2>
      ${found.standing.map((standing) => this.#standing(standing))}
      ${
        found.payouts.length
          ? html`<details>
              <summary class="small">${icon("chevron")} What you were paid</summary>
              <ul>
                ${found.payouts.map(
                  (payout) =>
                    html`<li data-testid="payout">
                      <b class="num">${money(payout.amount, payout.currency)}</b>
                      <span class="muted small"
                        >${dateTimeText(payout.at)}, ${counted(payout.orders, "order")}</span
                      >
                      ${
                        payout.reference
                          ? html`<span class="small" dir="auto">${payout.reference}</span>`
                          : nothing
                      }
                    </li>`,
                )}
              </ul>
            </details>`
          : nothing
      }
    </section>`;
  }

  /** @param {Payouts["standing"][0]} standing */
  #standing({ currency, available, held, frozen, paid, next_at: next }) {
    return html`<div class="panel">
      <p class="sum">
        <span class="display num" data-testid="payout-available"
          >${money(Math.abs(available), currency)}</span
        >
        <span class="muted small">${available < 0 ? "you owe" : "can be paid out"}</span>
      </p>
      <dl>
        <div>
          <dt>Waits until its parcels have arrived for some days</dt>
          <dd class="num">${money(held, currency)}</dd>
        </div>
        ${
          frozen
            ? html`<div>
                <dt>Frozen: a buyer says it is not as described</dt>
                <dd class="num">${money(frozen, currency)}</dd>
              </div>`
            : nothing
        }
        <div>
          <dt>Paid out so far</dt>
          <dd class="num">${money(paid, currency)}</dd>
        </div>
      </dl>
      ${
        available < 0
          ? html`<p class="small">It is taken from what you earn next.</p>`
          : next
            ? html`<p class="small">The next part is yours on ${dateTimeText(next)}.</p>`
            : nothing
      }
      <p class="small">
        Statements:
        ${months(serverNow()).map(
          (month) =>
            html`<a
              href=${`/api/payouts/statement.csv?month=${month}&currency=${currency}`}
              download
              class="month"
              >${month}</a
            > `,
        )}
      </p>
    </div>`;
  }

  static styles = [
    shared,
    page,
    css`
      section {
        display: grid;
        gap: var(--s-4);
      }
      .panel {
        gap: var(--s-2);
        padding: var(--s-4);
      }
      .sum {
        display: flex;
        flex-wrap: wrap;
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
      .month {
        display: inline-flex;
        align-items: center;
        min-height: var(--tap);
        margin-inline-end: var(--s-2);
      }
      summary {
        display: flex;
        align-items: center;
        min-height: var(--tap);
        cursor: pointer;
      }
      ul {
        display: grid;
        gap: var(--s-2);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-3);
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-payouts", LsPayouts);
