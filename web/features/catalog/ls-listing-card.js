// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";
import { stockText } from "/web/features/catalog/listings.js";
import "/web/components/ls-money.js";
import "/web/components/ls-photo.js";

/**
 * A listing in a closet, as one button.
 *
 * @property {import("/web/lib/protocol.js").Listing} listing
 * @property {boolean} own  stock is told in full
 * @fires open
 */
export class LsListingCard extends LitElement {
  static properties = { listing: { attribute: false }, own: { type: Boolean } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Listing | null} */
    this.listing = null;
    this.own = false;
  }

  render() {
    const { listing } = this;
    if (!listing) return nothing;
    const stock = stockText(listing);
    const gone = stock.tone === "bad" || listing.archived;
    return html`<button
      type="button"
      class=${gone ? "gone" : ""}
      data-testid="listing-${listing.id}"
      @click=${() => this.dispatchEvent(new Event("open"))}
    >
      <span class="frame"
        ><ls-photo .photo=${listing.photos[0] ?? null} alt=""></ls-photo>${
          gone || stock.tone === "warn"
            ? html`<span class="badge ${stock.tone}">${stock.text}</span>`
            : nothing
        }</span
      >
      <span class="display title" dir="auto">${listing.title}</span>
      <span class="line"
        ><ls-money
          amount=${listing.price}
          .was=${listing.was}
          currency=${listing.currency}
        ></ls-money
        >${
          this.own && !gone && stock.tone === ""
            ? html`<span class="muted small">${stock.text}</span>`
            : nothing
        }</span
      >
    </button>`;
  }

  static styles = [
    shared,
    css`
      button {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-1);
        align-content: start;
        width: 100%;
        height: 100%;
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        text-align: left;
        cursor: pointer;
        border-radius: var(--r-m);
      }
      .frame {
        position: relative;
        display: block;
        overflow: hidden;
        border-radius: var(--r-m);
        margin-bottom: var(--s-1);
      }
      ls-photo {
        width: 100%;
        border-radius: 0;
        transition: transform var(--calm) var(--ease);
      }
      button:hover ls-photo {
        transform: scale(1.03);
      }
      .badge {
        position: absolute;
        left: var(--s-2);
        bottom: var(--s-2);
        max-width: calc(100% - 2 * var(--s-2));
      }
      .gone ls-photo {
        filter: grayscale(0.7);
        opacity: 0.75;
      }
      .title {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        overflow-wrap: anywhere;
      }
      .line {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: var(--s-2);
        flex-wrap: wrap;
      }
      ls-money {
        font-weight: var(--w-bold);
        white-space: normal;
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-listing-card", LsListingCard);
