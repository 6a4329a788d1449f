// @ts-check
/** @typedef {import("/web/lib/protocol.js").Quote} Quote */
import { get } from "/web/lib/api.js";

/**
 * Keep the quote of what claiming would add to the buyer's parcel, for the host component's item.
 * Until the server answered, `value` is null and the item's own shipping is what can be said.
 */
export class QuoteController {
  /** @param {import("/web/vendor/lit.js").ReactiveElement} host */
  constructor(host) {
    this.host = host;
    /** @type {Quote | null} */
    this.value = null;
    this.asked = "";
    host.addController(this);
  }

  hostDisconnected() {
    this.asked = "";
  }

  /**
   * Ask if anything that the answer depends on is another than before.
   *
   * @param {{
   *   show: string, item: import("/web/lib/protocol.js").Item, price: number, quantity: number,
   *   variant?: string,
   *   mine: import("/web/lib/protocol.js").Mine | null
   * }} of
   */
  ask({ show, item, price, quantity, variant, mine }) {
    if (!mine) {
      this.value = null;
      return;
    }
    const claims = mine.claims.map((c) => `${c.claim}*${c.quantity}`).join(",");
    const key = [item.id, price, JSON.stringify(item.shipping), quantity, variant, claims].join(
      "|",
    );
    if (key === this.asked) return;
    if (!this.asked.startsWith(`${item.id}|`)) this.value = null;
    this.asked = key;
    get(`/api/shows/${show}/items/${item.id}/quote`, { quantity, variant })
      .then((value) => {
        if (this.asked !== key) return;
        this.value = value;
        this.host.requestUpdate();
      })
      .catch(() => {
        // Without an answer the item's own shipping stands there; it is never less.
        if (this.asked === key) this.value = null;
      });
  }
}
