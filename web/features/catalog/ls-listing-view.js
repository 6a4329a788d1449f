// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";
import { available, shippingText, stockText } from "/web/features/catalog/listings.js";
import { CONDITIONS } from "/web/features/catalog/words.js";
import "/web/components/ls-money.js";
import "/web/components/ls-photo.js";

/**
 * A listing in full.
 *
 * @property {import("/web/lib/protocol.js").Listing} listing
 */
export class LsListingView extends LitElement {
  static properties = { listing: { attribute: false } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Listing | null} */
    this.listing = null;
  }

  render() {
    const { listing } = this;
    if (!listing) return nothing;
    const facts = [
      listing.brand,
      listing.condition ? CONDITIONS[listing.condition] : "",
      listing.category,
    ].filter(Boolean);
    const several = listing.variants.length > 1 || listing.variants[0]?.label;
    return html`<div class="photos" tabindex="0" role="group" aria-label="Photos">
        ${
          listing.photos.length
            ? listing.photos.map(
                (p, i) =>
                  html`<ls-photo
                    .photo=${p}
                    full
                    alt="${listing.title}, photo ${i + 1}"
                  ></ls-photo>`,
              )
            : html`<ls-photo alt=""></ls-photo>`
        }
      </div>
      <p class="price">
        <ls-money
          class="display"
          amount=${listing.price}
          .was=${listing.was}
          currency=${listing.currency}
        ></ls-money
        ><span class="muted small">${shippingText(listing)}</span>
      </p>
      ${facts.length ? html`<p class="small">${facts.join(" · ")}</p>` : nothing}
      ${
        several
          ? html`<ul class="chips">
              ${listing.variants.map(
                (v) =>
                  html`<li class="badge ${v.quantity - v.held - v.sold > 0 ? "" : "bad"}">
                    ${v.label}:
                    ${
                      v.quantity - v.held - v.sold > 0
                        ? `${v.quantity - v.held - v.sold} left`
                        : "gone"
                    }
                  </li>`,
              )}
            </ul>`
          : html`<p class="small">
              ${
                available(listing)
                  ? stockText(listing).text
                  : html`<span class="badge bad">${stockText(listing).text}</span>`
              }
            </p>`
      }
      ${listing.description && html`<p class="text" dir="auto">${listing.description}</p>`}`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--s-3);
      }
      .photos {
        display: flex;
        gap: var(--s-2);
        overflow-x: auto;
        scroll-snap-type: x mandatory;
        border-radius: var(--r-m);
      }
      .photos ls-photo {
        flex: 0 0 86%;
        scroll-snap-align: center;
        border-radius: var(--r-m);
      }
      .photos ls-photo:only-child {
        flex-basis: 100%;
        --ratio: 1;
      }
      .price {
        display: flex;
        align-items: baseline;
        gap: var(--s-3);
      }
      .price ls-money {
        font-size: var(--t-xl);
      }
      .text {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-listing-view", LsListingView);
