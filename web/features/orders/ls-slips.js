// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { addressLines, learnParts } from "/web/lib/addresses.js";
import { icon } from "/web/lib/icons.js";
import { dateTimeText } from "/web/lib/time.js";
import { counted } from "/web/lib/words.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-photo.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */

/**
 * Packing slips to print, one a sheet. The browser draws them: it has letters for every address.
 *
 * @property {Order[]} orders
 * @property {string} thanks  what the seller writes on each of them
 * @fires done  back to the list
 */
export class LsSlips extends LitElement {
  static properties = { orders: { attribute: false }, thanks: {} };

  constructor() {
    super();
    /** @type {Order[]} */
    this.orders = [];
    this.thanks = "";
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("orders")) return;
    const countries = new Set(this.orders.map((o) => o.address?.country ?? ""));
    Promise.all([...countries].map(learnParts)).then(() => this.requestUpdate());
  }

  render() {
    return html`<p class="tools">
        <button
          class="btn quiet"
          data-testid="slips-back"
          @click=${() => this.dispatchEvent(new Event("done"))}
        >
          ${icon("back")} Back
        </button>
        <button class="btn primary" data-testid="slips-print" @click=${() => print()}>
          Print ${counted(this.orders.length, "slip")}
        </button>
      </p>
      ${this.orders.map((order) => this.#slip(order))}`;
  }

  /** @param {Order} order */
  #slip(order) {
    const { address, lines } = order;
    const pieces = lines.reduce((n, l) => n + l.quantity, 0);
    return html`<article class="slip" data-testid="slip">
      <header>
        <p class="small">@${order.owner.handle} · ${order.show.title}</p>
        <h2 class="display">For @${order.buyer.handle}</h2>
        <p class="small num">Order ${order.id} · ${dateTimeText(order.created_at)}</p>
      </header>
      ${
        address
          ? html`<address>
              ${addressLines(address).map((line) => html`<span dir="auto">${line}</span>`)}
            </address>`
          : nothing
      }
      <ul>
        ${lines.map(
          (l) =>
            html`<li>
              <ls-photo .photo=${l.photo} alt=""></ls-photo>
              <b class="number num">No. ${l.number}</b>
              <span class="grow"
                ><span dir="auto">${l.title}</span
                >${l.variant ? html`, ${l.variant}` : nothing}${l.promises.map(
                  (promise) => html`<span class="promise" dir="auto">☐ ${promise}</span>`,
                )}</span
              >
              <b class="num">${l.quantity} ×</b>
            </li>`,
        )}
      </ul>
      <p class="small">${counted(pieces, "piece")} in this parcel.</p>
      ${this.thanks ? html`<p class="thanks display" dir="auto">${this.thanks}</p>` : nothing}
    </article>`;
  }

  static styles = [
    shared,
    page,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-5);
      }
      .tools {
        display: flex;
        justify-content: space-between;
        gap: var(--s-3);
      }
      .slip {
        display: grid;
        gap: var(--s-4);
        padding: var(--s-5);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
      }
      address {
        display: grid;
        font-style: normal;
        font-size: var(--t-l);
      }
      li {
        display: flex;
        gap: var(--s-3);
        padding: var(--s-2) 0;
        border-top: 1px solid var(--line);
        break-inside: avoid;
      }
      ls-photo {
        width: 3.5rem;
        flex: none;
      }
      .number {
        flex: none;
        min-width: 4rem;
      }
      li .grow {
        display: grid;
        align-content: start;
        overflow-wrap: anywhere;
      }
      .promise {
        font-weight: var(--w-bold);
      }
      .thanks {
        font-size: var(--t-l);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      @media print {
        .tools {
          display: none;
        }
        .slip {
          padding: 0;
          border: 0;
          break-after: page;
        }
        .slip:last-child {
          break-after: auto;
        }
      }
    `,
  ];
}
customElements.define("ls-slips", LsSlips);
