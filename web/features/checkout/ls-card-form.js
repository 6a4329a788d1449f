// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { serverNow } from "/web/lib/time.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { EXPIRY_PATTERN, expirySent, expiryTyped } from "/web/features/checkout/expiry.js";
import "/web/components/ls-field.js";

/** @typedef {{number: string, expiry: string, cvc: string}} Card */

/** @type {{number: string, does: string, id: string}[]} */
const TEST_CARDS = [
  { id: "succeeds", number: "4242424242424242", does: "pays at once" },
  { id: "declined", number: "4000000000000002", does: "is declined" },
  { id: "challenge", number: "4000000000003220", does: "asks for a code" },
  { id: "late", number: "4000000000000259", does: "answers late" },
  { id: "never", number: "4000000000000341", does: "never answers" },
];

/** "4242 4242 4242 4242". @param {string} digits */
const grouped = (digits) => digits.replace(/(\d{4})(?=\d)/g, "$1 ");

/**
 * The card form of the test provider.
 *
 * @property {string} pay  what the button says
 * @property {boolean} busy
 * @fires card  detail is the card
 */
export class LsCardForm extends LitElement {
  static properties = {
    pay: {},
    busy: { type: Boolean },
    number: { state: true },
    expiry: { state: true },
    cvc: { state: true },
  };

  constructor() {
    super();
    this.pay = "Pay";
    this.busy = false;
    this.number = "";
    this.expiry = "";
    this.cvc = "";
  }

  /** @param {string} number */
  #fill(number) {
    this.number = grouped(number);
    this.expiry = `12/${String((new Date(serverNow()).getFullYear() + 3) % 100).padStart(2, "0")}`;
    this.cvc = "123";
  }

  /** @param {Event} event */
  #numbered(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const atEnd = input.selectionStart === input.value.length;
    const digits = input.value.replace(/\D/g, "").slice(0, 19);
    this.number = grouped(digits);
    // Writing into the field moves the cursor to its end; that is only right when it was there.
    if (atEnd) input.value = this.number;
  }

  /** @param {Event} event */
  #dated(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const deleting = /** @type {InputEvent} */ (event).inputType?.startsWith("delete");
    // What is taken away is not put back at once.
    this.expiry = deleting ? input.value : expiryTyped(input.value);
    if (input.value !== this.expiry) input.value = this.expiry;
  }

  /** @param {Event} event */
  #send(event) {
    event.preventDefault();
    if (this.busy) return;
    this.dispatchEvent(
      new CustomEvent("card", {
        detail: {
          number: this.number.replace(/\D/g, ""),
          expiry: expirySent(this.expiry),
          cvc: this.cvc,
        },
      }),
    );
  }

  render() {
    return html`<form class="stack" @submit=${this.#send} data-testid="card-form">
      <div class="test">
        <p class="small">
          <b class="badge warn">Test provider</b> No money moves. Tap a card to fill it in:
        </p>
        <ul class="chips">
          ${TEST_CARDS.map(
            (c) =>
              html`<li>
                <button
                  type="button"
                  class="card"
                  aria-pressed=${this.number === grouped(c.number) ? "true" : "false"}
                  @click=${() => this.#fill(c.number)}
                  data-testid="test-card-${c.id}"
                >
                  <span class="num">…${c.number.slice(-4)}</span> ${c.does}
                </button>
              </li>`,
          )}
        </ul>
      </div>
      <ls-field label="Card number">
        <input
          inputmode="numeric"
          autocomplete="cc-number"
          required
          pattern="[0-9 ]{12,23}"
          title="The digits on the front of the card"
          placeholder="4242 4242 4242 4242"
          .value=${this.number}
          @input=${this.#numbered}
          data-testid="card-number"
        />
      </ls-field>
      <div class="pair">
        <ls-field label="Valid until">
          <input
            inputmode="numeric"
            autocomplete="cc-exp"
            required
            pattern=${EXPIRY_PATTERN}
            title="Month and year, such as 12/29"
            placeholder="MM/YY"
            .value=${this.expiry}
            @input=${this.#dated}
            @change=${this.#dated}
            data-testid="card-expiry"
          />
        </ls-field>
        <ls-field label="Security code">
          <input
            inputmode="numeric"
            autocomplete="cc-csc"
            required
            pattern="[0-9]{3,4}"
            title="3 or 4 digits"
            placeholder="123"
            maxlength="4"
            .value=${this.cvc}
            @input=${(/** @type {any} */ e) => (this.cvc = e.target.value)}
            data-testid="card-cvc"
          />
        </ls-field>
      </div>
      <button class="btn primary block" ?disabled=${this.busy} data-testid="pay">
        ${this.busy ? "Paying…" : html`${icon("shield")} ${this.pay}`}
      </button>
    </form>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      .test {
        display: grid;
        gap: var(--s-2);
        padding: var(--s-3) var(--s-4);
        border-radius: var(--r-m);
        border: 1.5px dashed var(--warn);
      }
      .card {
        min-height: var(--tap);
        padding: 0 var(--s-3);
        border: 1.5px solid var(--line-2);
        border-radius: var(--r-s);
        background: var(--surface);
        color: var(--ink);
        font-size: var(--t-s);
        cursor: pointer;
      }
      .card .num {
        font-family: var(--font-mono);
        font-weight: 600;
      }
      .card[aria-pressed="true"] {
        border-color: var(--ink);
        box-shadow: inset 0 0 0 1px var(--ink);
      }
      .card:hover {
        background: var(--sunken);
      }
    `,
  ];
}
customElements.define("ls-card-form", LsCardForm);
