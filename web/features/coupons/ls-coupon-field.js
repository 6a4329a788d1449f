// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/lib/protocol.js").Cart} Cart */

/**
 * Where a buyer writes the code of a coupon, and sees what it does for this cart.
 *
 * @property {Cart["coupon"]} coupon  the one that is tried, or null
 * @property {string} currency
 * @fires tried  detail is the code, "" to go on without one
 */
export class LsCouponField extends LitElement {
  static properties = { coupon: { attribute: false }, currency: {}, open: { state: true } };

  constructor() {
    super();
    /** @type {Cart["coupon"]} */
    this.coupon = null;
    this.currency = "EUR";
    this.open = false;
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const code = text(dataOf(event), "coupon");
    if (!code) return;
    const known = await this.form.send(event, () => get("/api/cart", { coupon: code }));
    if (!known) return;
    this.open = false;
    this.#tell(code);
  }

  /** @param {string} code */
  #tell(code) {
    this.dispatchEvent(new CustomEvent("tried", { detail: code }));
    announce(code ? "The coupon was tried. The total is as it is with it." : "Without a coupon.");
  }

  render() {
    if (this.coupon) return this.#tried(this.coupon);
    if (!this.open)
      return html`<button
        class="btn compact"
        @click=${() => (this.open = true)}
        data-testid="coupon-open"
      >
        I have a coupon
      </button>`;
    return html`<form @submit=${this.#send}>
      <ls-field label="Coupon code" error=${this.form.error ? this.form.rest() : ""}>
        <input
          name="coupon"
          dir="ltr"
          required
          maxlength="40"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          data-testid="coupon-code"
        />
      </ls-field>
      <button class="btn" ?disabled=${this.form.busy} data-testid="coupon-apply">
        ${this.form.busy ? "One moment…" : "Use it"}
      </button>
    </form>`;
  }

  updated() {
    const input = /** @type {HTMLInputElement | null} */ (this.renderRoot.querySelector("input"));
    if (this.open && input && !input.value) input.focus();
  }

  /** @param {NonNullable<Cart["coupon"]>} coupon */
  #tried({ code, off, refused }) {
    return html`<p class="note ${refused ? "warn" : "ok"}" role="status" data-testid="coupon">
      ${icon(refused ? "alert" : "check")}<span class="grow"
        ><b>${code}</b> ${
          refused ? refused.message : html`takes ${money(off, this.currency)} off.`
        }</span
      >
      <button
        class="btn quiet icon-only"
        aria-label="Take the coupon away"
        @click=${() => this.#tell("")}
        data-testid="coupon-remove"
      >
        ${icon("close")}
      </button>
    </p>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host([hidden]) {
        display: none;
      }
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--s-2);
        align-items: end;
      }
      .note {
        align-items: center;
      }
      b {
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-coupon-field", LsCouponField);
