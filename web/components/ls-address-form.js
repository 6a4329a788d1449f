// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { learnParts, partsOf } from "/web/lib/addresses.js";
import { COUNTRIES, likelyCountry } from "/web/lib/countries.js";
import { draft, sendDrafts } from "/web/lib/drafts.js";
import { limit } from "/web/lib/limit.js";
import { ownDraft } from "/web/lib/session.js";
import { text } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/lib/protocol.js").Address} Address */
/** @typedef {import("/web/lib/addresses.js").Part} Part */

/** The drafts of an address, wherever it is written. */
const ADDRESS_DRAFTS = "address.";

/** @type {Record<import("/web/lib/addresses.js").PartName, {fill: string, max: number}>} */
const PARTS = {
  city: { fill: "address-level2", max: 100 },
  region: { fill: "address-level1", max: 100 },
  postcode: { fill: "postal-code", max: 20 },
};
/** Of parts that the country has no word for. @type {Record<keyof typeof PARTS, string>} */
const LABELS = { city: "City", region: "Region", postcode: "Postcode" };

/**
 * The fields of an address: those that the country has, called as they are called there. It is part
 * of a form of its owner: ask `read()` for what was typed, after `check()`.
 *
 * @property {Address | null} address  what to begin with
 * @property {import("/web/lib/api.js").ApiError | null} problem  a refusal whose field messages are
 *   shown
 */
export class LsAddressForm extends LitElement {
  static properties = {
    address: { attribute: false },
    problem: { attribute: false },
    country: { state: true },
    learned: { state: true },
  };

  constructor() {
    super();
    /** @type {Address | null} */
    this.address = null;
    /** @type {import("/web/lib/api.js").ApiError | null} */
    this.problem = null;
    // As it was chosen last; what else is asked for depends on it.
    this.country = "";
    /** The country whose parts are shown. */
    this.learned = "";
  }

  get #country() {
    return this.country || this.address?.country || likelyCountry();
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    // Another address is of its own country.
    if (changed.has("address")) this.country = "";
    const country = this.#country;
    if (country !== this.learned) learnParts(country).then(() => (this.learned = country));
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.renderRoot.querySelector("form"));
  }

  /** Whether everything that is needed is there; says what is not. */
  check() {
    return this.#form.reportValidity();
  }

  /** @returns {Address} */
  read() {
    const data = new FormData(this.#form);
    const at = (/** @type {string} */ name) => text(data, name);
    return {
      name: at("name"),
      line1: at("line1"),
      line2: at("line2"),
      city: at("city"),
      region: at("region"),
      postcode: at("postcode"),
      country: at("country"),
    };
  }

  /** Send what was written: it is no draft any more. @template T @param {() => Promise<T>} send */
  send(send) {
    return sendDrafts(ownDraft(ADDRESS_DRAFTS), send);
  }

  /** @param {string} name */
  #error(name) {
    return this.problem?.field(`address.${name}`) || this.problem?.field(name) || "";
  }

  /** @param {Event} event */
  #enter(event) {
    event.preventDefault();
    this.dispatchEvent(new Event("enter"));
  }

  /**
   * @param {keyof Address} name
   * @param {string} label
   * @param {string} fill
   * @param {{max: number, optional?: boolean, hint?: string, hidden?: boolean}} of
   */
  #line(name, label, fill, { max, optional = false, hint = "", hidden = false }) {
    const standing = this.address?.[name] ?? "";
    return html`<ls-field
      label=${label}
      hint=${hint}
      ?optional=${optional}
      ?hidden=${hidden}
      error=${this.#error(name)}
    >
      <input
        dir="auto"
        name=${name}
        autocomplete="shipping ${fill}"
        ${limit(max)}
        ?required=${!optional}
        ?disabled=${hidden}
        .value=${standing}
        ${draft(ownDraft(ADDRESS_DRAFTS + name), standing)}
        data-testid="address-${name}"
      />
    </ls-field>`;
  }

  /**
   * The parts that differ by country. What was typed stays in the ones that are not shown, in case
   * the country is chosen again; one that the address has is shown.
   */
  #parts() {
    const shown = partsOf(this.learned);
    const names = /** @type {(keyof typeof PARTS)[]} */ (Object.keys(PARTS));
    const rest = names.filter((name) => !shown.some((part) => part.name === name));
    return [
      ...shown,
      ...rest.map((name) => ({ name, label: LABELS[name], required: false, example: "" })),
    ].map((part) => ({
      ...part,
      hidden: rest.includes(part.name) && !this.address?.[part.name] && !this.#error(part.name),
    }));
  }

  render() {
    const country = this.#country;
    return html`<form class="stack" @submit=${this.#enter}>
      <ls-field label="Country" error=${this.#error("country")}>
        <select
          name="country"
          autocomplete="shipping country"
          required
          @change=${(/** @type {any} */ event) => (this.country = event.target.value)}
          ${draft(ownDraft(`${ADDRESS_DRAFTS}country`), this.address?.country || likelyCountry())}
          data-testid="address-country"
        >
          ${country ? nothing : html`<option value="" selected disabled>Choose…</option>`}
          ${COUNTRIES.map(
            (c) => html`<option value=${c.code} ?selected=${c.code === country}>${c.name}</option>`,
          )}
        </select>
      </ls-field>
      ${this.#line("name", "Full name", "name", { max: 100 })}
      ${this.#line("line1", "Street and number", "address-line1", { max: 120 })}
      ${this.#line("line2", "Flat, floor, care of", "address-line2", { max: 120, optional: true })}
      <div class="post">
        ${repeat(
          this.#parts(),
          (part) => part.name,
          ({ name, label, required, example, hidden }) =>
            this.#line(name, label, PARTS[name].fill, {
              max: PARTS[name].max,
              optional: !required,
              hint: example ? `Such as ${example}` : "",
              hidden,
            }),
        )}
      </div>
      <button hidden></button>
    </form>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      .post {
        display: grid;
        gap: var(--s-4);
        grid-template-columns: repeat(auto-fit, minmax(min(100%, max(6.5rem, 40%)), 1fr));
      }
      /* A sentence wants the whole line. */
      .post > [error]:not([error=""]) {
        grid-column: 1 / -1;
      }
    `,
  ];
}
customElements.define("ls-address-form", LsAddressForm);
