// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { newKey, post } from "/web/lib/api.js";
import { unanswered } from "/web/lib/commands.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { amountAdvice, moneyInput, parseMoney } from "/web/lib/money.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { isLate, isPrize, roleIn } from "/web/features/orders/orders.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-field.js";
import "/web/features/cases/ls-dispute-form.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */
/** @typedef {"" | "ship" | "dispute" | "refund" | "cancel"} Sheet */

/** @type {Record<string, string>} */
const DONE = {
  pack: "Marked as packed.",
  ship: "Marked as shipped. The buyer sees the tracking number.",
  deliver: "Marked as delivered.",
  refund: "Refunded. The money is on its way back to the buyer.",
  cancel: "Cancelled. The money is on its way back to your card.",
  restock: "Thank you. That is noted.",
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
    // Of one refund, so that it is done once however often it is sent.
    this.key = "";
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
      toast(isPrize(order) && what === "cancel" ? "Cancelled." : DONE[what], { tone: "ok" });
      return;
    }
    // What was refused may be sent again in other words: that is another refund.
    if (this.form.error && !unanswered(this.form.error)) this.key = newKey();
    if (!this.sheet && this.form.error) toastError(this.form.error);
  }

  /** @param {Sheet} sheet */
  #open(sheet) {
    this.form.clear();
    this.key = newKey();
    this.sheet = sheet;
  }

  render() {
    const { order } = this;
    if (!order) return nothing;
    const role = roleIn(order, this.user);
    const owner = role === "owner";
    const { busy } = this.form;
    const { status } = order;
    const takenBack = status === "refunded" || status === "cancelled";
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
        ${
          role === "buyer" && (status === "paid" || isLate(order))
            ? html`<button
                class="btn"
                ?disabled=${busy}
                @click=${() => this.#open("cancel")}
                data-testid="order-cancel"
              >
                Cancel the order
              </button>`
            : nothing
        }
        ${owner && takenBack && order.restocked === null ? this.#restock() : nothing}
        <button class="btn" @click=${() => print()} data-testid="order-print">
          ${icon("list")} Print ${PRINT[role]}
        </button>
        ${
          owner &&
          !isPrize(order) &&
          (!takenBack || (status === "cancelled" && order.refunded < order.total))
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
      ${this.#ship()} ${this.#refund(order)} ${this.#dispute(order)} ${this.#cancel(order)}`;
  }

  /** Whether what came back can be sold again. */
  #restock() {
    return html`<button
        class="btn primary"
        ?disabled=${this.form.busy}
        @click=${() => this.#do("restock", { restock: true })}
        data-testid="order-restock"
      >
        Back to stock
      </button>
      <button
        class="btn"
        ?disabled=${this.form.busy}
        @click=${() => this.#do("restock", { restock: false })}
        data-testid="order-no-restock"
      >
        Not for sale again
      </button>`;
  }

  /** @param {Order} order */
  #cancel(order) {
    return html`<ls-dialog
      ?open=${this.sheet === "cancel"}
      heading="Cancel the order?"
      @close=${() => (this.sheet = "")}
    >
      <form
        class="stack"
        @submit=${(/** @type {SubmitEvent} */ e) =>
          this.#do("cancel", { reason: text(dataOf(e), "reason") }, e)}
        data-testid="cancel-form"
      >
        <p>
          @${order.owner.handle} has not ${order.status === "paid" ? "packed" : "sent"} it yet. Your
          money goes back to your card, and the piece back to the seller. If other pieces of yours
          come in the same parcel, the shipping stays paid for them. This cannot be undone.
        </p>
        <ls-field label="Why? The seller reads this" optional error=${this.form.at("reason")}>
          <textarea
            dir="auto"
            name="reason"
            ${limit(500)}
            rows="3"
            data-testid="cancel-reason"
          ></textarea>
        </ls-field>
        ${this.#refusal(["reason"])}
        <button
          class="btn block danger filled"
          ?disabled=${this.form.busy}
          data-testid="cancel-send"
        >
          Cancel the order
        </button>
      </form>
    </ls-dialog>`;
  }

  /** @param {SubmitEvent} event @param {Order} order */
  #refunded(event, order) {
    const data = dataOf(event);
    const reason = text(data, "reason");
    const typed = text(data, "amount");
    const amount = parseMoney(typed, order.currency);
    if (typed && !amount) {
      event.preventDefault();
      toast(amountAdvice(order.currency));
      return;
    }
    const { key } = this;
    this.#do("refund", amount ? { key, reason, amount } : { key, reason }, event);
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
            dir="auto"
            name="carrier"
            ${limit(60)}
            placeholder="DHL, La Poste, CTT…"
            data-testid="ship-carrier"
        /></ls-field>
        <ls-field
          label="Tracking number"
          optional
          hint="The buyer sees it at once."
          error=${this.form.at("tracking")}
          ><input
            dir="auto"
            name="tracking"
            ${limit(100)}
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
  #dispute(order) {
    return html`<ls-dialog
      ?open=${this.sheet === "dispute"}
      heading="Not as described"
      @close=${() => (this.sheet = "")}
    >
      ${
        this.sheet === "dispute"
          ? html`<ls-dispute-form
              .order=${order}
              @changed=${(/** @type {CustomEvent} */ { detail }) => {
                this.sheet = "";
                this.dispatchEvent(new CustomEvent("changed", { detail }));
              }}
            ></ls-dispute-form>`
          : nothing
      }
    </ls-dialog>`;
  }

  /** @param {Order} order */
  #refund(order) {
    return html`<ls-dialog
      ?open=${this.sheet === "refund"}
      heading="Refund"
      @close=${() => (this.sheet = "")}
    >
      <form
        class="stack"
        @submit=${(/** @type {SubmitEvent} */ e) => this.#refunded(e, order)}
        data-testid="reason-form"
      >
        <p>
          @${order.buyer.handle} gets the money back on their card. Commission and fee are given
          back in proportion. This cannot be taken back.
        </p>
        <ls-field
          label="How much, in ${order.currency}"
          hint="Everything that is left, shipping included. Write less to refund a part."
          error=${this.form.at("amount")}
          ><input
            name="amount"
            inputmode="decimal"
            autocomplete="off"
            value=${moneyInput(order.total - order.refunded, order.currency)}
            data-testid="refund-amount"
        /></ls-field>
        <ls-field label="Why? The buyer reads this" error=${this.form.at("reason")}>
          <textarea
            dir="auto"
            name="reason"
            required
            ${limit(500)}
            rows="3"
            data-testid="reason"
          ></textarea>
        </ls-field>
        ${this.#refusal(["reason", "amount"])}
        <button
          class="btn block danger filled"
          ?disabled=${this.form.busy}
          data-testid="reason-send"
        >
          Refund
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
