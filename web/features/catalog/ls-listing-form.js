// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { patch, post } from "/web/lib/api.js";
import { draft, sendDrafts } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { amountAdvice, moneyInput, parseMoney } from "/web/lib/money.js";
import { counted } from "/web/lib/words.js";
import { FormController, dataOf, text, unfoldInvalid } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { detailFields } from "/web/features/catalog/listing-details.js";
import {
  inWriting,
  keepChosen,
  listingDrafts,
  takeChosen,
} from "/web/features/catalog/listing-draft.js";
import {
  lastShipping,
  rememberShipping,
  shippingFields,
  shippingKind,
} from "/web/features/catalog/shipping.js";
import "/web/components/ls-field.js";
import "/web/features/catalog/ls-photos-picker.js";
import "/web/features/catalog/ls-variants-editor.js";

/** @typedef {import("/web/lib/protocol.js").Listing} Listing */

const HAS_PLACE = [
  "title",
  "price",
  "description",
  "quantity",
  "brand",
  "category",
  "condition",
  "shipping",
  "photos",
];

/**
 * Make or edit a listing. A photo, a title, a price and who pays for shipping are enough; the
 * rest is folded away.
 *
 * @property {Listing | null} listing  what to edit; null: a new one
 * @property {string} currency  of a new one
 * @property {MediaStream | null} camera  one that is on, to take photos with
 * @property {string} action  what stands on the button for a new one
 * @fires saved  detail is the listing
 */
export class LsListingForm extends LitElement {
  static properties = {
    listing: { attribute: false },
    currency: {},
    camera: { attribute: false },
    action: {},
    rows: { state: true },
    photos: { state: true },
    shipping: { state: true },
    sending: { state: true },
    lost: { state: true },
  };

  constructor() {
    super();
    /** @type {Listing | null} */
    this.listing = null;
    this.currency = "EUR";
    /** @type {MediaStream | null} */
    this.camera = null;
    this.action = "Put it in my closet";
    /** @type {import("/web/features/catalog/ls-variants-editor.js").Row[]} */
    this.rows = [];
    /** @type {import("/web/lib/protocol.js").Photo[]} */
    this.photos = [];
    /** How it is shipped: "" (to be said), flat, weight, free. */
    this.shipping = "";
    this.sending = 0;
    this.missed = 0;
    /** What was begun here and could not be kept, in a sentence. */
    this.lost = "";
    this.begun = "";
    this.form = new FormController(this);
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("listing")) return;
    const { listing } = this;
    // Of a newer version only what it changed is taken; the inputs do the same.
    const was = /** @type {Listing | null | undefined} */ (changed.get("listing"));
    const other = (/** @type {(of: Listing) => any} */ part) =>
      !was || was.id !== listing?.id || JSON.stringify(part(was)) !== JSON.stringify(part(listing));
    if (other((of) => of.photos)) this.photos = listing?.photos ?? [];
    if (other((of) => of.variants.map(({ id, label, quantity }) => [id, label, quantity])))
      this.rows = this.#plain
        ? []
        : (listing?.variants ?? []).map((v) => ({
            ...v,
            size: v.size || (v.color ? "" : v.label),
            color: v.color ?? "",
          }));
    if (other((of) => of.shipping))
      this.shipping = listing ? shippingKind(listing.shipping) : lastShipping(this.currency).kind;
    if (listing) this.currency = listing.currency;
    this.form.error = null;
    this.begun = inWriting(this);
    if (was && was.id === listing?.id) return;
    const { chosen, lost } = takeChosen(listing, this.begun);
    Object.assign(this, chosen, { lost });
  }

  updated() {
    if (!this.form.busy) keepChosen(this.listing, inWriting(this), this.begun);
  }

  /** @param {string} name @param {string} standing */
  #draft(name, standing) {
    const drafts = listingDrafts(this.listing);
    return draft(drafts && drafts + name, standing);
  }

  /** Whether the listing is one without sizes and colours. */
  get #plain() {
    return (
      !this.listing || (this.listing.variants.length === 1 && this.listing.variants[0].label === "")
    );
  }

  /** @param {Event} event */
  #photographed(event) {
    const picker =
      /** @type {import("/web/features/catalog/ls-photos-picker.js").LsPhotosPicker} */ (
        event.target
      );
    this.photos = picker.photos;
    this.lost = "";
    this.sending = picker.sending;
    this.missed = picker.missed;
  }

  /** The first invalid amount says so. @param {HTMLFormElement} form */
  #checkAmounts(form) {
    for (const name of ["price", "flat"]) {
      const input = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
      if (!input) continue;
      const value = parseMoney(input.value, this.currency);
      input.setCustomValidity(value === null || value < 1 ? amountAdvice(this.currency) : "");
    }
    return form.reportValidity();
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const editor =
      /** @type {import("/web/features/catalog/ls-variants-editor.js").LsVariantsEditor} */ (
        this.renderRoot.querySelector("ls-variants-editor")
      );
    const picker =
      /** @type {import("/web/features/catalog/ls-photos-picker.js").LsPhotosPicker} */ (
        this.renderRoot.querySelector("ls-photos-picker")
      );
    if (!this.#checkAmounts(form)) return;
    if (this.rows.length && !editor.check()) return;
    const body = this.#body(dataOf(event));
    await this.form.send(event, async () => {
      const { listing, currency } = this;
      const saved = await sendDrafts(listingDrafts(listing), () =>
        listing
          ? patch(`/api/listings/${listing.id}`, { ...body, version: listing.version })
          : post("/api/listings", { ...body, currency }),
      );
      // What is in the form is no draft any more.
      this.begun = inWriting(this);
      rememberShipping(saved.shipping, saved.currency);
      this.dispatchEvent(new CustomEvent("saved", { detail: saved }));
      void picker.forget();
    });
  }

  /** Show the listing as it is now; what was written into fields that are as before stays. */
  #takeOver() {
    this.listing = this.form.error?.extra.listing ?? this.listing;
  }

  /** @param {FormData} data */
  #body(data) {
    const at = (/** @type {string} */ name) => text(data, name);
    /** @type {Record<string, any>} */
    const body = {
      title: at("title"),
      price: parseMoney(at("price"), this.currency),
      description: at("description"),
      photos: this.photos.map((p) => p.id),
      brand: at("brand"),
      category: at("category"),
      shipping:
        this.shipping === "weight"
          ? { weight: Number(at("weight")) }
          : { flat: this.shipping === "free" ? 0 : parseMoney(at("flat"), this.currency) },
    };
    if (at("condition")) body.condition = at("condition");
    if (this.rows.length) {
      body.variants = this.rows.map(({ id, size, color, quantity }) => ({
        ...(id ? { id } : {}),
        ...(size ? { size } : {}),
        ...(color ? { color } : {}),
        quantity,
      }));
    } else body.quantity = Number(at("quantity"));
    return body;
  }

  render() {
    const { listing, form } = this;
    const price = listing ? moneyInput(listing.price, listing.currency) : "";
    return html`<form
      class="stack"
      @submit=${this.#save}
      @invalid=${unfoldInvalid}
      novalidate
      data-testid="listing-form"
    >
      <ls-photos-picker
        .camera=${this.camera}
        .photos=${this.photos}
        @change=${this.#photographed}
      ></ls-photos-picker>
      ${
        this.lost
          ? html`<p class="note warn" role="status" data-testid="lost">
              ${icon("alert")}<span>${this.lost}</span>
            </p>`
          : nothing
      }
      <ls-field label="Title" error=${form.at("title")}>
        <input
          dir="auto"
          name="title"
          required
          ${limit(120)}
          placeholder="Camel wool coat, 38"
          autocomplete="off"
          .value=${listing?.title ?? ""}
          ${this.#draft("title", listing?.title ?? "")}
          data-testid="listing-title"
        />
      </ls-field>
      <div class="pair">
        <ls-field label="Price (${this.currency})" error=${form.at("price")}>
          <input
            name="price"
            required
            inputmode="decimal"
            autocomplete="off"
            placeholder=${moneyInput(0, this.currency)}
            .value=${price}
            ${this.#draft("price", price)}
            data-testid="listing-price"
          />
        </ls-field>
        ${
          this.rows.length
            ? html`<p class="muted small total">
                ${counted(
                  this.rows.reduce((n, r) => n + r.quantity, 0),
                  "piece",
                )}
                in ${counted(this.rows.length, "kind")}
              </p>`
            : this.#quantity()
        }
      </div>
      <ls-variants-editor
        .rows=${this.rows}
        @change=${(/** @type {any} */ e) => (this.rows = e.target.rows)}
      ></ls-variants-editor>
      ${shippingFields({
        kind: this.shipping,
        known: listing ? listing.shipping : lastShipping(this.currency).shipping,
        currency: this.currency,
        form,
        draft: (name, standing) => this.#draft(name, standing),
        choose: (kind) => (this.shipping = kind),
      })}
      ${detailFields({
        listing,
        currency: this.currency,
        form,
        draft: (name, standing) => this.#draft(name, standing),
        choose: (currency) => (this.currency = currency),
      })}
      ${
        form.error
          ? html`<p class="note bad" role="alert" data-testid="problem">
                ${icon("alert")}<span>${form.rest(HAS_PLACE) || "Look at the marked fields."}</span>
              </p>
              ${
                form.error.code === "listing_changed"
                  ? html`<button
                      type="button"
                      class="btn block"
                      @click=${this.#takeOver}
                      data-testid="listing-take-over"
                    >
                      Show what was changed
                    </button>`
                  : nothing
              }`
          : nothing
      }
      <button
        class="btn primary block"
        ?disabled=${form.busy || this.sending > 0}
        data-testid="listing-save"
      >
        ${
          this.sending
            ? "Photos are on their way…"
            : form.busy
              ? "One moment…"
              : listing
                ? "Save changes"
                : this.action
        }
      </button>
    </form>`;
  }

  #quantity() {
    const only = this.#plain ? this.listing?.variants[0] : null;
    const quantity = String(only?.quantity ?? 1);
    return html`<ls-field label="Pieces" error=${this.form.at("quantity", "stock_in_use")}>
      <input
        name="quantity"
        type="number"
        inputmode="numeric"
        required
        min="1"
        max="100000"
        .value=${quantity}
        ${this.#draft("quantity", quantity)}
        data-testid="listing-quantity"
      />
    </ls-field>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      .total {
        align-self: end;
        padding-bottom: var(--s-3);
      }
    `,
  ];
}
customElements.define("ls-listing-form", LsListingForm);
