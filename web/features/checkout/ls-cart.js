// @ts-check
import { LitElement, html, nothing, repeat } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { ApiError, get, newKey, patch, post } from "/web/lib/api.js";
import { command, unanswered } from "/web/lib/commands.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { everyWhileSeen, whileConnected } from "/web/lib/seen.js";
import { learnClock } from "/web/lib/time.js";
import { explain, title } from "/web/lib/words.js";
import { FormController } from "/web/components/forms.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { styles } from "/web/features/checkout/cart-styles.js";
import {
  aboutHolds,
  emptyCart,
  endedNote,
  frozenNote,
  moreNote,
  noPaymentsNote,
} from "/web/features/checkout/cart-notes.js";
import {
  cartLines,
  cartsWith,
  goneLines,
  headingOf,
  isRunning,
  sumOf,
  usedCoupon,
} from "/web/features/checkout/cart.js";
import { pieces } from "/web/features/claims/offer.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-empty.js";
import "/web/features/checkout/ls-parcel.js";
import "/web/features/coupons/ls-coupon-field.js";
import "/web/features/checkout/ls-payment.js";
import "/web/features/checkout/ls-ship-to.js";
import "/web/features/checkout/ls-totals.js";

/** @typedef {import("/web/lib/protocol.js").Cart} Cart */
/** @typedef {import("/web/lib/protocol.js").CartLine} CartLine */
/** @typedef {import("/web/lib/protocol.js").Payment} Payment */

const REFRESH_MS = 5_000;

/**
 * One show's cart: what is held, where it goes, and the payment.
 *
 * @property {string} show  its id
 * @fires counted  detail is the number of pieces
 */
export class LsCart extends LitElement {
  static properties = {
    show: {},
    cart: { state: true },
    about: { state: true },
    payable: { state: true },
    address: { state: true },
    payment: { state: true },
    problem: { state: true },
    leaving: { state: true },
    ready: { state: true },
  };

  constructor() {
    super();
    this.show = "";
    /** @type {Cart | null} */
    this.cart = null;
    /** The show; what it was when the cart was last seen. @type {Cart["show"] | null} */
    this.about = null;
    this.payable = true;
    /** @type {import("/web/lib/protocol.js").Address | null} */
    this.address = null;
    /** @type {Payment | null} */
    this.payment = null;
    this.problem = "";
    /** The line that is about to be given up. @type {CartLine | null} */
    this.leaving = null;
    this.ready = false;
    this.form = new FormController(this);
    /** The idempotency key of the checkout that is asked for, until the server has answered. */
    this.key = "";
    /** The code of a coupon that is tried. */
    this.coupon = "";
    /** Claims given up here: they did not run out. @type {Set<string>} */
    this.released = new Set();
    whileConnected(this, () => everyWhileSeen(REFRESH_MS, () => this.#refresh()));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#begin();
  }

  async #begin() {
    try {
      this.problem = "";
      const paying = new URLSearchParams(location.search).get("payment");
      const [me] = await Promise.all([
        get("/api/me"),
        this.#load(),
        paying ? this.#open(paying).catch(() => {}) : null,
      ]);
      this.address = me.address;
      // A saved address that lacks something is completed before anything is sent.
      if (me.address_errors.length)
        this.form.error = new ApiError({ code: "invalid", errors: me.address_errors });
      this.ready = true;
    } catch (error) {
      this.problem = explain(error);
    }
  }

  async #load() {
    // Not the show itself: who is banned from it may still pay for what they hold.
    const { now, payable, carts } = await cartsWith(this.coupon);
    learnClock(now);
    this.payable = payable;
    /** @type {Cart | null} */
    const cart = carts.find((/** @type {Cart} */ c) => c.show.id === this.show) ?? null;
    if (cart) this.about = cart.show;
    this.#tellWhatRanOut(cart);
    this.cart = cart;
    this.dispatchEvent(new CustomEvent("counted", { detail: pieces(cartLines(this.cart)) }));
    const open = this.cart?.payment;
    if (open && this.payment?.id !== open) await this.#open(open);
  }

  /** @param {string} id */
  async #open(id) {
    this.#take(await get(`/api/payments/${id}`));
  }

  async #refresh() {
    if (!this.ready) return;
    await this.#load().catch(() => {});
  }

  /** @param {Cart | null} now */
  #tellWhatRanOut(now) {
    if (!this.ready || this.form.busy || this.payment) return;
    for (const line of goneLines(this.cart, now)) {
      if (!this.released.has(line.claim))
        toast(`The hold on “${line.title}” ran out. It goes to the next in line.`, {
          tone: "warn",
          seconds: 8,
        });
    }
  }

  /** @param {Payment} payment */
  #take(payment) {
    // Another step has another picture: it begins at the top, not where the last button was.
    if (this.ready && (payment.id !== this.payment?.id || payment.status !== this.payment.status))
      this.updateComplete.then(() => scrollTo({ top: 0 }));
    this.payment = payment;
    const url = new URL(location.href);
    if (isRunning(payment) || payment.status === "succeeded")
      url.searchParams.set("payment", payment.id);
    else url.searchParams.delete("payment");
    history.replaceState(history.state, "", url);
  }

  /** @param {CustomEvent<Payment>} event */
  #changed({ detail }) {
    const was = this.payment?.status;
    this.#take(detail);
    if (detail.status === was) return;
    if (detail.status === "cancelled" || detail.status === "failed") this.key = "";
    this.#refresh();
  }

  /** @param {CustomEvent<string>} event */
  async #tried({ detail }) {
    this.coupon = detail;
    await this.#refresh();
  }

  async #release() {
    const line = this.leaving;
    this.leaving = null;
    if (!line) return;
    this.released.add(line.claim);
    try {
      await command(this.show, "release", { claim: line.claim });
      toast(`You gave up “${line.title}”.`);
    } catch (error) {
      toastError(error);
    }
    this.#refresh();
  }

  async #checkout() {
    const shipTo = /** @type {import("/web/features/checkout/ls-ship-to.js").LsShipTo} */ (
      this.renderRoot.querySelector("ls-ship-to")
    );
    const address = shipTo.take();
    if (!address || this.form.busy) return;
    const { keep } = shipTo;
    this.key ||= newKey();
    await this.form.send(null, async () => {
      try {
        this.#take(
          await shipTo.send(() =>
            post(`/api/shows/${this.show}/checkout`, {
              key: this.key,
              address,
              total: this.cart?.total ?? 0,
              coupon: usedCoupon(this.cart),
            }),
          ),
        );
        announce("Your pieces are reserved for the payment. Enter your card.", "polite");
      } catch (error) {
        // The next tap is another checkout, unless nobody knows what became of this one.
        if (!unanswered(error)) this.key = "";
        if (error instanceof ApiError && error.code === "checkout_open") {
          await this.#load();
          if (this.payment) return;
        }
        if (error instanceof ApiError && error.code === "total_changed")
          this.cart = error.extra.cart;
        throw error;
      }
      this.key = "";
      if (keep)
        patch("/api/me", { address }).then(
          () => (this.address = address),
          () => {},
        );
    });
  }

  get #frozenAt() {
    return this.cart?.show.interrupted_at ?? null;
  }

  render() {
    if (this.problem)
      return html`<ls-empty whole icon="alert" heading="The cart cannot be opened"
        >${this.problem}<button class="btn primary" slot="action" @click=${() => this.#begin()}>
          Try again
        </button></ls-empty
      >`;
    if (!this.ready)
      return html`<div class="wait" role="status">Fetching what is held for you…</div>`;
    const { cart, payment, about } = this;
    const running = isRunning(payment);
    const back = payment?.status === "cancelled" || payment?.status === "failed";
    return html`<header class="stack tight">
        <a class="quietlink" href="/shows/${this.show}"
          >${icon("back")} ${about?.title ?? "The show"}</a
        >
        <h1 class="display">${headingOf(payment)}</h1>
      </header>
      ${
        payment && (running || !back || !cart)
          ? this.#paying(payment)
          : cart
            ? this.#holding(cart, back ? payment : null)
            : emptyCart(this.show)
      }
      ${this.#sure()}`;
  }

  /** @param {Cart} cart @param {Payment | null} ended  a checkout that has just come to nothing */
  #holding(cart, ended) {
    return html`${ended ? endedNote(ended) : nothing}
      ${this.#frozenAt !== null ? frozenNote() : nothing}
      <div class="columns">
        <div class="stack">
          ${repeat(
            cart.parcels,
            (p) => p.owner.id,
            (p) =>
              html`<ls-parcel
                held
                .parcel=${p}
                currency=${cart.currency}
                .frozenAt=${this.#frozenAt}
                @remove=${(/** @type {any} */ e) => (this.leaving = e.detail)}
                @over=${() => this.#refresh()}
              ></ls-parcel>`,
          )}
          ${aboutHolds(cart.parcels.length > 1)}
        </div>
        <aside class="panel">
          ${this.payable ? nothing : noPaymentsNote()}
          <ls-ship-to
            ?hidden=${!this.payable}
            .saved=${this.address}
            .problem=${this.form.error}
          ></ls-ship-to>
          <ls-coupon-field
            ?hidden=${!this.payable}
            .coupon=${cart.coupon}
            currency=${cart.currency}
            @tried=${this.#tried}
          ></ls-coupon-field>
          <ls-totals
            .of=${sumOf(cart.parcels)}
            currency=${cart.currency}
            parcels=${cart.parcels.length}
          ></ls-totals>
          ${
            this.form.error
              ? html`<p class="note bad" role="alert" data-testid="problem">
                  ${icon("alert")}<span
                    >${this.form.rest(["address"]) || "Look at the marked fields."}</span
                  >
                </p>`
              : nothing
          }
          <button
            class="btn primary block"
            ?disabled=${this.form.busy || !this.payable}
            @click=${this.#checkout}
            data-testid="checkout"
          >
            ${
              this.form.busy
                ? "One moment…"
                : `Continue to payment, ${money(cart.total, cart.currency)}`
            }
          </button>
          ${
            this.payable
              ? html`<p class="muted small">
                  You then have at least two minutes for your card, even if a hold is nearly over.
                </p>`
              : nothing
          }
        </aside>
      </div>`;
  }

  /** @param {Payment} payment */
  #paying(payment) {
    const sums = sumOf(payment.parcels);
    const paid = new Set(payment.parcels.flatMap((p) => p.lines).map(({ claim }) => claim));
    const more = pieces(cartLines(this.cart).filter(({ claim }) => !paid.has(claim)));
    return html`${more ? moreNote(more, isRunning(payment), () => this.#again()) : nothing}
      <div class="columns">
        <div class="stack ${isRunning(payment) ? "after" : ""}">
          ${repeat(
            payment.parcels,
            (p) => p.owner.id,
            (p) => html`<ls-parcel .parcel=${p} currency=${payment.currency}></ls-parcel>`,
          )}
          <ls-totals
            .of=${sums}
            currency=${payment.currency}
            parcels=${payment.parcels.length}
          ></ls-totals>
        </div>
        <aside class="panel first">
          <ls-payment
            .payment=${payment}
            .frozenAt=${this.#frozenAt}
            @changed=${this.#changed}
          ></ls-payment>
        </aside>
      </div>`;
  }

  updated() {
    if (this.ready && !this.problem) title(headingOf(this.payment));
  }

  /** Leave what is over, for what is held now. */
  #again() {
    this.payment = null;
    history.replaceState(history.state, "", `/cart?show=${encodeURIComponent(this.show)}`);
  }

  #sure() {
    return html`<ls-dialog
      ?open=${this.leaving !== null}
      heading="Give it up?"
      @close=${() => (this.leaving = null)}
    >
      <p>“${this.leaving?.title}” goes to the next in line at once. You may not get it back.</p>
      <div slot="footer">
        <button class="btn grow" @click=${() => (this.leaving = null)}>Keep it</button>
        <button class="btn danger filled grow" @click=${this.#release} data-testid="remove-sure">
          Give it up
        </button>
      </div>
    </ls-dialog>`;
  }

  static styles = [shared, page, styles];
}
customElements.define("ls-cart", LsCart);
