// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { limit } from "/web/lib/limit.js";
import { counted } from "/web/lib/words.js";
import { dataOf, text } from "/web/components/forms.js";
import { fields, shared } from "/web/components/styles.js";
import { readTracking } from "/web/features/orders/tracking.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */

/**
 * Tracking numbers of several orders: typed, pasted together, or from a file.
 *
 * @property {Order[]} orders
 * @property {boolean} busy
 * @fires send  detail is what `POST /api/parcels/ship` takes
 */
export class LsShipMany extends LitElement {
  static properties = {
    orders: { attribute: false },
    busy: { attribute: false },
    filled: { state: true },
    unknown: { state: true },
  };

  constructor() {
    super();
    /** @type {Order[]} */
    this.orders = [];
    this.busy = false;
    /**
     * What came from a table, by order.
     *
     * @type {Map<string, {tracking: string, carrier: string}>}
     */
    this.filled = new Map();
    /** @type {string[]} */
    this.unknown = [];
  }

  /** @param {string} table */
  #fill(table) {
    const { sent, unknown } = readTracking(table, this.orders);
    this.filled = new Map(sent.map((s) => [s.order, s]));
    this.unknown = unknown;
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const table = event.clipboardData?.getData("text") ?? "";
    // One number is for the field that it is pasted into.
    if (!/[\r\n]/.test(table.trim())) return;
    event.preventDefault();
    this.#fill(table);
  }

  /** @param {SubmitEvent} event */
  #send(event) {
    event.preventDefault();
    const data = dataOf(event);
    const carrier = text(data, "carrier");
    const detail = this.orders.map(({ id }) => ({
      order: id,
      tracking: text(data, `tracking-${id}`),
      carrier: this.filled.get(id)?.carrier || carrier,
    }));
    this.dispatchEvent(new CustomEvent("send", { detail }));
  }

  render() {
    const { orders, unknown } = this;
    return html`<form class="stack" @submit=${this.#send} data-testid="ship-many">
      <p class="muted small">
        Paste a list into any field: one tracking number a line, in the order shown here, or with
        the order or the @buyer in front. A number is not needed.
      </p>
      <ls-field label="Carrier" optional
        ><input dir="auto" name="carrier" ${limit(60)} placeholder="DHL, La Poste, CTT…"
      /></ls-field>
      ${orders.map(
        ({ id, buyer, lines }) =>
          html`<ls-field label="@${buyer.handle}: ${lines.map((l) => `No. ${l.number}`).join(", ")}"
            ><input
              dir="auto"
              name="tracking-${id}"
              ${limit(100)}
              autocapitalize="characters"
              autocomplete="off"
              .value=${this.filled.get(id)?.tracking ?? ""}
              @paste=${this.#paste}
              data-testid="tracking-${id}"
          /></ls-field>`,
      )}
      <ls-field label="Or a file (CSV)" optional
        ><input
          type="file"
          accept=".csv,.txt,text/csv,text/plain"
          data-testid="tracking-file"
          @change=${async (/** @type {Event} */ e) => {
            const [file] = /** @type {HTMLInputElement} */ (e.target).files ?? [];
            if (file && file.size < 200_000) this.#fill(await file.text());
          }}
      /></ls-field>
      ${
        unknown.length
          ? html`<p role="alert" class="failed">
              ${counted(unknown.length, "line")} could not be read:
              ${unknown.slice(0, 3).join(" · ")}
            </p>`
          : nothing
      }
      <button class="btn primary block" ?disabled=${this.busy} data-testid="ship-many-send">
        Mark ${counted(orders.length, "order")} as shipped
      </button>
    </form>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
      }
    `,
  ];
}
customElements.define("ls-ship-many", LsShipMany);
