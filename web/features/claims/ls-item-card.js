// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { money, shippingMoney } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { isOnAir, priceNow } from "/web/lib/show-state.js";
import { shared } from "/web/components/styles.js";
import {
  hasVariants,
  holder,
  pieces,
  shippingAlone,
  stockText,
  times,
} from "/web/features/claims/offer.js";
import { QuoteController } from "/web/features/claims/quote.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-photo.js";
import "/web/components/ls-money.js";
import "/web/components/ls-slot.js";
import "/web/features/claims/ls-claim-button.js";
import "/web/features/claims/ls-variants.js";

/**
 * The item that the host is showing now, over the video: what it is, what it costs with shipping,
 * and the claim button.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 * @fires open  the item's page is wanted
 */
export class LsItemCard extends RoomElement {
  static properties = {
    item: { attribute: false },
    variant: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    /** @type {string | undefined} */
    this.variant = undefined;
    this.quote = new QuoteController(this);
    this.shown = "";
  }

  willUpdate() {
    const { item, show, mine } = this;
    if (!item || !show) return;
    if (item.id !== this.shown) {
      this.shown = item.id;
      this.variant = undefined;
    }
    if (this.variant && !item.variants.some((v) => v.id === this.variant)) this.variant = undefined;
    this.quote.ask({
      show: show.id,
      item,
      price: priceNow(item, this.state, mine).amount,
      quantity: 1,
      variant: this.variant ?? item.variants[0]?.id,
      mine,
    });
  }

  #open() {
    this.dispatchEvent(new Event("open"));
  }

  #shipping() {
    const { item, show, mine } = this;
    if (!item || !show || mine?.claims.some((c) => c.item === item.id)) return "";
    const quote = this.quote.value;
    const added = quote ? quote.shipping_added : shippingAlone(item, show);
    if (added === 0)
      return quote && quote.parcel_before > 0 ? "ships with your parcel" : "free shipping";
    return `+ ${shippingMoney(added, item.currency)} shipping`;
  }

  /** What a hold of ours costs, where the price is another by now. */
  #frozen() {
    const { item, mine } = this;
    const held = mine?.claims.find((claim) => claim.item === item?.id);
    return item && held && held.price !== priceNow(item, this.state, mine).amount
      ? ` for ${money(held.price, this.show?.currency ?? "")}`
      : "";
  }

  render() {
    const { item, show, mine } = this;
    if (!item || !show) return nothing;
    const hold = item.holds[0];
    const price = priceNow(item, this.state, mine);
    const choose =
      hasVariants(item) &&
      isOnAir(show) &&
      !mine?.claims.some((c) => c.item === item.id) &&
      !mine?.waitlist.some((w) => w.item === item.id);
    return html`<article
      data-testid="pinned-item"
      data-item=${item.id}
      aria-label="Showing now: ${item.title}"
    >
      <button class="photo" aria-label="Look closer at ${item.title}" @click=${this.#open}>
        <ls-photo .photo=${item.photos[0]}></ls-photo>
      </button>
      <button class="facts" data-testid="pinned-open" @click=${this.#open}>
        <span class="top"
          ><span class="hangtag">${item.number}</span
          ><span class="stock ${item.sold_out ? "out" : ""}" data-testid="stock"
            >${stockText(item)}</span
          ></span
        >
        <span class="title display" dir="auto">${item.title}</span>
        ${item.lent ? html`<span class="lent clip">lent by @${item.owner.handle}</span>` : nothing}
        <span class="price"
          ><ls-money
            data-testid="price"
            .amount=${price.amount}
            .was=${price.was}
            .currency=${item.currency}
          ></ls-money>
          <span class="ship">${this.#shipping()}</span></span
        >
      </button>
      ${
        hold
          ? html`<p class="hold">
              <span class="clip"
                >${
                  item.holds.length > 1
                    ? `${pieces(item.holds)} held, next free in`
                    : `Held by ${holder(hold.user, mine)}${times(hold.quantity)}${this.#frozen()}`
                }</span
              >
              ${
                hold.paying
                  ? html`<b>paying</b>`
                  : html`<ls-countdown
                      data-testid="item-countdown"
                      .until=${Math.min(...item.holds.map((h) => h.until))}
                      .frozenAt=${this.frozenAt}
                    ></ls-countdown>`
              }
              ${item.waiting ? html`<span>· ${item.waiting} waiting</span>` : nothing}
            </p>`
          : nothing
      }
      <ls-slot place="item-card" .about=${{ item }}></ls-slot>
      <div class="act ${choose ? "choose" : ""}">
        ${
          choose
            ? html`<ls-variants
                compact
                .item=${item}
                .value=${this.variant}
                @change=${(/** @type {Event} */ e) =>
                  (this.variant = /** @type {any} */ (e.target).value)}
              ></ls-variants>`
            : nothing
        }
        <ls-claim-button
          .item=${item}
          .variant=${this.variant}
          @choose=${this.#open}
        ></ls-claim-button>
      </div>
    </article>`;
  }

  static styles = [
    shared,
    css`
      :host {
        container-type: inline-size;
      }
      article {
        display: grid;
        grid-template-columns: 4.75rem minmax(0, 1fr) auto;
        grid-template-areas: "photo facts act" "photo hold hold" "slot slot slot" "more more more";
        gap: 0 var(--s-3);
        align-items: center;
        padding: var(--s-2);
        border-radius: var(--r-m);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-2);
        animation: in var(--calm) var(--ease);
      }
      @keyframes in {
        from {
          transform: translateY(0.75rem);
          opacity: 0;
        }
      }
      .photo,
      .facts {
        padding: 0;
        border: 0;
        background: none;
        text-align: left;
        cursor: pointer;
      }
      .photo {
        grid-area: photo;
        align-self: stretch;
      }
      ls-photo {
        height: 100%;
        min-height: 5.5rem;
        width: 100%;
        aspect-ratio: auto;
      }
      .facts {
        grid-area: facts;
        display: grid;
        gap: 0.15rem;
        min-width: 0;
        align-content: center;
      }
      .top {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        font-size: var(--t-xs);
      }
      .hangtag {
        font-size: var(--t-xs);
      }
      .stock {
        color: var(--ok-ink);
        font-weight: var(--w-bold);
        white-space: nowrap;
      }
      .stock.out {
        color: var(--warn-ink);
      }
      .title {
        font-size: var(--t-m);
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      .lent {
        font-size: var(--t-xs);
        color: var(--ink-2);
      }
      .price {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.4rem;
      }
      .price ls-money {
        font-weight: 750;
        font-size: var(--t-l);
        letter-spacing: -0.01em;
      }
      .ship {
        font-size: var(--t-xs);
        color: var(--ink-2);
      }
      .hold > :not(.clip) {
        flex: none;
      }
      .hold {
        grid-area: hold;
        margin-top: 0.2rem;
        display: flex;
        align-items: center;
        gap: 0.4rem;
        font-size: var(--t-xs);
        color: var(--warn-ink);
        min-width: 0;
      }
      ls-slot {
        display: block;
        grid-area: slot;
        min-width: 0;
      }
      .act {
        grid-area: act;
        display: grid;
        gap: var(--s-2);
        min-width: 7.75rem;
        max-width: 10rem;
      }
      .act.choose {
        grid-area: more;
        max-width: none;
        margin-top: var(--s-2);
        grid-template-columns: minmax(0, 1fr) minmax(7rem, auto);
        align-items: center;
      }
      .act.choose ls-variants {
        min-width: 0;
      }
      @container (max-width: 20.5rem) {
        .act.choose {
          grid-template-columns: minmax(0, 1fr);
        }
        .act:not(.choose) {
          grid-area: more;
          max-width: none;
          margin-top: var(--s-2);
        }
      }
    `,
  ];
}
customElements.define("ls-item-card", LsItemCard);
