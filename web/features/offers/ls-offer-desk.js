// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import { itemOf } from "/web/lib/show-state.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-empty.js";
import "/web/features/offers/ls-offer-card.js";

/** Where the team answers offers: those that wait for it first. */
export class LsOfferDesk extends RoomElement {
  render() {
    const { state, mine } = this;
    if (!state || !mine) return nothing;
    const waits = (/** @type {{turn: string}} */ { turn }) => Number(turn === "seller");
    const all = [...mine.offers_for_me].sort((a, b) => waits(b) - waits(a) || a.until - b.until);
    if (!all.length)
      return html`<ls-empty icon="tag" heading="No offers wait"
        >Viewers can offer less than the price of a piece. You have two minutes to accept, decline
        or name another price.</ls-empty
      >`;
    return html`<ul data-testid="offer-desk">
      ${repeat(
        all,
        ({ offer }) => offer,
        (offer) =>
          html`<li>
            <ls-offer-card
              side="seller"
              .offer=${offer}
              .item=${itemOf(state, offer.item)}
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
      :host {
        display: block;
        overflow-y: auto;
      }
      ul {
        padding: 0 var(--s-2);
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
customElements.define("ls-offer-desk", LsOfferDesk);
