// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { ApiError } from "/web/lib/api.js";
import { amountAdvice, money, moneyInput, parseMoney } from "/web/lib/money.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toast } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { between, said } from "/web/features/offers/said.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-field.js";

/**
 * One offer, as one of its sides sees it: what stands, how long, and the answers to it.
 *
 * @property {import("/web/lib/protocol.js").PriceOffer} offer
 * @property {"buyer" | "seller"} side
 * @property {import("/web/lib/protocol.js").Item | null} item
 * @property {string} currency
 * @property {number | null} frozenAt  the time at which the show stands still, or null
 * @property {(type: string, fields: Record<string, any>) => Promise<any>} send  a command
 * @fires answered
 */
export class LsOfferCard extends LitElement {
  static properties = {
    offer: { attribute: false },
    side: {},
    item: { attribute: false },
    currency: {},
    frozenAt: { attribute: false },
    send: { attribute: false },
    countering: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    new KeepFocus(this);
    /** @type {import("/web/lib/protocol.js").PriceOffer | null} */
    this.offer = null;
    /** @type {"buyer" | "seller"} */
    this.side = "buyer";
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    this.currency = "";
    /** @type {number | null} */
    this.frozenAt = null;
    /** @type {(type: string, fields: Record<string, any>) => Promise<any>} */
    this.send = async () => ({});
    this.countering = false;
    this.problem = "";
    this.form = new FormController(this);
  }

  /** @param {string} type @param {Record<string, any>} fields @param {string} done */
  async #command(type, fields, done) {
    const { offer } = this;
    if (!offer) return;
    const went = await this.form.send(null, () =>
      this.send(type, { offer: offer.offer, ...fields }),
    );
    if (!went) {
      this.#refused();
      return;
    }
    this.countering = false;
    if (done) toast(done, { tone: "ok" });
    this.dispatchEvent(new Event("answered"));
  }

  #refused() {
    const { error } = this.form;
    if (!(error instanceof ApiError) || error.code !== "counter_out_of_range") return;
    const { least, most } = error.extra;
    if (least > most) return;
    this.form.clear();
    this.problem =
      `Between ${money(least, this.currency)} and ${money(most, this.currency)}: ` +
      "what lies between what both sides have said.";
  }

  #accept() {
    const { offer, side, currency } = this;
    if (!offer) return;
    const sum = money(offer.amount, currency);
    const done =
      side === "buyer"
        ? `#${offer.number} is yours for ${sum}. Pay before its time is over.`
        : `It is held for @${offer.user.handle} at ${sum}.`;
    void this.#command("answer_offer", { accept: true }, done);
  }

  /** @param {SubmitEvent} event */
  #counter(event) {
    event.preventDefault();
    const amount = parseMoney(text(dataOf(event), "amount"), this.currency);
    this.problem = amount ? "" : amountAdvice(this.currency);
    if (amount) void this.#command("answer_offer", { counter: amount }, "Sent. Now they answer.");
  }

  render() {
    const { offer, item, side, currency, form } = this;
    if (!offer) return nothing;
    const label = item?.variants.find((v) => v.id === offer.variant)?.label ?? "";
    const details = [
      label,
      offer.quantity > 1
        ? `${offer.quantity} pieces, ${money(offer.amount * offer.quantity, currency)} together`
        : "",
      item ? `the price is ${money(item.price, currency)}` : "",
    ].filter(Boolean);
    const mine = offer.turn === side;
    return html`<article data-testid="offer-card" data-turn=${offer.turn}>
      <header>
        <span class="hangtag">${offer.number}</span>
        <b class="grow clip" dir="auto">${offer.title}</b>
        <ls-countdown
          long
          .until=${offer.until}
          .frozenAt=${offer.in_show ? this.frozenAt : null}
        ></ls-countdown>
      </header>
      <p>
        <b class="said">${said(offer, side, currency)}${offer.quantity > 1 ? " each" : ""}</b
        ><br /><span class="muted small">${details.join(" · ")}</span>
      </p>
      ${form.error ? html`<p class="note" role="alert">${form.rest()}</p>` : nothing}
      ${mine ? this.#answers(offer) : this.#waiting()}
      ${this.countering && mine ? this.#between(offer) : nothing}
    </article>`;
  }

  #waiting() {
    const { side, form } = this;
    if (side === "seller") return html`<p class="muted small">The buyer answers now.</p>`;
    return html`<div class="row">
      <span class="grow muted small">The seller answers now. Nothing is held meanwhile.</span>
      <button
        class="btn quiet compact"
        data-testid="offer-withdraw"
        ?disabled=${form.busy}
        @click=${() => this.#command("withdraw_offer", {}, "You took your offer back.")}
      >
        Take it back
      </button>
    </div>`;
  }

  /** @param {import("/web/lib/protocol.js").PriceOffer} offer */
  #answers(offer) {
    const { form, side, currency } = this;
    const about = `#${offer.number} ${offer.title}`;
    return html`<div class="answers">
      <button
        class="btn primary"
        data-testid="offer-accept"
        aria-label="Accept ${money(offer.amount, currency)} for ${about}"
        ?disabled=${form.busy}
        @click=${this.#accept}
      >
        Accept ${money(offer.amount, currency)}
      </button>
      ${
        offer.counters_left
          ? html`<button
              class="btn"
              data-testid="offer-counter"
              aria-expanded=${this.countering}
              aria-label="Counter: another price for ${about}"
              ?disabled=${form.busy}
              @click=${() => Object.assign(this, { countering: !this.countering, problem: "" })}
            >
              Counter
            </button>`
          : nothing
      }
      <button
        class="btn quiet"
        data-testid="offer-decline"
        aria-label="Decline ${side === "seller" ? "the offer" : "that price"} for ${about}"
        ?disabled=${form.busy}
        @click=${() => this.#command("answer_offer", {}, "Declined.")}
      >
        Decline
      </button>
    </div>`;
  }

  /** @param {import("/web/lib/protocol.js").PriceOffer} offer */
  #between(offer) {
    const { side, currency, item, form } = this;
    const sums = between(offer, side, item?.price ?? offer.amount * 2);
    const last = offer.counters_left === 1;
    return html`<form @submit=${this.#counter} data-testid="offer-counter-form">
      ${
        item || side === "buyer"
          ? html`<div class="chips">
              ${sums.map(
                (sum) =>
                  html`<button type="button" class="btn compact" @click=${() => this.#write(sum)}>
                    ${money(sum, currency)}
                  </button>`,
              )}
            </div>`
          : nothing
      }
      <ls-field
        label="Your price for one piece (${currency})"
        hint=${last ? "It is the last word: they can only accept or decline it." : ""}
        error=${this.problem}
        ><input
          name="amount"
          inputmode="decimal"
          autocomplete="off"
          required
          value=${sums.length ? moneyInput(sums[Math.floor(sums.length / 2)], currency) : ""}
          data-testid="offer-counter-amount"
      /></ls-field>
      <button class="btn primary block" ?disabled=${form.busy} data-testid="offer-counter-send">
        Send it
      </button>
    </form>`;
  }

  /** @param {number} sum */
  #write(sum) {
    const field = /** @type {HTMLInputElement | null} */ (
      this.renderRoot.querySelector("input[name=amount]")
    );
    if (field) field.value = moneyInput(sum, this.currency);
    field?.focus();
  }

  static styles = [
    shared,
    fields,
    css`
      article,
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-3);
      }
      header,
      .row,
      .answers {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
      }
      header .grow,
      .row .grow {
        flex: 1 1 6rem;
        min-width: 0;
      }
      .answers > .primary {
        flex: 1 1 min(11rem, 100%);
      }
      .answers > .btn {
        overflow-wrap: anywhere;
      }
      .said {
        font-size: var(--t-l);
      }
      ls-countdown {
        min-width: 0;
        color: var(--warn-ink);
        white-space: normal;
      }
      .note {
        color: var(--bad-ink);
      }
    `,
  ];
}
customElements.define("ls-offer-card", LsOfferCard);
