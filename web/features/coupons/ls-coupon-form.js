// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { amountAdvice, parseMoney } from "/web/lib/money.js";
import { serverNow } from "/web/lib/time.js";
import { fromLocalInput, localInput } from "/web/lib/when.js";
import { FormController, dataOf, text, unfoldInvalid } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";

const SHOWN = ["code", "percent", "amount", "cap", "minimum", "uses", "ends_at"];

/**
 * What a new coupon takes off, for whom, and how often.
 *
 * @property {string} currency  of its amounts
 * @fires made  detail is the coupon
 */
export class LsCouponForm extends LitElement {
  static properties = { currency: {}, kind: { state: true }, items: { state: true } };

  constructor() {
    super();
    this.currency = "EUR";
    /** @type {"percent" | "amount"} */
    this.kind = "percent";
    this.items = "own";
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const data = dataOf(event);
    const sum = (/** @type {string} */ name) =>
      parseMoney(text(data, name), this.currency) ?? undefined;
    const whole = (/** @type {string} */ name) => Number(text(data, name)) || undefined;
    const [amount, cap, minimum] = [sum("amount"), sum("cap"), sum("minimum")];
    const body = {
      code: text(data, "code") || undefined,
      percent: this.kind === "percent" ? whole("percent") : undefined,
      amount,
      cap,
      minimum,
      currency: amount || cap || minimum ? this.currency : undefined,
      items: text(data, "items"),
      who: text(data, "who"),
      uses: whole("uses"),
      once: data.has("once"),
      ends_at: fromLocalInput(text(data, "ends_at")) ?? undefined,
    };
    await this.form.send(event, async () => {
      const made = await post("/api/coupons", body);
      this.dispatchEvent(new CustomEvent("made", { detail: made }));
    });
  }

  /** @param {Event} event */
  #priced(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const wrong = input.value && !parseMoney(input.value, this.currency);
    input.setCustomValidity(wrong ? amountAdvice(this.currency) : "");
  }

  render() {
    const { form } = this;
    return html`<form
      class="stack"
      @submit=${this.#send}
      @invalid=${unfoldInvalid}
      data-testid="coupon-form"
    >
      <div class="pair">
        <ls-field label="It takes off">
          <select
            name="kind"
            @change=${(/** @type {any} */ e) => (this.kind = e.target.value)}
            data-testid="coupon-kind"
          >
            <option value="percent">a percentage</option>
            <option value="amount">an amount</option>
          </select>
        </ls-field>
        ${
          this.kind === "percent"
            ? html`<ls-field label="Percent" error=${form.at("percent")}>
                <input
                  name="percent"
                  type="number"
                  inputmode="numeric"
                  min="1"
                  max="90"
                  required
                  value="10"
                  data-testid="coupon-percent"
                />
              </ls-field>`
            : this.#sum("amount", "Amount", true)
        }
      </div>
      <ls-field
        label="Of"
        hint=${
          this.items === "own"
            ? "Wherever your pieces are sold. You get so much less."
            : "Of what was lent to you, you pay the difference to its owner."
        }
      >
        <select
          name="items"
          @change=${(/** @type {any} */ e) => (this.items = e.target.value)}
          data-testid="coupon-items"
        >
          <option value="own">my own pieces</option>
          <option value="show">everything in my shows</option>
        </select>
      </ls-field>
      <ls-field label="For">
        <select name="who">
          <option value="everyone">everybody who has the code</option>
          <option value="new">first orders</option>
          <option value="followers">my followers</option>
        </select>
      </ls-field>
      <ls-field
        label="Code"
        optional
        hint="Empty: one that nobody can guess."
        error=${form.at("code", "code_taken")}
      >
        <input
          name="code"
          dir="ltr"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          maxlength="24"
          pattern="[A-Za-z0-9](-?[A-Za-z0-9]){3,15}"
          title="4 to 16 letters and digits, with single hyphens between them"
          data-testid="coupon-make-code"
        />
      </ls-field>
      <label class="check"><input type="checkbox" name="once" checked /> Once per buyer</label>
      <details>
        <summary>${icon("chevron")} Limits</summary>
        <div class="stack">
          <div class="pair">
            ${this.#sum("minimum", "Only from", false)}
            ${this.kind === "percent" ? this.#sum("cap", "At most", false) : nothing}
          </div>
          <ls-field label="How often in all" optional error=${form.at("uses")}>
            <input name="uses" type="number" inputmode="numeric" min="1" max="1000000" />
          </ls-field>
          <ls-field label="Until" optional error=${form.at("ends_at", "in_the_past")}>
            <input dir="auto" name="ends_at" type="datetime-local" min=${localInput(serverNow())} />
          </ls-field>
        </div>
      </details>
      ${
        form.error && form.rest(SHOWN, ["code_taken", "in_the_past"])
          ? html`<p class="note bad" role="alert" data-testid="problem">
              ${icon("alert")}<span>${form.rest(SHOWN, ["code_taken", "in_the_past"])}</span>
            </p>`
          : nothing
      }
      <button class="btn primary block" ?disabled=${form.busy} data-testid="coupon-make">
        ${form.busy ? "One moment…" : "Make the coupon"}
      </button>
    </form>`;
  }

  /** @param {string} name @param {string} label @param {boolean} required */
  #sum(name, label, required) {
    return html`<ls-field
      label="${label} (${this.currency})"
      ?optional=${!required}
      error=${this.form.at(name)}
    >
      <input
        name=${name}
        inputmode="decimal"
        ?required=${required}
        @input=${this.#priced}
        data-testid="coupon-${name}"
      />
    </ls-field>`;
  }

  static styles = [
    shared,
    page,
    fields,
    css`
      .check {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        min-height: var(--tap);
      }
      .check input {
        width: 1.25rem;
        height: 1.25rem;
        accent-color: var(--accent);
      }
      details .stack {
        padding-top: var(--s-3);
      }
    `,
  ];
}
customElements.define("ls-coupon-form", LsCouponForm);
