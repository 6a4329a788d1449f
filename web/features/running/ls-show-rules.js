// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { draft } from "/web/lib/drafts.js";
import { limit } from "/web/lib/limit.js";
import { amountAdvice, moneyInput, parseMoney } from "/web/lib/money.js";
import { durationText } from "/web/lib/time.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";

const CAP =
  "The most anybody pays for shipping to each seller, however much they buy. Empty: no cap.";

/**
 * @typedef {{
 *   hold_seconds: number, claims_per_buyer: number, shipping_cap: number | null, claim_word: string
 * }} Rules
 */

const HOLDS = [60, 120, 180, 300, 600, 900, 1800, 3600];

/**
 * The rules of a show that buyers feel. Part of a form of its owner: ask `read()`.
 *
 * @property {Rules} rules  what to begin with
 * @property {string} currency
 * @property {string | null} drafts  how the names of their drafts begin
 * @property {import("/web/lib/api.js").ApiError | null} problem
 */
export class LsShowRules extends LitElement {
  static properties = {
    rules: { attribute: false },
    currency: {},
    drafts: { attribute: false },
    problem: { attribute: false },
  };

  constructor() {
    super();
    /** @type {Rules} */
    this.rules = { hold_seconds: 300, claims_per_buyer: 1, shipping_cap: null, claim_word: "" };
    this.currency = "EUR";
    /** @type {string | null} */
    this.drafts = null;
    /** @type {import("/web/lib/api.js").ApiError | null} */
    this.problem = null;
  }

  /** @param {string} name */
  #control(name) {
    return /** @type {HTMLInputElement} */ (this.renderRoot.querySelector(`[name="${name}"]`));
  }

  /** Whether the fields make sense; says what does not. */
  check() {
    const cap = this.#control("cap");
    const wrong = cap.value.trim() !== "" && parseMoney(cap.value, this.currency) === null;
    cap.setCustomValidity(wrong ? `${amountAdvice(this.currency)} Or leave it empty.` : "");
    return ["hold", "claims", "cap", "word"].every((name) => this.#control(name).reportValidity());
  }

  /** @returns {Rules} */
  read() {
    const cap = this.#control("cap").value;
    return {
      hold_seconds: Number(this.#control("hold").value),
      claims_per_buyer: Number(this.#control("claims").value),
      shipping_cap: cap.trim() ? parseMoney(cap, this.currency) : null,
      claim_word: this.#control("word").value.trim(),
    };
  }

  /** @param {string} name @param {string} standing */
  #draft(name, standing) {
    return draft(this.drafts && `${this.drafts}${name}`, standing);
  }

  /** What was changed here, so that what was changed elsewhere stays. */
  changes() {
    const was = /** @type {Record<string, any>} */ (this.rules);
    return Object.fromEntries(
      Object.entries(this.read()).filter(([name, value]) => value !== was[name]),
    );
  }

  render() {
    const { rules, problem } = this;
    const holds = HOLDS.includes(rules.hold_seconds)
      ? HOLDS
      : [...HOLDS, rules.hold_seconds].sort((a, b) => a - b);
    const cap = rules.shipping_cap === null ? "" : moneyInput(rules.shipping_cap, this.currency);
    return html`<ls-field
        label="A claim is held for"
        hint="Long enough to fetch a card, short enough for the next in line."
        error=${problem?.field("hold_seconds") ?? ""}
      >
        <select
          name="hold"
          ${this.#draft("hold", String(rules.hold_seconds))}
          data-testid="hold-seconds"
        >
          ${holds.map(
            (s) =>
              html`<option value=${s} ?selected=${s === rules.hold_seconds}>
                ${durationText(s * 1000)}
              </option>`,
          )}
        </select>
      </ls-field>
      <ls-field
        label="Pieces per buyer and item"
        hint="1 keeps one person from taking them all."
        error=${problem?.field("claims_per_buyer") ?? ""}
      >
        <input
          name="claims"
          type="number"
          inputmode="numeric"
          min="1"
          max="100"
          required
          .value=${String(rules.claims_per_buyer)}
          ${this.#draft("claims", String(rules.claims_per_buyer))}
          data-testid="claims-per-buyer"
        />
      </ls-field>
      <ls-field
        label="A parcel costs at most (${this.currency})"
        optional
        hint=${CAP}
        error=${problem?.field("shipping_cap") ?? ""}
      >
        <input
          name="cap"
          inputmode="decimal"
          placeholder="no cap"
          .value=${cap}
          ${this.#draft("cap", cap)}
          data-testid="shipping-cap"
        />
      </ls-field>
      <ls-field
        label="Your own word for claims in the chat"
        optional
        hint="“sold 4”, “claim 4” and “buy 4” always work."
        error=${problem?.field("claim_word") ?? ""}
      >
        <input
          name="word"
          ${limit(20)}
          autocapitalize="none"
          placeholder="mine"
          .value=${rules.claim_word}
          ${this.#draft("word", rules.claim_word)}
          data-testid="claim-word"
        />
      </ls-field>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      :host {
        display: grid;
        gap: var(--s-4);
      }
      @media (min-width: 700px) {
        :host([wide]) {
          grid-template-columns: repeat(2, 1fr);
        }
      }
    `,
  ];
}
customElements.define("ls-show-rules", LsShowRules);
