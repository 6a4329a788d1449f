// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { amountAdvice, money, moneyInput, parseMoney } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { durationText } from "/web/lib/time.js";
import { FormController } from "/web/components/forms.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toast } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { available, flashOf } from "/web/lib/show-state.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-field.js";
import "/web/components/ls-sure.js";

/** @typedef {import("/web/lib/protocol.js").Item} Item */

const PERCENT = [10, 20, 30, 50];
const SECONDS = [30, 60, 180, 600];

/**
 * A price that is so much lower, in whole units of the currency where that is low enough.
 *
 * @param {number} price
 * @param {number} percent
 * @param {number} floor
 */
const reduced = (price, percent, floor) =>
  Math.max(floor, 1, Math.round((price * (100 - percent)) / 100));

/**
 * Where the team starts a flash price of an item with few taps, sees how many went, and ends it.
 *
 * @property {Item} item
 */
export class LsFlashDesk extends RoomElement {
  static properties = {
    item: { attribute: false },
    price: { state: true },
    seconds: { state: true },
    more: { state: true },
  };

  constructor() {
    super();
    new KeepFocus(this);
    /** @type {Item | null} */
    this.item = null;
    /** What is typed or chosen; null before that. @type {string | null} */
    this.price = null;
    this.seconds = 60;
    this.more = false;
    this.shown = "";
    this.form = new FormController(this);
  }

  willUpdate() {
    // What was chosen for one item is not for another.
    if (this.item && this.item.id !== this.shown) {
      this.shown = this.item.id;
      this.price = null;
      this.more = false;
    }
  }

  /** @param {Item} item */
  #typed(item) {
    const floor = item.lending?.floor ?? 0;
    return this.price ?? moneyInput(reduced(item.price, 20, floor), item.currency);
  }

  /** @param {SubmitEvent} event */
  async #start(event) {
    event.preventDefault();
    const { item } = this;
    if (!item) return;
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const price = parseMoney(this.#typed(item), item.currency);
    if (!price) {
      toast(amountAdvice(item.currency), { tone: "warn" });
      return;
    }
    const number = (/** @type {string} */ name) => Number(data.get(name)) || undefined;
    const wanted = {
      item: item.id,
      price,
      seconds: this.seconds,
      quantity: number("quantity"),
      per_buyer: number("per_buyer"),
    };
    const went = await this.form.send(null, async () => this.room?.command("flash", wanted));
    if (went)
      toast(`#${item.number} costs ${money(price, item.currency)} for a while.`, { tone: "ok" });
  }

  async #end() {
    await this.form.send(null, async () =>
      this.room?.command("end_flash", { item: this.item?.id }),
    );
  }

  render() {
    const { item, state, form } = this;
    if (!item || !state || state.show.status === "ended") return nothing;
    const flash = flashOf(state, item.id);
    return html`<section aria-label="Flash price" data-testid="flash-desk">
      <h3 class="caption">Flash price</h3>
      ${form.error ? html`<p class="note" role="alert">${form.rest()}</p>` : nothing}
      ${flash ? this.#known(flash, item) : this.#terms(item)}
    </section>`;
  }

  /** @param {import("/web/lib/protocol.js").Flash} flash @param {Item} item */
  #known(flash, item) {
    const of = flash.quantity === null ? "" : ` of ${flash.quantity}`;
    return html`<div class="known" data-testid="flash-known">
      <p class="grow">
        <b class="num">${money(flash.price, item.currency)}</b>
        <ls-countdown .until=${flash.until} .frozenAt=${this.frozenAt}></ls-countdown><br /><span
          class="muted small"
          data-testid="flash-went"
          >${flash.went ?? 0}${of}
          went${flash.per_buyer === null ? "" : `, ${flash.per_buyer} each`}</span
        >
      </p>
      <ls-sure
        name="flash-end"
        question="End it now?"
        label="End the flash price of ${item.title}"
        @sure=${this.#end}
        >End</ls-sure
      >
    </div>`;
  }

  /** @param {Item} item */
  #terms(item) {
    const { form, price } = this;
    const floor = item.lending?.floor ?? 0;
    const live = this.show?.status === "live";
    return html`<form @submit=${this.#start} data-testid="flash-form">
      <div class="chips" role="group" aria-label="How much less">
        ${PERCENT.map((percent) => {
          const found = moneyInput(reduced(item.price, percent, floor), item.currency);
          return html`<button
            type="button"
            class="btn compact"
            data-testid="flash-percent-${percent}"
            aria-pressed=${(price ?? this.#typed(item)) === found ? "true" : "false"}
            @click=${() => (this.price = found)}
          >
            −${percent} %
          </button>`;
        })}
      </div>
      <div class="chips" role="group" aria-label="For how long">
        ${SECONDS.map(
          (seconds) =>
            html`<button
              type="button"
              class="btn compact"
              aria-pressed=${this.seconds === seconds ? "true" : "false"}
              @click=${() => (this.seconds = seconds)}
            >
              ${durationText(seconds * 1000)}
            </button>`,
        )}
      </div>
      <ls-field
        label="Flash price (${item.currency})"
        error=${form.at("price")}
        hint=${floor ? `Not below ${money(floor, item.currency)}. Its owner gets less by what you take off.` : ""}
        ><input
          name="price"
          inputmode="decimal"
          autocomplete="off"
          required
          data-testid="flash-price"
          .value=${this.#typed(item)}
          @input=${(/** @type {InputEvent} */ e) =>
            (this.price = /** @type {HTMLInputElement} */ (e.target).value)}
      /></ls-field>
      ${this.more ? this.#limits(item) : nothing}
      <div class="row">
        ${
          this.more
            ? nothing
            : html`<button
                type="button"
                class="btn grow"
                data-testid="flash-more"
                @click=${() => (this.more = true)}
              >
                Limit the pieces
              </button>`
        }<button class="btn primary grow" ?disabled=${form.busy || !live} data-testid="flash-start">
          Start it
        </button>
      </div>
      ${live ? nothing : html`<p class="muted small">You can start it while the show is live.</p>`}
    </form>`;
  }

  /** @param {Item} item */
  #limits(item) {
    return html`<div class="row limits">
      <ls-field label="Pieces" optional
        ><input
          name="quantity"
          type="number"
          min="1"
          max=${Math.max(1, available(item.variants))}
          data-testid="flash-quantity"
      /></ls-field>
      <ls-field label="One buyer has at most" optional
        ><input name="per_buyer" type="number" min="1" max="100" data-testid="flash-per-buyer"
      /></ls-field>
    </div>`;
  }

  static styles = [
    shared,
    fields,
    css`
      section,
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-3);
      }
      .known {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
      }
      .limits,
      .row {
        flex-wrap: wrap;
      }
      .limits ls-field {
        flex: 1 1 8rem;
      }
      .note {
        color: var(--bad-ink);
      }
    `,
  ];
}
customElements.define("ls-flash-desk", LsFlashDesk);
