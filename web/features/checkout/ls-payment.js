// @ts-check
import { LitElement, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { get, post } from "/web/lib/api.js";
import { unanswered } from "/web/lib/commands.js";
import { icon } from "/web/lib/icons.js";
import { lazy } from "/web/lib/lazy.js";
import { money } from "/web/lib/money.js";
import { FormController } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { isRunning } from "/web/features/checkout/cart.js";
import { styles } from "/web/features/checkout/payment-styles.js";
import { outcomeText } from "/web/features/checkout/words.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-field.js";
import "/web/features/checkout/ls-card-form.js";

/** @typedef {import("/web/lib/protocol.js").Payment} Payment */

const loadStripeForm = lazy(() =>
  Promise.all([
    import("/web/features/checkout/ls-stripe-form.js"),
    import("/web/features/checkout/ls-pay-with-card.js"),
  ]),
);

/** While the provider thinks, and while we only keep an eye on the time. */
const SOON_MS = 1_500;
const LATER_MS = 8_000;

/**
 * A checkout from the card to the receipt.
 *
 * @property {Payment} payment
 * @property {number | null} frozenAt  the time at which the clock stands still, or null
 * @fires changed  detail is the payment as it is now
 */
export class LsPayment extends LitElement {
  static properties = {
    payment: { attribute: false },
    frozenAt: { type: Number },
    slow: { state: true },
  };

  constructor() {
    super();
    /** @type {Payment | null} */
    this.payment = null;
    /** @type {number | null} */
    this.frozenAt = null;
    /** The provider has let us wait. */
    this.slow = false;
    this.form = new FormController(this);
    this.timer = 0;
    this.polls = 0;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#watch();
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    const before = /** @type {Payment | null | undefined} */ (changed.get("payment"));
    if (!changed.has("payment") || before?.status === this.payment?.status) return;
    this.polls = 0;
    this.slow = false;
    this.#watch();
  }

  /** Whether the server did not answer what was sent last. */
  get #unreached() {
    return unanswered(this.form.error);
  }

  /** Ask again after a while, as long as something can happen by itself. */
  #watch() {
    clearTimeout(this.timer);
    const status = this.payment?.status ?? "";
    if (!isRunning(this.payment)) return;
    const soon = (status === "processing" || this.#unreached) && this.polls < 20;
    this.timer = window.setTimeout(() => this.#refresh(), soon ? SOON_MS : LATER_MS);
  }

  async #refresh() {
    clearTimeout(this.timer);
    if (!this.payment || this.form.busy) {
      this.#watch();
      return;
    }
    this.polls++;
    this.slow = this.polls > 4;
    try {
      this.#take(await get(`/api/payments/${this.payment.id}`));
      if (this.#unreached) this.form.clear();
    } catch {
      // It is asked again in a moment.
    }
    this.#watch();
  }

  /** @param {Payment} payment */
  #take(payment) {
    const was = this.payment?.status;
    this.payment = payment;
    if (payment.status !== was) {
      const text =
        outcomeText(payment) ||
        (payment.status === "challenge"
          ? "Your bank asks for a code."
          : payment.status === "processing"
            ? "Waiting for the provider."
            : "");
      if (text) announce(text, "assertive");
    }
    if (payment.error && payment.status === "open") announce(payment.error.message, "assertive");
    this.dispatchEvent(new CustomEvent("changed", { detail: payment }));
  }

  /** @param {string} what @param {any} [body] @param {Event | null} [event] */
  async #send(what, body, event = null) {
    const { payment } = this;
    if (!payment) return;
    await this.form.send(event, async () => {
      try {
        this.#take(await post(`/api/payments/${payment.id}/${what}`, body));
      } catch (error) {
        // It may have gone through all the same: look before anybody tries again.
        if (unanswered(error)) this.#take(await get(`/api/payments/${payment.id}`));
        else if (/** @type {any} */ (error).code === "payment_settled")
          this.#take(await get(`/api/payments/${payment.id}`));
        else throw error;
      }
    });
    this.polls = 0;
    this.#watch();
    // What was tapped is at the end of a form, what went wrong is said at its head.
    await this.updateComplete;
    this.renderRoot.querySelector('[role="alert"]')?.scrollIntoView({ block: "center" });
  }

  render() {
    const { payment } = this;
    if (!payment) return nothing;
    return html`<div class="stack" data-testid="payment" data-status=${payment.status}>
      ${isRunning(payment) ? this.#clock(payment) : nothing}
      ${
        this.form.error
          ? html`<p class="note bad" role="alert" data-testid="problem">
              ${icon("alert")}<span>${this.form.rest()}</span>
            </p>`
          : nothing
      }
      ${this.#state(payment)}
    </div>`;
  }

  /** @param {Payment} payment */
  #clockText(payment) {
    if (this.frozenAt !== null)
      return "left; the clock stands still while the stream is interrupted.";
    if (payment.status === "processing")
      return "until the holds run out. Should the money arrive later and a piece be gone by then, you get all of it back.";
    return "left to pay. If it runs out, nothing is charged and the pieces go to the next in line.";
  }

  /** @param {Payment} payment */
  #clock(payment) {
    return html`<p class="note warn">
      <ls-countdown
        .until=${payment.until}
        .frozenAt=${this.frozenAt}
        bare
        data-testid="payment-countdown"
        @over=${() => this.#refresh()}
      ></ls-countdown>
      <span>${this.#clockText(payment)}</span>
    </p>`;
  }

  /** @param {Payment} payment */
  #state(payment) {
    const { busy } = this.form;
    switch (payment.status) {
      case "open":
        return html`${
          payment.error && !this.form.error
            ? html`<p class="note bad" role="alert" data-testid="payment-error">
                ${icon("alert")}<span dir="auto">${payment.error.message}</span>
              </p>`
            : nothing
        }
        ${
          payment.provider === "test"
            ? html`<ls-card-form
                ?busy=${busy}
                pay="Pay ${money(payment.amount, payment.currency)}"
                @card=${(/** @type {any} */ e) => this.#send("confirm", { card: e.detail })}
              ></ls-card-form>`
            : payment.client?.form === "stripe"
              ? this.#stripe(payment)
              : html`<p class="note">
                  ${icon("info")}<span
                    >Finish the payment with ${payment.provider}. This page notices when it is
                    done.</span
                  >
                </p>`
        }
        ${this.#cancel()}`;
      case "challenge":
        if (payment.client?.form === "stripe")
          return html`${this.#stripe(payment)}${this.#cancel()}`;
        return html`<form class="stack" @submit=${this.#challenge} data-testid="challenge-form">
            <h2 class="display">Your bank wants to be sure</h2>
            <ls-field
              label="Code from your bank"
              hint="This is the test provider: the code is 123456."
            >
              <input
                name="code"
                inputmode="numeric"
                autocomplete="one-time-code"
                required
                maxlength="20"
                data-testid="challenge-code"
              />
            </ls-field>
            <button class="btn primary block" ?disabled=${busy} data-testid="challenge-send">
              ${busy ? "One moment…" : "Confirm"}
            </button>
          </form>
          ${this.#cancel()}`;
      case "processing":
        return html`<div class="outcome" role="status">
          <span class="spin" aria-hidden="true"></span>
          <h2 class="display">Waiting for the provider</h2>
          <p class="muted">
            ${
              this.slow
                ? "This takes longer than usual. You can leave: it goes on without you, and the answer is in your cart or under Orders. You cannot be charged twice."
                : "A moment, please. It is safe to leave this page."
            }
          </p>
          ${
            this.slow
              ? html`<a class="btn" href="/shows/${payment.show}">Back to the show</a>`
              : nothing
          }
        </div>`;
      default:
        return this.#outcome(payment);
    }
  }

  /** @param {Payment} payment */
  #stripe(payment) {
    loadStripeForm();
    const challenge = payment.status === "challenge";
    const label = `Pay ${money(payment.amount, payment.currency)}`;
    return html`${
        challenge
          ? nothing
          : html`<ls-pay-with-card
              label=${label}
              ?busy=${this.form.busy}
              @pay=${() => this.#send("card")}
            ></ls-pay-with-card>`
      }<ls-stripe-form
        .client=${payment.client?.parameters}
        label=${label}
        ?challenge=${challenge}
        ?busy=${this.form.busy}
        @tried=${this.#tried}
      ></ls-stripe-form>`;
  }

  /** The form of the provider charges without asking this server. */
  #tried() {
    this.polls = 0;
    this.#refresh();
  }

  /** @param {SubmitEvent} event */
  #challenge(event) {
    const code = String(
      new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get("code"),
    ).trim();
    this.#send("challenge", { code }, event);
  }

  #cancel() {
    return html`<button
      class="btn quiet block"
      ?disabled=${this.form.busy}
      @click=${() => this.#send("cancel")}
      data-testid="payment-cancel"
    >
      Cancel, keep the holds
    </button>`;
  }

  /** @param {Payment} payment */
  #outcome(payment) {
    const won = payment.status === "succeeded";
    const count = payment.orders.length;
    const parcels = count === 1 ? "one parcel" : `${count} parcels`;
    const good = won || payment.status === "refunded" || payment.status === "cancelled";
    return html`<div class="outcome ${won ? "won" : ""}" data-testid="outcome">
      <span class="mark ${won ? "ok" : good ? "plain" : "bad"}"
        >${icon(won ? "check" : good ? "undo" : "alert")}</span
      >
      <h2 class="display">
        ${
          {
            succeeded: "Paid. It is yours.",
            failed: "Not paid",
            cancelled: "Cancelled",
            expired: "The time ran out",
            refunded: "Money back",
          }[payment.status] ?? payment.status
        }
      </h2>
      <p class="muted">
        ${
          won
            ? html`${money(payment.amount, payment.currency)}, ${parcels}. The
              ${count === 1 ? "seller has" : "sellers have"} your address.`
            : outcomeText(payment)
        }
      </p>
      ${
        won
          ? html`<ul class="orders">
              ${payment.orders.map(
                (id, i) =>
                  html`<li>
                    <a class="btn block" href="/orders/${id}" data-testid="order-link"
                      >${icon("box")}
                      ${
                        payment.parcels[i] && payment.orders.length === payment.parcels.length
                          ? `Order from @${payment.parcels[i].owner.handle}`
                          : `Order ${i + 1}`
                      }</a
                    >
                  </li>`,
              )}
            </ul>`
          : nothing
      }
      <a class="btn ${won ? "quiet" : ""}" href="/shows/${payment.show}">Back to the show</a>
    </div>`;
  }

  static styles = [shared, fields, page, styles];
}

customElements.define("ls-payment", LsPayment);
