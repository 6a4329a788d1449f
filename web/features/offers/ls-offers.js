// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { itemOf } from "/web/lib/show-state.js";
import { shared } from "/web/components/styles.js";
import { said } from "/web/features/offers/said.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-dialog.js";
import "/web/features/offers/ls-offer-card.js";

/**
 * @typedef {import("/web/lib/protocol.js").PriceOffer} PriceOffer
 * @typedef {{offer: PriceOffer, side: "buyer" | "seller"}} Mine
 */

/**
 * The viewer's offers in this show, and those for pieces that they lent to it: a strip, which opens
 * the list with the answers.
 */
export class LsOffers extends RoomElement {
  static properties = { open: { state: true } };

  constructor() {
    super();
    this.open = false;
    this.follow("offers:open", () => (this.open = true));
  }

  /** Those that wait for us first, then those that end first. @returns {Mine[]} */
  get #all() {
    const { mine } = this;
    if (!mine) return [];
    const sells = mine.can.includes("sell");
    /** @type {Mine[]} */
    const all = [
      ...mine.offers.map((offer) => ({ offer, side: /** @type {const} */ ("buyer") })),
      ...(sells ? [] : mine.offers_for_me).map((offer) => ({
        offer,
        side: /** @type {const} */ ("seller"),
      })),
    ];
    const ours = (/** @type {Mine} */ { offer, side }) => Number(offer.turn === side);
    return all.sort((a, b) => ours(b) - ours(a) || a.offer.until - b.offer.until);
  }

  willUpdate() {
    if (!this.#all.length) this.open = false;
  }

  render() {
    const { state } = this;
    const all = this.#all;
    if (!state || !all.length) return nothing;
    const [{ offer, side }] = all;
    const { currency } = state.show;
    return html`<button
        class="strip ${offer.turn === side ? "ours" : ""}"
        aria-haspopup="dialog"
        data-testid="offers-open"
        @click=${() => (this.open = true)}
      >
        <span class="grow"
          ><b>${said(offer, side, currency)}</b><br /><span class="small"
            >for #${offer.number}${all.length > 1 ? `, and ${all.length - 1} more` : ""}</span
          ></span
        >
        <ls-countdown
          long
          .until=${offer.until}
          .frozenAt=${offer.in_show ? this.frozenAt : null}
        ></ls-countdown>
        ${icon("chevron")}
      </button>
      <ls-dialog heading="Offers" .open=${this.open} @close=${() => (this.open = false)}>
        ${this.open ? this.#list(all, state) : nothing}
      </ls-dialog>`;
  }

  /** @param {Mine[]} all @param {import("/web/lib/protocol.js").State} state */
  #list(all, state) {
    return html`<ul>
      ${repeat(
        all,
        (one) => one.offer.offer,
        (one) =>
          html`<li>
            <ls-offer-card
              .offer=${one.offer}
              .side=${one.side}
              .item=${itemOf(state, one.offer.item)}
              .currency=${state.show.currency}
              .frozenAt=${this.frozenAt}
              .send=${this.#send}
            ></ls-offer-card>
          </li>`,
      )}
    </ul>`;
  }

  /** @type {(type: any, fields: any) => Promise<any>} */
  #send = async (type, fields) => this.room?.command(type, fields);

  static styles = [
    shared,
    css`
      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-1) var(--s-2);
        width: 100%;
        min-height: var(--tap);
        padding: var(--s-2) var(--s-3);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-1);
        text-align: left;
        line-height: 1.3;
        cursor: pointer;
      }
      .strip.ours {
        background: var(--warn-soft);
        color: var(--warn-ink);
      }
      ls-countdown {
        min-width: 0;
        white-space: normal;
      }
      .grow {
        flex: 1 1 7em;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      li {
        padding: var(--s-3) 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
    `,
  ];
}
customElements.define("ls-offers", LsOffers);
