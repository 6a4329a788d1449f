// @ts-check
/** What a listing may say beside title, price and shipping. */
import { html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { CURRENCIES } from "/web/features/catalog/currencies.js";
import { CATEGORIES, CONDITIONS } from "/web/features/catalog/words.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/lib/protocol.js").Listing} Listing */

/**
 * The fields, folded away for a new listing.
 *
 * @param {{listing: Listing | null, currency: string,
 *   form: import("/web/components/forms.js").FormController,
 *   draft: (name: string, standing: string) => unknown,
 *   choose: (currency: string) => void}} of
 */
export function detailFields({ listing, currency, form, draft, choose }) {
  const { brand = "", category = "", condition = "", description = "" } = listing ?? {};
  return html`<details ?open=${Boolean(listing)}>
    <summary data-testid="listing-more">${icon("chevron")} Brand, condition, description</summary>
    <div class="stack">
      <div class="pair">
        <ls-field label="Brand" error=${form.at("brand")}
          ><input
            dir="auto"
            name="brand"
            ${limit(60)}
            .value=${brand}
            ${draft("brand", brand)}
            data-testid="listing-brand"
        /></ls-field>
        <ls-field label="Category" error=${form.at("category")}
          ><input
            dir="auto"
            name="category"
            ${limit(60)}
            list="categories"
            .value=${category}
            ${draft("category", category)}
            data-testid="listing-category"
        /></ls-field>
        <datalist id="categories">
          ${CATEGORIES.map((c) => html`<option value=${c}></option>`)}
        </datalist>
      </div>
      <ls-field label="Condition" error=${form.at("condition")}>
        <select
          name="condition"
          ${draft("condition", condition ?? "")}
          data-testid="listing-condition"
        >
          ${condition ? nothing : html`<option value="">Not said</option>`}
          ${Object.entries(CONDITIONS).map(
            ([value, name]) =>
              html`<option value=${value} ?selected=${value === condition}>${name}</option>`,
          )}
        </select>
      </ls-field>
      ${
        listing
          ? nothing
          : html`<ls-field
              label="Currency"
              hint="A show sells in one currency: the listing needs the same."
            >
              <select
                @change=${(/** @type {any} */ e) => choose(e.target.value)}
                data-testid="listing-currency"
              >
                ${[...new Set([currency, ...CURRENCIES])].map(
                  (c) => html`<option ?selected=${c === currency}>${c}</option>`,
                )}
              </select>
            </ls-field>`
      }
      <ls-field label="Description" optional error=${form.at("description")}>
        <textarea
          dir="auto"
          name="description"
          ${limit(5000)}
          rows="3"
          placeholder="Measures, flaws, why you part with it"
          .value=${description}
          ${draft("description", description)}
          data-testid="listing-description"
        ></textarea>
      </ls-field>
    </div>
  </details>`;
}
