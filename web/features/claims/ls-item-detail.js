// @ts-check
import { html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { money, shippingMoney } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { priceNow } from "/web/lib/show-state.js";
import { shared } from "/web/components/styles.js";
import { CONDITIONS } from "/web/features/catalog/words.js";
import { styles } from "/web/features/claims/item-detail-styles.js";
import {
  hasVariants,
  holder,
  left,
  offer,
  shippingAlone,
  stockText,
  times,
  variantLabel,
} from "/web/features/claims/offer.js";
import { QuoteController } from "/web/features/claims/quote.js";
import "/web/components/ls-avatar.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-photo.js";
import "/web/components/ls-money.js";
import "/web/components/ls-slot.js";
import "/web/features/claims/ls-claim-button.js";
import "/web/features/claims/ls-variants.js";

/** @typedef {{item: string, variant?: string, quantity?: number}} Wish */

/**
 * One item in full: photos, whose it is, variants, quantity, what it costs with shipping, who holds
 * it.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 * @property {Wish | null} wish  what was wanted before it was opened: chosen to begin with
 */
export class LsItemDetail extends RoomElement {
  static properties = {
    item: { attribute: false },
    wish: { attribute: false },
    variant: { state: true },
    quantity: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    /** @type {string | undefined} */
    /** @type {Wish | null} */
    this.wish = null;
    this.variant = undefined;
    this.quantity = 1;
    this.quote = new QuoteController(this);
    this.shown = "";
  }

  willUpdate() {
    const { item, show, mine } = this;
    if (!item || !show) return;
    if (item.id !== this.shown) {
      this.shown = item.id;
      const wish = this.wish?.item === item.id ? this.wish : null;
      this.variant = item.variants.find((v) => v.id === wish?.variant)?.id;
      this.quantity = wish?.quantity ?? 1;
    }
    this.quantity = Math.max(1, Math.min(this.quantity, this.#most));
    this.quote.ask({
      show: show.id,
      item,
      price: this.#price(item).amount,
      quantity: this.quantity,
      variant: this.variant ?? item.variants[0]?.id,
      mine,
    });
  }

  /** The most that can be asked for at once: what one could still have of the chosen variant. */
  get #most() {
    const variants =
      this.item?.variants.filter((v) => !this.variant || v.id === this.variant) ?? [];
    return Math.min(100, Math.max(1, ...variants.map(left)));
  }

  render() {
    const { item, show, mine, guest } = this;
    if (!item || !show) return nothing;
    const price = this.#price(item);
    const { kind } = offer({ item, show, mine, guest, variant: this.variant });
    const buying = ["claim", "choose", "waitlist", "guest"].includes(kind);
    return html`<div class="photos" tabindex="0" aria-label="Photos of ${item.title}">
        ${
          item.photos.length
            ? item.photos.map(
                (p, n) =>
                  html`<ls-photo full .photo=${p} alt="${item.title}, photo ${n + 1}"></ls-photo>`,
              )
            : html`<ls-photo></ls-photo>`
        }
      </div>
      <div class="head">
        <p class="price">
          <span class="hangtag">${item.number}</span>
          <ls-money .amount=${price.amount} .was=${price.was} .currency=${item.currency}></ls-money>
          <span class="badge ${item.sold_out ? "warn" : "ok"}"
            >${stockText(item, this.variant)}</span
          >
        </p>
      </div>
      <a class="owner" href="/closet/${item.owner.handle}">
        <ls-avatar .user=${item.owner}></ls-avatar>
        <span
          >${
            item.lent
              ? html`<b>Lent by @${item.owner.handle}</b><br /><span class="muted small"
                    >Sold and shipped by ${item.owner.name}</span
                  >`
              : html`<b>From @${item.owner.handle}’s closet</b><br /><span class="muted small"
                    >Sold and shipped by ${item.owner.name}</span
                  >`
          }</span
        >
        ${icon("chevron")}
      </a>
      ${
        hasVariants(item)
          ? html`<section>
              <h3>Size or colour</h3>
              <ls-variants
                .item=${item}
                .value=${this.variant}
                @change=${(/** @type {Event} */ e) =>
                  (this.variant = /** @type {any} */ (e.target).value)}
              ></ls-variants>
            </section>`
          : nothing
      }
      ${buying && this.#most > 1 ? this.#quantity() : nothing}
      ${buying ? this.#cost(item) : nothing}
      <div class="act">
        ${buying ? this.#together(item) : nothing}<ls-claim-button
          priced
          .item=${item}
          .variant=${this.variant}
          .quantity=${this.quantity}
          @choose=${() =>
            /** @type {HTMLElement | null} */ (
              this.renderRoot.querySelector("ls-variants")?.shadowRoot?.querySelector("button")
            )?.focus()}
        ></ls-claim-button>
      </div>
      <ls-slot
        place="item-detail"
        .about=${{
          item,
          variant: this.variant,
          quantity: this.quantity,
          shipping: this.#added(item).shipping,
        }}
      ></ls-slot>
      ${this.#holds(item)}
      <section class="about">
        ${item.description ? html`<p dir="auto">${item.description}</p>` : nothing}
        <dl>
          ${[
            ["Brand", item.brand],
            ["Condition", CONDITIONS[item.condition ?? ""] ?? ""],
            ["Category", item.category],
            ["Shipped alone", shippingMoney(shippingAlone(item, show), item.currency)],
          ].map(([name, value]) =>
            value
              ? html`<dt>${name}</dt>
                  <dd>${value}</dd>`
              : nothing,
          )}
        </dl>
      </section>`;
  }

  #quantity() {
    const set = (/** @type {number} */ n) => (this.quantity = n);
    return html`<section class="quantity">
      <h3>How many</h3>
      <div class="row">
        <button
          class="btn icon-only"
          aria-label="One less"
          ?disabled=${this.quantity <= 1}
          @click=${() => set(this.quantity - 1)}
        >
          ${icon("minus")}
        </button>
        <output class="num" data-testid="quantity" aria-live="polite">${this.quantity}</output>
        <button
          class="btn icon-only"
          aria-label="One more"
          ?disabled=${this.quantity >= this.#most}
          @click=${() => set(this.quantity + 1)}
        >
          ${icon("plus")}
        </button>
      </div>
    </section>`;
  }

  /** What one of so many costs now. @param {import("/web/lib/protocol.js").Item} item */
  #price(item) {
    return priceNow(item, this.state, this.mine, this.quantity);
  }

  /** What claiming adds. @param {import("/web/lib/protocol.js").Item} item */
  #added(item) {
    return {
      price: this.#price(item).amount * this.quantity,
      shipping:
        this.quote.value?.shipping_added ??
        (this.show ? shippingAlone(item, this.show) : item.shipping_alone),
    };
  }

  /** Whether nothing is charged but a place in line. */
  get #waits() {
    const { item, show, mine, guest, variant } = this;
    if (!item || !show) return false;
    const found = offer({ item, show, mine, guest, variant });
    return found.kind === "waitlist" || (found.kind === "guest" && !found.free);
  }

  /** The line right above the button. @param {import("/web/lib/protocol.js").Item} item */
  #together(item) {
    const { price, shipping } = this.#added(item);
    return html`<p class="together">
      ${
        shipping
          ? html`+ ${money(shipping, item.currency)} shipping,
              <b>${money(price + shipping, item.currency)} together</b>`
          : "Shipping adds nothing"
      }${this.#waits ? ", once it is your turn" : ""}
    </p>`;
  }

  /** @param {import("/web/lib/protocol.js").Item} item */
  #cost(item) {
    const quote = this.quote.value;
    const { price, shipping } = this.#added(item);
    const together = quote && quote.parcel_before > 0;
    return html`<section class="cost" data-testid="quote">
      <p>
        <span
          >${
            this.quantity > 1
              ? `${this.quantity} × ${money(this.#price(item).amount, item.currency)}`
              : "Price"
          }</span
        ><ls-money .amount=${price} .currency=${item.currency}></ls-money>
      </p>
      <p>
        <span
          >${icon("truck")}
          Shipping${
            together
              ? html` <em>one parcel with your other items of @${item.owner.handle}</em>`
              : nothing
          }</span
        ><span
          >${
            shipping === 0
              ? "free"
              : html`+ <ls-money .amount=${shipping} .currency=${item.currency}></ls-money>`
          }</span
        >
      </p>
      <p class="sum">
        <span>${this.#waits ? "Your turn would add" : "Claiming adds"}</span
        ><ls-money .amount=${price + shipping} .currency=${item.currency}></ls-money>
      </p>
    </section>`;
  }

  /** @param {import("/web/lib/protocol.js").Item} item */
  #holds(item) {
    if (!item.holds.length && !item.waiting) return nothing;
    return html`<section class="holds">
      <h3>Held right now</h3>
      <ul>
        ${item.holds.map(
          (h) =>
            html`<li data-testid="item-hold">
              <ls-avatar .user=${h.user}></ls-avatar>
              <span class="grow clip"
                >${holder(h.user, this.mine)}${
                  hasVariants(item) ? `, ${variantLabel(item, h.variant)}` : ""
                }${times(h.quantity)}</span
              >
              ${
                h.paying
                  ? html`<span class="badge ok">paying</span>`
                  : html`<ls-countdown .until=${h.until} .frozenAt=${this.frozenAt}></ls-countdown>`
              }
            </li>`,
        )}
      </ul>
      ${
        item.waiting
          ? html`<p class="muted small">
              ${item.waiting} ${item.waiting === 1 ? "person waits" : "people wait"} for the next
              free piece.
            </p>`
          : nothing
      }
    </section>`;
  }

  static styles = [shared, styles];
}
customElements.define("ls-item-detail", LsItemDetail);
