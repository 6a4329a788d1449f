// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { ApiError } from "/web/lib/api.js";
import { amountAdvice, money, moneyInput, parseMoney } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { signInUrl } from "/web/lib/session.js";
import { isOnAir } from "/web/lib/show-state.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toast } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { less } from "/web/features/offers/said.js";
import "/web/components/ls-field.js";
import "/web/features/offers/ls-offer-card.js";

const PERCENT = [10, 15, 20];

/**
 * Where a viewer offers less than the price, and sees how their offer for this piece stands.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 * @property {string | undefined} variant
 * @property {number} quantity
 * @property {number} shipping  what the pieces add to the parcel
 */
export class LsMakeOffer extends RoomElement {
  static properties = {
    item: { attribute: false },
    variant: {},
    quantity: { type: Number },
    shipping: { type: Number },
    writing: { state: true },
    amount: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    new KeepFocus(this);
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    /** @type {string | undefined} */
    this.variant = undefined;
    this.quantity = 1;
    this.shipping = 0;
    this.writing = false;
    /** What is written now, or null. @type {number | null} */
    this.amount = null;
    this.problem = "";
    this.shown = "";
    this.form = new FormController(this);
  }

  willUpdate() {
    const about = `${this.item?.id} ${this.variant}`;
    if (about === this.shown) return;
    this.shown = about;
    this.writing = false;
    this.form.error = null;
  }

  /** The variant that is meant, or undefined while none is chosen. */
  get #variant() {
    const { item, variant } = this;
    return item?.variants.length === 1
      ? item.variants[0]
      : item?.variants.find((v) => v.id === variant);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const { item, quantity, room } = this;
    if (!item || !room) return;
    const amount = parseMoney(text(dataOf(event), "amount"), item.currency);
    this.problem = amount ? "" : amountAdvice(item.currency);
    if (!amount) return;
    const fields = { item: item.id, amount, quantity, variant: this.#variant?.id };
    const went = await this.form.send(null, () => room.command("offer", fields));
    if (!went) {
      this.#refused();
      return;
    }
    this.writing = false;
    const time = isOnAir(this.show) ? "two minutes" : "a day";
    toast(`Your offer is sent. The seller has ${time} to answer.`, { tone: "ok" });
  }

  /** What the field itself can say stands there. */
  #refused() {
    const { error } = this.form;
    const currency = this.item?.currency ?? "";
    if (!(error instanceof ApiError)) return;
    if (error.code === "offer_too_low")
      this.problem = `At least ${money(error.extra.least, currency)}: less is no offer here.`;
    else if (error.code === "claim_instead")
      this.problem = `It costs ${money(error.extra.price, currency)}: claim it.`;
    else return;
    this.form.clear();
  }

  render() {
    const { item, show, mine, guest } = this;
    const open = show && ["scheduled", "live", "interrupted"].includes(show.status);
    if (!item || !open || (!mine && !guest)) return nothing;
    if (mine && (mine.can.includes("sell") || item.owner.id === mine.user.id)) return nothing;
    const variant = this.#variant;
    const standing = mine?.offers.find((o) => o.item === item.id && o.variant === variant?.id);
    if (standing)
      return html`<section aria-label="Your offer">
        <ls-offer-card
          side="buyer"
          .offer=${standing}
          .item=${item}
          .currency=${item.currency}
          .frozenAt=${this.frozenAt}
          .send=${this.#command}
        ></ls-offer-card>
      </section>`;
    if (item.price <= 1 || !item.variants.some((v) => v.sold < v.quantity)) return nothing;
    if (guest)
      return html`<a class="btn quiet block" href=${signInUrl()} data-testid="offer-sign-in"
        >Sign in to make an offer</a
      >`;
    if (!variant) return html`<p class="muted small">Choose a size or colour to make an offer.</p>`;
    if (variant.sold >= variant.quantity) return nothing;
    return this.writing
      ? this.#fields(item)
      : html`<button
          class="btn quiet block"
          data-testid="offer-make"
          @click=${() => this.#begin(less(item.price, PERCENT[0]))}
        >
          Make an offer
        </button>`;
  }

  /** @type {(type: any, fields: any) => Promise<any>} */
  #command = async (type, fields) => this.room?.command(type, fields);

  /** @param {number} amount */
  #begin(amount) {
    Object.assign(this, { writing: true, amount, problem: "" });
  }

  /** @param {import("/web/lib/protocol.js").Item} item */
  #fields(item) {
    const { amount, form } = this;
    return html`<form @submit=${this.#send} data-testid="offer-form">
      <h3>Make an offer</h3>
      <div class="chips">
        ${PERCENT.map((percent) => {
          const sum = less(item.price, percent);
          return html`<button
            type="button"
            class="btn compact"
            data-testid="offer-chip"
            @click=${() => this.#write(sum, item.currency)}
          >
            ${money(sum, item.currency)} <span class="muted">−${percent} %</span>
          </button>`;
        })}
      </div>
      <ls-field
        label="For one piece (${item.currency})"
        hint="The price is ${money(item.price, item.currency)}."
        error=${this.problem}
        ><input
          name="amount"
          inputmode="decimal"
          autocomplete="off"
          required
          value=${moneyInput(less(item.price, PERCENT[0]), item.currency)}
          @input=${(/** @type {InputEvent} */ e) => {
            const typed = /** @type {HTMLInputElement} */ (e.target).value;
            this.amount = parseMoney(typed, item.currency);
          }}
          data-testid="offer-amount"
      /></ls-field>
      <p class="small" data-testid="offer-together">
        ${amount ? this.#together(amount, item.currency) : nothing}
      </p>
      ${form.error ? html`<p class="note" role="alert">${form.rest()}</p>` : nothing}
      <div class="row">
        <button type="button" class="btn grow" @click=${() => (this.writing = false)}>
          Not now</button
        ><button class="btn primary grow" ?disabled=${form.busy} data-testid="offer-send">
          Send the offer
        </button>
      </div>
      <p class="muted small">
        If the seller accepts, the piece is held for you to pay. Until then it is free for others.
      </p>
    </form>`;
  }

  /** @param {number} amount @param {string} currency */
  #together(amount, currency) {
    const { quantity, shipping } = this;
    const pieces = amount * quantity;
    const many =
      quantity > 1 ? `${quantity} × ${money(amount, currency)}` : money(amount, currency);
    return shipping
      ? html`${many} + ${money(shipping, currency)} shipping,
          <b>${money(pieces + shipping, currency)} together</b>`
      : html`${many}, <b>${money(pieces, currency)} together</b>, shipping adds nothing`;
  }

  /** @param {number} sum @param {string} currency */
  #write(sum, currency) {
    const field = /** @type {HTMLInputElement | null} */ (
      this.renderRoot.querySelector("input[name=amount]")
    );
    if (field) field.value = moneyInput(sum, currency);
    this.amount = sum;
    this.problem = "";
  }

  static styles = [
    shared,
    fields,
    css`
      form,
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-3);
      }
      section {
        padding: var(--s-3);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-2);
      }
      .row .grow {
        flex: 1 1 8rem;
      }
      .note {
        color: var(--bad-ink);
      }
    `,
  ];
}
customElements.define("ls-make-offer", LsMakeOffer);
