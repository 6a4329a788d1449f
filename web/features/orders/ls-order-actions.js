// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { roleIn } from "/web/features/orders/orders.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */
/** @typedef {"" | "ship" | "dispute" | "refund"} Sheet */

/** @type {Record<string, string>} */
const DONE = {
  pack: "Marked as packed.",
  ship: "Marked as shipped. The buyer sees the tracking number.",
  deliver: "Marked as delivered.",
  dispute: "The seller has been told.",
  refund: "Refunded. The buyer gets everything back.",
};

/**
 * What an order is on paper.
 *
 * @type {Record<import("/web/features/orders/orders.js").Role, string>}
 */
const PRINT = { buyer: "receipt", owner: "packing slip", host: "summary" };

/**
 * What the one who looks can do about an order.
 *
 * @property {Order} order
 * @property {string} user  id of who looks
 * @fires changed  detail is the order as it is now
 */
export class LsOrderActions extends LitElement {
  static properties = { order: { attribute: false }, user: {}, sheet: { state: true } };

  constructor() {
    super();
    /** @type {Order | null} */
    this.order = null;
    this.user = "";
    /** @type {Sheet} */
    this.sheet = "";
    this.form = new FormController(this);
  }

  /** @param {string} what @param {any} [body] @param {Event | null} [event] */
  async #do(what, body, event = null) {
    const { order } = this;
    if (!order) return;
    const went = await this.form.send(event, async () => {
      const changed = await post(`/api/orders/${order.id}/${what}`, body);
      this.dispatchEvent(new CustomEvent("changed", { detail: changed }));
    });
    if (went) {
      this.sheet = "";
      toast(DONE[what], { tone: "ok" });
    } else if (!this.sheet && this.form.error) toastError(this.form.error);
  }

  /** @param {Sheet} sheet */
  #open(sheet) {
    this.form.clear();
    this.sheet = sheet;
  }

  render() {
    const { order } = this;
    if (!order) return nothing;
    const role = roleIn(order, this.user);
    const owner = role === "owner";
    const { busy } = this.form;
    const { status } = order;
    return html`<div class="actions">
        ${
          owner && status === "paid"
            ? html`<button
                class="btn primary"
                ?disabled=${busy}
                @click=${() => this.#do("pack")}
                data-testid="order-pack"
              >
                ${icon("box")} Mark as packed
              </button>`
            : nothing
        }
        ${
          owner && status === "packed"
            ? html`<button
                class="btn primary"
                ?disabled=${busy}
                @click=${() => this.#open("ship")}
                data-testid="order-ship"
              >
                ${icon("truck")} Mark as shipped
              </button>`
            : nothing
        }
        ${
          (role === "buyer" || owner) && status === "shipped"
            ? html`<button
                class="btn ${role === "buyer" ? "ok" : ""}"
                ?disabled=${busy}
                @click=${() => this.#do("deliver")}
                data-testid="order-deliver"
              >
                ${icon("check")} ${role === "buyer" ? "It has arrived" : "Mark as delivered"}
              </button>`
            : nothing
        }
        ${
          role === "buyer" && (status === "shipped" || status === "delivered")
            ? html`<button
                class="btn"
                ?disabled=${busy}
                @click=${() => this.#open("dispute")}
                data-testid="order-dispute"
              >
                Not as described
              </button>`
            : nothing
        }
        <button class="btn" @click=${() => print()} data-testid="order-print">
          ${icon("list")} Print ${PRINT[role]}
        </button>
        ${
          owner && status !== "refunded"
            ? html`<button
                class="btn danger"
                ?disabled=${busy}
                @click=${() => this.#open("refund")}
                data-testid="order-refund"
              >
                ${icon("undo")} Refund
              </button>`
            : nothing
        }
      </div>
      ${this.#ship()} ${this.#reason(order)}`;
  }

  #ship() {
    return html`<ls-dialog
      ?open=${this.sheet === "ship"}
      heading="On its way"
      @close=${() => (this.sheet = "")}
    >
      <form class="stack" @submit=${this.#shipped} data-testid="ship-form">
        <ls-field label="Carrier" optional error=${this.form.at("carrier")}
          ><input
            name="carrier"
            maxlength="60"
            placeholder="DHL, La Poste, CTT…"
            data-testid="ship-carrier"
        /></ls-field>
        <ls-field
          label="Tracking number"
          optional
          hint="The buyer sees it at once."
          error=${this.form.at("tracking")}
          ><input
            name="tracking"
            maxlength="100"
            autocapitalize="characters"
            autocomplete="off"
            data-testid="ship-tracking"
        /></ls-field>
        ${this.#refusal(["carrier", "tracking"])}
        <button class="btn primary block" ?disabled=${this.form.busy} data-testid="ship-send">
          Mark as shipped
        </button>
      </form>
    </ls-dialog>`;
  }

  /** @param {SubmitEvent} event */
  #shipped(event) {
    const data = dataOf(event);
    this.#do("ship", { carrier: text(data, "carrier"), tracking: text(data, "tracking") }, event);
  }

  /** @param {Order} order */
  #reason(order) {
    const refund = this.sheet === "refund";
    return html`<ls-dialog
      ?open=${refund || this.sheet === "dispute"}
      heading=${refund ? "Refund everything?" : "Not as described"}
      @close=${() => (this.sheet = "")}
    >
      <form
        class="stack"
        @submit=${(/** @type {SubmitEvent} */ e) =>
          this.#do(refund ? "refund" : "dispute", { reason: text(dataOf(e), "reason") }, e)}
        data-testid="reason-form"
      >
        <p>
          ${
            refund
              ? html`@${order.buyer.handle} gets ${money(order.total, order.currency)} back,
                shipping included. Commission and fee are undone. This cannot be taken back.`
              : html`Tell @${order.owner.handle} what is different from what was shown. They can
                refund you.`
          }
        </p>
        <ls-field
          label=${refund ? "Why? The buyer reads this" : "What is different?"}
          error=${this.form.at("reason")}
        >
          <textarea name="reason" required maxlength="500" rows="3" data-testid="reason"></textarea>
        </ls-field>
        ${this.#refusal(["reason"])}
        <button
          class="btn block ${refund ? "danger filled" : "primary"}"
          ?disabled=${this.form.busy}
          data-testid="reason-send"
        >
          ${refund ? `Refund ${money(order.total, order.currency)}` : "Tell the seller"}
        </button>
      </form>
    </ls-dialog>`;
  }

  /** @param {string[]} shown */
  #refusal(shown) {
    const rest = this.form.rest(shown);
    return rest
      ? html`<p class="note bad" role="alert" data-testid="problem">
          ${icon("alert")}<span>${rest}</span>
        </p>`
      : nothing;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      @media print {
        :host {
          display: none !important;
        }
      }
    `,
  ];
}
customElements.define("ls-order-actions", LsOrderActions);
