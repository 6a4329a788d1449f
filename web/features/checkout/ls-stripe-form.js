// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { appearance, inDocument, stripeOf } from "/web/features/checkout/stripe.js";

const NOT_LOADED =
  "The payment form could not be loaded. Check your connection, or whether something blocks it, and try again.";
const NOT_SENT =
  "The payment provider could not be reached. Check your connection and try again: you are not charged twice.";

/**
 * Stripe's own form for one payment, or to save a card, and its button.
 *
 * @property {import("/web/features/checkout/stripe.js").StripeClient} client
 * @property {string} label  what the button says
 * @property {boolean} setup  a card is saved, nothing is paid
 * @property {boolean} challenge  the bank wants a second step: a button that begins it
 * @property {boolean} busy
 * @fires tried  something may have happened: ask the server what
 */
export class LsStripeForm extends LitElement {
  static properties = {
    client: { attribute: false },
    label: {},
    setup: { type: Boolean },
    challenge: { type: Boolean },
    busy: { type: Boolean },
    ready: { state: true },
    trying: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/features/checkout/stripe.js").StripeClient | null} */
    this.client = null;
    this.label = "Pay";
    this.setup = false;
    this.challenge = false;
    this.busy = false;
    this.ready = false;
    this.trying = false;
    this.problem = "";
    /** @type {any} */
    this.stripe = null;
    /** @type {any} */
    this.elements = null;
    /** @type {{place: HTMLElement, remove: () => void} | null} */
    this.mounted = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#unmount();
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.hasUpdated) this.#open();
  }

  firstUpdated() {
    this.#open();
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    if (changed.get("challenge") === undefined) return;
    this.#unmount();
    this.#open();
  }

  async #open() {
    const { client } = this;
    if (!client || this.mounted) return;
    this.problem = "";
    this.mounted = inDocument(this, "stripe");
    try {
      this.stripe = await stripeOf(client);
    } catch {
      this.#unmount();
      this.problem = NOT_LOADED;
      announce(NOT_LOADED, "assertive");
      return;
    }
    if (!this.challenge && this.mounted) {
      this.elements = this.setup
        ? this.stripe.elements()
        : this.stripe.elements({
            clientSecret: client.client_secret,
            appearance: appearance(),
          });
      this.elements.create(this.#kind).mount(this.mounted.place);
    }
    this.ready = true;
  }

  /** Of a card alone when it is saved: a wallet's card is another one each time. */
  get #kind() {
    return this.setup ? "card" : "payment";
  }

  #unmount() {
    this.elements?.getElement(this.#kind)?.destroy();
    this.elements = null;
    this.mounted?.remove();
    this.mounted = null;
    this.ready = false;
  }

  /** @param {SubmitEvent} event */
  async #pay(event) {
    event.preventDefault();
    if (!this.ready || this.trying || !this.client) return;
    this.trying = true;
    this.problem = "";
    try {
      const secret = this.client.client_secret;
      const { error } = await (this.challenge
        ? this.stripe.confirmCardPayment(secret)
        : this.setup
          ? this.stripe.confirmCardSetup(secret, {
              payment_method: { card: this.elements.getElement("card") },
            })
          : this.stripe.confirmPayment({
              elements: this.elements,
              confirmParams: { return_url: location.href },
              redirect: "if_required",
            }));
      // What is wrong in a field is said beside it; what a bank says of a payment, by the server.
      if (error?.type === "api_connection_error") this.#fail(NOT_SENT);
      else if (error && this.setup) this.#fail(error.message);
    } catch {
      this.#fail(NOT_SENT);
    } finally {
      this.trying = false;
      this.dispatchEvent(new Event("tried"));
    }
  }

  /** @param {string} problem */
  #fail(problem) {
    this.problem = problem;
    announce(problem, "assertive");
  }

  render() {
    const waits = this.busy || this.trying;
    return html`<form class="stack" @submit=${this.#pay} data-testid="stripe-form">
      ${
        this.challenge
          ? html`<h2 class="display">Your bank wants to be sure</h2>
              <p>It asks for a code, or for a tap in its app. You are not charged before that.</p>`
          : nothing
      }
      ${
        this.problem
          ? html`<p class="note bad" role="alert" data-testid="stripe-problem">
              ${icon("alert")}<span>${this.problem}</span>
            </p>`
          : nothing
      }
      <slot name="stripe"></slot>
      ${
        this.problem === NOT_LOADED
          ? html`<button class="btn" type="button" @click=${() => this.#open()}>Try again</button>`
          : this.ready
            ? html`<button class="btn primary block" ?disabled=${waits} data-testid="stripe-pay">
                ${waits ? "One moment…" : this.challenge ? "Go on with your bank" : this.label}
              </button>`
            : html`<p class="muted" role="status">Fetching the payment form…</p>`
      }
      <p class="small muted">Your card goes to Stripe and is never seen by this server.</p>
    </form>`;
  }

  static styles = [
    shared,
    page,
    css`
      ::slotted(div) {
        min-height: 3rem;
      }
    `,
  ];
}

customElements.define("ls-stripe-form", LsStripeForm);
