// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { everyWhileSeen, whileConnected } from "/web/lib/seen.js";
import { requireUser } from "/web/lib/session.js";
import { explain } from "/web/lib/words.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { pieces } from "/web/features/claims/offer.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-photo.js";
import "/web/features/checkout/ls-cart.js";
import "/web/features/navigation/ls-app-bar.js";

/** @typedef {import("/web/lib/protocol.js").Cart} Cart */

const REFRESH_MS = 10_000;

/** All carts, one per show; with `?show=` the one of that show, up to the receipt. */
class LsCartPage extends LitElement {
  static properties = {
    carts: { state: true },
    problem: { state: true },
    count: { state: true },
    cards: { state: true },
    user: { state: true },
  };

  constructor() {
    super();
    /** @type {Cart[] | null} */
    this.carts = null;
    this.problem = "";
    /** @type {number | null} */
    this.count = null;
    /** Whether a card can be kept here. */
    this.cards = false;
    /** @type {import("/web/lib/protocol.js").User | null} */
    this.user = null;
    this.show = new URLSearchParams(location.search).get("show") ?? "";
    if (!this.show)
      whileConnected(this, () => everyWhileSeen(REFRESH_MS, () => this.user && this.#load()));
  }

  async connectedCallback() {
    super.connectedCallback();
    this.user = await requireUser();
    if (!this.show) this.#load();
  }

  async #load() {
    try {
      const { carts, cards } = await get("/api/cart");
      this.carts = carts;
      this.cards = cards;
      this.problem = "";
    } catch (error) {
      if (!this.carts) this.problem = explain(error);
    }
  }

  render() {
    return html`<ls-app-bar current="/cart" .count=${this.count}></ls-app-bar>
      <main>
        ${
          this.show
            ? this.user
              ? html`<ls-cart
                  show=${this.show}
                  @counted=${(/** @type {any} */ e) => (this.count = e.detail)}
                ></ls-cart>`
              : nothing
            : html`${this.#all()}${
                this.cards
                  ? html`<p><a href="/card" data-testid="card-link">Your card on file</a></p>`
                  : nothing
              }`
        }
      </main>`;
  }

  #all() {
    if (this.problem)
      return html`<ls-empty whole icon="alert" heading="The cart cannot be opened"
        >${this.problem}<button class="btn primary" slot="action" @click=${() => this.#load()}>
          Try again
        </button></ls-empty
      >`;
    if (!this.carts)
      return html`<div class="wait" role="status">Fetching what is held for you…</div>`;
    if (!this.carts.length) {
      return html`<h1 class="sr">Your carts</h1>
        <ls-empty icon="bag" heading="Nothing is held for you">
          Claim a piece in a live show and it waits here until you have paid. What you bought is
          under <a href="/orders">Orders</a>.
          <a class="btn primary" slot="action" href="/">See who is live</a>
        </ls-empty>`;
    }
    return html`<h1 class="display">Your carts</h1>
      <p class="lead">One per show. Everything you hold in a show is paid at once.</p>
      <ul class="carts">
        ${repeat(
          this.carts,
          (c) => c.show.id,
          (c) => this.#cart(c),
        )}
      </ul>`;
  }

  /** @param {Cart} cart */
  #cart(cart) {
    const { show, parcels, currency } = cart;
    const lines = parcels.flatMap((p) => p.lines);
    const count = pieces(lines);
    return html`<li class="panel" data-testid="cart-${show.id}">
      <div class="row">
        <h2 class="display grow"><a href="/shows/${show.id}" dir="auto">${show.title}</a></h2>
        ${
          show.status === "live"
            ? html`<span class="badge live">Live</span>`
            : show.status === "interrupted"
              ? html`<span class="badge warn">Interrupted</span>`
              : nothing
        }
      </div>
      <div class="photos">
        ${lines
          .slice(0, 5)
          .map((l) => html`<ls-photo .photo=${l.photo} alt=${l.title}></ls-photo>`)}${
          lines.length > 5 ? html`<span class="muted">+${lines.length - 5}</span>` : nothing
        }
      </div>
      <p>
        ${count === 1 ? "One piece" : `${count} pieces`} in
        ${parcels.length === 1 ? "one parcel" : `${parcels.length} parcels`},
        ${money(cart.total, currency)} with shipping.
      </p>
      ${
        cart.payment
          ? html`<p class="note accent">
              ${icon("info")}<span>A checkout is open. Finish or cancel it.</span>
            </p>`
          : cart.until
            ? html`<p class="note warn">
                <ls-countdown
                  .until=${cart.until}
                  .frozenAt=${show.interrupted_at}
                  @over=${() => this.#load()}
                ></ls-countdown
                ><span
                  >${
                    show.interrupted_at
                      ? "The clocks stand still until the stream is back."
                      : "until the first hold runs out."
                  }</span
                >
              </p>`
            : nothing
      }
      <a class="btn primary block" href="/cart?show=${show.id}" data-testid="cart-open"
        >${cart.payment ? "Go on paying" : `Check out, ${money(cart.total, currency)}`}</a
      >
    </li>`;
  }

  static styles = [
    shared,
    page,
    css`
      .carts {
        display: grid;
        gap: var(--s-5);
      }
      h2 a {
        color: inherit;
        text-decoration: none;
      }
      h2 a:hover {
        text-decoration: underline;
      }
      .photos {
        display: flex;
        gap: var(--s-2);
        align-items: center;
      }
      .photos ls-photo {
        width: 4rem;
        flex: none;
      }
      .lead {
        margin-top: calc(-1 * var(--s-4));
      }
      @media (min-width: 800px) {
        .carts {
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ];
}
customElements.define("ls-cart-page", LsCartPage);
