// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { dateTimeText } from "/web/lib/time.js";
import { shared } from "/web/components/styles.js";

/** @typedef {import("/web/lib/protocol.js").PastAuction} PastAuction */

/**
 * The records of an item's auctions that are over, for whom they concern: everything that is needed
 * to compute again who won.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 */
export class LsAuctionRecords extends RoomElement {
  static properties = { item: { attribute: false }, past: { state: true } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    /** @type {PastAuction[]} */
    this.past = [];
    this.asked = "";
  }

  updated() {
    const { item, show, state } = this;
    if (!item || !show || !state) return;
    // Another one may be over since.
    const running = state.auctions.filter((a) => a.item === item.id).map((a) => a.id + a.unit);
    const asked = `${item.id} ${running.join(" ")}`;
    if (asked === this.asked) return;
    this.asked = asked;
    get(`/api/shows/${show.id}/auctions`)
      .then(({ items }) => (this.past = items))
      // It is no part of what was asked for.
      .catch(() => undefined);
  }

  render() {
    const own = this.past.filter(({ item }) => item === this.item?.id);
    this.toggleAttribute("hidden", !own.length);
    if (!own.length) return nothing;
    return html`<ul>
      ${own.map(
        ({ auction, at }) =>
          html`<li>
            <a
              href="/api/auctions/${auction}/record"
              download="auction-${auction}.json"
              data-testid="auction-record"
              >${icon("list")} Record of the auction of ${dateTimeText(at)}</a
            >
          </li>`,
      )}
    </ul>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }
      :host([hidden]) {
        display: none;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      a {
        display: inline-flex;
        align-items: center;
        gap: var(--s-2);
        min-height: var(--tap);
      }
    `,
  ];
}
customElements.define("ls-auction-records", LsAuctionRecords);
