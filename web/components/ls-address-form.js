// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { COUNTRIES, countryName, likelyCountry } from "/web/lib/countries.js";
import { WITHOUT_POSTCODE } from "/web/lib/postcodes.js";
import { text } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/lib/protocol.js").Address} Address */

/** An address in the lines of an envelope. @param {Address} address @returns {string[]} */
export function addressLines(address) {
  const { name, line1, line2, city, region, postcode, country } = address;
  return [
    name,
    line1,
    line2,
    [postcode, city].filter(Boolean).join(" "),
    region,
    countryName(country),
  ].filter(Boolean);
}

/**
 * The fields of an address. It is part of a form of its owner: ask `read()` for what was typed,
 * after `check()`.
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
  };

  constructor() {
    super();
    /** @type {Address | null} */
    this.address = null;
    /** @type {import("/web/lib/api.js").ApiError | null} */
    this.problem = null;
    // As it was chosen last; what else is asked for depends on it.
    this.country = "";
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
   * @param {{max: number, optional?: boolean}} of
   */
  #line(name, label, fill, { max, optional = false }) {
    return html`<ls-field label=${label} ?optional=${optional} error=${this.#error(name)}>
      <input
        dir="auto"
        name=${name}
        autocomplete="shipping ${fill}"
        maxlength=${max}
        ?required=${!optional}
        .value=${this.address?.[name] ?? ""}
        data-testid="address-${name}"
      />
    </ls-field>`;
  }

  render() {
    const country = this.country || this.address?.country || likelyCountry();
    return html`<form class="stack" @submit=${this.#enter}>
      ${this.#line("name", "Full name", "name", { max: 100 })}
      ${this.#line("line1", "Street and number", "address-line1", { max: 120 })}
      ${this.#line("line2", "Flat, floor, care of", "address-line2", { max: 120, optional: true })}
      <div class="post">
        ${this.#line("postcode", "Postcode", "postal-code", {
          max: 20,
          optional: WITHOUT_POSTCODE.has(country),
        })}
        ${this.#line("city", "City", "address-level2", { max: 100 })}
      </div>
      <div class="two">
        ${this.#line("region", "Region or state", "address-level1", { max: 100, optional: true })}
        <ls-field label="Country" error=${this.#error("country")}>
          <select
            name="country"
            autocomplete="shipping country"
            required
            @change=${(/** @type {any} */ event) => (this.country = event.target.value)}
            data-testid="address-country"
          >
            ${country ? nothing : html`<option value="" selected disabled>Choose…</option>`}
            ${COUNTRIES.map(
              (c) =>
                html`<option value=${c.code} ?selected=${c.code === country}>${c.name}</option>`,
            )}
          </select>
        </ls-field>
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
    `,
  ];
}
customElements.define("ls-address-form", LsAddressForm);
