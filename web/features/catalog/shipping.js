// @ts-check
/**
 * Who pays for the parcel: asked of everybody who lists something, because free is a choice.
 *
 * @typedef {{flat?: number | null, weight?: number | null}} Shipping
 */
import { html, nothing } from "/web/vendor/lit.js";
import { moneyInput } from "/web/lib/money.js";
import { device } from "/web/lib/storage.js";
import "/web/components/ls-field.js";

/** @type {Record<string, string>} */
const SHIPPING = { flat: "Flat price", weight: "By weight", free: "Free for the buyer" };
/** How the last listing made on this device is shipped: offered for the next, in plain sight. */
const LAST_SHIPPING = "liveshow.shipping";

/** @param {Shipping | null} shipping */
export function shippingKind(shipping) {
  if (!shipping) return "";
  return shipping.weight ? "weight" : shipping.flat ? "flat" : "free";
}

/**
 * How the last one was shipped. A flat price is a price in one currency: for another one only the
 * kind is known.
 *
 * @param {string} currency  of the next one
 * @returns {{kind: string, shipping: Shipping | null}}
 */
export function lastShipping(currency) {
  const { flat, weight, currency: of } = device.object(LAST_SHIPPING) ?? {};
  if (Number.isInteger(weight)) return { kind: "weight", shipping: { weight } };
  if (!Number.isInteger(flat)) return { kind: "", shipping: null };
  return { kind: flat ? "flat" : "free", shipping: of === currency ? { flat } : null };
}

/** @param {Shipping} shipping @param {string} currency  that of its price */
export const rememberShipping = ({ flat, weight }, currency) =>
  device.set(LAST_SHIPPING, weight ? { weight } : { flat, currency });

/**
 * The fields of a form: `flat` or `weight`, after a kind is chosen.
 *
 * @param {{kind: string, known: Shipping | null, currency: string,
 *   form: import("/web/components/forms.js").FormController,
 *   draft: (name: string, standing: string) => unknown, choose: (kind: string) => void}} of
 */
export function shippingFields({ kind, known, currency, form, draft, choose }) {
  const weight = String(known?.weight ?? 500);
  const flat = known?.flat ? moneyInput(known.flat, currency) : "";
  return html`<fieldset class="stack" data-testid="listing-shipping">
    <legend class="sr">Shipping</legend>
    <div class="pair">
      <ls-field label="Shipping" error=${kind ? "" : form.at("shipping")}>
        <select
          required
          @change=${(/** @type {any} */ e) => choose(e.target.value)}
          data-testid="shipping-kind"
        >
          ${
            kind ? nothing : html`<option value="" selected>How is it paid?</option>`
          }${Object.entries(SHIPPING).map(
            ([value, name]) =>
              html`<option value=${value} ?selected=${value === kind}>${name}</option>`,
          )}
        </select>
      </ls-field>
      ${
        kind === "weight"
          ? html`<ls-field label="Weight, packed (g)" error=${form.at("shipping")}>
              <input
                name="weight"
                type="number"
                inputmode="numeric"
                required
                min="1"
                max="100000"
                .value=${weight}
                ${draft("weight", weight)}
                data-testid="shipping-weight"
              />
            </ls-field>`
          : kind === "flat"
            ? html`<ls-field label="Price (${currency})" error=${form.at("shipping")}>
                <input
                  name="flat"
                  required
                  inputmode="decimal"
                  autocomplete="off"
                  placeholder=${moneyInput(0, currency)}
                  .value=${flat}
                  ${draft("flat", flat)}
                  data-testid="shipping-flat"
                />
              </ls-field>`
            : nothing
      }
    </div>
    ${
      kind
        ? html`<p class="muted small">
            ${
              kind === "free"
                ? "You pay for the parcel yourself."
                : `Pieces that one buyer takes go in one parcel: ${
                    kind === "weight" ? "weights add up." : "the dearest flat price pays for all."
                  }`
            }
          </p>`
        : nothing
    }
  </fieldset>`;
}
